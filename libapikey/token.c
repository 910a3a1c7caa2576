/*
 * The token as text.
 */
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "crc32.h"
#include "error.h"
#include "token.h"

#define PREFIX		"apik_"
#define PREFIX_LEN	5
#define SECRET_AT	(PREFIX_LEN + APIKEY_ID_LEN + 1)
#define CRC_AT		(SECRET_AT + AK_SECRET_LEN)
#define CRC_LEN		6

static const char base32[] = AK_ID_ALPHABET;
static const char base62[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool
all_of(const char *text, size_t len, const char *alphabet)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' || strchr(alphabet, text[i]) == NULL)
			return false;
	return true;
}

static void
crc_text(const char *text, char ret[CRC_LEN])
{
	uint32_t crc = ak_crc32(text, CRC_AT);

	for (size_t i = CRC_LEN; i-- > 0; crc /= 62)
		ret[i] = base62[crc % 62];
}

static bool
has_shape(const char *text, size_t len)
{
	return len == APIKEY_TOKEN_LEN &&
	    memcmp(text, PREFIX, PREFIX_LEN) == 0 &&
	    all_of(text + PREFIX_LEN, APIKEY_ID_LEN, base32) &&
	    text[SECRET_AT - 1] == '_' &&
	    all_of(text + SECRET_AT, APIKEY_TOKEN_LEN - SECRET_AT, base62);
}

int
ak_token_parse(const char *text, size_t len, struct ak_token *ret)
{
	char crc[CRC_LEN];

	if (!has_shape(text, len))
		return APIKEY_ERR_MALFORMED;
	crc_text(text, crc);
	if (memcmp(crc, text + CRC_AT, CRC_LEN) != 0)
		return APIKEY_ERR_MALFORMED;
	memcpy(ret->id, text + PREFIX_LEN, APIKEY_ID_LEN);
	ret->id[APIKEY_ID_LEN] = '\0';
	memcpy(ret->secret, text + SECRET_AT, AK_SECRET_LEN);
	ret->secret[AK_SECRET_LEN] = '\0';
	return APIKEY_OK;
}

static void
draw(char *ret, size_t len, const char *alphabet, uint32_t size)
{
	for (size_t i = 0; i < len; i++)
		ret[i] = alphabet[randombytes_uniform(size)];
	ret[len] = '\0';
}

void
ak_token_draw(struct ak_token *ret_token, char ret_text[APIKEY_TOKEN_SIZE])
{
	draw(ret_token->id, APIKEY_ID_LEN, base32, 32);
	draw(ret_token->secret, AK_SECRET_LEN, base62, 62);
	memcpy(ret_text, PREFIX, PREFIX_LEN);
	memcpy(ret_text + PREFIX_LEN, ret_token->id, APIKEY_ID_LEN);
	ret_text[SECRET_AT - 1] = '_';
	memcpy(ret_text + SECRET_AT, ret_token->secret, AK_SECRET_LEN);
	crc_text(ret_text, ret_text + CRC_AT);
	ret_text[APIKEY_TOKEN_LEN] = '\0';
}

bool
ak_id_valid(const char *id)
{
	return strnlen(id, APIKEY_ID_SIZE) == APIKEY_ID_LEN &&
	    all_of(id, APIKEY_ID_LEN, base32);
}

static bool
is_marker(const char text[SECRET_AT])
{
	return strncasecmp(text, PREFIX, PREFIX_LEN) == 0 &&
	    all_of(text + PREFIX_LEN, APIKEY_ID_LEN, base62) &&
	    text[SECRET_AT - 1] == '_';
}

/* Whichever ends first: a secret may stand right before a marker. */
size_t
ak_token_find(const char *text, size_t len)
{
	size_t run = 0;

	for (size_t i = 0; i < len; i++) {
		run = all_of(text + i, 1, base62) ? run + 1 : 0;
		if (run == AK_SECRET_LEN)
			return i + 1 - run;
		if (i + 1 >= SECRET_AT && is_marker(text + i + 1 - SECRET_AT))
			return i + 1;
	}
	return len;
}

AK_EXPORT int
apikey_token_id(const char *text, size_t len, char ret_id[APIKEY_ID_SIZE])
{
	if (!has_shape(text, len))
		return APIKEY_ERR_MALFORMED;
	memcpy(ret_id, text + PREFIX_LEN, APIKEY_ID_LEN);
	ret_id[APIKEY_ID_LEN] = '\0';
	return APIKEY_OK;
}
