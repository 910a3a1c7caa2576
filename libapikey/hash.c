/*
 * The hash of a secret: BLAKE2b-256 (RFC 7693), salted by the key's id
 * and keyed by the pepper, if there is one.
 *
 * A fast hash is right here: the secret has 226 random bits and cannot
 * be guessed whatever a guess costs, while a memory-hard hash at a login
 * prompt would let any stranger spend the server's memory.  For rules
 * that demand one all the same, Argon2id (RFC 9106) goes over the text
 * of that digest.
 *
 * crypto_pwhash_str_verify is not used: libsodium 1.0.18 says the same
 * when memory is short as when the secret is wrong.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <sodium.h>

#include "hash.h"
#include "mem.h"

#define DIGEST_SIZE	32
#define URLSAFE		sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define STANDARD	sodium_base64_VARIANT_ORIGINAL_NO_PADDING

_Static_assert(AK_DIGEST_TEXT_SIZE ==
    sodium_base64_ENCODED_LEN(DIGEST_SIZE, URLSAFE), "text of a digest");
_Static_assert(AK_SALT_TEXT_SIZE ==
    sodium_base64_ENCODED_LEN(crypto_pwhash_SALTBYTES, STANDARD),
    "text of a salt");
_Static_assert(AK_MEMORY_MIN * 1024 == crypto_pwhash_MEMLIMIT_MIN,
    "least memory of Argon2id");
_Static_assert(AK_PEPPER_LEN <= crypto_generichash_blake2b_KEYBYTES_MAX,
    "a pepper as the key of BLAKE2b");

static const unsigned char personal[crypto_generichash_blake2b_PERSONALBYTES] =
    "libapikey-v1";

void
ak_pepper_set(struct ak_pepper *ret, const unsigned char key[AK_PEPPER_LEN])
{
	unsigned char hash[DIGEST_SIZE];

	memcpy(ret->key, key, AK_PEPPER_LEN);
	(void)crypto_generichash_blake2b(hash, sizeof(hash), key,
	    AK_PEPPER_LEN, NULL, 0);
	sodium_bin2hex(ret->id, sizeof(ret->id), hash,
	    (AK_PEPPER_ID_SIZE - 1) / 2);
	ret->is_set = true;
	ak_wipe(hash, sizeof(hash));
}

/* pepper may be NULL. */
static int
blake2b(const struct ak_pepper *pepper, const struct ak_token *token,
    unsigned char ret[DIGEST_SIZE])
{
	unsigned char salt[crypto_generichash_blake2b_SALTBYTES] = { 0 };
	bool keyed = pepper != NULL && pepper->is_set;

	memcpy(salt, token->id, APIKEY_ID_LEN);
	if (crypto_generichash_blake2b_salt_personal(ret, DIGEST_SIZE,
	    (const unsigned char *)token->secret, AK_SECRET_LEN,
	    keyed ? pepper->key : NULL, keyed ? AK_PEPPER_LEN : 0,
	    salt, personal) != 0)
		return APIKEY_ERR_UNAVAILABLE;
	return APIKEY_OK;
}

/* Puts the digest of the digest's text in its place. */
static int
argon2id(const struct ak_stored *how, unsigned char digest[DIGEST_SIZE],
    struct ak_fault *fault)
{
	unsigned char salt[crypto_pwhash_SALTBYTES];
	char text[AK_DIGEST_TEXT_SIZE];
	int failed;

	if (sodium_base642bin(salt, sizeof(salt), how->salt,
	    strlen(how->salt), NULL, NULL, NULL, STANDARD) != 0)
		return APIKEY_ERR_UNAVAILABLE;
	sodium_bin2base64(text, sizeof(text), digest, DIGEST_SIZE, URLSAFE);
	errno = 0;
	failed = crypto_pwhash(digest, DIGEST_SIZE, text, strlen(text), salt,
	    (unsigned long long)how->cost.passes,
	    (size_t)how->cost.memory * 1024, crypto_pwhash_ALG_ARGON2ID13);
	ak_wipe(text, sizeof(text));
	if (failed == 0)
		return APIKEY_OK;
	if (errno == ENOMEM)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "the key's hash "
		    "takes %" PRId64 " KiB of memory, which cannot be had",
		    how->cost.memory);
	return APIKEY_ERR_UNAVAILABLE;
}

/* The digest of a token, as text, made in the way of a stored hash. */
static int
derive(const struct ak_hashing *hashing, const struct ak_stored *how,
    const struct ak_token *token, char ret[AK_DIGEST_TEXT_SIZE],
    struct ak_fault *fault)
{
	unsigned char digest[DIGEST_SIZE];
	int code;

	code = blake2b(how->pepper_id[0] == '\0' ? NULL : &hashing->pepper,
	    token, digest);
	if (code == APIKEY_OK && how->argon2id)
		code = argon2id(how, digest, fault);
	if (code == APIKEY_OK)
		sodium_bin2base64(ret, AK_DIGEST_TEXT_SIZE, digest,
		    DIGEST_SIZE, how->argon2id ? STANDARD : URLSAFE);
	else if (code == APIKEY_ERR_UNAVAILABLE)
		(void)ak_fail(fault, code, "libsodium cannot hash");
	ak_wipe(digest, sizeof(digest));
	return code;
}

bool
ak_hash_valid(const char *text)
{
	struct ak_stored stored;
	bool valid = ak_stored_parse(text, &stored);

	ak_wipe(&stored, sizeof(stored));
	return valid;
}

void
ak_hash_pepper_id(const char *stored, char ret[AK_PEPPER_ID_SIZE])
{
	struct ak_stored parts;

	if (ak_stored_parse(stored, &parts))
		memcpy(ret, parts.pepper_id, AK_PEPPER_ID_SIZE);
	else
		ret[0] = '\0';
	ak_wipe(&parts, sizeof(parts));
}

bool
ak_hash_is_peppered(const char *stored)
{
	char id[AK_PEPPER_ID_SIZE];

	ak_hash_pepper_id(stored, id);
	return id[0] != '\0';
}

bool
ak_hash_is_costly(const char *text)
{
	struct ak_stored stored;
	bool costly = ak_stored_parse(text, &stored) && stored.argon2id;

	ak_wipe(&stored, sizeof(stored));
	return costly;
}

static void
draw_salt(char ret[AK_SALT_TEXT_SIZE])
{
	unsigned char salt[crypto_pwhash_SALTBYTES];

	ak_random(salt, sizeof(salt));
	sodium_bin2base64(ret, AK_SALT_TEXT_SIZE, salt, sizeof(salt),
	    STANDARD);
}

int
ak_hash_make(const struct ak_hashing *hashing, const struct ak_token *token,
    char ret_stored[AK_HASH_SIZE])
{
	struct ak_stored stored = { .argon2id = hashing->argon2id };
	int code;

	if (hashing->pepper.is_set)
		memcpy(stored.pepper_id, hashing->pepper.id,
		    AK_PEPPER_ID_SIZE);
	if (hashing->argon2id) {
		if (!ak_cost_valid(&hashing->cost))
			return APIKEY_ERR_INVALID;
		stored.cost = hashing->cost;
		draw_salt(stored.salt);
	}
	code = derive(hashing, &stored, token, stored.digest, NULL);
	if (code == APIKEY_OK)
		ak_stored_text(&stored, ret_stored);
	ak_wipe(&stored, sizeof(stored));
	return code;
}

/* Is it the pepper that the hash was made with, and may it cost that? */
static int
check_stored(const struct ak_hashing *hashing, const struct ak_stored *stored,
    struct ak_fault *fault)
{
	const struct ak_cost *cost = &stored->cost, *max = &hashing->ceiling;
	const struct ak_pepper *pepper = &hashing->pepper;

	if (stored->pepper_id[0] != '\0' && !pepper->is_set)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "the key was hashed with the pepper %s, but the "
		    "configuration names none", stored->pepper_id);
	if (stored->pepper_id[0] != '\0' &&
	    strcmp(stored->pepper_id, pepper->id) != 0)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "the key was hashed with the pepper %s, but the "
		    "configured one is %s", stored->pepper_id, pepper->id);
	if (stored->argon2id &&
	    (cost->memory > max->memory || cost->passes > max->passes))
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE, "the key's "
		    "hash takes %" PRId64 " KiB and %" PRId64 " passes, but "
		    "the configuration allows %" PRId64 " and %" PRId64
		    " (argon2id.max_memory and max_passes)",
		    cost->memory, cost->passes, max->memory, max->passes);
	return APIKEY_OK;
}

int
ak_hash_check(const struct ak_hashing *hashing, const char *text,
    struct ak_fault *fault)
{
	struct ak_stored stored;
	int code = APIKEY_ERR_CORRUPT_RECORD;

	if (ak_stored_parse(text, &stored))
		code = check_stored(hashing, &stored, fault);
	ak_wipe(&stored, sizeof(stored));
	return code;
}

int
ak_hash_verify(const struct ak_hashing *hashing, const char *text,
    const struct ak_token *token, struct ak_fault *fault)
{
	char have[AK_DIGEST_TEXT_SIZE] = "";
	struct ak_stored want;
	int code;

	if (!ak_stored_parse(text, &want))
		code = ak_fail(fault, APIKEY_ERR_CORRUPT_RECORD,
		    "the stored hash has no form that is known here");
	else if ((code = check_stored(hashing, &want, fault)) == APIKEY_OK)
		code = derive(hashing, &want, token, have, fault);
	/* Each digest has one text alone, so that texts will do. */
	if (code == APIKEY_OK &&
	    sodium_memcmp(have, want.digest, sizeof(have)) != 0)
		code = APIKEY_ERR_WRONG_SECRET;
	ak_wipe(have, sizeof(have));
	ak_wipe(&want, sizeof(want));
	return code;
}

void
ak_hash_idle(const struct ak_hashing *hashing, const struct ak_token *token)
{
	unsigned char digest[DIGEST_SIZE];

	(void)blake2b(&hashing->pepper, token, digest);
	ak_wipe(digest, sizeof(digest));
}
