/*
 * hashes.h - the stored hashes of TOKEN in all four forms.
 *
 * The digests were made by other implementations: Python's hashlib and
 * the reference library of Argon2.
 */
#ifndef HASHES_H
#define HASHES_H

#include "unit.h"

#include "hash.h"

/* Of the pepper 00 01 ... 1f. */
#define PEPPER_ID	"cb2f5160"
#define TOKEN_HASH_P	"$blake2b$v=1,p=" PEPPER_ID "$" \
	"53XDLpYADq6bO8GhNITDLpe_-yb0pJHDXqJc4F3BjDI"

#define SALT_TEXT	"AQIDBAUGBwgJCgsMDQ4P/w"
#define ARGON2ID	"$apikey-argon2id$v=1$argon2id$v=19$"
#define ARGON2ID_P	"$apikey-argon2id$v=1,p=" PEPPER_ID "$argon2id$v=19$"

#define ARGON2ID_DIGEST	"B2Sslk4WBtfKNDCbXNcB8pzxA6uFN3VnTQz9BSdmzWU"
#define TOKEN_HASH_A	ARGON2ID "m=8,t=1,p=1$" SALT_TEXT "$" ARGON2ID_DIGEST
#define TOKEN_HASH_A3	ARGON2ID "m=64,t=3,p=1$" SALT_TEXT \
	"$JL/x0Vr0kvT3IxSZvU+fPY1fsxQ0dnPiNMAl84aAUxo"
#define TOKEN_HASH_AP	ARGON2ID_P "m=8,t=1,p=1$" SALT_TEXT \
	"$9vSoaBADFPn1k1ToPu6rfWe1bj8PHv+xl0Uf0892rrs"
#define TOKEN_HASH_AP3	ARGON2ID_P "m=64,t=3,p=1$" SALT_TEXT \
	"$ENbV2IyQTDAJUjGV7HhcWvlwVCpCaxBBe8FJlKf64Gg"

static inline struct ak_token
token_of(const char *text)
{
	struct ak_token token;

	assert_int_equal(ak_token_parse(text, strlen(text), &token),
	    APIKEY_OK);
	return token;
}

/* A cheap one: 8 KiB, one pass. */
static inline struct ak_hashing
hashing_of(bool argon2id, bool with_pepper)
{
	unsigned char key[AK_PEPPER_LEN];
	struct ak_hashing hashing = {
		.argon2id = argon2id, .cost = { 8, 1 }, .ceiling = { 64, 3 },
	};

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	if (with_pepper)
		ak_pepper_set(&hashing.pepper, key);
	return hashing;
}

/* No part of salt or digest is in a sentence. */
static inline void
no_hash_in(const char *sentence, const char *stored)
{
	const char *part = strstr(stored, ",p=1$");
	char window[9];

	part = part != NULL ? part + 5 : strrchr(stored, '$');
	for (; part != NULL && strlen(part) >= 8; part++) {
		(void)snprintf(window, sizeof(window), "%s", part);
		if (strstr(sentence, window) != NULL)
			fail_msg("\"%s\" holds \"%s\"", sentence, window);
	}
}

#endif
