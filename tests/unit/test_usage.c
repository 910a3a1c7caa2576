/*
 * What is counted of a key, as long as nothing is in the way: uses, rates,
 * bounds, announcements, and what is on the disk when.
 */
#include <sys/syscall.h>

#include <errno.h>

#include "uses.h"

#define SIZE	256

/* How often was something put on the disk, and does that work? */
static struct {
	int	 data, file, folder;
	bool	 fails;
} syncs;

int
fdatasync(int fd)
{
	syncs.data++;
	if (syncs.fails) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	if (S_ISDIR(st.st_mode))
		syncs.folder++;
	else
		syncs.file++;
	if (syncs.fails) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

static void
synced(int data, int file, int folder)
{
	assert_int_equal(syncs.data, data);
	assert_int_equal(syncs.file, file);
	assert_int_equal(syncs.folder, folder);
	memset(&syncs, 0, sizeof(syncs));
}

static int
setup(void **state)
{
	memset(&syncs, 0, sizeof(syncs));
	return uses_setup(state);
}

static void
first_use_and_next(void **state)
{
	struct state *s = *state;
	struct ak_usage usage;

	assert_int_equal(ak_usage_read(&s->dir, ID, &usage, &s->fault),
	    APIKEY_ERR_NOT_FOUND);
	TAKE(s, NULL, 0, "ok");
	usage = usage_of(s);
	assert_int_equal(usage.count, 1);
	assert_int_equal(usage.first, NOW);
	assert_int_equal(usage.last, NOW);
	assert_int_equal(usage.tat, AK_RATE_FRESH);
	assert_int_equal(usage.warned, APIKEY_TIME_NONE);
	assert_string_equal(usage.from, "192.0.2.1");
	assert_string_equal(usage.service, "sshd");
	passed = 5 * AK_NS_PER_S + 999999999;
	TAKE(s, "60/1m", 0, "ok");
	usage = usage_of(s);
	assert_int_equal(usage.count, 2);
	assert_int_equal(usage.first, NOW);
	assert_int_equal(usage.last, NOW + 5);
	assert_int_equal(usage.tat, NOW * AK_NS_PER_S + passed + AK_NS_PER_S);
	synced(0, 0, 0);
}

/* As it has to stay, or the records of another version are lost. */
static void
layout(void **state)
{
	static const unsigned char numbers[] = {
		'a', 'p', 'i', 'k', 'u', 's', 'e', '\n',
		1, 0, 0, 0, 0, 0, 0, 0,			/* version */
		1, 0, 0, 0, 0, 0, 0, 0,			/* count */
		0x80, 0xd3, 0x04, 0x6b, 0x00, 0x00, 0x00, 0x00,	/* first */
		0x80, 0xd3, 0x04, 0x6b, 0x00, 0x00, 0x00, 0x00,	/* last */
		0x00, 0xca, 0x7d, 0xc5, 0x17, 0xd2, 0xea, 0x18,	/* tat */
		0, 0, 0, 0, 0, 0, 0, 0x80,		/* warned: never */
	};
	static const unsigned char sum[] = { 0xe6, 0x19, 0xe6, 0x18 };
	unsigned char want[SIZE] = { 0 }, have[SIZE + 1];
	struct state *s = *state;

	memcpy(want, numbers, sizeof(numbers));
	memcpy(want + 56, "192.0.2.1", 9);
	memcpy(want + 120, "sshd", 4);
	memcpy(want + 252, sum, sizeof(sum));
	TAKE(s, "60/1m", 0, "ok");
	assert_int_equal(slurp(s->folder, ID, have, sizeof(have)), SIZE);
	assert_memory_equal(have, want, SIZE);
}

static void
texts(void **state)
{
	static const char full[] = "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcde";		/* 63 bytes */
	static const struct {
		const char *given;
		size_t kept;
	} rows[] = {
		{ NULL, 0 }, { "", 0 }, { "::1", 3 }, { full, 63 },
		{ "0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcdef", 63 },
		/* A character of two bytes in, across and behind the cut. */
		{ "0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abc\xc3\xa9", 63 },
		{ "0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcd\xc3\xa9", 62 },
		{ "0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abc\xc3\xa9xyz", 63 },
		/* And one of four. */
		{ "0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abc\xf0\x9f\x94\x91", 61 },
	};
	static const struct ak_clock clock = { uses_clock, &passed };
	static const struct ak_rate none;
	struct state *s = *state;
	struct ak_usage usage;
	bool degraded;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ak_use use = { &none, 0, &clock, rows[i].given,
		    rows[i].given };

		assert_int_equal(ak_usage_take(&s->dir, ID, &use, &degraded,
		    &s->fault), APIKEY_OK);
		usage = usage_of(s);
		if (strlen(usage.from) != rows[i].kept)
			fail_msg("row %zu: %zu", i, strlen(usage.from));
		if (rows[i].kept > 0)
			assert_memory_equal(usage.from, rows[i].given,
			    rows[i].kept);
		assert_string_equal(usage.service, usage.from);
	}
	assert_int_equal(usage.count, COUNT(rows));
}

/* A refusal writes nothing. */
static void
refuse(struct state *s, const char *rate, int64_t max_uses, const char *want,
    const char *sentence)
{
	unsigned char before[SIZE], after[SIZE];

	(void)slurp(s->folder, ID, before, SIZE);
	PEEK(s, rate, max_uses, want);
	assert_string_equal(s->fault.text, sentence);
	TAKE(s, rate, max_uses, want);
	assert_string_equal(s->fault.text, sentence);
	(void)slurp(s->folder, ID, after, SIZE);
	assert_memory_equal(after, before, SIZE);
}

static void
rate_is_held(void **state)
{
	struct state *s = *state;

	TAKE(s, "60/1m:2", 0, "ok");
	TAKE(s, "60/1m:2", 0, "ok");
	refuse(s, "60/1m:2", 0, "rate", "the key is used too often");
	passed = AK_NS_PER_S - 1;
	refuse(s, "60/1m:2", 0, "rate", "the key is used too often");
	passed = AK_NS_PER_S;
	TAKE(s, "60/1m:2", 0, "ok");
	assert_int_equal(usage_of(s).count, 3);
	/* The clock goes back a year. */
	passed = -365 * 86400 * AK_NS_PER_S;
	TAKE(s, "60/1m:2", 0, "ok");
	refuse(s, "60/1m:2", 0, "rate", "the key is used too often");
	assert_int_equal(usage_of(s).last, NOW - 365 * 86400);
}

static void
bound_is_held(void **state)
{
	struct state *s = *state;

	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault), APIKEY_OK);
	synced(0, 1, 1);
	for (int i = 0; i < 3; i++) {
		TAKE(s, NULL, 3, "ok");
		synced(1, 0, 0);
	}
	refuse(s, NULL, 3, "exhausted", "the key has no uses left");
	refuse(s, NULL, 1, "exhausted", "the key has no uses left");
	synced(0, 0, 0);
	TAKE(s, NULL, 4, "ok");
	assert_int_equal(usage_of(s).count, 4);
	/* No bound that anybody sets. */
	refuse(s, NULL, -1, "exhausted", "the key has no uses left");
}

/* Both in the way: the rate only as long as there are uses left. */
static void
rate_and_bound(void **state)
{
	struct state *s = *state;

	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault), APIKEY_OK);
	TAKE(s, "1/1h", 2, "ok");
	refuse(s, "1/1h", 2, "rate", "the key is used too often");
	passed = 3600 * AK_NS_PER_S;
	TAKE(s, "1/1h", 2, "ok");
	refuse(s, "1/1h", 2, "exhausted", "the key has no uses left");
}

static void
bounded_key_without_a_file(void **state)
{
	struct state *s = *state;

	TAKE(s, NULL, 3, "unavailable");
	SAYS(s, MISSING);
	assert_int_equal(s->fault.code, APIKEY_ERR_UNAVAILABLE);
	PEEK(s, NULL, 3, "unavailable");
	SAYS(s, MISSING);
	assert_false(is_there(s));
	assert_int_equal(ak_usage_reset(&s->dir, ID, &s->fault), APIKEY_OK);
	TAKE(s, NULL, 3, "ok");
}

/* The use is granted only once it is on the disk. */
static void
disk_that_fails(void **state)
{
	struct state *s = *state;

	syncs.fails = true;
	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
	SAYS(s, "Input/output error");
	assert_int_equal(ak_usage_reset(&s->dir, ID, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
	SAYS(s, "Input/output error");
	TAKE(s, NULL, 3, "unavailable");
	SAYS(s, "Input/output error");
	TAKE(s, NULL, 0, "ok");
}

static void
peek_writes_nothing(void **state)
{
	struct state *s = *state;
	struct ak_usage usage;

	PEEK(s, "1/1h", 0, "ok");
	assert_false(is_there(s));
	TAKE(s, NULL, 0, "ok");
	usage = usage_of(s);
	passed = AK_NS_PER_S;
	PEEK(s, "1/1h", 0, "ok");
	PEEK(s, "1/1h", 2, "ok");
	assert_int_equal(usage_of(s).count, usage.count);
	assert_int_equal(usage_of(s).last, usage.last);
	assert_int_equal(usage_of(s).tat, usage.tat);
}

static void
announcements(void **state)
{
	static const struct {
		int64_t at, interval;
		bool due;
	} rows[] = {
		{ NOW, 86400, true }, { NOW, 86400, false },
		{ NOW + 86399, 86400, false }, { NOW + 86400, 86400, true },
		{ NOW + 86401, 86400, false },
		/* Another was faster, or the clock went back. */
		{ NOW + 86399, 86400, false }, { NOW + 1, 86400, false },
		{ NOW, 86400, true }, { NOW, 86400, false },
		{ NOW - 31536000, 86400, true },
		{ NOW - 31536000, 86400, false },
		{ INT64_MAX, 86400, true }, { INT64_MAX, 86400, false },
		{ INT64_MIN + 1, 86400, true }, { INT64_MAX, 86400, true },
		{ 0, 86400, true }, { 0, 0, true },
	};
	struct state *s = *state;
	struct ak_usage usage;

	TAKE(s, "60/1m", 0, "ok");
	usage = usage_of(s);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (ak_usage_announce(&s->dir, ID, rows[i].at,
		    rows[i].interval) != rows[i].due)
			fail_msg("row %zu", i);
		usage.warned = usage_of(s).warned;
		assert_true(!rows[i].due || usage.warned == rows[i].at);
	}
	assert_int_equal(usage_of(s).count, 1);
	assert_int_equal(usage_of(s).tat, usage.tat);
	assert_string_equal(usage_of(s).service, "sshd");
	TAKE(s, NULL, 0, "ok");
	assert_int_equal(usage_of(s).warned, usage.warned);
}

/* It could be the lost file of a key with a bound of uses. */
static void
announcement_makes_no_file(void **state)
{
	struct state *s = *state;

	assert_false(ak_usage_announce(&s->dir, ID, NOW, 86400));
	assert_false(is_there(s));
	tmp_write(s->folder, ID, "");
	assert_false(ak_usage_announce(&s->dir, ID, NOW, 86400));
	TAKE(s, NULL, 3, "unavailable");
}

static void
create_keeps_what_is_good(void **state)
{
	struct state *s = *state;

	TAKE(s, NULL, 0, "ok");
	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault), APIKEY_OK);
	synced(0, 1, 1);
	assert_int_equal(usage_of(s).count, 1);
	TAKE(s, NULL, 1, "exhausted");
}

static void
create_begins_what_is_empty(void **state)
{
	struct state *s = *state;

	tmp_write(s->folder, ID, "");
	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault), APIKEY_OK);
	synced(0, 1, 1);
	assert_int_equal(usage_of(s).count, 0);
	assert_int_equal(usage_of(s).first, APIKEY_TIME_NONE);
	assert_int_equal(usage_of(s).last, APIKEY_TIME_NONE);
}

static void
reset_forgets_all(void **state)
{
	struct state *s = *state;
	struct ak_usage usage;
	struct stat st;

	TAKE(s, "1/1h", 0, "ok");
	assert_true(ak_usage_announce(&s->dir, ID, NOW, 86400));
	tmp_chmod(s->folder, ID, 0644);
	assert_int_equal(ak_usage_reset(&s->dir, ID, &s->fault), APIKEY_OK);
	synced(0, 1, 1);
	assert_int_equal(fstatat(s->dir.fd, ID, &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	usage = usage_of(s);
	assert_int_equal(usage.count, 0);
	assert_int_equal(usage.first, APIKEY_TIME_NONE);
	assert_int_equal(usage.last, APIKEY_TIME_NONE);
	assert_int_equal(usage.warned, APIKEY_TIME_NONE);
	assert_string_equal(usage.from, "");
	assert_string_equal(usage.service, "");
	TAKE(s, "1/1h", 1, "ok");
}

static void
remove_and_begin_anew(void **state)
{
	struct state *s = *state;

	assert_int_equal(ak_usage_remove(&s->dir, ID, &s->fault), APIKEY_OK);
	TAKE(s, NULL, 0, "ok");
	assert_int_equal(ak_usage_remove(&s->dir, ID, &s->fault), APIKEY_OK);
	assert_false(is_there(s));
	TAKE(s, NULL, 0, "ok");
	assert_int_equal(usage_of(s).count, 1);
}

static void
no_ids(void **state)
{
	static const char *const rows[] = {
		"", ".", "..", "../../../x", "7k2m9q4t8", "7k2m9q4t8w0",
		"7K2M9Q4T8W", "../../../.", "/etc/passwd",
	};
	static const struct ak_clock clock = { uses_clock, &passed };
	static const struct ak_rate none;
	const struct ak_use use = { &none, 0, &clock, NULL, NULL };
	struct state *s = *state;
	struct ak_usage usage;
	bool degraded;

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(ak_usage_take(&s->dir, rows[i], &use,
		    &degraded, &s->fault), APIKEY_ERR_INVALID);
		assert_int_equal(ak_usage_peek(&s->dir, rows[i], &use,
		    &degraded, &s->fault), APIKEY_ERR_INVALID);
		assert_int_equal(ak_usage_read(&s->dir, rows[i], &usage,
		    &s->fault), APIKEY_ERR_INVALID);
		assert_int_equal(ak_usage_create(&s->dir, rows[i],
		    &s->fault), APIKEY_ERR_INVALID);
		assert_int_equal(ak_usage_reset(&s->dir, rows[i],
		    &s->fault), APIKEY_ERR_INVALID);
		assert_int_equal(ak_usage_remove(&s->dir, rows[i],
		    &s->fault), APIKEY_ERR_INVALID);
		assert_false(ak_usage_announce(&s->dir, rows[i], NOW, 1));
	}
	assert_int_equal(rmdir(s->folder), 0);
	assert_int_equal(mkdir(s->folder, 0700), 0);
}

int
main(void)
{
#define TEST(name)	\
	cmocka_unit_test_setup_teardown(name, setup, state_teardown)
	const struct CMUnitTest tests[] = {
		TEST(first_use_and_next), TEST(layout), TEST(texts),
		TEST(rate_is_held), TEST(bound_is_held),
		TEST(rate_and_bound), TEST(bounded_key_without_a_file),
		TEST(disk_that_fails), TEST(peek_writes_nothing),
		TEST(announcements), TEST(announcement_makes_no_file),
		TEST(create_keeps_what_is_good),
		TEST(create_begins_what_is_empty), TEST(reset_forgets_all),
		TEST(remove_and_begin_anew), TEST(no_ids),
	};

	return cmocka_run_group_tests_name("usage", tests, NULL, NULL);
}
