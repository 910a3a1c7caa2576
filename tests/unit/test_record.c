/*
 * The record of a key: every setting read and written back.
 */
#include "unit.h"

#include "record.h"

#define HEAD	"version = 1;\nid = \"" TOKEN_ID "\";\n"		\
	"user = \"deploy\";\nhash = \"" TOKEN_HASH "\";\n"

static const char full[] = HEAD
    "label = \"build farm\";\n"
    "created = \"2026-11-23T22:00:00Z\";\n"
    "created_by = \"root\";\n"
    "not_before = \"2026-11-24T00:00:00Z\";\n"
    "expires = \"2027-02-21T22:00:00Z\";\n"
    "services = [ \"sshd\", \"sudo\" ];\n"
    "from = [ \"10.0.0.0/8\", \"2001:db8::/32\", \"local\" ];\n"
    "hosts = [ \"web*\" ];\n"
    "scopes = [ \"deploy\", \"read\" ];\n"
    "disabled = true;\n"
    "revoked = { at = \"2026-12-01T00:00:00Z\"; by = \"alice\";\n"
    "    reason = \"leaked\"; note = \"in a paste\"; };\n";

static void
parse_ok(const char *text, struct ak_record *record)
{
	struct ak_fault fault = { 0, "" };

	if (ak_record_parse(text, strlen(text), "P", record, &fault) !=
	    APIKEY_OK)
		fail_msg("%s", fault.text);
}

static void
check_list(const struct ak_list *list, const char *want)
{
	char *text = ak_list_join(list);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void
check_full(const struct ak_record *r)
{
	assert_string_equal(r->id, TOKEN_ID);
	assert_string_equal(r->user, "deploy");
	assert_string_equal(r->label, "build farm");
	assert_string_equal(r->hash, TOKEN_HASH);
	assert_int_equal(r->created, 1795471200);
	assert_string_equal(r->created_by, "root");
	assert_int_equal(r->not_before, 1795478400);
	assert_int_equal(r->expires, 1803247200);
	check_list(&r->services, "sshd,sudo");
	check_list(&r->from, "10.0.0.0/8,2001:db8::/32,local");
	check_list(&r->hosts, "web*");
	check_list(&r->scopes, "deploy,read");
	assert_true(r->disabled);
	assert_true(r->is_revoked);
	assert_int_equal(r->revoked.at, 1796083200);
	assert_string_equal(r->revoked.by, "alice");
	assert_string_equal(r->revoked.reason, "leaked");
	assert_string_equal(r->revoked.note, "in a paste");
}

static void
everything_is_read(void **state)
{
	struct ak_record record;

	(void)state;
	parse_ok(full, &record);
	check_full(&record);
	ak_record_clear(&record);
}

static void
everything_is_written_back(void **state)
{
	struct ak_record record, again;
	char *text;
	size_t len;

	(void)state;
	parse_ok(full, &record);
	assert_int_equal(ak_record_encode(&record, &text, &len, NULL),
	    APIKEY_OK);
	assert_int_equal(strlen(text), len);
	parse_ok(text, &again);
	check_full(&again);
	free(text);
	ak_record_clear(&record);
	ak_record_clear(&again);
}

static void
what_is_absent(void **state)
{
	struct ak_record record;

	(void)state;
	parse_ok(HEAD, &record);
	assert_null(record.label);
	assert_null(record.created_by);
	assert_int_equal(record.created, APIKEY_TIME_NONE);
	assert_int_equal(record.not_before, APIKEY_TIME_NONE);
	assert_int_equal(record.expires, APIKEY_TIME_NONE);
	assert_int_equal(record.services.count, 0);
	assert_int_equal(record.from.count, 0);
	assert_int_equal(record.hosts.count, 0);
	assert_int_equal(record.scopes.count, 0);
	assert_false(record.disabled);
	assert_false(record.is_revoked);
	assert_int_equal(record.revoked.at, APIKEY_TIME_NONE);
	assert_null(record.revoked.by);
	ak_record_clear(&record);
}

static void
comments_and_any_order(void **state)
{
	struct ak_record record;

	(void)state;
	parse_ok("# one\n// two\n/* three\n@ four */ hash : \"" TOKEN_HASH
	    "\", user = \"dep\" \"loy\" ; id=\"" TOKEN_ID "\" version = 1",
	    &record);
	assert_string_equal(record.user, "deploy");
	ak_record_clear(&record);
	/* Numbers that are no numbers. */
	parse_ok(HEAD "label = \"4294967297\\\"4294967297\";// 4294967297\n"
	    "# 4294967297\n/* 4294967297 */", &record);
	assert_string_equal(record.label, "4294967297\"4294967297");
	ak_record_clear(&record);
	parse_ok(HEAD "disabled = false;\n", &record);
	assert_false(record.disabled);
	ak_record_clear(&record);
}

/* Texts that a writer without care would break on. */
static void
odd_texts_come_back(void **state)
{
	static const char *const texts[] = {
		"build \"farm\"", "back\\slash", "\\", "\\\\", "\"", "'",
		"two\nlines", "a\r\n\tb\f\v\a\b", "\x1b[31mred\x1b[0m",
		"\x01\x02\x1f\x7f", "caf\xc3\xa9 \xe2\x82\xac "
		"\xf0\x9f\x98\x80", "\xc2\x9b" "31m", "\\x00", "\\n", "%s%n",
		"\n@include \"/etc/passwd\"", "@include \"x\"", "; user = 1",
		"\"; disabled = false; label = \"", "// no", "/* no */",
		"# no", " ", "  two  ", "\xef\xbf\xbd", "$\xc2\xa0{x}",
	};
	struct ak_record record, again;
	struct ak_fault fault = { 0, "" };
	size_t len;
	char *text;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		parse_ok(HEAD, &record);
		assert_int_equal(ak_copy(&record.label, texts[i]), 0);
		assert_int_equal(ak_copy(&record.user, texts[i]), 0);
		assert_int_equal(ak_list_add(&record.scopes, texts[i]), 0);
		if (ak_record_encode(&record, &text, &len, &fault) !=
		    APIKEY_OK)
			fail_msg("row %zu: %s", i, fault.text);
		parse_ok(text, &again);
		assert_string_equal(again.label, texts[i]);
		assert_string_equal(again.user, texts[i]);
		assert_string_equal(again.scopes.item[0], texts[i]);
		free(text);
		ak_record_clear(&record);
		ak_record_clear(&again);
	}
}

static void
every_control_character_comes_back(void **state)
{
	struct ak_record record, again;
	char label[3] = "x?";
	size_t len;
	char *text;

	(void)state;
	parse_ok(HEAD, &record);
	for (int c = 1; c < 128; c++) {
		label[1] = (char)c;
		assert_int_equal(ak_copy(&record.label, label), 0);
		assert_int_equal(ak_record_encode(&record, &text, &len, NULL),
		    APIKEY_OK);
		parse_ok(text, &again);
		assert_string_equal(again.label, label);
		free(text);
		ak_record_clear(&again);
	}
	ak_record_clear(&record);
}

/* What cannot be read back is never written. */
static void
not_storable(void **state)
{
	char label[APIKEY_TEXT_MAX + 2];
	const char *texts[] = { "", "caf\xe9", "\xff", label };
	struct ak_record record;
	char *text = NULL;
	size_t len = 0;

	(void)state;
	memset(label, 'a', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	for (size_t i = 0; i < COUNT(texts); i++) {
		parse_ok(HEAD, &record);
		assert_int_equal(ak_copy(&record.label, texts[i]), 0);
		if (ak_record_encode(&record, &text, &len, NULL) !=
		    APIKEY_ERR_INVALID)
			fail_msg("row %zu", i);
		assert_null(text);
		ak_record_clear(&record);
	}
	parse_ok(HEAD, &record);
	record.expires = INT64_C(253402300800);
	assert_int_equal(ak_record_encode(&record, &text, &len, NULL),
	    APIKEY_ERR_INVALID);
	ak_record_clear(&record);
}

static void
too_large_for_a_file(void **state)
{
	char word[APIKEY_TEXT_MAX + 1], *text = NULL;
	struct ak_fault fault = { 0, "" };
	struct ak_record record;
	size_t len = 0;

	(void)state;
	memset(word, 'w', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	parse_ok(HEAD, &record);
	for (int i = 0; i < APIKEY_LIST_MAX; i++)
		assert_int_equal(ak_list_add(&record.scopes, word), 0);
	assert_int_equal(ak_record_encode(&record, &text, &len, &fault),
	    APIKEY_ERR_INVALID);
	assert_string_equal(fault.text, "the key has more bounds than a "
	    "record of 12032 bytes can hold");
	assert_null(text);
	ak_record_clear(&record);
}

static void
bounds_are_put(void **state)
{
	struct ak_fault fault = { 0, "" };
	struct ak_record record;

	(void)state;
	ak_record_init(&record);
	assert_int_equal(ak_record_put(&record, APIKEY_FROM, "10.0.0.0/8",
	    &fault), APIKEY_OK);
	assert_int_equal(ak_record_put(&record, APIKEY_FROM, "local",
	    &fault), APIKEY_OK);
	check_list(&record.from, "10.0.0.0/8,local");
	assert_ptr_equal(ak_record_list(&record, APIKEY_FROM), &record.from);
	assert_null(ak_record_list(&record, APIKEY_USER));
	assert_null(ak_record_list(&record, APIKEY_RATE));
	assert_int_equal(ak_record_put(&record, APIKEY_FROM, "10.0.0.1/8",
	    &fault), APIKEY_ERR_INVALID);
	assert_string_equal(fault.text, "from: \"10.0.0.1/8\" is not local, "
	    "an address, or a network such as 10.0.0.0/8 whose host part is "
	    "zero");
	assert_int_equal(ak_record_put(&record, APIKEY_FROM, "", &fault),
	    APIKEY_OK);
	assert_int_equal(record.from.count, 0);
	assert_int_equal(ak_record_put(&record, APIKEY_EXPIRES,
	    "2026-11-24T00:00:00Z", &fault), APIKEY_OK);
	assert_int_equal(record.expires, 1795478400);
	assert_int_equal(ak_record_put(&record, APIKEY_EXPIRES, "", &fault),
	    APIKEY_OK);
	assert_int_equal(record.expires, APIKEY_TIME_NONE);
	ak_record_clear(&record);
}

static void
bounds_of_use(void **state)
{
	struct ak_record record, copy;

	(void)state;
	parse_ok(HEAD "max_uses = 2147483648L; rate = \"30/1m:5\";\n"
	    "rotated_from = \"0000000000\";\nsuperseded = { "
	    "by = \"1111111111\"; at = \"2026-11-24T00:00:00Z\"; "
	    "until_first_use = true; };", &record);
	assert_int_equal(record.max_uses, INT64_C(2147483648));
	assert_int_equal(record.rate.limit, 30);
	assert_int_equal(record.rate.burst, 5);
	assert_string_equal(record.rotated_from, "0000000000");
	assert_true(record.is_superseded);
	assert_string_equal(record.superseded.by, "1111111111");
	assert_int_equal(record.superseded.at, 1795478400);
	assert_true(record.superseded.until_first_use);
	assert_int_equal(ak_record_copy(&copy, &record), APIKEY_OK);
	assert_true(ak_record_equal(&copy, &record));
	assert_ptr_not_equal(copy.superseded.by, record.superseded.by);
	assert_int_equal(ak_record_put(&copy, APIKEY_MAX_USES, "", NULL),
	    APIKEY_OK);
	assert_int_equal(copy.max_uses, 0);
	assert_false(ak_record_equal(&copy, &record));
	assert_int_equal(ak_record_put(&copy, APIKEY_RATE, "", NULL),
	    APIKEY_OK);
	assert_int_equal(copy.rate.limit, 0);
	assert_int_equal(ak_record_put(&copy, APIKEY_MAX_USES, "7", NULL),
	    APIKEY_OK);
	assert_int_equal(copy.max_uses, 7);
	assert_int_equal(ak_record_put(&copy, APIKEY_RATE, "1/1m", NULL),
	    APIKEY_OK);
	assert_int_equal(copy.rate.burst, 1);
	ak_record_clear(&copy);
	ak_record_clear(&record);
}

static void
reasons(void **state)
{
	(void)state;
	assert_true(ak_revoke_reason_valid("leaked"));
	assert_true(ak_revoke_reason_valid("superseded"));
	assert_true(ak_revoke_reason_valid("offboarded"));
	assert_true(ak_revoke_reason_valid("other"));
	assert_false(ak_revoke_reason_valid(""));
	assert_false(ak_revoke_reason_valid("Leaked"));
	assert_false(ak_revoke_reason_valid("leaked "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(everything_is_written_back),
		cmocka_unit_test(what_is_absent),
		cmocka_unit_test(comments_and_any_order),
		cmocka_unit_test(odd_texts_come_back),
		cmocka_unit_test(every_control_character_comes_back),
		cmocka_unit_test(not_storable),
		cmocka_unit_test(too_large_for_a_file),
		cmocka_unit_test(bounds_are_put),
		cmocka_unit_test(bounds_of_use),
		cmocka_unit_test(reasons),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
