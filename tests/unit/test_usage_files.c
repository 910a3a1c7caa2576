/*
 * What stands in the way of a usage file: bad contents, what is no file at
 * all, folders and filesystems that take nothing.
 */
#include "uses.h"

#include "crc32.h"

#define SIZE	256
#define MEBIBYTE	(1024 * 1024)

/* What reaches the disk, and when, is not the matter here; and nobody
 * writes beside the reader, who need not wait. */
int
clock_nanosleep(clockid_t id, int flags, const struct timespec *pause,
    struct timespec *rest)
{
	(void)id;
	(void)flags;
	(void)pause;
	(void)rest;
	return 0;
}

int
fsync(int fd)
{
	(void)fd;
	return 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	return 0;
}

/* A record as it stands after a use, and its sum anew after a change. */
static void
good_record(struct state *s, unsigned char ret[SIZE])
{
	TAKE(s, "1/1h", 0, "ok");
	assert_int_equal(slurp(s->folder, ID, ret, SIZE), SIZE);
}

static void
sum_up(unsigned char record[SIZE])
{
	uint32_t sum = ak_crc32(record, SIZE - 4);

	for (size_t i = 0; i < 4; i++)
		record[SIZE - 4 + i] = (unsigned char)(sum >> (8 * i));
}

static void
is_still(struct state *s, const void *bytes, size_t len)
{
	unsigned char *have = malloc(len + 1);

	assert_non_null(have);
	assert_int_equal(slurp(s->folder, ID, have, len + 1), len);
	assert_memory_equal(have, bytes, len);
	free(have);
}

/* As a new file: one that is cut and written again is flushed by some
 * filesystems, which takes long. */
static void
put_file(struct state *s, const void *bytes, size_t len)
{
	(void)unlinkat(s->dir.fd, ID, 0);
	tmp_write_len(s->folder, ID, bytes, len);
}

/* Nobody takes it for a record; whoever may replaces it. */
static void
bad_file(struct state *s, const void *bytes, size_t len)
{
	struct ak_usage usage;

	put_file(s, bytes, len);
	assert_int_equal(ak_usage_read(&s->dir, ID, &usage, &s->fault),
	    APIKEY_ERR_CORRUPT_RECORD);
	SAYS(s, NOT_A_RECORD);
	PEEK(s, NULL, 5, "unavailable");
	SAYS(s, NOT_A_RECORD);
	TAKE(s, NULL, 5, "unavailable");
	SAYS(s, NOT_A_RECORD);
	assert_int_equal(s->fault.code, APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault),
	    APIKEY_ERR_CORRUPT_RECORD);
	SAYS(s, NOT_A_RECORD);
	assert_false(ak_usage_announce(&s->dir, ID, NOW, 1));
	PEEK(s, NULL, 0, "ok degraded");
	SAYS(s, NOT_A_RECORD);
	is_still(s, bytes, len);

	TAKE(s, "1/1h", 0, "ok degraded");
	SAYS(s, NOT_A_RECORD);
	assert_int_equal(usage_of(s).count, 1);
	TAKE(s, "1/1h", 0, "rate");
	TAKE(s, NULL, 0, "ok");

	put_file(s, bytes, len);
	assert_int_equal(ak_usage_reset(&s->dir, ID, &s->fault), APIKEY_OK);
	assert_int_equal(usage_of(s).count, 0);
	TAKE(s, NULL, 1, "ok");
	put_file(s, bytes, len);
	assert_int_equal(ak_usage_remove(&s->dir, ID, &s->fault), APIKEY_OK);
	assert_false(is_there(s));
}

static void
wrong_size(void **state)
{
	static const size_t sizes[] = { 1, 8, 16, 252, SIZE - 1, SIZE + 1,
	    2 * SIZE, MEBIBYTE };
	unsigned char *bytes = calloc(1, MEBIBYTE), record[SIZE];

	assert_non_null(bytes);
	good_record(*state, record);
	memcpy(bytes, record, SIZE);
	for (size_t i = 0; i < COUNT(sizes); i++)
		bad_file(*state, bytes, sizes[i]);
	free(bytes);
}

static void
garbage(void **state)
{
	unsigned char bytes[SIZE];

	memset(bytes, 0, SIZE);
	bad_file(*state, bytes, SIZE);
	memset(bytes, 0xff, SIZE);
	bad_file(*state, bytes, SIZE);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	bad_file(*state, bytes, SIZE);
}

/* With a sum that is right. */
static void
forged(void **state)
{
	static const struct {
		size_t at, len;
		unsigned char byte;
	} rows[] = {
		{ 0, 1, 'A' },			/* magic */
		{ 8, 1, 0 }, { 8, 1, 2 },	/* version */
		{ 12, 1, 1 }, { 15, 1, 0x80 },
		{ 23, 1, 0x80 },		/* a negative count */
		{ 16, 8, 0xff },
		{ 56, 64, 'a' },		/* texts without a NUL */
		{ 120, 64, 'a' },
		{ 119, 1, 'a' },		/* something behind it */
		{ 183, 1, 'a' },
		{ 184, 1, 1 }, { 251, 1, 1 },	/* what has no name */
	};
	unsigned char record[SIZE], bytes[SIZE];

	good_record(*state, record);
	for (size_t i = 0; i < COUNT(rows); i++) {
		memcpy(bytes, record, SIZE);
		memset(bytes + rows[i].at, rows[i].byte, rows[i].len);
		sum_up(bytes);
		bad_file(*state, bytes, SIZE);
	}
}

static void
every_changed_byte(void **state)
{
	unsigned char record[SIZE];
	struct state *s = *state;

	good_record(s, record);
	for (size_t i = 0; i < SIZE; i++) {
		record[i] ^= 0x10;
		put_file(s, record, SIZE);
		TAKE(s, NULL, 5, "unavailable");
		record[i] ^= 0x10;
	}
	put_file(s, record, SIZE);
	TAKE(s, NULL, 5, "ok");
}

static void
count_at_its_end(void **state)
{
	unsigned char record[SIZE];
	struct state *s = *state;

	good_record(s, record);
	memset(record + 16, 0xff, 7);
	record[23] = 0x7f;
	sum_up(record);
	put_file(s, record, SIZE);
	assert_int_equal(usage_of(s).count, INT64_MAX);
	TAKE(s, NULL, 0, "ok");
	assert_int_equal(usage_of(s).count, INT64_MAX);
	TAKE(s, NULL, INT64_MAX, "exhausted");
}

/* It was just made, or its maker died. */
static void
empty(void **state)
{
	struct state *s = *state;
	struct ak_usage usage;

	tmp_write(s->folder, ID, "");
	assert_int_equal(ak_usage_read(&s->dir, ID, &usage, &s->fault),
	    APIKEY_ERR_CORRUPT_RECORD);
	SAYS(s, NOT_A_RECORD);
	PEEK(s, NULL, 5, "unavailable");
	TAKE(s, NULL, 5, "unavailable");
	SAYS(s, NOT_A_RECORD);
	PEEK(s, NULL, 0, "ok");
	is_still(s, "", 0);
	TAKE(s, NULL, 0, "ok");
	assert_int_equal(usage_of(s).count, 1);
}

/* What ought to be a file: refused without hanging or following it. */
static void
no_file_of_ours(struct state *s, const char *why)
{
	struct ak_usage usage;

	assert_int_equal(ak_usage_read(&s->dir, ID, &usage, &s->fault),
	    APIKEY_ERR_INSECURE_STORE);
	SAYS(s, why);
	PEEK(s, NULL, 5, "unavailable");
	SAYS(s, why);
	TAKE(s, NULL, 5, "unavailable");
	SAYS(s, why);
	PEEK(s, NULL, 0, "ok degraded");
	TAKE(s, "1/1h", 0, "ok degraded");
	SAYS(s, why);
	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault),
	    APIKEY_ERR_INSECURE_STORE);
	SAYS(s, why);
	assert_false(ak_usage_announce(&s->dir, ID, NOW, 1));
	assert_true(is_there(s));
}

static void
mend_by_reset(struct state *s)
{
	struct stat st;

	assert_int_equal(ak_usage_reset(&s->dir, ID, &s->fault), APIKEY_OK);
	assert_int_equal(fstatat(s->dir.fd, ID, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, geteuid());
	assert_int_equal(usage_of(s).count, 0);
	assert_int_equal(ak_usage_remove(&s->dir, ID, &s->fault), APIKEY_OK);
}

static void
symbolic_links(void **state)
{
	static const char why[] =
	    "is a symbolic link, which is never followed";
	unsigned char record[SIZE];
	struct state *s = *state;

	good_record(s, record);
	assert_int_equal(renameat(s->dir.fd, ID, s->dir.fd, "other"), 0);
	assert_int_equal(symlinkat("other", s->dir.fd, ID), 0);
	no_file_of_ours(s, why);
	mend_by_reset(s);
	assert_int_equal(symlinkat("other", s->dir.fd, ID), 0);
	assert_int_equal(ak_usage_remove(&s->dir, ID, &s->fault), APIKEY_OK);
	assert_int_equal(renameat(s->dir.fd, "other", s->dir.fd, ID), 0);
	is_still(s, record, SIZE);
	assert_int_equal(unlinkat(s->dir.fd, ID, 0), 0);

	assert_int_equal(symlinkat("nothing", s->dir.fd, ID), 0);
	no_file_of_ours(s, why);
	mend_by_reset(s);
	assert_int_equal(faccessat(s->dir.fd, "nothing", F_OK, 0), -1);
}

static void
fifo(void **state)
{
	struct state *s = *state;

	assert_int_equal(mkfifoat(s->dir.fd, ID, 0600), 0);
	no_file_of_ours(s, "is not a regular file");
	mend_by_reset(s);
	assert_int_equal(mkfifoat(s->dir.fd, ID, 0600), 0);
	assert_int_equal(ak_usage_remove(&s->dir, ID, &s->fault), APIKEY_OK);
	assert_false(is_there(s));
}

static void
folder_in_its_place(void **state)
{
	struct state *s = *state;

	tmp_mkdir(s->folder, ID);
	no_file_of_ours(s, "is not a regular file");
	mend_by_reset(s);
	/* With something in it, that is too much. */
	tmp_mkdir(s->folder, ID);
	tmp_mkdir(s->folder, ID "/x");
	assert_int_equal(ak_usage_reset(&s->dir, ID, &s->fault),
	    APIKEY_ERR_INSECURE_STORE);
	SAYS(s, "is not a regular file");
	assert_int_equal(ak_usage_remove(&s->dir, ID, &s->fault),
	    APIKEY_ERR_INSECURE_STORE);
	assert_true(is_there(s));
}

static void
writable_by_others(void **state)
{
	struct state *s = *state;

	TAKE(s, NULL, 0, "ok");
	tmp_chmod(s->folder, ID, 0660);
	no_file_of_ours(s, "is writable by its group; chmod go-w it");
	mend_by_reset(s);
}

static void
foreign_owner(void **state)
{
	struct state *s = *state;

	if (geteuid() != 0)
		skip();
	TAKE(s, NULL, 0, "ok");
	assert_int_equal(fchownat(s->dir.fd, ID, 65534, 0, 0), 0);
	no_file_of_ours(s, "belongs to uid 65534; chown root it");
	mend_by_reset(s);
}

/* sudo runs with the group, and the umask, of its user. */
static int
run_as_sudo(struct state *s, size_t n)
{
	struct stat st;
	char byte = 0;

	if (setresgid(12345, 12345, 12345) == -1)
		return NO_NAMESPACE;
	(void)umask(n == 0 ? 0002 : 0777);
	if (strcmp(answer(s, ak_usage_take, NULL, 0, "ok"), "ok") != 0)
		return 1;
	if (fstatat(s->dir.fd, ID, &st, 0) == -1 || st.st_uid != 0 ||
	    st.st_gid != 0 || st.st_mode != (S_IFREG | 0600))
		return 2;
	/* What was left empty, or bad, becomes ours as well. */
	for (off_t size = 0; size < 2; size++) {
		int fd = openat(s->dir.fd, ID, O_WRONLY | O_TRUNC);

		if (fd == -1 || fchown(fd, 0, 12345) == -1 ||
		    fchmod(fd, 0644) == -1 || pwrite(fd, &byte,
		    (size_t)size, 0) != size || close(fd) == -1)
			return 3;
		(void)answer(s, ak_usage_take, NULL, 0, "ok");
		if (fstatat(s->dir.fd, ID, &st, 0) == -1 ||
		    st.st_gid != 0 || st.st_mode != (S_IFREG | 0600))
			return 4;
	}
	if (unlinkat(s->dir.fd, ID, 0) == -1 ||
	    ak_usage_create(&s->dir, ID, &s->fault) != APIKEY_OK)
		return 5;
	if (fstatat(s->dir.fd, ID, &st, 0) == -1 || st.st_uid != 0 ||
	    st.st_gid != 0 || st.st_mode != (S_IFREG | 0600))
		return 6;
	return unlinkat(s->dir.fd, ID, 0) == -1 ? 7 : 0;
}

static void
owner_and_mode(void **state)
{
	struct state *s = *state;
	struct stat st;
	mode_t before;

	before = umask(0002);
	TAKE(s, NULL, 0, "ok");
	(void)umask(before);
	assert_int_equal(fstatat(s->dir.fd, ID, &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, geteuid());
	if (geteuid() != 0)
		skip();
	assert_int_equal(unlinkat(s->dir.fd, ID, 0), 0);
	for (size_t n = 0; n < 2; n++)
		assert_int_equal(child_end(child_start(s, run_as_sudo, n,
		    NULL)), 0);
}

static void
closed_folder(void **state)
{
	static const char why[] = "the folder of the keys' usage is not open";
	struct state *s = *state;
	struct ak_usage usage;

	ak_dir_close(&s->dir);
	TAKE(s, "1/1h", 0, "ok degraded");
	assert_string_equal(s->fault.text, why);
	PEEK(s, "1/1h", 0, "ok degraded");
	TAKE(s, NULL, 5, "unavailable");
	assert_string_equal(s->fault.text, why);
	PEEK(s, NULL, 5, "unavailable");
	assert_int_equal(ak_usage_read(&s->dir, ID, &usage, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(ak_usage_reset(&s->dir, ID, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(ak_usage_remove(&s->dir, ID, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
	assert_string_equal(s->fault.text, why);
	assert_false(ak_usage_announce(&s->dir, ID, NOW, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		USES_TEST(wrong_size), USES_TEST(garbage), USES_TEST(forged),
		USES_TEST(every_changed_byte), USES_TEST(count_at_its_end),
		USES_TEST(empty), USES_TEST(symbolic_links), USES_TEST(fifo),
		USES_TEST(folder_in_its_place),
		USES_TEST(writable_by_others), USES_TEST(foreign_owner),
		USES_TEST(owner_and_mode), USES_TEST(closed_folder),
	};

	return cmocka_run_group_tests_name("usage files", tests, NULL, NULL);
}
