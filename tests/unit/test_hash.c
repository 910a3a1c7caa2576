/*
 * The hash of a secret: the vector, what does not fit, and what is not a
 * stored hash.
 */
#include "unit.h"

#include "hash.h"
#include "mem.h"

static struct ak_token
token_of(const char *text)
{
	struct ak_token token;

	assert_int_equal(ak_token_parse(text, strlen(text), &token),
	    APIKEY_OK);
	return token;
}

static void
vector(void **state)
{
	struct ak_token token = token_of(TOKEN);
	char stored[AK_HASH_SIZE];

	(void)state;
	assert_int_equal(ak_hash_make(&token, stored), APIKEY_OK);
	assert_string_equal(stored, TOKEN_HASH);
	assert_true(ak_hash_valid(TOKEN_HASH));
	assert_int_equal(ak_hash_verify(TOKEN_HASH, &token), APIKEY_OK);
}

static void
another_secret(void **state)
{
	struct ak_token token = token_of(TOKEN2);

	(void)state;
	assert_int_equal(ak_hash_verify(TOKEN_HASH, &token),
	    APIKEY_ERR_WRONG_SECRET);
}

/* Every character counts, and so does the id, which is the salt. */
static void
one_character_changed(void **state)
{
	struct ak_token token;

	(void)state;
	for (size_t i = 0; i < AK_SECRET_LEN; i++) {
		token = token_of(TOKEN);
		token.secret[i] = token.secret[i] == 'x' ? 'y' : 'x';
		assert_int_equal(ak_hash_verify(TOKEN_HASH, &token),
		    APIKEY_ERR_WRONG_SECRET);
	}
	for (size_t i = 0; i < APIKEY_ID_LEN; i++) {
		token = token_of(TOKEN);
		token.id[i] = token.id[i] == 'x' ? 'y' : 'x';
		assert_int_equal(ak_hash_verify(TOKEN_HASH, &token),
		    APIKEY_ERR_WRONG_SECRET);
	}
}

static void
made_and_verified(void **state)
{
	char text[APIKEY_TOKEN_SIZE], stored[AK_HASH_SIZE];
	struct ak_token token, other;

	(void)state;
	ak_token_draw(&token, text);
	ak_token_draw(&other, text);
	assert_int_equal(ak_hash_make(&token, stored), APIKEY_OK);
	assert_true(ak_hash_valid(stored));
	assert_int_equal(ak_hash_verify(stored, &token), APIKEY_OK);
	assert_int_equal(ak_hash_verify(stored, &other),
	    APIKEY_ERR_WRONG_SECRET);
}

/* What needs a later version (a pepper, argon2id) is none of ours. */
static void
malformed(void **state)
{
	static const char digits[] =
	    "4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU";
	static const char *const rows[] = {
		"", "$", "$blake2b$", "$blake2b$v=1$", "$blake2b$v=2$",
		digits, TOKEN_HASH "A", TOKEN_HASH "=", TOKEN_HASH "\n",
		" " TOKEN_HASH,
		"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvW",
		"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvW=",
		"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWV",
		"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQv U",
		"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQv+U",
		"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQv/U",
		"$BLAKE2B$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU",
		"$blake2b$v=2$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU",
		"$blake2b$v=1,p=cb2f5160$"
		    "53XDLpYADq6bO8GhNITDLpe_-yb0pJHDXqJc4F3BjDI",
		"$apikey-argon2id$v=1$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aA",
		"$6$salt$hash", "!", "*",
	};
	struct ak_token token = token_of(TOKEN);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (ak_hash_valid(rows[i]))
			fail_msg("\"%s\" is taken for a hash", rows[i]);
		if (ak_hash_verify(rows[i], &token) !=
		    APIKEY_ERR_CORRUPT_RECORD)
			fail_msg("\"%s\" is not called corrupt", rows[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vector),
		cmocka_unit_test(another_secret),
		cmocka_unit_test(one_character_changed),
		cmocka_unit_test(made_and_verified),
		cmocka_unit_test(malformed),
	};

	if (ak_mem_init() != APIKEY_OK)
		return 1;
	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
