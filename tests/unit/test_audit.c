/*
 * Events to lines: nothing that stands in a value can forge a field or a
 * line, and nothing secret gets into one.
 */
#include <syslog.h>

#include "unit.h"

#include "audit.h"
#include "json.h"

#define X44	"XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"

struct caught {
	char	line[2048];
	int	priority;
	int	count;
};

static void
catch(void *arg, int priority, const char *line)
{
	struct caught *caught = arg;

	(void)snprintf(caught->line, sizeof(caught->line), "%s", line);
	caught->priority = priority;
	caught->count++;
}

static void
write_value(struct caught *caught, const char *value, bool json)
{
	const struct ak_audit audit = { catch, caught, LOG_AUTHPRIV, json };
	struct ak_event event;

	memset(caught, 0, sizeof(*caught));
	ak_event_init(&event, AK_NOTICE, "e");
	ak_event_add(&event, "v", value);
	ak_event_add(&event, "w", "end");
	ak_audit_write(&audit, &event);
	assert_int_equal(caught->count, 1);
	assert_true(strlen(caught->line) <= AK_AUDIT_LINE);
}

struct row {
	const char	*value, *plain, *json;
};

static void
check_rows(const struct row *rows, size_t count)
{
	struct caught caught;
	char want[2048];

	for (size_t i = 0; i < count; i++) {
		write_value(&caught, rows[i].value, false);
		(void)snprintf(want, sizeof(want), "event=e v=%s w=end",
		    rows[i].plain);
		assert_string_equal(caught.line, want);
		write_value(&caught, rows[i].value, true);
		(void)snprintf(want, sizeof(want),
		    "{\"event\":\"e\",\"v\":%s,\"w\":\"end\"}", rows[i].json);
		assert_string_equal(caught.line, want);
		assert_true(json_is_flat_object(caught.line));
	}
}

static void
escaping(void **state)
{
	static const struct row rows[] = {
		{ "plain", "plain", "\"plain\"" },
		{ NULL, "-", "null" },
		{ "", "", "\"\"" },
		{ "two words", "two\\x20words", "\"two words\"" },
		{ "a\nevent=forged", "a\\x0Aevent\\x3Dforged",
		    "\"a\\u000aevent=forged\"" },
		{ "\r\n\t", "\\x0D\\x0A\\x09", "\"\\u000d\\u000a\\u0009\"" },
		{ "say \"x\"", "say\\x20\\x22x\\x22", "\"say \\\"x\\\"\"" },
		{ "a=b", "a\\x3Db", "\"a=b\"" },
		{ "back\\slash", "back\\x5Cslash", "\"back\\\\slash\"" },
		{ "\\x0A", "\\x5Cx0A", "\"\\\\x0A\"" },
		{ "\x1b[31m", "\\x1B[31m", "\"\\u001b[31m\"" },
		{ "\x01\x1f\x7f", "\\x01\\x1F\\x7F",
		    "\"\\u0001\\u001f\\u007f\"" },
		{ "caf\xc3\xa9", "caf\\xC3\\xA9", "\"caf\xc3\xa9\"" },
		{ "caf\xe9", "caf\\xE9", "\"caf\\ufffd\"" },
		{ "\xed\xa0\x80", "\\xED\\xA0\\x80",
		    "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "\xc3", "\\xC3", "\"\\ufffd\"" },
		{ "\xc2\x9b" "31m", "\\xC2\\x9B31m", "\"\\u009b31m\"" },
		{ "\xf0\x9f\x98\x80", "\\xF0\\x9F\\x98\\x80",
		    "\"\xf0\x9f\x98\x80\"" },
		{ "../../x", "../../x", "\"../../x\"" },
		{ "%s%n", "%s%n", "\"%s%n\"" },
		{ "'`$;&|<>", "'`$;&|<>", "\"'`$;&|<>\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
tokens_are_cut(void **state)
{
	static const struct row rows[] = {
		{ TOKEN, "apik_7k2m9q4t8w_...", "\"apik_7k2m9q4t8w_...\"" },
		{ "my " TOKEN " key", "my\\x20apik_7k2m9q4t8w_...",
		    "\"my apik_7k2m9q4t8w_...\"" },
		{ TOKEN "," TOKEN2, "apik_7k2m9q4t8w_...",
		    "\"apik_7k2m9q4t8w_...\"" },
		{ "APIK_7K2M9Q4T8W_" X44, "APIK_7K2M9Q4T8W_...",
		    "\"APIK_7K2M9Q4T8W_...\"" },
		{ "apik_7k2m9q4t8w_short", "apik_7k2m9q4t8w_...",
		    "\"apik_7k2m9q4t8w_...\"" },
		{ TOKEN_SECRET, "...", "\"...\"" },
		{ "x-" TOKEN_SECRET "4b3vAz", "x-...", "\"x-...\"" },
		{ "apik_7k2m9q4t8w_", "apik_7k2m9q4t8w_",
		    "\"apik_7k2m9q4t8w_\"" },
		{ "apik_7k2m9q4t8w", "apik_7k2m9q4t8w",
		    "\"apik_7k2m9q4t8w\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* Wherever a token begins, also where the value is cut for its length. */
static void
tokens_at_any_place(void **state)
{
	struct caught caught;
	char value[4096];

	(void)state;
	for (size_t at = 0; at < 2600; at += 7) {
		memset(value, '-', at);
		(void)snprintf(value + at, sizeof(value) - at, TOKEN);
		for (int json = 0; json < 2; json++) {
			write_value(&caught, value, json != 0);
			assert_null(strstr(caught.line, "_0"));
			assert_null(strstr(caught.line, "01234567"));
		}
	}
}

static void
long_values_are_cut(void **state)
{
	static const char fills[] = { 'a', ' ', '\n', '\xff' };
	struct caught caught;
	char value[4097];

	(void)state;
	for (size_t i = 0; i < COUNT(fills); i++) {
		/* A run of letters would be taken for a secret. */
		for (size_t j = 0; j < sizeof(value) - 1; j++)
			value[j] = j % 2 == 0 ? '-' : fills[i];
		value[sizeof(value) - 1] = '\0';
		for (int json = 0; json < 2; json++) {
			write_value(&caught, value, json != 0);
			assert_true(strlen(caught.line) > 400);
			assert_non_null(strstr(caught.line, json != 0 ?
			    "...\",\"w\":\"end\"}" : "... w=end"));
			if (json != 0)
				assert_true(json_is_flat_object(caught.line));
		}
	}
}

/* As many as a refusal has, each of 4 KiB of the worst. */
static void
no_field_is_dropped(void **state)
{
	static const char *const names[] = { "reason", "key", "user",
	    "service", "rhost", "tty", "ruser", "detail" };
	struct caught caught;
	struct ak_audit audit = { catch, &caught, LOG_AUTHPRIV, false };
	struct ak_event event;
	char value[4097], field[32];

	(void)state;
	memset(value, '\x01', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (int json = 0; json < 2; json++) {
		audit.json = json != 0;
		ak_event_init(&event, AK_NOTICE, "auth.deny");
		for (size_t i = 0; i < COUNT(names); i++)
			ak_event_add(&event, names[i], value);
		ak_audit_write(&audit, &event);
		assert_true(strlen(caught.line) <= AK_AUDIT_LINE);
		for (size_t i = 0; i < COUNT(names); i++) {
			(void)snprintf(field, sizeof(field), json != 0 ?
			    "\"%s\":\"\\u0001" : " %s=\\x01", names[i]);
			assert_non_null(strstr(caught.line, field));
		}
		if (json != 0)
			assert_true(json_is_flat_object(caught.line));
	}
}

/* The fields behind "event", in their order, of the longest ones. */
static const char *const events[][12] = {
	{ "auth.grant", "key", "user", "service", "rhost", "tty", "ruser",
	    "scopes", "state" },
	{ "auth.deny", "reason", "key", "user", "service", "rhost", "tty",
	    "ruser", "count", "detail", "state" },
	{ "auth.check", "verdict", "reason", "key", "user", "service",
	    "rhost", "tty", "ruser", "detail", "state" },
	{ "session.close", "key", "user", "ruser", "service", "pid", "ses" },
	{ "key.rotate", "key", "user", "by", "reason", "successor", "until",
	    "until_first_use" },
};

/* The names are there, in their order, each with a value; what is behind
 * the last one. */
static const char *
after_fields(const char *line, const char *const *names, bool json)
{
	char start[64];

	for (size_t i = 1; names[i] != NULL; i++) {
		(void)snprintf(start, sizeof(start), json ? ",\"%s\":\"" :
		    " %s=", names[i]);
		line = strstr(line, start);
		assert_non_null(line);
		line += strlen(start);
		assert_int_not_equal(*line, json ? '"' : ' ');
	}
	return line;
}

/* Every value of 4 KiB of the worst, in every event: each field is there,
 * and the line ends as it should. */
static void
every_event_fits(void **state)
{
	static const char *const fills[] = { "\x01", "\n", "\"", "=", "\\",
	    " ", "\x1b", "\xff", "\xc3", "\xc3\xa9", "\xc2\x9b", "-",
	    "\xf0\x9f\x98\x80" };
	struct caught caught;
	struct ak_audit audit = { catch, &caught, LOG_AUTHPRIV, false };
	struct ak_event event;
	char value[4097];
	const char *end;

	(void)state;
	for (size_t i = 0; i < COUNT(events) * COUNT(fills) * 2; i++) {
		const char *const *names = events[i / 2 / COUNT(fills)];
		const char *fill = fills[i / 2 % COUNT(fills)];

		audit.json = i % 2 == 1;
		for (size_t at = 0; at < sizeof(value); at++)
			value[at] = fill[at % strlen(fill)];
		value[sizeof(value) - 1] = '\0';
		ak_event_init(&event, AK_NOTICE, names[0]);
		for (size_t j = 1; names[j] != NULL; j++)
			ak_event_add(&event, names[j], value);
		ak_audit_write(&audit, &event);
		assert_true(strlen(caught.line) <= AK_AUDIT_LINE);
		end = after_fields(caught.line, names, audit.json);
		assert_string_equal(strstr(end, "..."),
		    audit.json ? "...\"}" : "...");
		if (audit.json)
			assert_true(json_is_flat_object(caught.line));
		else
			assert_int_equal(strcspn(end, " =\"\n"),
			    strlen(end));
	}
}

/* Short values are whole beside a long one. */
static void
short_values_stay_whole(void **state)
{
	struct caught caught;
	const struct ak_audit audit = { catch, &caught, LOG_AUTHPRIV, false };
	struct ak_event event;
	char value[4097];

	(void)state;
	memset(value, '\n', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	ak_event_init(&event, AK_NOTICE, "auth.deny");
	ak_event_add(&event, "reason", "wrong-secret");
	ak_event_add(&event, "user", value);
	ak_event_add(&event, "ruser", value);
	ak_event_add(&event, "rhost",
	    "2001:db8:1111:2222:3333:4444:5555:6666");
	ak_audit_write(&audit, &event);
	assert_non_null(strstr(caught.line, "reason=wrong-secret "));
	assert_non_null(strstr(caught.line,
	    " rhost=2001:db8:1111:2222:3333:4444:5555:6666"));
}

static void
priorities(void **state)
{
	static const struct {
		enum ak_level level;
		const char *facility;
		int want;
	} rows[] = {
		{ AK_ALERT, "authpriv", LOG_AUTHPRIV | LOG_ALERT },
		{ AK_NOTICE, "auth", LOG_AUTH | LOG_NOTICE },
		{ AK_INFO, "daemon", LOG_DAEMON | LOG_INFO },
		{ AK_INFO, "user", LOG_USER | LOG_INFO },
		{ AK_NOTICE, "local0", LOG_LOCAL0 | LOG_NOTICE },
		{ AK_NOTICE, "local7", LOG_LOCAL7 | LOG_NOTICE },
		{ AK_NOTICE, NULL, LOG_AUTHPRIV | LOG_NOTICE },
	};
	struct ak_event event;
	struct caught caught;
	struct ak_audit audit = { catch, &caught, 0, false };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		audit.facility = ak_audit_facility(rows[i].facility);
		ak_event_init(&event, rows[i].level, "e");
		ak_audit_write(&audit, &event);
		assert_int_equal(caught.priority, rows[i].want);
		assert_string_equal(caught.line, "event=e");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaping),
		cmocka_unit_test(tokens_are_cut),
		cmocka_unit_test(tokens_at_any_place),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(no_field_is_dropped),
		cmocka_unit_test(every_event_fits),
		cmocka_unit_test(short_values_stay_whole),
		cmocka_unit_test(priorities),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
