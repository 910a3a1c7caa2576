/*
 * Rates: how they are written, and GCRA at its edges with a clock that
 * goes where it should not.
 */
#include "unit.h"

#include "clock.h"
#include "rate.h"

#define S	AK_NS_PER_S
#define YEAR	(365 * 86400 * S)
#define NOW	(INT64_C(1795478400) * S)	/* 2026-11-24T00:00:00Z */

static struct ak_rate
rate_of(const char *text)
{
	struct ak_rate rate;

	if (!ak_rate_parse(text, &rate))
		fail_msg("\"%s\" is no rate", text);
	return rate;
}

static void
good_rates(void **state)
{
	static const struct {
		const char *text;
		struct ak_rate rate;
		const char *shown;
	} rows[] = {
		{ "30/1m", { 30, 60 * S, 30 }, "30/1m" },
		{ "30/1m:5", { 30, 60 * S, 5 }, "30/1m:5" },
		{ "30/1m:30", { 30, 60 * S, 30 }, "30/1m" },
		{ "30/1m:300", { 30, 60 * S, 300 }, "30/1m:300" },
		{ "300/1m", { 300, 60 * S, 300 }, "300/1m" },
		{ "1/1s", { 1, S, 1 }, "1/1s" },
		{ "1/1s:1", { 1, S, 1 }, "1/1s" },
		{ "5/90s", { 5, 90 * S, 5 }, "5/90s" },
		{ "5/60s", { 5, 60 * S, 5 }, "5/1m" },
		{ "1/1d12h", { 1, 129600 * S, 1 }, "1/36h" },
		{ "007/02h:009", { 7, 7200 * S, 9 }, "7/2h:9" },
		{ "1/95y", { 1, 95 * YEAR, 1 }, "1/95y" },
		/* The most that a nanosecond each allows. */
		{ "1000000000/1s", { 1000000000, S, 1000000000 },
		    "1000000000/1s" },
		{ "1000000000/1s:1", { 1000000000, S, 1 },
		    "1000000000/1s:1" },
		/* The furthest reach, to the event. */
		{ "1/1s:1000000000", { 1, S, 1000000000 },
		    "1/1s:1000000000" },
		{ "1/100s:30000000", { 1, 100 * S, 30000000 },
		    "1/100s:30000000" },
	};
	char shown[AK_RATE_SIZE];
	struct ak_rate rate, again;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		rate = rate_of(rows[i].text);
		assert_int_equal(rate.limit, rows[i].rate.limit);
		assert_int_equal(rate.period, rows[i].rate.period);
		assert_int_equal(rate.burst, rows[i].rate.burst);
		ak_rate_text(&rate, shown);
		assert_string_equal(shown, rows[i].shown);
		again = rate_of(shown);
		assert_memory_equal(&again, &rate, sizeof(rate));
	}
}

static void
bad_rates(void **state)
{
	static const char *const rows[] = {
		"", "/", ":", "30", "30/", "/1m", "30/:5", "/1m:5", ":5",
		"0/1m", "30/0s", "30/1m:0", "30/1m:", "30/1m:5:5",
		"30/1m:5x", "30/1mx", "30/1", "30/m", "30/never",
		"30//1m", "30/1m/1m", "30:1m", "30 /1m", "30/ 1m",
		"30/1m ", " 30/1m", "30/1m: 5", "30/1m:5 ", "-30/1m",
		"+30/1m", "30/-1m", "30/1m:-5", "30/1m:+5", "0x1e/1m",
		"1.5/1m", "30/1.5m", "1e3/1m", "x/1m", "30/1M",
		/* Less than a nanosecond each. */
		"1000000001/1s", "1000000001/2s", "1000000000/0s",
		"9223372036854775808/1m", "18446744073709551617/1m",
		"99999999999999999999999999/1m",
		"30/1m:18446744073709551617",
		"30/1m:99999999999999999999999999",
		"30/96y", "30/1000y", "30/9223372036854775807s",
		/* One event over the furthest reach. */
		"1/100s:30000001", "1/95y:2", "1/1y:96",
		/* No duration is written that long. */
		"30/000000000000000000000001m",
	};
	struct ak_rate rate = { 1, 2, 3 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (ak_rate_parse(rows[i], &rate))
			fail_msg("\"%s\" is taken for a rate", rows[i]);
	assert_int_equal(rate.limit, 1);
	assert_int_equal(rate.period, 2);
	assert_int_equal(rate.burst, 3);
}

static void
no_bound(void **state)
{
	const struct ak_rate none = { 0, 0, 0 };
	char text[AK_RATE_SIZE] = "x";
	int64_t tat = 1;

	(void)state;
	ak_rate_text(&none, text);
	assert_string_equal(text, "");
	assert_true(ak_rate_allows(&none, 42, NOW, &tat));
	assert_int_equal(tat, 42);
	assert_true(ak_rate_allows(&none, 42, INT64_MAX, &tat));
	assert_int_equal(ak_rate_expiry(&none, 42, NOW), NOW);
}

/*
 * One event a row: when, and what is said.  Rows of one rate follow each
 * other on the stored time.
 */
static const struct {
	const char *rate;	/* NULL: as in the row before */
	int64_t at;		/* from NOW */
	bool allowed;
	int64_t tat;		/* from NOW, when allowed */
} timetable[] = {
	/* Three at once, then one a second, to the nanosecond. */
	{ "60/1m:3", 0, true, 1 * S },
	{ NULL, 0, true, 2 * S },
	{ NULL, 0, true, 3 * S },
	{ NULL, 0, false, 0 },
	{ NULL, 1 * S - 1, false, 0 },
	{ NULL, 1 * S, true, 4 * S },
	{ NULL, 1 * S, false, 0 },
	{ NULL, 2 * S - 1, false, 0 },
	{ NULL, 2 * S + 5, true, 5 * S },
	/* What a refusal costs is nothing. */
	{ NULL, 3 * S, true, 6 * S },
	/* Rest gives the burst back, and no more than it. */
	{ NULL, 100 * S, true, 101 * S },
	{ NULL, 100 * S, true, 102 * S },
	{ NULL, 100 * S, true, 103 * S },
	{ NULL, 100 * S, false, 0 },
	/* A burst of one is a distance. */
	{ "6/1m:1", 0, true, 10 * S },
	{ NULL, 0, false, 0 },
	{ NULL, 10 * S - 1, false, 0 },
	{ NULL, 10 * S, true, 20 * S },
	{ NULL, 35 * S, true, 45 * S },
	{ NULL, 45 * S - 1, false, 0 },
	{ NULL, 45 * S, true, 55 * S },
	/* The clock goes back a year: one, and then as always. */
	{ "60/1m:2", 0, true, 1 * S },
	{ NULL, 0, true, 2 * S },
	{ NULL, -YEAR, true, -YEAR + 2 * S },
	{ NULL, -YEAR, false, 0 },
	{ NULL, -YEAR + S - 1, false, 0 },
	{ NULL, -YEAR + S, true, -YEAR + 3 * S },
	/* Were it but a nanosecond. */
	{ NULL, -YEAR + S - 1, true, -YEAR + 3 * S - 1 },
	{ NULL, -YEAR + S - 1, false, 0 },
	/* A year forward, and back again. */
	{ "60/1m:2", 0, true, 1 * S },
	{ NULL, YEAR, true, YEAR + 1 * S },
	{ NULL, YEAR, true, YEAR + 2 * S },
	{ NULL, YEAR, false, 0 },
	{ NULL, 0, true, 2 * S },
	{ NULL, 0, false, 0 },
	{ NULL, S, true, 3 * S },
};

static void
events(void **state)
{
	struct ak_rate rate = { 0, 0, 0 };
	int64_t tat = AK_RATE_FRESH, next;
	bool allowed;

	(void)state;
	for (size_t i = 0; i < COUNT(timetable); i++) {
		if (timetable[i].rate != NULL) {
			rate = rate_of(timetable[i].rate);
			tat = AK_RATE_FRESH;
		}
		next = 42;
		allowed = ak_rate_allows(&rate, tat, NOW + timetable[i].at,
		    &next);
		if (allowed != timetable[i].allowed ||
		    next != (allowed ? NOW + timetable[i].tat : 42))
			fail_msg("row %zu: %d, %lld", i, allowed,
			    (long long)(next - NOW));
		if (allowed)
			tat = next;
	}
}

/* What was stored by a rate that allowed more leaves room for one. */
static void
lowered_rates(void **state)
{
	static const struct {
		const char *before, *after;
		int64_t wait;		/* for the second */
	} rows[] = {
		{ "300/1m", "300/1m:5", S / 5 },
		{ "300/1m", "60/1m:5", S },
		{ "1000/1h", "1000/1h:1", 3600 * S / 1000 },
		{ "10/1d", "10/1m", 6 * S },
	};
	struct ak_rate before, after;
	int64_t tat, next;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		before = rate_of(rows[i].before);
		after = rate_of(rows[i].after);
		tat = AK_RATE_FRESH;
		for (int64_t n = 0; n < before.burst; n++)
			assert_true(ak_rate_allows(&before, tat, NOW, &tat));
		assert_false(ak_rate_allows(&before, tat, NOW, &next));
		assert_true(ak_rate_allows(&after, tat, NOW, &tat));
		assert_int_equal(tat, NOW + after.period / after.limit *
		    after.burst);
		assert_false(ak_rate_allows(&after, tat, NOW, &next));
		assert_false(ak_rate_allows(&after, tat,
		    NOW + rows[i].wait - 1, &next));
		assert_true(ak_rate_allows(&after, tat, NOW + rows[i].wait,
		    &next));
	}
}

/* On the edge of its reach a stored time is one of this rate. */
static void
furthest_stored_time(void **state)
{
	struct ak_rate rate = rate_of("60/1m:3");
	int64_t tat;

	(void)state;
	assert_false(ak_rate_allows(&rate, NOW + 3 * S, NOW, &tat));
	assert_true(ak_rate_allows(&rate, NOW + 3 * S + 1, NOW, &tat));
	assert_int_equal(tat, NOW + 3 * S);
	assert_int_equal(ak_rate_expiry(&rate, NOW + 3 * S, NOW),
	    NOW + 3 * S);
	assert_int_equal(ak_rate_expiry(&rate, NOW + 3 * S + 1, NOW),
	    NOW + 2 * S);
	assert_int_equal(ak_rate_expiry(&rate, NOW - 5, NOW), NOW - 5);
	assert_int_equal(ak_rate_expiry(&rate, INT64_MAX, NOW), NOW + 2 * S);
}

/* In any second as many as the rate says, and the burst at first. */
static void
in_the_long_run(void **state)
{
	struct ak_rate rate = rate_of("300/1m:10");
	int64_t tat = AK_RATE_FRESH;
	int count = 0;

	(void)state;
	for (int64_t at = 0; at < 60 * S; at += S / 100)
		count += ak_rate_allows(&rate, tat, NOW + at, &tat);
	assert_int_equal(count, 10 + 299);
}

/* Whatever was stored, and whatever the clock says: no sum overflows, and
 * a refusal ends when the reach is over. */
static void
any_number(void **state)
{
	static const char *const rates[] = {
		"1/1s", "30/1m:5", "1000000000/1s", "1/95y", "1/100s:30000000",
	};
	static const int64_t numbers[] = {
		INT64_MIN, INT64_MIN + 1, -YEAR, -1, 0, 1, NOW - 1, NOW,
		NOW + 1, NOW + YEAR, INT64_C(6223372036854775807),
		INT64_C(6223372036854775808), INT64_MAX - S, INT64_MAX - 1,
		INT64_MAX,
	};

	(void)state;
	for (size_t r = 0; r < COUNT(rates); r++) {
		struct ak_rate rate = rate_of(rates[r]);
		int64_t reach = rate.period / rate.limit * rate.burst;

		for (size_t i = 0; i < COUNT(numbers); i++) {
			for (size_t j = 0; j < COUNT(numbers); j++) {
				int64_t tat = numbers[i], now = numbers[j];
				int64_t next = 42;

				if (ak_rate_allows(&rate, tat, now, &next))
					assert_in_range((uint64_t)next -
					    (uint64_t)now, 1, reach);
				else
					assert_int_equal(next, 42);
				if (now <= INT64_MAX - reach)
					assert_true(ak_rate_expiry(&rate, tat,
					    now) <= now + reach);
			}
		}
	}
}

/* A clock that cannot be read says the end of time. */
static void
clock_that_cannot_be_read(void **state)
{
	struct ak_rate rate = rate_of("30/1m");
	int64_t tat = 42;

	(void)state;
	assert_false(ak_rate_allows(&rate, AK_RATE_FRESH, INT64_MAX, &tat));
	assert_int_equal(tat, 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_rates), cmocka_unit_test(bad_rates),
		cmocka_unit_test(no_bound), cmocka_unit_test(events),
		cmocka_unit_test(lowered_rates),
		cmocka_unit_test(furthest_stored_time),
		cmocka_unit_test(in_the_long_run),
		cmocka_unit_test(any_number),
		cmocka_unit_test(clock_that_cannot_be_read),
	};

	return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
