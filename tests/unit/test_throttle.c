/*
 * Failures counted: the limits to the last one, who is counted as one,
 * and how often a line speaks for them.
 */
#include "failures.h"

static void
the_limit(void **state)
{
	static const struct ak_rate rates[] = {
		{ 10, MINUTE, 10 }, { 3, MINUTE / 2, 1 }, { 1, MINUTE, 1 },
		{ 7, MINUTE, 20 },
	};
	struct fixture *f = *state;
	int64_t refill;

	for (size_t i = 0; i < COUNT(rates); i++) {
		(void)unlink(f->path);
		f->rate = rates[i];
		f->now = NOW;
		refill = f->rate.period / f->rate.limit;
		assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID),
		    f->rate.burst);
		f->now += refill - 1;
		assert_true(over(f, "192.0.2.1", TOKEN_ID));
		f->now += 1;
		assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 1);
		f->now += refill * f->rate.burst;
		assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID),
		    f->rate.burst);
	}
}

/* Each key id has its own limit, and all of a source ten times that. */
static void
source_alone(void **state)
{
	struct fixture *f = *state;
	char id[] = "0000000000";

	for (int i = 0; i < AK_THROTTLE_SOURCE; i++) {
		id[0] = (char)('0' + i);
		assert_int_equal(passes(f, "192.0.2.1", id), 3);
	}
	assert_true(over(f, "192.0.2.1", TOKEN_ID));
	assert_true(over(f, "192.0.2.1", NULL));
	assert_false(over(f, "192.0.2.2", TOKEN_ID));
	assert_int_equal(passes(f, "192.0.2.2", NULL), 30);

	f->now += MINUTE / 30 - 1;
	assert_true(over(f, "192.0.2.1", TOKEN_ID));
	f->now += 1;
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 1);
	f->now += MINUTE;
	assert_int_equal(passes(f, "192.0.2.1", NULL), 30);
}

/* One that is charged though it is over: two looked at the same time. */
static void
full_stays(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
	for (int i = 0; i < 5; i++)
		assert_true(charge(f, "192.0.2.1", TOKEN_ID));
	assert_int_equal(passes(f, "192.0.2.1", NULL), 30 - 3 - 5);
	f->now += MINUTE / 3;
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 1);
}

/* Events less than ten nanoseconds apart cannot be ten times as many. */
static void
fast_rates(void **state)
{
	static const struct {
		struct ak_rate rate;
		int want;
	} rows[] = {
		{ { 1000000000, AK_NS_PER_S, 2 }, 20 },
		{ { 100000001, AK_NS_PER_S, 1 }, 10 },
		{ { 1, INT64_C(3000000000000000000), 1 }, 10 },
		{ { 3, INT64_C(2999999999999999999), 3 }, 30 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)unlink(f->path);
		f->rate = rows[i].rate;
		assert_int_equal(passes(f, "192.0.2.1", NULL), rows[i].want);
	}
	f->rate = (struct ak_rate){ 1000000000, AK_NS_PER_S, 1000000000 };
	for (int i = 0; i < 100; i++)
		assert_true(charge(f, "192.0.2.2", TOKEN_ID));
	assert_false(over(f, "192.0.2.2", TOKEN_ID));
}

static void
no_limit(void **state)
{
	struct fixture *f = *state;

	f->rate.limit = 0;
	for (int i = 0; i < 100; i++) {
		assert_false(over(f, "192.0.2.1", TOKEN_ID));
		assert_true(charge(f, "192.0.2.1", TOKEN_ID));
		idle(f, "192.0.2.1", TOKEN_ID, false);
	}
	assert_int_equal(report(f, "192.0.2.1"), 1);
	assert_int_equal(access(f->path, F_OK), -1);
}

#define TEN	"0123456789"
#define HUNDRED	TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG	HUNDRED HUNDRED TEN TEN TEN TEN TEN "01234"
#define LONG2	HUNDRED HUNDRED TEN TEN TEN TEN TEN "01235"
#define A	"192.0.2.1", NULL, TOKEN_ID, 0

/* Is the one counted with the other? */
static const struct {
	struct ak_failure	 a, b;
	bool			 same;
} pairs[] = {
	{ { A }, { A }, true },
	{ { A }, { "::ffff:192.0.2.1", NULL, TOKEN_ID, 0 }, true },
	{ { A }, { "::ffff:c000:201", NULL, TOKEN_ID, 0 }, true },
	{ { A }, { "192.0.2.1", "deploy", TOKEN_ID, 0 }, true },
	{ { A }, { "192.0.2.2", NULL, TOKEN_ID, 0 }, false },
	{ { A }, { "::192.0.2.1", NULL, TOKEN_ID, 0 }, false },
	{ { A }, { "192.0.2.1 ", NULL, TOKEN_ID, 0 }, false },
	{ { A }, { "192.0.2.1", NULL, "7k2m9q4t8x", 0 }, false },
	{ { A }, { "192.0.2.1", NULL, "", 0 }, false },
	{ { A }, { NULL, "192.0.2.1", TOKEN_ID, 0 }, false },
	{ { A }, { NULL, NULL, TOKEN_ID, 0 }, false },

	{ { "2001:db8:0:1::1", NULL, "x", 0 },
	    { "2001:db8:0:1:ffff:ffff:ffff:ffff", NULL, "x", 0 }, true },
	{ { "2001:db8:0:1::1", NULL, "x", 0 },
	    { "2001:DB8:0:01::2", NULL, "x", 0 }, true },
	{ { "2001:db8:0:1::1", NULL, "x", 0 },
	    { "2001:db8:0:2::1", NULL, "x", 0 }, false },
	{ { "2001:db8:0:1::1", NULL, "x", 0 },
	    { "2001:db9:0:1::1", NULL, "x", 0 }, false },
	{ { "fe80::1%eth0", NULL, "x", 0 },
	    { "fe80::1%eth1", NULL, "x", 0 }, true },
	{ { "fe80::1%eth0", NULL, "x", 0 },
	    { "fe80::1", NULL, "x", 0 }, true },
	{ { "fe80::1%eth0", NULL, "x", 0 },
	    { "fe80:0:0:1::1%eth0", NULL, "x", 0 }, false },

	{ { "a.example", NULL, "x", 0 }, { "a.example", NULL, "x", 0 },
	    true },
	{ { "a.example", NULL, "x", 0 }, { "b.example", NULL, "x", 0 },
	    false },
	{ { "a.example", NULL, "x", 0 }, { NULL, "a.example", "x", 0 },
	    false },
	{ { "ab", NULL, "c", 0 }, { "a", NULL, "bc", 0 }, false },
	{ { "a", NULL, "b", 0 }, { "a\1b", NULL, "", 0 }, false },
	{ { "", NULL, "x", 0 }, { NULL, "", "x", 0 }, false },
	{ { "", NULL, "x", 0 }, { NULL, NULL, "x", 0 }, false },
	{ { LONG, NULL, "x", 0 }, { LONG "y", NULL, "x", 0 }, true },
	{ { LONG, NULL, "x", 0 }, { LONG2, NULL, "x", 0 }, false },

	{ { NULL, "deploy", "x", 0 }, { NULL, "deploy", "x", 0 }, true },
	{ { NULL, "deploy", "x", 0 }, { NULL, "other", "x", 0 }, false },
	{ { NULL, "deploy", "x", 0 }, { NULL, NULL, "x", 0 }, false },
	{ { NULL, "", "x", 0 }, { NULL, NULL, "x", 0 }, false },
	/* The bytes of an address are no text, and no length of one. */
	{ { "97.98.99.100", NULL, "x", 0 }, { "abcd", NULL, "x", 0 },
	    false },
	{ { "3.97.98.99", NULL, "x", 0 }, { NULL, "abc", "x", 0 }, false },
	{ { "3.97.98.99", NULL, "x", 0 }, { "abc", NULL, "x", 0 }, false },
};

static void
who_is_one(void **state)
{
	struct ak_failure a, b;
	struct fixture *f = *state;
	bool degraded;

	for (size_t i = 0; i < COUNT(pairs); i++) {
		(void)unlink(f->path);
		a = pairs[i].a;
		b = pairs[i].b;
		a.now = b.now = NOW;
		for (int n = 0; n < 3; n++)
			assert_true(ak_throttle_charge(&f->dir, &f->rate,
			    &a));
		assert_true(ak_throttle_over(&f->dir, &f->rate, &a,
		    &degraded));
		if (ak_throttle_over(&f->dir, &f->rate, &b, &degraded) !=
		    pairs[i].same)
			fail_msg("row %zu", i);
		assert_false(degraded);
	}
}

static void
many_sources(void **state)
{
	struct fixture *f = *state;
	char source[32];
	struct stat st;

	assert_true(charge(f, "192.0.2.1", TOKEN_ID));
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(source, sizeof(source), "2001:db8:%x:%x::1",
		    i / 100, i % 100);
		if (!charge(f, source, TOKEN_ID))
			fail_msg("%s", source);
	}
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_size, FILE_SIZE);
	/* There is still room for one more. */
	assert_int_equal(passes(f, "198.51.100.1", TOKEN_ID), 3);
}

static void
clock_moves(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
	/* Back: one is let pass, then it counts by the new time. */
	f->now = NOW - YEAR;
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 1);
	f->now += MINUTE / 3;
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 1);
	f->now += MINUTE;
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
	/* Forward: all is forgotten. */
	f->now = NOW + YEAR;
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
}

/* A clock that could not be read says INT64_MAX. */
static void
no_time(void **state)
{
	static const int64_t times[] = {
		INT64_MAX, INT64_MAX - 1, INT64_MIN, -1,
		INT64_MAX - MINUTE / 3 * 7 + 1,
	};
	struct fixture *f = *state;

	assert_true(charge(f, "192.0.2.1", TOKEN_ID));
	for (size_t i = 0; i < COUNT(times); i++) {
		f->now = times[i];
		assert_true(is_degraded(f));
		assert_true(takes_nothing(f));
	}
	f->now = INT64_MAX - MINUTE / 3 * 7;
	assert_int_equal(passes(f, "192.0.2.1", NULL), 30);
	assert_int_equal(report(f, "192.0.2.1"), 1);
	f->rate = (struct ak_rate){ 1, INT64_C(3000000000000000000), 1 };
	f->now = INT64_MAX - MINUTE - 2 * f->rate.period;
	assert_int_equal(passes(f, "192.0.2.2", NULL), 10);
	f->now += 1;
	assert_true(is_degraded(f));
	f->now = 0;
	assert_int_equal(passes(f, "192.0.2.3", NULL), 10);
	/* Here that of the source alone reaches further. */
	f->rate = (struct ak_rate){ 1000000000, AK_NS_PER_S, 1000000000 };
	f->now = INT64_MAX - MINUTE - INT64_C(10000000001);
	assert_true(charge(f, "192.0.2.4", TOKEN_ID));
	f->now += 1;
	assert_true(is_degraded(f));
}

static void
lines(void **state)
{
	static const struct {
		int64_t s;		/* behind NOW */
		const char *source;
		int64_t want;
	} rows[] = {
		{ 0, "192.0.2.1", 1 }, { 0, "192.0.2.1", 0 },
		{ 0, "192.0.2.2", 1 }, { 30, "192.0.2.1", 0 },
		{ 59, "192.0.2.1", 0 }, { 60, "192.0.2.1", 4 },
		{ 61, "::ffff:192.0.2.1", 0 }, { 119, "192.0.2.1", 0 },
		{ 119, "192.0.2.2", 1 }, { 120, "192.0.2.1", 3 },
		{ 500, "192.0.2.1", 1 }, { 501, "192.0.2.1", 0 },
		/* The line was written in the future. */
		{ -86400, "192.0.2.1", 2 }, { -86400, "192.0.2.1", 0 },
		{ 501, "192.0.2.1", 2 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		f->now = NOW + rows[i].s * AK_NS_PER_S;
		if (report(f, rows[i].source) != rows[i].want)
			fail_msg("row %zu", i);
	}
}

/* Lines and failures share an entry and leave each other's part alone. */
static void
lines_and_counts(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 10; i++)
		assert_true(charge(f, "192.0.2.1", NULL));
	assert_int_equal(report(f, "192.0.2.1"), 1);
	assert_int_equal(report(f, "192.0.2.1"), 0);
	assert_int_equal(passes(f, "192.0.2.1", NULL), 20);
	f->now += MINUTE;
	assert_int_equal(report(f, "192.0.2.1"), 2);
	assert_int_equal(passes(f, "192.0.2.1", NULL), 30);
	assert_int_equal(passes(f, "192.0.2.2", TOKEN_ID), 3);
	assert_int_equal(report(f, "192.0.2.2"), 1);
}

/* Who has not failed costs the same, and nothing changes. */
static void
nothing_counted(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 40; i++)
		idle(f, "192.0.2.1", TOKEN_ID, i % 2 == 0);
	is_made(f);
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
	assert_int_equal(report(f, "192.0.2.1"), 1);
	for (int i = 0; i < 40; i++)
		idle(f, "192.0.2.1", TOKEN_ID, i % 2 == 0);
	assert_true(over(f, "192.0.2.1", TOKEN_ID));
	assert_int_equal(passes(f, "192.0.2.1", NULL), 30 - 3);
	assert_int_equal(report(f, "192.0.2.1"), 0);
	f->now += MINUTE;
	assert_int_equal(report(f, "192.0.2.1"), 2);
}

static void
closed(void **state)
{
	struct fixture *f = *state;
	struct fixture other = *f;

	other.dir = (struct ak_dir)AK_DIR_CLOSED;
	assert_true(is_degraded(&other));
	assert_true(takes_nothing(&other));
	idle(&other, "192.0.2.1", TOKEN_ID, false);
	assert_int_equal(access(f->path, F_OK), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_limit), TEST(source_alone), TEST(full_stays),
		TEST(fast_rates), TEST(no_limit), TEST(who_is_one),
		TEST(many_sources), TEST(clock_moves), TEST(no_time),
		TEST(lines), TEST(lines_and_counts),
		TEST(nothing_counted), TEST(closed),
	};

	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
