/*
 * The file of failures: its format, what is evicted from it, and files
 * that are not it.
 */
#include "failures.h"

#include "throttle_table.h"

/* The format, written down once more. */
#define WAYS		12
#define ENTRY		40

static void
encode(const unsigned char tag[16], int64_t tat, int64_t line_at,
    uint32_t suppressed, unsigned char ret[ENTRY])
{
	memcpy(ret, tag, 16);
	put(ret + 16, (uint64_t)tat, 8);
	put(ret + 24, (uint64_t)line_at, 8);
	put(ret + 32, suppressed, 4);
	put(ret + 36, ak_crc32(ret, 36), 4);
}

static bool
holds(const struct fixture *f, const struct raw *raw)
{
	unsigned char set[SECTOR];

	read_at(f, set, sizeof(set), raw->set);
	for (size_t i = 0; i < WAYS; i++)
		if (memcmp(set + i * ENTRY, raw->tag, 16) == 0)
			return true;
	return false;
}

static void
format(void **state)
{
	static const char source[] = { 'S', '4', '\xc0', 0, 2, 1 };
	static const char both[] = { 'K', '4', '\xc0', 0, 2, 1, 3, 'i', 'd',
	    '0' };
	static const char local[] = { 'S', 'C', 4, 'r', 'o', 'o', 't' };
	static const char wide[] = { 'S', '6', 0x20, 1, 0xd, '\xb8', 0, 0, 0,
	    7 };
	const struct ak_failure root = { NULL, "root", NULL, NOW };
	unsigned char have[ENTRY], want[ENTRY];
	struct fixture *f = *state;
	struct raw raw;

	write_header(f);
	assert_true(charge(f, "192.0.2.1", "id0"));
	raw = locate(both, sizeof(both));
	encode(raw.tag, NOW + MINUTE / 3, INT64_MIN, 0, want);
	read_at(f, have, sizeof(have), raw.set);
	assert_memory_equal(have, want, sizeof(want));

	assert_int_equal(report(f, "192.0.2.1"), 1);
	assert_int_equal(report(f, "192.0.2.1"), 0);
	raw = locate(source, sizeof(source));
	encode(raw.tag, NOW + MINUTE / 30, NOW / AK_NS_PER_S, 1, want);
	read_at(f, have, sizeof(have), raw.set);
	assert_memory_equal(have, want, sizeof(want));

	assert_true(ak_throttle_charge(&f->dir, &f->rate, &root));
	raw = locate(local, sizeof(local));
	assert_true(holds(f, &raw));
	assert_true(charge(f, "2001:db8:0:7::1", NULL));
	raw = locate(wide, sizeof(wide));
	assert_true(holds(f, &raw));
}

/* The next address from *next whose entry is in this set. */
static struct raw
neighbour(off_t set, unsigned *next,
    char ret_source[32])
{
	char name[6] = { 'S', '4', 10 };
	struct raw raw;

	for (;; ++*next) {
		name[3] = (char)(*next >> 16);
		name[4] = (char)(*next >> 8);
		name[5] = (char)*next;
		raw = locate(name, sizeof(name));
		if (raw.set == set)
			break;
	}
	(void)snprintf(ret_source, 32, "10.%u.%u.%u", *next >> 16 & 255,
	    *next >> 8 & 255, *next & 255);
	++*next;
	return raw;
}

struct crowd {
	char		source[WAYS + 2][32];
	struct raw	raw[WAYS + 2];
};

/* Addresses whose entries are all in the first set. */
static void
gather(const struct fixture *f, struct crowd *ret)
{
	unsigned next = 0;

	write_header(f);
	for (size_t i = 0; i < WAYS + 2; i++)
		ret->raw[i] = neighbour(SECTOR, &next, ret->source[i]);
}

/* Of the first of them, exactly this one is gone. */
static void
is_gone(const struct fixture *f, const struct crowd *crowd, size_t gone)
{
	for (size_t i = 0; i < WAYS; i++)
		if (holds(f, &crowd->raw[i]) != (i != gone))
			fail_msg("%zu", i);
}

static void
nearest_to_its_end(void **state)
{
	struct fixture *f = *state;
	struct crowd crowd;

	gather(f, &crowd);
	for (size_t i = 0; i < WAYS; i++)
		for (size_t n = 0; n < 3 + (i * 5 + 7) % WAYS; n++)
			assert_true(charge(f, crowd.source[i], NULL));
	is_gone(f, &crowd, WAYS);
	/* 1 * 5 + 7 is 12. */
	assert_true(charge(f, crowd.source[WAYS], NULL));
	is_gone(f, &crowd, 1);
	assert_int_equal(passes(f, crowd.source[0], NULL), 30 - 3 - 7);
	assert_int_equal(passes(f, crowd.source[WAYS], NULL), 30 - 1);
	/* Of one that was evicted nothing is known. */
	assert_int_equal(passes(f, crowd.source[1], NULL), 30);
}

/* A line's minute is part of an entry's time, and no more than that. */
static void
lines_are_kept(void **state)
{
	struct fixture *f = *state;
	struct crowd crowd;

	gather(f, &crowd);
	for (size_t i = 0; i < WAYS; i++) {
		if (i == 8)
			assert_true(charge(f, crowd.source[i], NULL));
		else
			assert_int_equal(report(f, crowd.source[i]), 1);
	}
	f->now += AK_NS_PER_S;
	assert_int_equal(report(f, crowd.source[WAYS]), 1);
	is_gone(f, &crowd, 8);
	f->now += MINUTE;
	assert_int_equal(report(f, crowd.source[0]), 1);
	assert_true(charge(f, crowd.source[WAYS + 1], NULL));
	assert_true(holds(f, &crowd.raw[0]));
	assert_false(holds(f, &crowd.raw[1]));
	assert_true(holds(f, &crowd.raw[2]));
}

/* A clock that was ahead leaves entries that end late: not for ever. */
static void
clock_was_ahead(void **state)
{
	static const int64_t steps[] = { YEAR, 50 * YEAR };
	struct fixture *f = *state;
	struct crowd crowd;

	for (size_t s = 0; s < COUNT(steps); s++) {
		(void)unlink(f->path);
		gather(f, &crowd);
		f->now = NOW + steps[s];
		for (size_t i = 0; i < WAYS; i++) {
			assert_int_equal(passes(f, crowd.source[i], NULL),
			    30);
			assert_int_equal(report(f, crowd.source[i]), 1);
		}
		f->now = NOW;
		assert_true(charge(f, crowd.source[WAYS], NULL));
		assert_true(charge(f, crowd.source[WAYS + 1], NULL));
		assert_true(holds(f, &crowd.raw[WAYS]));
		assert_int_equal(passes(f, crowd.source[WAYS], NULL), 29);
		assert_int_equal(passes(f, crowd.source[WAYS + 1], NULL), 29);
	}
}

/* An entry of a pair at its limit ends later than any of a source, whose
 * interval was rounded down. */
static void
full_pairs_are_kept(void **state)
{
	char name[] = "K4\12\0\0\1\3id?", source[32], id[] = "id?";
	unsigned next = 0;
	struct fixture *f = *state;
	struct raw raw = { { 0 }, 0 };

	f->rate = (struct ak_rate){ 7, MINUTE, 7 };
	write_header(f);
	for (int i = 0; i < 8; i++) {
		name[9] = id[2] = (char)('0' + i);
		raw = locate(name, sizeof(name) - 1);
		assert_int_equal(passes(f, "10.0.0.1", id), 7);
		for (size_t n = 0; n < WAYS + 3; n++) {
			(void)neighbour(raw.set, &next, source);
			assert_true(charge(f, source, NULL));
		}
		assert_true(over(f, "10.0.0.1", id));
	}
}

static void
any_time_in_an_entry(void **state)
{
	static const char name[] = { 'K', '4', '\xc0', 0, 2, 1, 2, 'i', 'd' };
	static const int64_t times[] = {
		INT64_MAX, INT64_MAX - NOW, INT64_MIN, -1, 0, NOW + MINUTE + 1,
		NOW + YEAR,
	};
	unsigned char raw[ENTRY];
	struct fixture *f = *state;
	struct raw place;

	write_header(f);
	place = locate(name, sizeof(name));
	for (size_t i = 0; i < COUNT(times); i++) {
		encode(place.tag, times[i], times[i], UINT32_MAX, raw);
		write_at(f, raw, sizeof(raw), place.set);
		assert_int_equal(passes(f, "192.0.2.1", "id"),
		    times[i] > NOW ? 1 : 3);
	}
}

static void
any_line_in_an_entry(void **state)
{
	static const char name[] = { 'S', '4', '\xc0', 0, 2, 1 };
	static const struct {
		int64_t line_at;
		uint32_t suppressed;
		int64_t want;
	} rows[] = {
		{ INT64_MAX, 0, 1 }, { INT64_MIN, 2, 3 }, { 0, 1, 2 },
		{ NOW / AK_NS_PER_S + 1, UINT32_MAX, INT64_C(1) << 32 },
		{ NOW / AK_NS_PER_S, UINT32_MAX, 0 },
	};
	unsigned char raw[ENTRY];
	struct fixture *f = *state;
	struct raw place;

	write_header(f);
	place = locate(name, sizeof(name));
	for (size_t i = 0; i < COUNT(rows); i++) {
		encode(place.tag, 0, rows[i].line_at, rows[i].suppressed, raw);
		write_at(f, raw, sizeof(raw), place.set);
		assert_int_equal(report(f, "192.0.2.1"), rows[i].want);
	}
	/* It does not begin anew at nothing. */
	f->now += MINUTE;
	assert_int_equal(report(f, "192.0.2.1"), INT64_C(1) << 32);
}

/* Of entries that nobody wrote. */
static void
garbage(void **state)
{
	static const int fills[] = { 0xff, 0x5a, -1 };
	unsigned char *bytes = malloc(FILE_SIZE - SECTOR);
	struct fixture *f = *state;

	assert_non_null(bytes);
	for (size_t i = 0; i < COUNT(fills); i++) {
		memset(bytes, fills[i], FILE_SIZE - SECTOR);
		if (fills[i] == -1)
			randombytes_buf_deterministic(bytes,
			    FILE_SIZE - SECTOR, (const unsigned char *)
			    "the same bytes whenever it runs.");
		write_header(f);
		write_at(f, bytes, FILE_SIZE - SECTOR, SECTOR);
		assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
		assert_int_equal(passes(f, "192.0.2.1", NULL), 27);
		assert_int_equal(report(f, "192.0.2.1"), 1);
	}
	free(bytes);
}

/* One that was written in part is free, and counts anew. */
static void
half_an_entry(void **state)
{
	static const char name[] = { 'K', '4', '\xc0', 0, 2, 1, 2, 'i', 'd' };
	unsigned char raw[ENTRY];
	struct fixture *f = *state;
	struct raw place;

	write_header(f);
	place = locate(name, sizeof(name));
	for (size_t i = 0; i < ENTRY; i++) {
		encode(place.tag, NOW + MINUTE, 0, 0, raw);
		write_at(f, raw, sizeof(raw), place.set);
		assert_true(over(f, "192.0.2.1", "id"));
		raw[i] ^= 0x10;
		write_at(f, raw, sizeof(raw), place.set);
		assert_false(over(f, "192.0.2.1", "id"));
	}
	assert_int_equal(passes(f, "192.0.2.1", "id"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(format), TEST(nearest_to_its_end), TEST(lines_are_kept),
		TEST(clock_was_ahead), TEST(full_pairs_are_kept),
		TEST(any_time_in_an_entry), TEST(any_line_in_an_entry),
		TEST(garbage), TEST(half_an_entry),
	};

	return cmocka_run_group_tests_name("throttle_table", tests, NULL,
	    NULL);
}
