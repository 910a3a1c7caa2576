/*
 * Counters of grants and refusals: what is counted, and what is no file
 * of counters.
 */
#include "statedir.h"

#include "counters.h"

#define NAME		"counters"
#define HEADER		"apikcnt\n\1\0\0\0\0\0\0"
#define SIZE		(16 + 8 * AK_COUNTERS)

static void
all_but(struct state *s, int code, int64_t want)
{
	int64_t all[AK_COUNTERS];

	assert_int_equal(ak_counters_read(&s->dir, all, &s->fault),
	    APIKEY_OK);
	for (int i = 0; i < AK_COUNTERS; i++)
		assert_int_equal(all[i], i == code ? want : 0);
}

static void
nothing_yet(void **state)
{
	struct state *s = *state;
	struct stat st;

	all_but(s, 0, 0);
	assert_int_equal(fstatat(s->dir.fd, NAME, &st, 0), -1);
	/* One that is just being made. */
	tmp_write(s->folder, NAME, "");
	all_but(s, 0, 0);
}

static void
each_for_itself(void **state)
{
	static const int codes[] = { APIKEY_OK, APIKEY_ERR_DENIED,
	    APIKEY_ERR_SSHD_REFUSED, APIKEY_ERR_INSECURE_STORE,
	    AK_COUNTERS - 1 };
	struct state *s = *state;

	for (size_t i = 0; i < COUNT(codes); i++) {
		for (size_t n = 0; n <= i; n++)
			assert_true(ak_counters_add(&s->dir, codes[i]));
		all_but(s, codes[i], (int64_t)i + 1);
		assert_int_equal(unlinkat(s->dir.fd, NAME, 0), 0);
	}
}

static void
no_codes(void **state)
{
	static const int codes[] = { -1, AK_COUNTERS, INT32_MIN, INT32_MAX };
	struct state *s = *state;

	for (size_t i = 0; i < COUNT(codes); i++)
		assert_false(ak_counters_add(&s->dir, codes[i]));
	assert_int_equal(faccessat(s->dir.fd, NAME, F_OK, 0), -1);
}

/* As it has to stay, or what was counted is lost. */
static void
layout(void **state)
{
	unsigned char want[SIZE] = HEADER, have[SIZE + 1];
	struct state *s = *state;

	for (int i = 0; i < 300; i++)
		assert_true(ak_counters_add(&s->dir, 5));
	assert_true(ak_counters_add(&s->dir, AK_COUNTERS - 1));
	want[16 + 5 * 8] = 300 & 0xff;
	want[16 + 5 * 8 + 1] = 300 >> 8;
	want[SIZE - 8] = 1;
	assert_int_equal(slurp(s->folder, NAME, have, sizeof(have)), SIZE);
	assert_memory_equal(have, want, SIZE);
}

static void
not_such_a_file(struct state *s, const void *bytes, size_t len)
{
	char message[2 * PATH_SIZE];
	int64_t all[AK_COUNTERS];

	tmp_write_len(s->folder, NAME, bytes, len);
	all[7] = 42;
	assert_int_equal(ak_counters_read(&s->dir, all, &s->fault),
	    APIKEY_ERR_CORRUPT_RECORD);
	assert_int_equal(all[7], 42);
	(void)snprintf(message, sizeof(message), "%s/" NAME ": is not a file "
	    "of counters; the next login makes it anew", s->folder);
	assert_string_equal(s->fault.text, message);
	assert_true(ak_counters_add(&s->dir, 7));
	all_but(s, 7, 1);
	assert_int_equal(unlinkat(s->dir.fd, NAME, 0), 0);
}

static void
bad_files(void **state)
{
	static const size_t sizes[] = { 1, 15, 16, 24, SIZE - 1, SIZE + 1,
	    65536 };
	unsigned char *bytes = malloc(65536);
	struct state *s = *state;

	assert_non_null(bytes);
	memset(bytes, 0x01, 65536);
	memcpy(bytes, HEADER, 16);
	for (size_t i = 0; i < COUNT(sizes); i++)
		not_such_a_file(s, bytes, sizes[i]);
	for (size_t i = 0; i < 16; i++) {
		bytes[i] ^= 1;
		not_such_a_file(s, bytes, SIZE);
		bytes[i] ^= 1;
	}
	memset(bytes, 0, SIZE);
	not_such_a_file(s, bytes, SIZE);
	free(bytes);
}

static void
numbers_nobody_counted(void **state)
{
	static const struct {
		unsigned char last, others;
		int64_t read, next;
	} rows[] = {
		{ 0xff, 0xff, 0, 1 },			/* -1 */
		{ 0x80, 0x00, 0, 1 },			/* the least */
		{ 0x7f, 0xff, INT64_MAX, INT64_MAX },	/* the most */
	};
	unsigned char bytes[SIZE] = HEADER;
	struct state *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(bytes + 16 + 8 * 3, rows[i].others, 7);
		bytes[16 + 8 * 3 + 7] = rows[i].last;
		tmp_write_len(s->folder, NAME, bytes, SIZE);
		all_but(s, 3, rows[i].read);
		assert_true(ak_counters_add(&s->dir, 3));
		all_but(s, 3, rows[i].next);
	}
}

static void
no_file_of_ours(struct state *s)
{
	int64_t all[AK_COUNTERS];

	assert_false(ak_counters_add(&s->dir, 1));
	assert_int_equal(ak_counters_read(&s->dir, all, &s->fault),
	    APIKEY_ERR_INSECURE_STORE);
}

static void
what_is_no_file(void **state)
{
	unsigned char bytes[SIZE] = HEADER, after[SIZE + 1];
	struct state *s = *state;

	tmp_write_len(s->folder, "other", bytes, SIZE);
	assert_int_equal(symlinkat("other", s->dir.fd, NAME), 0);
	no_file_of_ours(s);
	assert_int_equal(slurp(s->folder, "other", after, sizeof(after)),
	    SIZE);
	assert_memory_equal(after, bytes, SIZE);
	assert_int_equal(unlinkat(s->dir.fd, NAME, 0), 0);
	assert_int_equal(mkfifoat(s->dir.fd, NAME, 0600), 0);
	no_file_of_ours(s);
	assert_int_equal(unlinkat(s->dir.fd, NAME, 0), 0);
	tmp_mkdir(s->folder, NAME);
	no_file_of_ours(s);
	assert_int_equal(unlinkat(s->dir.fd, NAME, AT_REMOVEDIR), 0);
	tmp_write_len(s->folder, NAME, bytes, SIZE);
	tmp_chmod(s->folder, NAME, 0666);
	no_file_of_ours(s);
}

static void
closed_folder(void **state)
{
	int64_t all[AK_COUNTERS];
	struct state *s = *state;

	ak_dir_close(&s->dir);
	assert_false(ak_counters_add(&s->dir, 1));
	assert_int_equal(ak_counters_read(&s->dir, all, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
	assert_string_equal(s->fault.text,
	    "the folder of the state is not open");
}

static int
sudo_run(struct state *s, size_t n)
{
	struct stat st;

	(void)umask(n == 0 ? 0002 : 0777);
	if (geteuid() == 0 && setresgid(12345, 12345, 12345) == -1)
		return 1;
	if (!ak_counters_add(&s->dir, 1) ||
	    fstatat(s->dir.fd, NAME, &st, 0) == -1)
		return 2;
	if (st.st_uid != geteuid() || st.st_mode != (S_IFREG | 0600) ||
	    (geteuid() == 0 && st.st_gid != 0))
		return 3;
	return unlinkat(s->dir.fd, NAME, 0) == -1 ? 4 : 0;
}

static void
owner_and_mode(void **state)
{
	int status[2];

	for (size_t n = 0; n < COUNT(status); n++)
		assert_int_equal(child_end(child_start(*state, sudo_run, n,
		    NULL)), 0);
}

static int
disk_run(struct state *s, size_t n)
{
	int64_t all[AK_COUNTERS];
	bool has_file = n > 1;

	if (!own_filesystem(s, "mode=0700,size=16k"))
		return NO_NAMESPACE;
	if (has_file && !ak_counters_add(&s->dir, 1))
		return 1;
	if (n % 2 == 0 ? !make_readonly(s) : !fill_up(s))
		return 2;
	/* A full disk takes what is written in place. */
	if (ak_counters_add(&s->dir, 1) != (has_file && n % 2 == 1))
		return 3;
	if (ak_counters_read(&s->dir, all, &s->fault) != APIKEY_OK ||
	    all[1] != (has_file ? 1 + (int64_t)n % 2 : 0))
		return 4;
	return 0;
}

static void
disk_that_takes_nothing(void **state)
{
	for (size_t n = 0; n < 4; n++) {
		int status = child_end(child_start(*state, disk_run, n,
		    NULL));

		if (status == NO_NAMESPACE)
			skip();
		assert_int_equal(status, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STATE_TEST(nothing_yet), STATE_TEST(each_for_itself),
		STATE_TEST(no_codes), STATE_TEST(layout),
		STATE_TEST(bad_files), STATE_TEST(numbers_nobody_counted),
		STATE_TEST(what_is_no_file), STATE_TEST(closed_folder),
		STATE_TEST(owner_and_mode),
		STATE_TEST(disk_that_takes_nothing),
	};

	return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
