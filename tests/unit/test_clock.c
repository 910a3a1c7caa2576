/*
 * Times of RFC 3339, durations, and the injected clock.
 */
#include <time.h>

#include "unit.h"

#include "clock.h"

#define LAST	INT64_C(253402300799)	/* 9999-12-31T23:59:59Z */

static void
good_times(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:01Z", 1 },
		{ "1970-12-31T23:59:59Z", 31535999 },
		{ "1972-02-29T00:00:00Z", 68169600 },
		{ "2000-02-29T12:34:56Z", 951827696 },
		{ "2000-03-01T00:00:00Z", 951868800 },
		{ "2024-02-29T23:59:59Z", 1709251199 },
		{ "2026-11-24T00:00:00Z", 1795478400 },
		{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
		{ "2100-02-28T23:59:59Z", INT64_C(4107542399) },
		{ "2100-03-01T00:00:00Z", INT64_C(4107542400) },
		{ "2400-02-29T00:00:00Z", INT64_C(13574563200) },
		{ "9999-12-31T23:59:59Z", LAST },
	};
	char text[APIKEY_TIME_SIZE];
	int64_t s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		s = -1;
		if (!ak_time_parse(rows[i].text, &s) || s != rows[i].s)
			fail_msg("%s: %lld", rows[i].text, (long long)s);
		apikey_time_text(rows[i].s, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
bad_times(void **state)
{
	static const char *const rows[] = {
		"", "2026", "2026-11-24", "2026-11-24T00:00:00",
		"2026-11-24T00:00:00z", "2026-11-24t00:00:00Z",
		"2026-11-24 00:00:00Z", "2026-11-24T00:00:00+00:00",
		"2026-11-24T00:00:00-00:00", "2026-11-24T01:00:00+01:00",
		"2026-11-24T00:00:00.5Z", "2026-11-24T00:00:00ZZ",
		" 2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z ",
		"2026-11-24T00:00:00Z\n", "2026-11-24T00:00Z",
		"2026-00-24T00:00:00Z", "2026-13-24T00:00:00Z",
		"2026-11-00T00:00:00Z", "2026-11-31T00:00:00Z",
		"2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
		"2026-11-24T24:00:00Z", "2026-11-24T00:60:00Z",
		"2026-11-24T23:59:60Z", "2016-12-31T23:59:60Z",
		"1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
		"10000-01-01T00:00:00Z", "+026-11-24T00:00:00Z",
		"-026-11-24T00:00:00Z", "2026-1 -24T00:00:00Z",
		"2026- 1-24T00:00:00Z", "2026-11-24T0x:00:00Z",
		"20261124T000000Z", "now", "never",
	};
	int64_t s = 42;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (ak_time_parse(rows[i], &s))
			fail_msg("\"%s\" is taken for a time", rows[i]);
	assert_int_equal(s, 42);
}

static void
times_without_a_text(void **state)
{
	static const int64_t rows[] = {
		APIKEY_TIME_NONE, -1, INT64_MIN + 1, LAST + 1, INT64_MAX,
	};
	char text[APIKEY_TIME_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(text, 'x', sizeof(text));
		apikey_time_text(rows[i], text);
		assert_string_equal(text, "");
	}
}

/* Over all years, against the C library's calendar. */
static void
round_trip(void **state)
{
	char text[APIKEY_TIME_SIZE], want[64];
	struct tm tm;
	int64_t back;
	time_t t;

	(void)state;
	for (int64_t s = 0; s <= LAST; s += 3 * 86400 + 4567) {
		t = (time_t)s;
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_not_equal(strftime(want, sizeof(want),
		    "%Y-%m-%dT%H:%M:%SZ", &tm), 0);
		apikey_time_text(s, text);
		if (strcmp(text, want) != 0)
			fail_msg("%s instead of %s", text, want);
		if (!ak_time_parse(text, &back) || back != s)
			fail_msg("%s does not come back", text);
	}
}

static void
good_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
		const char *shown;
	} rows[] = {
		{ "1s", 1, "1s" }, { "90s", 90, "90s" },
		{ "60s", 60, "1m" }, { "30m", 1800, "30m" },
		{ "12h", 43200, "12h" }, { "24h", 86400, "1d" },
		{ "7d", 604800, "1w" }, { "90d", 7776000, "90d" },
		{ "2w", 1209600, "2w" }, { "1y", 31536000, "1y" },
		{ "365d", 31536000, "1y" }, { "1d12h", 129600, "36h" },
		{ "12h1d", 129600, "36h" }, { "1d1d", 172800, "2d" },
		{ "1m1s", 61, "61s" }, { "0d1s", 1, "1s" },
		{ "007d", 604800, "1w" },
		{ "1000y", INT64_C(31536000000), "1000y" },
		{ "31536000000s", INT64_C(31536000000), "1000y" },
	};
	char shown[AK_DURATION_SIZE];
	int64_t s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		s = -1;
		if (!ak_duration_parse(rows[i].text, &s) || s != rows[i].s)
			fail_msg("%s: %lld", rows[i].text, (long long)s);
		ak_duration_text(s, shown);
		assert_string_equal(shown, rows[i].shown);
	}
	ak_duration_text(AK_FOREVER, shown);
	assert_string_equal(shown, "never");
}

static void
bad_durations(void **state)
{
	static const char *const rows[] = {
		"", "0", "1", "d", "0s", "0y0d", "-1d", "+1d", "1D", "1S",
		"1M", " 1d", "1d ", "1 d", "1.5h", "1e3s", "0x1d", "1d12",
		"1d-1h", "1dd", "1d,12h", "never", "forever", "1000y1s",
		"1001y", "31536000001s", "9223372036854775807s",
		"9223372036854775808s", "18446744073709551617s",
		"99999999999999999999999999y", "1000y1000y",
		"2026-11-24T00:00:00Z",
	};
	int64_t s = 42;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (ak_duration_parse(rows[i], &s))
			fail_msg("\"%s\" is taken for a duration", rows[i]);
	assert_int_equal(s, 42);
}

static void
duration_or_time(void **state)
{
	int64_t t = 42;

	(void)state;
	assert_int_equal(apikey_time_parse("90d", 1000, &t), APIKEY_OK);
	assert_int_equal(t, 1000 + 7776000);
	assert_int_equal(apikey_time_parse("2026-11-24T00:00:00Z", 1000, &t),
	    APIKEY_OK);
	assert_int_equal(t, 1795478400);
	t = 42;
	assert_int_equal(apikey_time_parse("never", 1000, &t),
	    APIKEY_ERR_INVALID);
	assert_int_equal(apikey_time_parse("", 1000, &t), APIKEY_ERR_INVALID);
	assert_int_equal(t, 42);
}

/* A sum that no time can hold is no time. */
static void
duration_past_the_end(void **state)
{
	int64_t t = 42;

	(void)state;
	assert_int_equal(apikey_time_parse("1s", INT64_MAX, &t),
	    APIKEY_ERR_INVALID);
	assert_int_equal(apikey_time_parse("1000y", INT64_MAX - 5, &t),
	    APIKEY_ERR_INVALID);
	assert_int_equal(t, 42);
}

static int64_t
given(void *arg)
{
	return *(int64_t *)arg;
}

static void
injected_clock(void **state)
{
	int64_t now = INT64_C(1795478400999999999);
	const struct ak_clock clock = { given, &now };

	(void)state;
	assert_int_equal(ak_clock_ns(&clock), now);
	assert_int_equal(ak_clock_s(&clock), 1795478400);
	now++;
	assert_int_equal(ak_clock_s(&clock), 1795478401);
}

static void
real_clock(void **state)
{
	int64_t s = ak_clock_real(NULL) / AK_NS_PER_S;

	(void)state;
	assert_in_range(s, time(NULL) - 2, time(NULL) + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_times),
		cmocka_unit_test(bad_times),
		cmocka_unit_test(times_without_a_text),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(good_durations),
		cmocka_unit_test(bad_durations),
		cmocka_unit_test(duration_or_time),
		cmocka_unit_test(duration_past_the_end),
		cmocka_unit_test(injected_clock),
		cmocka_unit_test(real_clock),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
