/*
 * UTF-8 (RFC 3629): what is well-formed, and nothing read beyond it.
 */
#include "unit.h"

#include "text.h"

static void
sequences(void **state)
{
	static const struct {
		const char *text;
		size_t len, want;
	} rows[] = {
		{ LITERAL(""), 0 },
		{ LITERAL("a"), 1 }, { LITERAL("\0"), 1 },
		{ LITERAL("\x7f"), 1 }, { LITERAL("ab"), 1 },
		{ LITERAL("\xc2\x80"), 2 }, { LITERAL("\xdf\xbf"), 2 },
		{ LITERAL("\xc3\xa9t\xc3\xa9"), 2 },
		{ LITERAL("\xe0\xa0\x80"), 3 }, { LITERAL("\xe2\x82\xac"), 3 },
		{ LITERAL("\xed\x9f\xbf"), 3 }, { LITERAL("\xee\x80\x80"), 3 },
		{ LITERAL("\xef\xbf\xbf"), 3 },
		{ LITERAL("\xf0\x90\x80\x80"), 4 },
		{ LITERAL("\xf0\x9f\x98\x80"), 4 },
		{ LITERAL("\xf4\x8f\xbf\xbf"), 4 },
		/* Continuation bytes alone. */
		{ LITERAL("\x80"), 0 }, { LITERAL("\xbf\x80"), 0 },
		/* Overlong forms. */
		{ LITERAL("\xc0\x80"), 0 }, { LITERAL("\xc0\xaf"), 0 },
		{ LITERAL("\xc1\xbf"), 0 }, { LITERAL("\xe0\x80\x80"), 0 },
		{ LITERAL("\xe0\x9f\xbf"), 0 },
		{ LITERAL("\xf0\x80\x80\x80"), 0 },
		{ LITERAL("\xf0\x8f\xbf\xbf"), 0 },
		/* Surrogates. */
		{ LITERAL("\xed\xa0\x80"), 0 }, { LITERAL("\xed\xbf\xbf"), 0 },
		/* Above U+10FFFF. */
		{ LITERAL("\xf4\x90\x80\x80"), 0 },
		{ LITERAL("\xf5\x80\x80\x80"), 0 },
		{ LITERAL("\xf8\x88\x80\x80\x80"), 0 },
		{ LITERAL("\xfe"), 0 }, { LITERAL("\xff"), 0 },
		/* Cut short, or followed by what does not continue. */
		{ LITERAL("\xc3"), 0 }, { LITERAL("\xc3" "a"), 0 },
		{ LITERAL("\xe2\x82"), 0 }, { LITERAL("\xe2"), 0 },
		{ LITERAL("\xe2\x82" "a"), 0 }, { LITERAL("\xe2" "a\x82"), 0 },
		{ LITERAL("\xf0\x9f\x98"), 0 }, { LITERAL("\xf0\x9f"), 0 },
		{ LITERAL("\xf0\x9f\x98" "a"), 0 }, { LITERAL("\xf0"), 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = exact_copy(rows[i].text, rows[i].len);
		size_t n = ak_utf8_sequence(copy, rows[i].len);

		free(copy);
		if (n != rows[i].want)
			fail_msg("row %zu: %zu instead of %zu", i, n,
			    rows[i].want);
	}
}

static void
whole_texts(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
		{ "", true }, { "plain", true },
		{ "\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", true },
		{ "line\nbreak\x1b[0m", true },
		{ "good\xff", false }, { "\xc3\xa9\xc3", false },
		{ "a\xed\xa0\x80z", false }, { "caf\xe9", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (ak_utf8_valid(rows[i].text) != rows[i].valid)
			fail_msg("row %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences),
		cmocka_unit_test(whole_texts),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
