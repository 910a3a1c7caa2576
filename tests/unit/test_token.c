/*
 * The token as text: vectors, shape, checksum, drawing, and finding one
 * where it must not be written down.
 */
#include <regex.h>

#include "unit.h"

#include "mem.h"
#include "token.h"

#define SCANNER	"\\bapik_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{44}\\b"
#define DRAWS	2000

static int
parse(const char *text, size_t len)
{
	struct ak_token token;
	char *copy = exact_copy(text, len);
	int code = ak_token_parse(copy, len, &token);

	free(copy);
	return code;
}

static void
vectors(void **state)
{
	static const struct {
		const char *text, *id, *secret;
	} rows[] = {
		{ TOKEN, TOKEN_ID, TOKEN_SECRET },
		{ TOKEN2, TOKEN_ID, "56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg" },
	};
	struct ak_token token;
	char id[APIKEY_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(strlen(rows[i].text), APIKEY_TOKEN_LEN);
		assert_int_equal(ak_token_parse(rows[i].text,
		    APIKEY_TOKEN_LEN, &token), APIKEY_OK);
		assert_string_equal(token.id, rows[i].id);
		assert_string_equal(token.secret, rows[i].secret);
		assert_int_equal(apikey_token_id(rows[i].text,
		    APIKEY_TOKEN_LEN, id), APIKEY_OK);
		assert_string_equal(id, rows[i].id);
	}
}

static void
every_single_change_is_refused(void **state)
{
	static const char *const texts[] = { TOKEN, TOKEN2 };
	char changed[APIKEY_TOKEN_SIZE];

	(void)state;
	for (size_t t = 0; t < COUNT(texts); t++) {
		for (size_t i = 0; i < APIKEY_TOKEN_LEN; i++) {
			for (int c = 0; c < 256; c++) {
				if ((unsigned char)texts[t][i] == c)
					continue;
				memcpy(changed, texts[t], sizeof(changed));
				changed[i] = (char)c;
				if (parse(changed, APIKEY_TOKEN_LEN) !=
				    APIKEY_ERR_MALFORMED)
					fail_msg("byte %zu as %d", i, c);
			}
		}
	}
}

static void
swapped_neighbours_are_refused(void **state)
{
	char changed[APIKEY_TOKEN_SIZE] = TOKEN;

	(void)state;
	for (size_t i = 0; i + 1 < APIKEY_TOKEN_LEN; i++) {
		memcpy(changed, TOKEN, sizeof(changed));
		changed[i] = TOKEN[i + 1];
		changed[i + 1] = TOKEN[i];
		if (parse(changed, APIKEY_TOKEN_LEN) != APIKEY_ERR_MALFORMED)
			fail_msg("bytes %zu and %zu", i, i + 1);
	}
}

/* Cut short, continued, and both without a NUL behind. */
static void
only_one_length_is_right(void **state)
{
	char text[201], id[APIKEY_ID_SIZE] = "untouched";
	int want;

	(void)state;
	for (size_t len = 0; len <= 200; len++) {
		memset(text, 'a', sizeof(text));
		memcpy(text, TOKEN, APIKEY_TOKEN_LEN);
		want = len == APIKEY_TOKEN_LEN ? APIKEY_OK :
		    APIKEY_ERR_MALFORMED;
		if (parse(text, len) != want)
			fail_msg("length %zu", len);
		if (want != APIKEY_OK)
			assert_int_equal(apikey_token_id(text, len, id), want);
	}
	assert_string_equal(id, "untouched");
}

static void
blanks_and_newlines_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse(LITERAL(TOKEN "\n")), APIKEY_ERR_MALFORMED);
	assert_int_equal(parse(LITERAL(" " TOKEN)), APIKEY_ERR_MALFORMED);
	assert_int_equal(parse(LITERAL(TOKEN "\0")), APIKEY_ERR_MALFORMED);
	assert_int_equal(parse(LITERAL(TOKEN TOKEN)), APIKEY_ERR_MALFORMED);
}

/* The id is public: it is told even where the checksum is wrong. */
static void
id_of_a_mistyped_token(void **state)
{
	char id[APIKEY_ID_SIZE], text[] = TOKEN;

	(void)state;
	text[APIKEY_TOKEN_LEN - 1] = 'A';
	assert_int_equal(parse(text, APIKEY_TOKEN_LEN), APIKEY_ERR_MALFORMED);
	assert_int_equal(apikey_token_id(text, APIKEY_TOKEN_LEN, id),
	    APIKEY_OK);
	assert_string_equal(id, TOKEN_ID);
}

static void
ids(void **state)
{
	static const struct {
		const char *id;
		bool valid;
	} rows[] = {
		{ TOKEN_ID, true }, { "0123456789", true },
		{ "abcdefghjk", true }, { "mnpqrstvwx", true },
		{ "yz00000000", true },
		{ "", false }, { "7k2m9q4t8", false },
		{ "7k2m9q4t8w0", false }, { "7K2M9Q4T8W", false },
		{ "7k2m9q4t8i", false }, { "7k2m9q4t8l", false },
		{ "7k2m9q4t8o", false }, { "7k2m9q4t8u", false },
		{ "7k2m9q4t8/", false }, { "../../../.", false },
		{ "7k2m9q4t8_", false }, { "7k2m9q4t8\n", false },
		{ "7k2m9q4t8\xc3", false }, { ".lock", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (ak_id_valid(rows[i].id) != rows[i].valid)
			fail_msg("id \"%s\"", rows[i].id);
}

static void
drawn_tokens(void **state)
{
	char text[APIKEY_TOKEN_SIZE], line[128];
	bool id_seen[256] = { false }, secret_seen[256] = { false };
	struct ak_token token, again;
	size_t ids_seen = 0, secrets_seen = 0;
	regex_t scanner;

	(void)state;
	assert_int_equal(regcomp(&scanner, SCANNER, REG_EXTENDED | REG_NOSUB),
	    0);
	for (int i = 0; i < DRAWS; i++) {
		ak_token_draw(&token, text);
		assert_int_equal(ak_token_parse(text, strlen(text), &again),
		    APIKEY_OK);
		assert_string_equal(again.id, token.id);
		assert_string_equal(again.secret, token.secret);
		(void)snprintf(line, sizeof(line), "KEY=%s;", text);
		assert_int_equal(regexec(&scanner, line, 0, NULL, 0), 0);
		for (const char *p = token.id; *p != '\0'; p++)
			id_seen[(unsigned char)*p] = true;
		for (const char *p = token.secret; *p != '\0'; p++)
			secret_seen[(unsigned char)*p] = true;
	}
	for (size_t i = 0; i < 256; i++) {
		ids_seen += id_seen[i];
		secrets_seen += secret_seen[i];
	}
	assert_int_equal(ids_seen, 32);
	assert_int_equal(secrets_seen, 62);
	regfree(&scanner);
}

static void
two_draws_differ(void **state)
{
	char a[APIKEY_TOKEN_SIZE], b[APIKEY_TOKEN_SIZE];
	struct ak_token one, other;

	(void)state;
	ak_token_draw(&one, a);
	ak_token_draw(&other, b);
	assert_string_not_equal(one.id, other.id);
	assert_string_not_equal(one.secret, other.secret);
}

#define NOTHING	SIZE_MAX

/* Where the part begins that must never be written down. */
static void
finding_a_secret(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} rows[] = {
		{ "", NOTHING },
		{ "deploy", NOTHING },
		{ "apik_", NOTHING },
		{ "apik_7k2m9q4t8w", NOTHING },
		{ "apik_7k2m9q4t8w_", NOTHING },
		{ "apik_7k2m9q4t8w_a", 16 },
		{ TOKEN, 16 },
		{ "my key is " TOKEN, 26 },
		{ TOKEN " and " TOKEN2, 16 },
		{ "apik_apik_7k2m9q4t8w_0", 21 },
		{ "APIK_7K2M9Q4T8W_0123", 16 },
		{ "Apik_7k2m9q4t8w_0123", 16 },
		{ "apik_iloulilouo_0123", 16 },
		{ "apik_7k2m9q4t_" TOKEN_SECRET, 14 },
		{ TOKEN_SECRET, 0 },
		{ "secret=" TOKEN_SECRET, 7 },
		{ "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZa", NOTHING },
		{ "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZa-b", NOTHING },
		/* A run that ends inside of a token's beginning. */
		{ "0123456789ABCDEFGHIJKLMNOPQRSTUVWXapik_7k2m9q4t8w_0", 0 },
		{ "0123456789ABCDEFGHIJKLMNOPQRSTUVWapik_7k2m9q4t8w_0", 49 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i].text);
		size_t want = rows[i].at == NOTHING ? len : rows[i].at;
		char *copy = exact_copy(rows[i].text, len);

		if (ak_token_find(copy, len) != want)
			fail_msg("\"%s\": %zu instead of %zu", rows[i].text,
			    ak_token_find(copy, len), want);
		free(copy);
	}
}

static void
finding_behind_a_nul(void **state)
{
	(void)state;
	assert_int_equal(ak_token_find(LITERAL("a\0" TOKEN)), 18);
	assert_int_equal(ak_token_find(LITERAL("\0" TOKEN_SECRET)), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(every_single_change_is_refused),
		cmocka_unit_test(swapped_neighbours_are_refused),
		cmocka_unit_test(only_one_length_is_right),
		cmocka_unit_test(blanks_and_newlines_are_refused),
		cmocka_unit_test(id_of_a_mistyped_token),
		cmocka_unit_test(ids),
		cmocka_unit_test(drawn_tokens),
		cmocka_unit_test(two_draws_differ),
		cmocka_unit_test(finding_a_secret),
		cmocka_unit_test(finding_behind_a_nul),
	};

	if (ak_mem_init() != APIKEY_OK)
		return 1;
	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
