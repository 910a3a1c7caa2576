/*
 * The hash of a secret: the vectors, what does not fit, the pepper, and
 * what a stored hash may cost.
 */
#include "unit.h"

#include <sodium.h>

#include "hash.h"
#include "hashes.h"
#include "mem.h"

static const char *const stored_forms[] = {
	TOKEN_HASH, TOKEN_HASH_P, TOKEN_HASH_A, TOKEN_HASH_A3, TOKEN_HASH_AP,
	TOKEN_HASH_AP3,
};

static bool
has_pepper(const char *stored)
{
	return strstr(stored, PEPPER_ID) != NULL;
}

static bool
has_argon2id(const char *stored)
{
	return strstr(stored, "argon2id") != NULL;
}

/* The code, and no sentence where that code needs none. */
static int
verify(const struct ak_hashing *hashing, const char *stored,
    const struct ak_token *token)
{
	struct ak_fault fault = { 0, "" };
	int code = ak_hash_verify(hashing, stored, token, &fault);

	no_hash_in(fault.text, stored);
	if (code == APIKEY_OK || code == APIKEY_ERR_WRONG_SECRET)
		assert_string_equal(fault.text, "");
	else {
		assert_int_equal(fault.code, code);
		assert_string_not_equal(fault.text, "");
	}
	assert_int_equal(ak_hash_verify(hashing, stored, token, NULL), code);
	return code;
}

/* Refused with UNAVAILABLE and this sentence. */
static void
unavailable(const struct ak_hashing *hashing, const char *stored,
    const char *want)
{
	struct ak_token token = token_of(TOKEN);
	struct ak_fault fault = { 0, "" };

	assert_int_equal(verify(hashing, stored, &token),
	    APIKEY_ERR_UNAVAILABLE);
	(void)ak_hash_verify(hashing, stored, &token, &fault);
	assert_string_equal(fault.text, want);
}

static void
vectors(void **state)
{
	struct ak_token token = token_of(TOKEN);
	struct ak_hashing hashing = hashing_of(false, false);
	char stored[AK_HASH_SIZE];

	(void)state;
	assert_int_equal(ak_hash_make(&hashing, &token, stored), APIKEY_OK);
	assert_string_equal(stored, TOKEN_HASH);
	assert_int_equal(verify(&hashing, TOKEN_HASH, &token), APIKEY_OK);

	hashing = hashing_of(false, true);
	assert_string_equal(hashing.pepper.id, PEPPER_ID);
	assert_int_equal(ak_hash_make(&hashing, &token, stored), APIKEY_OK);
	assert_string_equal(stored, TOKEN_HASH_P);
	for (size_t i = 0; i < COUNT(stored_forms); i++) {
		if (!ak_hash_valid(stored_forms[i]))
			fail_msg("%s is not valid", stored_forms[i]);
		if (verify(&hashing, stored_forms[i], &token) != APIKEY_OK)
			fail_msg("%s does not fit", stored_forms[i]);
	}
}

static void
costly(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stored_forms); i++)
		assert_int_equal(ak_hash_is_costly(stored_forms[i]),
		    has_argon2id(stored_forms[i]));
	assert_false(ak_hash_is_costly(""));
	assert_false(ak_hash_is_costly(TOKEN_HASH_A "x"));
	assert_false(ak_hash_is_costly("$apikey-argon2id$v=1"));
}

static void
another_secret(void **state)
{
	struct ak_token token = token_of(TOKEN2);
	struct ak_hashing hashing = hashing_of(false, true);

	(void)state;
	for (size_t i = 0; i < COUNT(stored_forms); i++)
		assert_int_equal(verify(&hashing, stored_forms[i], &token),
		    APIKEY_ERR_WRONG_SECRET);
}

/* Every character counts, and so does the id, which is the salt. */
static void
one_character_changed(void **state)
{
	struct ak_hashing hashing = hashing_of(false, true);
	const size_t len = APIKEY_ID_LEN + AK_SECRET_LEN;
	struct ak_token token;
	char *c;

	(void)state;
	for (size_t i = 0; i < len * COUNT(stored_forms); i++) {
		token = token_of(TOKEN);
		c = i % len < APIKEY_ID_LEN ? &token.id[i % len] :
		    &token.secret[i % len - APIKEY_ID_LEN];
		*c = *c == 'x' ? 'y' : 'x';
		assert_int_equal(verify(&hashing, stored_forms[i / len],
		    &token), APIKEY_ERR_WRONG_SECRET);
	}
}

/* So does every character of the stored digest. */
static void
one_digit_changed(void **state)
{
	struct ak_hashing hashing = hashing_of(false, true);
	struct ak_token token = token_of(TOKEN);
	char stored[AK_HASH_SIZE];
	size_t at;

	(void)state;
	for (size_t i = 0; i < COUNT(stored_forms); i++) {
		at = strlen(stored_forms[i]) - 43;
		for (size_t end = at + 43; at < end; at++) {
			(void)strcpy(stored, stored_forms[i]);
			stored[at] = stored[at] == 'A' ? 'Q' : 'A';
			assert_int_equal(verify(&hashing, stored, &token),
			    APIKEY_ERR_WRONG_SECRET);
		}
	}
}

static void
made_and_verified(void **state)
{
	char text[APIKEY_TOKEN_SIZE], stored[AK_HASH_SIZE];
	char again[AK_HASH_SIZE];
	struct ak_token token, other;
	struct ak_hashing hashing;
	bool argon2id, pepper;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		argon2id = (i & 1) != 0;
		pepper = (i & 2) != 0;
		hashing = hashing_of(argon2id, pepper);
		ak_token_draw(&token, text);
		ak_token_draw(&other, text);
		assert_int_equal(ak_hash_make(&hashing, &token, stored),
		    APIKEY_OK);
		assert_true(ak_hash_valid(stored));
		assert_int_equal(has_argon2id(stored), argon2id);
		assert_int_equal(has_pepper(stored), pepper);
		assert_int_equal(verify(&hashing, stored, &token), APIKEY_OK);
		assert_int_equal(verify(&hashing, stored, &other),
		    APIKEY_ERR_WRONG_SECRET);
		/* Argon2id draws a salt of its own. */
		assert_int_equal(ak_hash_make(&hashing, &token, again),
		    APIKEY_OK);
		assert_int_equal(strcmp(stored, again) != 0, argon2id);
	}
}

/* The string is libsodium's own, in both directions. */
static void
libsodium_agrees(void **state)
{
	const char *digest = strrchr(TOKEN_HASH, '$') + 1;
	struct ak_hashing hashing = hashing_of(true, false);
	struct ak_token token = token_of(TOKEN);
	char stored[AK_HASH_SIZE], theirs[crypto_pwhash_STRBYTES];

	(void)state;
	hashing.cost = (struct ak_cost){ 16, 2 };
	assert_int_equal(ak_hash_make(&hashing, &token, stored), APIKEY_OK);
	memset(theirs, 0, sizeof(theirs));
	(void)strcpy(theirs, stored + strlen("$apikey-argon2id$v=1"));
	assert_int_equal(crypto_pwhash_str_verify(theirs, digest,
	    strlen(digest)), 0);
	assert_int_equal(crypto_pwhash_str_needs_rehash(theirs, 2,
	    16 * 1024), 0);

	assert_int_equal(crypto_pwhash_str_alg(theirs, digest,
	    strlen(digest), 3, 32 * 1024, crypto_pwhash_ALG_ARGON2ID13), 0);
	(void)snprintf(stored, sizeof(stored), "$apikey-argon2id$v=1%s",
	    theirs);
	assert_int_equal(verify(&hashing, stored, &token), APIKEY_OK);
}

static void
without_the_pepper(void **state)
{
	struct ak_hashing hashing = hashing_of(false, false);
	struct ak_token token = token_of(TOKEN);

	(void)state;
	for (size_t i = 0; i < COUNT(stored_forms); i++) {
		if (has_pepper(stored_forms[i]))
			unavailable(&hashing, stored_forms[i],
			    "the key was hashed with the pepper cb2f5160, "
			    "but the configuration names none");
		else
			assert_int_equal(verify(&hashing, stored_forms[i],
			    &token), APIKEY_OK);
	}
}

/* Keys that were made without a pepper do not mind one. */
static void
another_pepper(void **state)
{
	struct ak_hashing hashing = hashing_of(false, false);
	struct ak_token token = token_of(TOKEN);
	unsigned char key[AK_PEPPER_LEN] = { 1 };

	(void)state;
	ak_pepper_set(&hashing.pepper, key);
	assert_string_equal(hashing.pepper.id, "afbc1c05");
	for (size_t i = 0; i < COUNT(stored_forms); i++) {
		if (has_pepper(stored_forms[i]))
			unavailable(&hashing, stored_forms[i],
			    "the key was hashed with the pepper cb2f5160, "
			    "but the configured one is afbc1c05");
		else
			assert_int_equal(verify(&hashing, stored_forms[i],
			    &token), APIKEY_OK);
	}
}

/* The id tells peppers apart; the digest needs the whole of one. */
static void
same_id_other_pepper(void **state)
{
	struct ak_hashing hashing = hashing_of(false, true);
	struct ak_token token = token_of(TOKEN);

	(void)state;
	for (size_t at = 0; at < AK_PEPPER_LEN; at++) {
		hashing.pepper.key[at] ^= 0x80;
		for (size_t i = 0; i < COUNT(stored_forms); i++)
			assert_int_equal(verify(&hashing, stored_forms[i],
			    &token), has_pepper(stored_forms[i]) ?
			    APIKEY_ERR_WRONG_SECRET : APIKEY_OK);
		hashing.pepper.key[at] ^= 0x80;
	}
}

static void
ceiling(void **state)
{
	static const struct {
		struct ak_cost	 ceiling;
		const char	*why;	/* NULL: verified */
	} rows[] = {
		{ { 64, 3 }, NULL },
		{ { 4194304, 1000 }, NULL },
		{ { 63, 3 }, "the key's hash takes 64 KiB and 3 passes, but "
		    "the configuration allows 63 and 3 (argon2id.max_memory "
		    "and max_passes)" },
		{ { 64, 2 }, "the key's hash takes 64 KiB and 3 passes, but "
		    "the configuration allows 64 and 2 (argon2id.max_memory "
		    "and max_passes)" },
		{ { 0, 0 }, "the key's hash takes 64 KiB and 3 passes, but "
		    "the configuration allows 0 and 0 (argon2id.max_memory "
		    "and max_passes)" },
	};
	struct ak_hashing hashing = hashing_of(false, true);
	struct ak_token token = token_of(TOKEN);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		hashing.ceiling = rows[i].ceiling;
		assert_int_equal(verify(&hashing, TOKEN_HASH, &token),
		    APIKEY_OK);
		if (rows[i].why == NULL) {
			assert_int_equal(verify(&hashing, TOKEN_HASH_A3,
			    &token), APIKEY_OK);
			continue;
		}
		unavailable(&hashing, TOKEN_HASH_A3, rows[i].why);
		unavailable(&hashing, TOKEN_HASH_AP3, rows[i].why);
	}
}

static void
costs_of_new_keys(void **state)
{
	static const struct {
		struct ak_cost	 cost;
		int		 code;
	} rows[] = {
		{ { 8, 1 }, APIKEY_OK },
		{ { 9, 1 }, APIKEY_OK },
		{ { 8, 1000 }, APIKEY_OK },
		{ { 7, 1 }, APIKEY_ERR_INVALID },
		{ { 8, 0 }, APIKEY_ERR_INVALID },
		{ { 8, -1 }, APIKEY_ERR_INVALID },
		{ { 8, 1001 }, APIKEY_ERR_INVALID },
		{ { 0, 1 }, APIKEY_ERR_INVALID },
		{ { -8, 1 }, APIKEY_ERR_INVALID },
		{ { 4194305, 1 }, APIKEY_ERR_INVALID },
		{ { INT64_MAX, 1 }, APIKEY_ERR_INVALID },
		{ { INT64_MIN, INT64_MIN }, APIKEY_ERR_INVALID },
		{ { 8, INT64_MAX }, APIKEY_ERR_INVALID },
	};
	struct ak_hashing hashing = hashing_of(true, false);
	struct ak_token token = token_of(TOKEN);
	char stored[AK_HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		hashing.argon2id = true;
		hashing.cost = hashing.ceiling = rows[i].cost;
		(void)strcpy(stored, "as it was");
		assert_int_equal(ak_hash_make(&hashing, &token, stored),
		    rows[i].code);
		if (rows[i].code == APIKEY_OK)
			assert_int_equal(verify(&hashing, stored, &token),
			    APIKEY_OK);
		else
			assert_string_equal(stored, "as it was");
		/* BLAKE2b alone does not ask for it. */
		hashing.argon2id = false;
		assert_int_equal(ak_hash_make(&hashing, &token, stored),
		    APIKEY_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(costly),
		cmocka_unit_test(another_secret),
		cmocka_unit_test(one_character_changed),
		cmocka_unit_test(one_digit_changed),
		cmocka_unit_test(made_and_verified),
		cmocka_unit_test(libsodium_agrees),
		cmocka_unit_test(without_the_pepper),
		cmocka_unit_test(another_pepper),
		cmocka_unit_test(same_id_other_pepper),
		cmocka_unit_test(ceiling),
		cmocka_unit_test(costs_of_new_keys),
	};

	if (ak_mem_init() != APIKEY_OK)
		return 1;
	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
