/*
 * Stored hashes as text: there is one way to write each, and anything
 * else is none.
 */
#include "unit.h"

#include "hash.h"
#include "hashes.h"
#include "mem.h"
#include "stored.h"

#define DIGEST	"4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU"
#define TAIL	"$" SALT_TEXT "$" ARGON2ID_DIGEST
#define COST	"m=8,t=1,p=1"

static const char *const forms[] = {
	TOKEN_HASH, TOKEN_HASH_P, TOKEN_HASH_A, TOKEN_HASH_A3, TOKEN_HASH_AP,
	TOKEN_HASH_AP3,
	"$blake2b$v=1,p=00000000$" DIGEST,
	"$apikey-argon2id$v=1,p=0123abcd$argon2id$v=19$" COST TAIL,
	/* The largest cost, and the longest text. */
	ARGON2ID_P "m=4194304,t=1000,p=1" TAIL,
	ARGON2ID "m=1048576,t=999,p=1" TAIL,
	/* All zeros and all ones. */
	"$blake2b$v=1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"$blake2b$v=1$__________________________________________8",
	ARGON2ID COST "$AAAAAAAAAAAAAAAAAAAAAA$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	ARGON2ID COST "$/////////////////////w$"
	    "//////////////////////////////////////////8",
};

static const char *const malformed_blake2b[] = {
	"", "$", "$blake2b", "$blake2b$", "$blake2b$v=1", "$blake2b$v=1$",
	"$blake2b$v=1,", "$blake2b$v=1,p", "$blake2b$v=1,p=",
	"$blake2b$v=2$", DIGEST, TOKEN_HASH "A", TOKEN_HASH "=",
	TOKEN_HASH "\n", TOKEN_HASH " ", TOKEN_HASH "$", " " TOKEN_HASH,
	"blake2b$v=1$" DIGEST,
	/* Too short, padded, with bits left over, not in the alphabet. */
	"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvW",
	"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvW=",
	"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWV",
	"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWW",
	"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQv U",
	"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQv+U",
	"$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQv/U",
	"$blake2b$v=1$\3034nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvU",
	/* Another method, version or parameter. */
	"$BLAKE2B$v=1$" DIGEST, "$blake2b$v=2$" DIGEST,
	"$blake2b$v=01$" DIGEST, "$blake2b$v=1 $" DIGEST,
	"$blake2b$V=1$" DIGEST, "$blake2b$" DIGEST,
	"$blake2s$v=1$" DIGEST, "$blake2b$v=1$$" DIGEST,
	"$blake2b$v=10$" DIGEST, "$blake2b$v=1,$" DIGEST,
	"$blake2b$v=1,q=cb2f5160$" DIGEST, "$blake2b$p=cb2f5160,v=1$" DIGEST,
	/* The pepper's id is eight lowercase digits. */
	"$blake2b$v=1,p=$" DIGEST, "$blake2b$v=1,p=cb2f516$" DIGEST,
	"$blake2b$v=1,p=cb2f51600$" DIGEST, "$blake2b$v=1,p=CB2F5160$" DIGEST,
	"$blake2b$v=1,p=cb2f516g$" DIGEST, "$blake2b$v=1,p= b2f5160$" DIGEST,
	"$blake2b$v=1,p=cb2f5160" DIGEST, "$blake2b$v=1p=cb2f5160$" DIGEST,
	"$blake2b$v=1, p=cb2f5160$" DIGEST, "$blake2b$v=1,p=0xcb2f51$" DIGEST,
	"$blake2b$v=1,p=cb2f5160,p=cb2f5160$" DIGEST,
	"$blake2b$v=1,p=cb2f5160", "$blake2b$v=1,p=cb2f5160$",
	/* Others' hashes. */
	"$6$salt$hash", "!", "*", "x", "$argon2id$v=19$" COST TAIL,
	"$blake2b$v=1" TAIL,
};

static const char *const malformed_argon2id[] = {
	"$apikey-argon2id", "$apikey-argon2id$v=1", "$apikey-argon2id$v=1$",
	ARGON2ID, ARGON2ID "m=", ARGON2ID "m=8", ARGON2ID COST,
	ARGON2ID COST "$", ARGON2ID COST "$" SALT_TEXT,
	ARGON2ID COST "$" SALT_TEXT "$",
	"$apikey-argon2id$v=1$" DIGEST,
	TOKEN_HASH_A "=", TOKEN_HASH_A "\n", TOKEN_HASH_A "$", TOKEN_HASH_A "A",
	TOKEN_HASH_A TOKEN_HASH_A, " " TOKEN_HASH_A,
	/* Another method or version, ours and libsodium's. */
	"$apikey-argon2i$v=1$argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=2$argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=01$argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=1$argon2i$v=19$" COST TAIL,
	"$apikey-argon2id$v=1$argon2d$v=19$" COST TAIL,
	"$apikey-argon2id$v=1$Argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=1$argon2id$v=16$" COST TAIL,
	"$apikey-argon2id$v=1$argon2id$v=019$" COST TAIL,
	"$apikey-argon2id$v=1$argon2id$v=190$" COST TAIL,
	"$apikey-argon2id$v=1$argon2id$" COST TAIL,
	"$apikey-argon2id$argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=1$$argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=1argon2id$v=19$" COST TAIL,
	/* The pepper. */
	"$apikey-argon2id$v=1,p=cb2f516$argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=1,p=cb2f51600$argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=1,p=CB2F5160$argon2id$v=19$" COST TAIL,
	"$apikey-argon2id$v=1,p=$argon2id$v=19$" COST TAIL,
	/* Leading zeros, signs, blanks, other numerals. */
	ARGON2ID "m=08,t=1,p=1" TAIL, ARGON2ID "m=8,t=01,p=1" TAIL,
	ARGON2ID "m=8,t=1,p=01" TAIL, ARGON2ID "m=+8,t=1,p=1" TAIL,
	ARGON2ID "m=8,t=+1,p=1" TAIL, ARGON2ID "m=-8,t=1,p=1" TAIL,
	ARGON2ID "m= 8,t=1,p=1" TAIL, ARGON2ID "m=8 ,t=1,p=1" TAIL,
	ARGON2ID "m=8,t= 1,p=1" TAIL, ARGON2ID "m=8, t=1,p=1" TAIL,
	ARGON2ID "m=0x8,t=1,p=1" TAIL, ARGON2ID "m=8.0,t=1,p=1" TAIL,
	ARGON2ID "m=8k,t=1,p=1" TAIL, ARGON2ID "m=1e3,t=1,p=1" TAIL,
	ARGON2ID "m=,t=1,p=1" TAIL, ARGON2ID "m=8,t=,p=1" TAIL,
	ARGON2ID "m=8,t=1,p=" TAIL,
	/* Out of bounds, and numbers that wrap. */
	ARGON2ID "m=0,t=1,p=1" TAIL, ARGON2ID "m=7,t=1,p=1" TAIL,
	ARGON2ID "m=4194305,t=1,p=1" TAIL, ARGON2ID "m=9999999,t=1,p=1" TAIL,
	ARGON2ID "m=10000000,t=1,p=1" TAIL,
	ARGON2ID "m=4294967304,t=1,p=1" TAIL,
	ARGON2ID "m=18446744073709551624,t=1,p=1" TAIL,
	ARGON2ID "m=340282366920938463463374607431768211464,t=1,p=1" TAIL,
	ARGON2ID "m=8,t=0,p=1" TAIL, ARGON2ID "m=8,t=1001,p=1" TAIL,
	ARGON2ID "m=8,t=4294967297,p=1" TAIL,
	ARGON2ID "m=8,t=18446744073709551617,p=1" TAIL,
	ARGON2ID "m=8,t=1,p=0" TAIL, ARGON2ID "m=8,t=1,p=2" TAIL,
	ARGON2ID "m=8,t=1,p=11" TAIL, ARGON2ID "m=8,t=1,p=-1" TAIL,
	ARGON2ID "m=8,t=1,p=4294967297" TAIL,
	/* Other parameters, another order, one missing, one twice. */
	ARGON2ID "t=1,m=8,p=1" TAIL, ARGON2ID "m=8,p=1,t=1" TAIL,
	ARGON2ID "m=8,t=1" TAIL, ARGON2ID "m=8,p=1" TAIL,
	ARGON2ID "8,t=1,p=1" TAIL, ARGON2ID "m=8,1,p=1" TAIL,
	ARGON2ID "m=8,t=1" SALT_TEXT "$" ARGON2ID_DIGEST,
	"$apikey-argon2id$v=1" COST TAIL,
	ARGON2ID "t=1,p=1" TAIL, ARGON2ID "m=8,t=1,p=1,p=1" TAIL,
	ARGON2ID "m=8,m=8,t=1,p=1" TAIL, ARGON2ID "m=8;t=1;p=1" TAIL,
	ARGON2ID "m=8,t=1,p=1,keyid=AA" TAIL, ARGON2ID "M=8,T=1,P=1" TAIL,
	/* A salt of another length, padded, bits left over, for URLs. */
	ARGON2ID COST "$$" ARGON2ID_DIGEST,
	ARGON2ID COST "$AQIDBAUGBwgJCgsMDQ4P/$" ARGON2ID_DIGEST,
	ARGON2ID COST "$AQIDBAUGBwgJCgsMDQ4P/wA$" ARGON2ID_DIGEST,
	ARGON2ID COST "$AQIDBAUGBwgJCgsMDQ4P/w==$" ARGON2ID_DIGEST,
	ARGON2ID COST "$AQIDBAUGBwgJCgsMDQ4P/x$" ARGON2ID_DIGEST,
	ARGON2ID COST "$AQIDBAUGBwgJCgsMDQ4P_w$" ARGON2ID_DIGEST,
	ARGON2ID COST "$AQIDBAUGBwgJCgsMDQ4P w$" ARGON2ID_DIGEST,
	ARGON2ID COST "$c2FsdA$aA", ARGON2ID COST "$" SALT_TEXT ARGON2ID_DIGEST,
	/* The same of the digest. */
	ARGON2ID COST "$" SALT_TEXT "$B2Sslk4WBtfKNDCbXNcB8pzxA6uFN3VnTQz9B"
	    "SdmzW",
	ARGON2ID COST "$" SALT_TEXT "$B2Sslk4WBtfKNDCbXNcB8pzxA6uFN3VnTQz9B"
	    "SdmzW=",
	ARGON2ID COST "$" SALT_TEXT "$B2Sslk4WBtfKNDCbXNcB8pzxA6uFN3VnTQz9B"
	    "SdmzWV",
	ARGON2ID COST "$" SALT_TEXT "$B2Sslk4WBtfKNDCbXNcB8pzxA6uFN3VnTQz9B"
	    "Sdm-WU",
	ARGON2ID COST "$" SALT_TEXT "$B2Sslk4WBtfKNDCbXNcB8pzxA6uFN3VnTQz9B"
	    "Sdm_WU",
};

static void
forms_and_back(void **state)
{
	char text[AK_HASH_SIZE];
	struct ak_stored stored;

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		if (!ak_stored_parse(forms[i], &stored))
			fail_msg("\"%s\" is not taken", forms[i]);
		assert_true(ak_hash_valid(forms[i]));
		ak_stored_text(&stored, text);
		assert_string_equal(text, forms[i]);
	}
}

static void
taken_apart(void **state)
{
	struct ak_stored stored;

	(void)state;
	assert_true(ak_stored_parse(ARGON2ID_P "m=65536,t=12,p=1" TAIL,
	    &stored));
	assert_true(stored.argon2id);
	assert_string_equal(stored.pepper_id, PEPPER_ID);
	assert_int_equal(stored.cost.memory, 65536);
	assert_int_equal(stored.cost.passes, 12);
	assert_string_equal(stored.salt, SALT_TEXT);
	assert_string_equal(stored.digest, ARGON2ID_DIGEST);
	assert_true(ak_stored_parse(TOKEN_HASH, &stored));
	assert_false(stored.argon2id);
	assert_string_equal(stored.pepper_id, "");
	assert_string_equal(stored.salt, "");
	assert_string_equal(stored.digest, DIGEST);
}

/* Never verified, whatever the token. */
static void
refused(const char *text, size_t len)
{
	struct ak_hashing hashing = hashing_of(false, true);
	struct ak_token token = token_of(TOKEN);
	struct ak_fault fault = { 0, "" };
	char *copy = exact_copy(text, len + 1);

	hashing.ceiling = (struct ak_cost){ INT64_MAX, INT64_MAX };
	copy[len] = '\0';
	if (ak_hash_valid(copy))
		fail_msg("\"%s\" is taken for a hash", copy);
	assert_false(ak_hash_is_costly(copy));
	if (ak_hash_verify(&hashing, copy, &token, &fault) !=
	    APIKEY_ERR_CORRUPT_RECORD)
		fail_msg("\"%s\" is not called corrupt", copy);
	assert_string_equal(fault.text,
	    "the stored hash has no form that is known here");
	assert_int_equal(fault.code, APIKEY_ERR_CORRUPT_RECORD);
	free(copy);
}

static void
malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(malformed_blake2b); i++)
		refused(malformed_blake2b[i], strlen(malformed_blake2b[i]));
	for (size_t i = 0; i < COUNT(malformed_argon2id); i++)
		refused(malformed_argon2id[i], strlen(malformed_argon2id[i]));
}

/* Cut off anywhere, and with any one byte that does not belong. */
static void
broken_anywhere(void **state)
{
	static const char bad[] = "\x01 \t\n\"%&*.:?@~\x7f\x80\xff";
	char text[AK_HASH_SIZE];
	size_t len;

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		len = strlen(forms[i]);
		for (size_t at = 0; at < len; at++) {
			refused(forms[i], at);
			(void)strcpy(text, forms[i]);
			text[at] = bad[at % (sizeof(bad) - 1)];
			refused(text, len);
		}
	}
}

/* A text of any length ends. */
static void
long_texts(void **state)
{
	static const char *const begins[] = {
		"$blake2b$v=1$", "$blake2b$v=1,p=", ARGON2ID "m=",
		ARGON2ID "m=8,t=", ARGON2ID COST "$",
		ARGON2ID COST "$" SALT_TEXT "$",
	};
	const size_t size = 100000;
	char *text = malloc(size + 1);
	size_t len;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < COUNT(begins); i++) {
		len = strlen(begins[i]);
		memcpy(text, begins[i], len);
		memset(text + len, '1', size - len);
		refused(text, size);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_and_back),
		cmocka_unit_test(taken_apart),
		cmocka_unit_test(malformed),
		cmocka_unit_test(broken_anywhere),
		cmocka_unit_test(long_texts),
	};

	if (ak_mem_init() != APIKEY_OK)
		return 1;
	return cmocka_run_group_tests_name("stored", tests, NULL, NULL);
}
