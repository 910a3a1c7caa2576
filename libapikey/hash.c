/*
 * The hash of a secret: BLAKE2b-256 (RFC 7693), salted by the key's id.
 *
 * A fast hash is right here: the secret has 226 random bits and cannot
 * be guessed whatever a guess costs, while a memory-hard hash at a login
 * prompt would let any stranger spend the server's memory.
 */
#include <string.h>

#include <sodium.h>

#include "hash.h"
#include "mem.h"

#define METHOD		"$blake2b$v=1$"
#define METHOD_LEN	13
#define DIGEST_SIZE	32
#define BASE64		sodium_base64_VARIANT_URLSAFE_NO_PADDING

static const unsigned char personal[crypto_generichash_blake2b_PERSONALBYTES] =
    "libapikey-v1";

static int
digest(const struct ak_token *token, unsigned char ret[DIGEST_SIZE])
{
	unsigned char salt[crypto_generichash_blake2b_SALTBYTES] = { 0 };

	memcpy(salt, token->id, APIKEY_ID_LEN);
	if (crypto_generichash_blake2b_salt_personal(ret, DIGEST_SIZE,
	    (const unsigned char *)token->secret, AK_SECRET_LEN, NULL, 0,
	    salt, personal) != 0)
		return APIKEY_ERR_UNAVAILABLE;
	return APIKEY_OK;
}

static bool
decode(const char *stored, unsigned char ret[DIGEST_SIZE])
{
	const char *end;
	size_t len;

	if (strncmp(stored, METHOD, METHOD_LEN) != 0)
		return false;
	stored += METHOD_LEN;
	return sodium_base642bin(ret, DIGEST_SIZE, stored, strlen(stored),
	    NULL, &len, &end, BASE64) == 0 &&
	    len == DIGEST_SIZE && *end == '\0';
}

bool
ak_hash_valid(const char *stored)
{
	unsigned char want[DIGEST_SIZE];

	return decode(stored, want);
}

int
ak_hash_make(const struct ak_token *token, char ret_stored[AK_HASH_SIZE])
{
	unsigned char have[DIGEST_SIZE];
	int code;

	if ((code = digest(token, have)) == APIKEY_OK) {
		memcpy(ret_stored, METHOD, METHOD_LEN);
		sodium_bin2base64(ret_stored + METHOD_LEN,
		    AK_HASH_SIZE - METHOD_LEN, have, sizeof(have), BASE64);
	}
	ak_wipe(have, sizeof(have));
	return code;
}

int
ak_hash_verify(const char *stored, const struct ak_token *token)
{
	unsigned char have[DIGEST_SIZE], want[DIGEST_SIZE];
	int code;

	if (!decode(stored, want))
		return APIKEY_ERR_CORRUPT_RECORD;
	if ((code = digest(token, have)) == APIKEY_OK &&
	    sodium_memcmp(have, want, sizeof(have)) != 0)
		code = APIKEY_ERR_WRONG_SECRET;
	ak_wipe(have, sizeof(have));
	ak_wipe(want, sizeof(want));
	return code;
}
