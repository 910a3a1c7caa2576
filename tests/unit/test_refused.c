/*
 * Records that are refused, each with the sentence that tells people
 * where and why: a setting that is not understood could be a restriction.
 */
#include <locale.h>

#include "unit.h"

#include "record.h"

#define ID	"id = \"" TOKEN_ID "\";\n"
#define USER	"user = \"deploy\";\n"
#define HASH	"hash = \"" TOKEN_HASH "\";\n"
/* Four lines: what comes behind it is on line 5. */
#define HEAD	"version = 1;\n" ID USER HASH

#define X50	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X255	X50 X50 X50 X50 X50 "xxxxx"
#define W8	"\"w\",\"w\",\"w\",\"w\",\"w\",\"w\",\"w\",\"w\""
#define W64	W8 "," W8 "," W8 "," W8 "," W8 "," W8 "," W8 "," W8

#define AN_ID	"a key's id, 10 characters of 0123456789abcdefghjkmnpqrstvwxyz"
#define NO_LIST	"a list of texts such as [ \"a\", \"b\" ]"

struct row {
	const char	*text;
	size_t		 len;
	const char	*message;
};

static void
check_rows(const struct row *rows, size_t count)
{
	struct ak_record record;
	struct ak_fault fault;

	for (size_t i = 0; i < count; i++) {
		memset(&fault, 0, sizeof(fault));
		if (ak_record_parse(rows[i].text, rows[i].len, "P", &record,
		    &fault) != APIKEY_ERR_CORRUPT_RECORD)
			fail_msg("row %zu is not refused: %s", i,
			    rows[i].text);
		assert_int_equal(fault.code, APIKEY_ERR_CORRUPT_RECORD);
		if (strcmp(fault.text, rows[i].message) != 0)
			fail_msg("row %zu: %s", i, fault.text);
		ak_record_clear(&record);
	}
}

static void
missing_or_empty(void **state)
{
	static const struct row rows[] = {
		{ LITERAL(""), "P: is empty" },
		{ LITERAL(" \n\t\r\n"), "P: is empty" },
		{ LITERAL("# nothing\n"), "P: \"version\" is missing" },
		{ LITERAL(ID USER HASH), "P: \"version\" is missing" },
		{ LITERAL("version = 1;" USER HASH), "P: \"id\" is missing" },
		{ LITERAL("version = 1;" ID HASH), "P: \"user\" is missing" },
		{ LITERAL("version = 1;" ID USER), "P: \"hash\" is missing" },
		{ LITERAL(HEAD "revoked = { by = \"a\"; };"),
		    "P: \"revoked.at\" is missing" },
		{ LITERAL(HEAD "revoked = { };"),
		    "P: \"revoked.at\" is missing" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
unknown_settings(void **state)
{
	static const struct row rows[] = {
		{ LITERAL(HEAD "colour = \"red\";"),
		    "P:5: unknown setting \"colour\"" },
		{ LITERAL(HEAD "Label = \"red\";"),
		    "P:5: unknown setting \"Label\"" },
		{ LITERAL(HEAD "\nmax_use = 1L;"),
		    "P:6: unknown setting \"max_use\"" },
		{ LITERAL(HEAD "superseded = { by = \"0000000000\";\n"
		    "until = \"now\"; };"),
		    "P:6: unknown setting \"superseded.until\"" },
		{ LITERAL(HEAD "revoked = { at = \"2026-11-24T00:00:00Z\";\n"
		    "when = \"now\"; };"),
		    "P:6: unknown setting \"revoked.when\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
wrong_types(void **state)
{
	static const struct row rows[] = {
		{ LITERAL(HEAD "label = 1;"),
		    "P:5: label must be a text in quotes" },
		{ LITERAL(HEAD "max_uses = \"1\";"),
		    "P:5: max_uses must be a whole number from 1" },
		{ LITERAL(HEAD "max_uses = 0;"),
		    "P:5: max_uses must be a whole number from 1" },
		{ LITERAL(HEAD "max_uses = -1L;"),
		    "P:5: max_uses must be a whole number from 1" },
		{ LITERAL(HEAD "max_uses = 4294967297;"),
		    "P: holds a number that is too large" },
		{ LITERAL(HEAD "rate = 30;"),
		    "P:5: rate must be a text in quotes: a rate such as 30/1m "
		    "or 30/1m:5" },
		{ LITERAL(HEAD "superseded = true;"),
		    "P:5: superseded must be a group { ... }" },
		{ LITERAL(HEAD "superseded = { by = \"0000000000\"; };"),
		    "P: \"superseded.at\" is missing" },
		{ LITERAL(HEAD "superseded = { "
		    "at = \"2026-11-24T00:00:00Z\"; };"),
		    "P: \"superseded.by\" is missing" },
		{ LITERAL(HEAD "label = true;"),
		    "P:5: label must be a text in quotes" },
		{ LITERAL(HEAD "label = [ \"a\" ];"),
		    "P:5: label must be a text in quotes" },
		{ LITERAL(HEAD "label = { a = 1; };"),
		    "P:5: label must be a text in quotes" },
		{ LITERAL(HEAD "expires = 2027;"),
		    "P:5: expires must be a text in quotes: a UTC time such "
		    "as 2026-11-24T00:00:00Z" },
		{ LITERAL(HEAD "services = \"sshd\";"),
		    "P:5: services must be " NO_LIST },
		{ LITERAL(HEAD "services = ( \"sshd\" );"),
		    "P:5: services must be " NO_LIST },
		{ LITERAL(HEAD "services = ( \"sshd\", [ \"su\" ] );"),
		    "P:5: services must be " NO_LIST },
		{ LITERAL(HEAD "scopes = [ 1, 2 ];"),
		    "P:5: scopes must be " NO_LIST },
		{ LITERAL(HEAD "from = { a = 1; };"),
		    "P:5: from must be " NO_LIST },
		{ LITERAL(HEAD "disabled = 1;"),
		    "P:5: disabled must be true or false" },
		{ LITERAL(HEAD "disabled = \"false\";"),
		    "P:5: disabled must be true or false" },
		{ LITERAL(HEAD "revoked = true;"),
		    "P:5: revoked must be a group { ... }" },
		{ LITERAL(HEAD "revoked = [ \"a\" ];"),
		    "P:5: revoked must be a group { ... }" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

#define VERSION(v)	LITERAL("version = " v ";\n" ID USER HASH)
#define NEWER		\
	"P:1: version must be 1; a newer apikey may have written this file"
#define LARGE		"P: holds a number that is too large"

/* libconfig wraps a number without L silently at 32 bits. */
static void
versions(void **state)
{
	static const struct row rows[] = {
		{ VERSION("0"), NEWER }, { VERSION("2"), NEWER },
		{ VERSION("-1"), NEWER }, { VERSION("1.0"), NEWER },
		{ VERSION("\"1\""), NEWER }, { VERSION("true"), NEWER },
		{ VERSION("1L"), NEWER }, { VERSION("[ 1 ]"), NEWER },
		{ VERSION("4294967297L"), NEWER },
		{ VERSION("4294967297"), LARGE },
		{ VERSION("-4294967295"), LARGE },
		{ VERSION("18446744073709551617"), LARGE },
		{ VERSION("0x100000001"), LARGE },
		{ VERSION("/* \" */ 4294967297"), LARGE },
		{ LITERAL(USER "// \"\n# \"\nversion = 4294967297;" ID HASH),
		    LARGE },
		{ LITERAL("user = \"a\\\"b\\\\\"; version = 4294967297;" ID
		    HASH), LARGE },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
bad_values(void **state)
{
	static const struct row rows[] = {
		{ LITERAL("version = 1;\nid = \"7K2M9Q4T8W\";\n" USER HASH),
		    "P:2: id: \"7K2M9Q4T8W\" is not " AN_ID },
		{ LITERAL("version = 1;\nid = \"../../../x\";\n" USER HASH),
		    "P:2: id: \"../../../x\" is not " AN_ID },
		{ LITERAL("version = 1;\nuser = \"\";\n" ID HASH),
		    "P:2: user must not be empty" },
		{ LITERAL(HEAD "label = \"\";"),
		    "P:5: label must not be empty" },
		{ LITERAL(HEAD "label = \"" X255 "x\";"),
		    "P:5: label is longer than 255 bytes" },
		{ LITERAL(HEAD "label = \"caf\xe9\";"),
		    "P:5: label is not valid UTF-8" },
		{ LITERAL(HEAD "label = \"\\xff\";"),
		    "P:5: label is not valid UTF-8" },
		{ LITERAL(HEAD "expires = \"2026-11-24\";"),
		    "P:5: expires: \"2026-11-24\" is not a UTC time such as "
		    "2026-11-24T00:00:00Z" },
		{ LITERAL(HEAD "expires = \"never\";"),
		    "P:5: expires: \"never\" is not a UTC time such as "
		    "2026-11-24T00:00:00Z" },
		{ LITERAL(HEAD "services = [ ];"),
		    "P:5: services is an empty list; leave the setting out "
		    "instead" },
		{ LITERAL(HEAD "services = [ \"sshd\", \"\" ];"),
		    "P:5: services must not be empty" },
		{ LITERAL(HEAD "services = [ " W64 ", \"w\" ];"),
		    "P:5: services has more than 64 elements" },
		{ LITERAL(HEAD "from = [ \"local\",\n\"10.0.0.1/8\" ];"),
		    "P:6: from: \"10.0.0.1/8\" is not local, an address, or "
		    "a network such as 10.0.0.0/8 whose host part is zero" },
		{ LITERAL(HEAD "services = [ \"*\" ];"), "P:5: services: "
		    "\"*\" is not the name of one PAM service such as sshd" },
		{ LITERAL(HEAD "scopes = [ \"a,b\" ];"), "P:5: scopes: "
		    "\"a,b\" is not one scope: a scope has no comma" },
		{ LITERAL(HEAD "from = [ \"example.org\" ];"),
		    "P:5: from: \"example.org\" is not local, an address, or "
		    "a network such as 10.0.0.0/8 whose host part is zero" },
		{ LITERAL(HEAD "revoked = { at = \"2026-11-24T00:00:00Z\";\n"
		    "reason = \"bored\"; };"), "P:6: revoked.reason: \"bored\" "
		    "is not leaked, superseded, offboarded or other" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* A hash is told in no message. */
/* Sentences go on record, where none of these must stand. */
static void
secrets_in_the_wrong_place(void **state)
{
	static const struct row rows[] = {
		{ LITERAL(HEAD "rate = \"$blake2b$v=1,p=cb2f5160$53XDLpYADq6b"
		    "O8GhNITDLpe_-yb0pJHDXqJc4F3BjDI\";"),
		    "P:5: rate: \"...\" is not a rate such as 30/1m or "
		    "30/1m:5" },
		{ LITERAL(HEAD "rotated_from = \"" TOKEN "\";"),
		    "P:5: rotated_from: \"...\" is not " AN_ID },
		{ LITERAL(HEAD "rate = \"53XDLpYADq6bO8GhNITDLpe_-yb0pJHDXqJc"
		    "4F3BjDI\";"),
		    "P:5: rate: \"...\" is not a rate such as 30/1m or "
		    "30/1m:5" },
		{ LITERAL(HEAD "rate = \"apik_7k2m9q4t8w_0\";"),
		    "P:5: rate: \"...\" is not a rate such as 30/1m or "
		    "30/1m:5" },
		{ LITERAL(HEAD X50 " = 1;"),
		    "P:5: unknown setting \"...\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
unknown_hashes(void **state)
{
	static const struct row rows[] = {
		{ LITERAL("version = 1;\nhash = \"$6$salt$x\";\n" ID USER),
		    "P: hash is of no known form" },
		{ LITERAL("version = 1;\nhash = \"$blake2b$v=1,q=cb2f5160$"
		    "53XDLpYADq6bO8GhNITDLpe_-yb0pJHDXqJc4F3BjDI\";" ID USER),
		    "P: hash is of no known form" },
		{ LITERAL("version = 1;\nhash = \"$apikey-argon2id$v=1$argon2id"
		    "$v=19$m=19456,t=2,p=1$c2FsdA$aA\";" ID USER),
		    "P: hash is of no known form" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
traps_of_the_format(void **state)
{
	static const struct row rows[] = {
		{ LITERAL(HEAD "label = \"a\";\nlabel = \"b\";"),
		    "P:6: duplicate setting name" },
		{ LITERAL(HEAD "@include \"/etc/apikey/x\"\n"),
		    "P:5: @include is not allowed" },
		{ LITERAL(HEAD " \t @include \"x\"\n"),
		    "P:5: @include is not allowed" },
		{ LITERAL("@include \"x\"\n" HEAD),
		    "P:1: @include is not allowed" },
		{ LITERAL(HEAD "\0disabled = true;"), "P: holds a NUL byte" },
		{ LITERAL("\0"), "P: holds a NUL byte" },
		{ LITERAL(HEAD "\n\0"), "P: holds a NUL byte" },
		{ LITERAL(HEAD "label = \"a\\x00b\";"),
		    "P:5: \\x00 is not allowed" },
		{ LITERAL(HEAD "label = \"\\\\\\x00\";"),
		    "P:5: \\x00 is not allowed" },
		{ LITERAL(HEAD "label = \"\\q\\x00\";"),
		    "P:5: \\x00 is not allowed" },
		{ LITERAL(HEAD "label = \"two\nlines\\x00\";"),
		    "P:6: \\x00 is not allowed" },
		{ LITERAL(HEAD "label = \"open"), "P:5: " SYNTAX_ERROR },
		{ LITERAL(HEAD "label = ;"), "P:5: " SYNTAX_ERROR },
		{ LITERAL(HEAD "}"), "P:5: " SYNTAX_ERROR },
		{ LITERAL("\xef\xbb\xbf" HEAD), "P:1: " SYNTAX_ERROR },
		{ LITERAL("<xml/>"), "P:1: " SYNTAX_ERROR },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* Deep nesting must not cost a stack. */
static void
nested_without_end(void **state)
{
	char text[AK_RECORD_MAX + 1];
	struct ak_record record;
	int n;

	(void)state;
	for (const char *c = "({["; *c != '\0'; c++) {
		memset(text, *c, sizeof(text));
		n = snprintf(text, sizeof(text), "%sa = ", HEAD);
		text[n] = *c;
		text[sizeof(text) - 1] = '\0';
		assert_int_equal(ak_record_parse(text, strlen(text), "P",
		    &record, NULL), APIKEY_ERR_CORRUPT_RECORD);
		ak_record_clear(&record);
	}
}

static void
every_prefix_is_refused_or_whole(void **state)
{
	static const char text[] = HEAD "disabled = true;";
	struct ak_record record;
	char *copy;
	int code;

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		copy = calloc(len + 1, 1);
		assert_non_null(copy);
		memcpy(copy, text, len);
		code = ak_record_parse(copy, len, "P", &record, NULL);
		if (code == APIKEY_OK)
			assert_true(record.disabled ||
			    len <= sizeof(HEAD) - 1);
		else
			assert_int_equal(code, APIKEY_ERR_CORRUPT_RECORD);
		ak_record_clear(&record);
		free(copy);
	}
}

static void
locale_of_the_thread(void **state)
{
	locale_t other = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	locale_t before;
	struct ak_record record;

	(void)state;
	assert_true(other != (locale_t)0);
	before = uselocale(other);
	assert_int_equal(ak_record_parse(LITERAL(HEAD), "P", &record, NULL),
	    APIKEY_OK);
	assert_true(uselocale((locale_t)0) == other);
	ak_record_clear(&record);
	assert_int_equal(ak_record_parse(LITERAL(HEAD "}"), "P", &record,
	    NULL), APIKEY_ERR_CORRUPT_RECORD);
	assert_true(uselocale((locale_t)0) == other);
	ak_record_clear(&record);
	(void)uselocale(before);
	freelocale(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_or_empty),
		cmocka_unit_test(unknown_settings),
		cmocka_unit_test(wrong_types),
		cmocka_unit_test(versions),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(secrets_in_the_wrong_place),
		cmocka_unit_test(unknown_hashes),
		cmocka_unit_test(traps_of_the_format),
		cmocka_unit_test(nested_without_end),
		cmocka_unit_test(every_prefix_is_refused_or_whole),
		cmocka_unit_test(locale_of_the_thread),
	};

	return cmocka_run_group_tests_name("refused", tests, NULL, NULL);
}
