/*
 * Codes, names and sentences; lists of texts.
 */
#include <ctype.h>

#include "unit.h"

#include "error.h"
#include "mem.h"

static void
names_and_sentences(void **state)
{
	static const struct {
		int code;
		const char *name;
	} rows[] = {
#define ROW(num, code, name, text)	{ APIKEY_ERR_##code, name },
		APIKEY_ERROR_MAP(ROW)
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(apikey_error_name(rows[i].code),
		    rows[i].name);
		assert_true(strlen(apikey_error_text(rows[i].code)) > 10);
		for (const char *p = rows[i].name; *p != '\0'; p++)
			assert_true(islower((unsigned char)*p) || *p == '-');
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(rows[i].code, rows[j].code);
			assert_string_not_equal(rows[i].name, rows[j].name);
		}
	}
	assert_string_equal(apikey_error_name(APIKEY_OK), "ok");
	assert_string_equal(apikey_error_text(APIKEY_OK), "done");
}

static void
codes_that_are_none(void **state)
{
	static const int codes[] = { -1, 20, 63, 73, 1000, INT32_MAX,
	    INT32_MIN };

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		assert_string_equal(apikey_error_name(codes[i]), "unknown");
		assert_string_equal(apikey_error_text(codes[i]),
		    "unknown error");
	}
}

/* What is no answer must never look like a refusal, nor the reverse. */
static void
bands(void **state)
{
	static const int refusals[] = { APIKEY_ERR_DENIED,
	    APIKEY_ERR_MALFORMED, APIKEY_ERR_UNKNOWN_KEY,
	    APIKEY_ERR_WRONG_SECRET, APIKEY_ERR_REVOKED,
	    APIKEY_ERR_SSHD_REFUSED };
	static const int no_answers[] = { APIKEY_ERR_INSECURE_STORE,
	    APIKEY_ERR_CORRUPT_RECORD, APIKEY_ERR_UNAVAILABLE,
	    APIKEY_ERR_BAD_CONFIG, APIKEY_ERR_NO_MEMORY };

	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++)
		assert_true(refusals[i] < APIKEY_ERR_BAND);
	for (size_t i = 0; i < COUNT(no_answers); i++)
		assert_true(no_answers[i] >= APIKEY_ERR_BAND);
}

static void
faults(void **state)
{
	struct ak_fault fault = { 0, "" };
	char text[2 * sizeof(fault.text)];

	(void)state;
	assert_int_equal(ak_fail(NULL, APIKEY_ERR_INVALID, "%d", 1),
	    APIKEY_ERR_INVALID);
	assert_int_equal(ak_fail(&fault, APIKEY_ERR_INVALID, "a %s", "b"),
	    APIKEY_ERR_INVALID);
	assert_int_equal(fault.code, APIKEY_ERR_INVALID);
	assert_string_equal(fault.text, "a b");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)ak_fail(&fault, APIKEY_ERR_INVALID, "%s", text);
	assert_int_equal(strlen(fault.text), sizeof(fault.text) - 1);
}

static void
lists(void **state)
{
	struct ak_list list = { NULL, 0 }, copy = { NULL, 0 };
	char *text;

	(void)state;
	for (int i = 0; i < APIKEY_LIST_MAX; i++)
		assert_int_equal(ak_list_add(&list, "w"), APIKEY_OK);
	assert_int_equal(ak_list_add(&list, "w"), APIKEY_ERR_INVALID);
	assert_int_equal(list.count, APIKEY_LIST_MAX);
	ak_list_clear(&list);
	assert_int_equal(list.count, 0);
	text = ak_list_join(&list);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(ak_list_add(&list, "a"), APIKEY_OK);
	assert_int_equal(ak_list_add(&list, ""), APIKEY_OK);
	assert_int_equal(ak_list_add(&list, "b"), APIKEY_OK);
	text = ak_list_join(&list);
	assert_string_equal(text, "a,,b");
	free(text);
	assert_true(ak_list_has(&list, "b"));
	assert_true(ak_list_has(&list, ""));
	assert_false(ak_list_has(&list, "c"));
	assert_int_equal(ak_list_add(&copy, "old"), APIKEY_OK);
	assert_int_equal(ak_list_copy(&copy, &list), APIKEY_OK);
	assert_int_equal(copy.count, 3);
	assert_false(ak_list_has(&copy, "old"));
	ak_list_clear(&list);
	ak_list_clear(&copy);
}

static void
copies(void **state)
{
	char *text = NULL;

	(void)state;
	assert_int_equal(ak_copy(&text, "one"), APIKEY_OK);
	assert_string_equal(text, "one");
	assert_int_equal(ak_copy(&text, text), APIKEY_OK);
	assert_string_equal(text, "one");
	assert_int_equal(ak_copy(&text, NULL), APIKEY_OK);
	assert_null(text);
}

static void
wiping(void **state)
{
	static const char zero[4];
	char text[] = "secret";

	(void)state;
	ak_wipe(text + 1, 4);
	assert_memory_equal(text + 1, zero, 4);
	assert_int_equal(text[0], 's');
	assert_int_equal(text[5], 't');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_sentences),
		cmocka_unit_test(codes_that_are_none),
		cmocka_unit_test(bands), cmocka_unit_test(faults),
		cmocka_unit_test(lists), cmocka_unit_test(copies),
		cmocka_unit_test(wiping),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
