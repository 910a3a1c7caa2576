/*
 * Tokens and stored hashes: any text, tokens made well by the input and
 * then changed in one place, and hashes taken apart and verified.
 */
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "libapikey/hash.h"
#include "libapikey/mem.h"
#include "libapikey/token.h"

static const char base32[] = "0123456789abcdefghjkmnpqrstvwxyz";
static const char base62[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool
is_base62(char c)
{
	return c != '\0' && strchr(base62, c) != NULL;
}

/* Does a secret stand in text, or begin at its end? */
static bool
has_secret(const char *text, size_t len)
{
	size_t run = 0;

	for (size_t i = 0; i < len; i++) {
		run = is_base62(text[i]) ? run + 1 : 0;
		if (run >= AK_SECRET_LEN)
			return true;
	}
	return false;
}

/* What is written down of a text ends before any secret. */
static void
check_find(const char *text, size_t len)
{
	const size_t at = ak_token_find(text, len);

	MUST(at <= len);
	MUST(!has_secret(text, at));
	MUST(at < len || !has_secret(text, len));
	for (size_t i = 0; i + 16 < at; i++)
		MUST(strncasecmp(text + i, "apik_", 5) != 0 ||
		    text[i + 15] != '_' || memchr(text + i + 5, '_', 10) !=
		    NULL || strspn(text + i + 5, base62) < 10);
}

static void
any_text(struct fuzz *in)
{
	struct ak_token token;
	char id[APIKEY_ID_SIZE];
	size_t len;
	const char *text = fuzz_rest(in, &len);
	const char *exact = fuzz_exact(text, len);
	const int parsed = ak_token_parse(exact, len, &token);
	const int shaped = apikey_token_id(exact, len, id);

	check_find(exact, len);
	if (ak_id_valid(text))
		MUST(strspn(text, base32) == APIKEY_ID_LEN);
	MUST(parsed == APIKEY_OK || parsed == APIKEY_ERR_MALFORMED);
	if (parsed != APIKEY_OK)
		return;
	MUST(shaped == APIKEY_OK && strcmp(id, token.id) == 0);
	MUST(len == APIKEY_TOKEN_LEN && memcmp(text, "apik_", 5) == 0);
	MUST(memcmp(text + 5, token.id, APIKEY_ID_LEN) == 0);
	MUST(memcmp(text + 16, token.secret, AK_SECRET_LEN) == 0);
	MUST(ak_token_find(exact, len) == 16);
}

/* A token of the characters that the input chooses. */
static void
build(struct fuzz *in, char ret[APIKEY_TOKEN_SIZE])
{
	uint32_t crc;

	memcpy(ret, "apik_", 5);
	for (size_t i = 5; i < 15; i++)
		ret[i] = base32[fuzz_byte(in) % 32];
	ret[15] = '_';
	for (size_t i = 16; i < 54; i++)
		ret[i] = base62[fuzz_byte(in) % 62];
	crc = fuzz_crc32(ret, 54);
	for (size_t i = 60; i-- > 54; crc /= 62)
		ret[i] = base62[crc % 62];
	ret[60] = '\0';
}

/* Its hash, with a pepper or none, fits it and no other. */
static void
check_hash(struct fuzz *in, const struct ak_token *token)
{
	struct ak_hashing hashing = { .argon2id = (fuzz_byte(in) & 7) == 7,
	    .cost = { 8, 1 }, .ceiling = { 8, 1 } };
	unsigned char key[AK_PEPPER_LEN] = { (unsigned char)fuzz_byte(in) };
	struct ak_token other = *token;
	char stored[AK_HASH_SIZE];

	if (key[0] != 0)
		ak_pepper_set(&hashing.pepper, key);
	MUST(ak_hash_make(&hashing, token, stored) == APIKEY_OK);
	MUST(ak_hash_valid(stored));
	MUST(ak_hash_is_peppered(stored) == (key[0] != 0));
	MUST(ak_hash_is_costly(stored) == hashing.argon2id);
	MUST(ak_hash_check(&hashing, stored, NULL) == APIKEY_OK);
	MUST(ak_hash_verify(&hashing, stored, token, NULL) == APIKEY_OK);
	other.secret[0] = other.secret[0] == '0' ? '1' : '0';
	MUST(ak_hash_verify(&hashing, stored, &other, NULL) ==
	    APIKEY_ERR_WRONG_SECRET);
	if (key[0] == 0)
		return;
	key[1] = 1;
	ak_pepper_set(&hashing.pepper, key);
	MUST(ak_hash_verify(&hashing, stored, token, NULL) ==
	    APIKEY_ERR_UNAVAILABLE);
}

static void
good_token(struct fuzz *in)
{
	char text[APIKEY_TOKEN_SIZE];
	struct ak_token token, changed;
	unsigned char wrong;
	size_t at;

	ak_token_draw(&token, text);
	MUST(ak_token_parse(text, 60, &changed) == APIKEY_OK);
	MUST(strcmp(changed.secret, token.secret) == 0);
	build(in, text);
	MUST(ak_token_parse(fuzz_exact(text, 60), 60, &token) == APIKEY_OK);
	MUST(memcmp(text + 5, token.id, APIKEY_ID_LEN) == 0);
	MUST(memcmp(text + 16, token.secret, AK_SECRET_LEN) == 0);
	MUST(ak_id_valid(token.id) && strlen(token.secret) == AK_SECRET_LEN);
	check_find(text, 60);
	check_hash(in, &token);
	at = fuzz_byte(in) % 60;
	MUST(ak_token_parse(fuzz_exact(text, at), at, &changed) ==
	    APIKEY_ERR_MALFORMED);
	MUST(ak_token_parse(text, 61, &changed) == APIKEY_ERR_MALFORMED);
	/* No error of a single character passes. */
	wrong = (unsigned char)(1 + fuzz_byte(in) % 255);
	for (at = 0; at < 60; at++) {
		text[at] = (char)((unsigned char)text[at] ^ wrong);
		MUST(ak_token_parse(fuzz_exact(text, 60), 60, &changed) ==
		    APIKEY_ERR_MALFORMED);
		text[at] = (char)((unsigned char)text[at] ^ wrong);
	}
}

/* The hashes of the first vector, and no other text, fit it. */
static bool
is_vector(const char *text)
{
	return strcmp(text, VECTOR_HASH) == 0 ||
	    strcmp(text, VECTOR_PEPPERED) == 0 ||
	    strcmp(text, VECTOR_ARGON2ID) == 0;
}

static void
stored_hash(struct fuzz *in)
{
	struct ak_hashing hashing = { .ceiling = { 16, 2 } };
	unsigned char key[AK_PEPPER_LEN];
	char again[AK_HASH_SIZE];
	struct ak_stored stored;
	struct ak_token token;
	size_t len;
	const char *text = fuzz_rest(in, &len);
	const bool valid = ak_stored_parse(text, &stored);
	int code;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	ak_pepper_set(&hashing.pepper, key);
	MUST(ak_token_parse(VECTOR_TOKEN, 60, &token) == APIKEY_OK);
	MUST(ak_hash_valid(text) == valid);
	code = ak_hash_verify(&hashing, text, &token, NULL);
	MUST((code == APIKEY_OK) == is_vector(text));
	MUST((code == APIKEY_ERR_CORRUPT_RECORD) == !valid);
	if (!valid)
		return;
	ak_stored_text(&stored, again);
	MUST(strcmp(again, text) == 0);
	MUST(ak_hash_is_peppered(text) == (strstr(text, ",p=") != NULL &&
	    strstr(text, ",p=") < text + strlen("$apikey-argon2id$v=1$")));
	MUST(ak_hash_is_costly(text) == (text[1] == 'a'));
	if (ak_hash_is_costly(text) && (stored.cost.memory > 16 ||
	    stored.cost.passes > 2))
		MUST(code == APIKEY_ERR_UNAVAILABLE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static void (*const ways[])(struct fuzz *) = {
		any_text, good_token, stored_hash,
	};
	struct fuzz in = { bytes, len };

	MUST(ak_mem_init() == APIKEY_OK);
	ways[fuzz_byte(&in) % COUNT(ways)](&in);
	fuzz_done();
	return 0;
}
