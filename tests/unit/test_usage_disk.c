/*
 * Usage on a disk that takes nothing: read-only, full, not ours to write
 * to, or of a limited file size.
 */
#include <sys/resource.h>
#include <sys/syscall.h>

#include "uses.h"

#define SIZE	256

static ssize_t room = -1;	/* what the next pwrite takes; -1: all */

/* The C library's is behind this one. */
ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	const size_t most = room < 0 || (size_t)room > len ? len :
	    (size_t)room;

	room = -1;
	return syscall(SYS_pwrite64, fd, bytes, most, at);
}

/* In a child: go on only if this is what is answered. */
#define WANT(s, function, rate, max, want)				\
	do {								\
		if (strcmp(answer(s, function, rate, max, want), want))	\
			return __LINE__ % 128 + 1;			\
	} while (0)
#define WANT_SAYS(s, why)						\
	do {								\
		if (!says(s, why))					\
			return __LINE__ % 128 + 1;			\
	} while (0)

/* Skips the test where the child got no filesystem of its own. */
static void
in_child(struct state *s, child *run)
{
	int status = alone(s, run);

	if (status == NO_NAMESPACE)
		skip();
	assert_int_equal(status, 0);
}

static int
readonly_run(struct state *s, size_t n)
{
	struct ak_usage usage;

	(void)n;
	if (!own_filesystem(s, "mode=0700"))
		return NO_NAMESPACE;
	WANT(s, ak_usage_take, "1/1h", 0, "ok");
	if (!make_readonly(s))
		return 1;
	WANT(s, ak_usage_take, NULL, 0, "ok degraded");
	WANT_SAYS(s, "Read-only file system");
	/* The rate that can be read is held. */
	WANT(s, ak_usage_take, "1/1h", 0, "rate");
	WANT(s, ak_usage_peek, "1/1h", 0, "rate");
	WANT(s, ak_usage_peek, NULL, 0, "ok");
	WANT(s, ak_usage_peek, NULL, 5, "ok");
	WANT(s, ak_usage_take, NULL, 5, "unavailable");
	WANT_SAYS(s, "Read-only file system");
	if (ak_usage_read(&s->dir, ID, &usage, NULL) != APIKEY_OK ||
	    usage.count != 1 || ak_usage_announce(&s->dir, ID, NOW, 1) ||
	    ak_usage_create(&s->dir, ID, NULL) != APIKEY_ERR_UNAVAILABLE ||
	    ak_usage_reset(&s->dir, ID, NULL) != APIKEY_ERR_UNAVAILABLE ||
	    ak_usage_remove(&s->dir, ID, NULL) != APIKEY_ERR_UNAVAILABLE)
		return 2;
	return 0;
}

static void
readonly(void **state)
{
	in_child(*state, readonly_run);
}

static int
readonly_and_missing_run(struct state *s, size_t n)
{
	(void)n;
	if (!own_filesystem(s, "mode=0700"))
		return NO_NAMESPACE;
	if (!make_readonly(s))
		return 1;
	WANT(s, ak_usage_take, "1/1h", 0, "ok degraded");
	WANT_SAYS(s, "Read-only file system");
	WANT(s, ak_usage_take, NULL, 5, "unavailable");
	WANT_SAYS(s, MISSING);
	return 0;
}

static void
readonly_and_missing(void **state)
{
	in_child(*state, readonly_and_missing_run);
}

static int
full_run(struct state *s, size_t n)
{
	struct stat st;

	(void)n;
	if (!own_filesystem(s, "mode=0700,size=16k"))
		return NO_NAMESPACE;
	if (!fill_up(s))
		return 1;
	for (int i = 0; i < 2; i++) {
		WANT(s, ak_usage_take, NULL, 0, "ok degraded");
		WANT_SAYS(s, "No space left on device");
	}
	/* Nothing half-written stays. */
	if (fstatat(s->dir.fd, ID, &st, 0) == 0 && st.st_size != 0)
		return 2;
	if (ak_usage_create(&s->dir, ID, NULL) != APIKEY_ERR_UNAVAILABLE)
		return 3;
	WANT(s, ak_usage_take, NULL, 5, "unavailable");
	/* With a file that is there, a full disk is no matter. */
	if (unlinkat(s->dir.fd, "full", 0) == -1 ||
	    ak_usage_reset(&s->dir, ID, NULL) != APIKEY_OK || !fill_up(s))
		return 4;
	WANT(s, ak_usage_take, NULL, 2, "ok");
	WANT(s, ak_usage_take, NULL, 2, "ok");
	WANT(s, ak_usage_take, NULL, 2, "exhausted");
	return 0;
}

static void
full(void **state)
{
	in_child(*state, full_run);
}

static int
no_inode_run(struct state *s, size_t n)
{
	(void)n;
	if (!own_filesystem(s, "mode=0700,nr_inodes=1"))
		return NO_NAMESPACE;
	WANT(s, ak_usage_take, "1/1h", 0, "ok degraded");
	WANT_SAYS(s, "No space left on device");
	return 0;
}

static void
no_inode(void **state)
{
	in_child(*state, no_inode_run);
}

/* A program that has given up its privileges, or never had them. */
static int
not_ours_run(struct state *s, size_t n)
{
	(void)n;
	WANT(s, ak_usage_take, NULL, 0, "ok");
	if (geteuid() == 0) {
		if (setresuid(65534, 65534, 65534) == -1)
			return 1;
	} else if (fchmodat(s->dir.fd, ID, 0, 0) == -1)
		return 2;
	WANT(s, ak_usage_take, NULL, 0, "ok degraded");
	WANT_SAYS(s, "Permission denied");
	WANT(s, ak_usage_peek, NULL, 0, "ok degraded");
	WANT(s, ak_usage_take, NULL, 5, "unavailable");
	WANT_SAYS(s, "Permission denied");
	return 0;
}

static void
not_ours(void **state)
{
	in_child(*state, not_ours_run);
}

static bool
limit(rlim_t size)
{
	const struct rlimit limit = { size, size };

	return signal(SIGXFSZ, SIG_IGN) != SIG_ERR &&
	    setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* What the process may not write is not begun. */
static int
short_write_run(struct state *s, size_t n)
{
	unsigned char before[SIZE + 1], after[SIZE + 1];

	(void)n;
	passed = 1;
	if (slurp(s->folder, ID, before, sizeof(before)) != SIZE ||
	    !limit(100))
		return 1;
	WANT(s, ak_usage_take, NULL, 5, "unavailable");
	WANT_SAYS(s, "File too large");
	WANT(s, ak_usage_take, NULL, 0, "ok degraded");
	WANT_SAYS(s, "File too large");
	if (slurp(s->folder, ID, after, sizeof(after)) != SIZE ||
	    memcmp(before, after, SIZE) != 0)
		return 2;
	return 0;
}

static void
short_write(void **state)
{
	struct state *s = *state;

	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault), APIKEY_OK);
	TAKE(s, NULL, 5, "ok");
	assert_int_equal(alone(s, short_write_run), 0);
	assert_int_equal(usage_of(s).count, 1);
	TAKE(s, NULL, 2, "ok");
	TAKE(s, NULL, 2, "exhausted");
}

/* Half a write on a disk that gets full is undone: nothing was taken. */
static void
half_a_write(void **state)
{
	static const ssize_t rooms[] = { 0, 1, 100, SIZE - 1 };
	struct state *s = *state;

	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault), APIKEY_OK);
	TAKE(s, NULL, 5, "ok");
	for (size_t i = 0; i < COUNT(rooms); i++) {
		room = rooms[i];
		TAKE(s, NULL, 5, "unavailable");
		assert_true(says(s, "No space left on device"));
		assert_int_equal(usage_of(s).count, 1);
		room = rooms[i];
		TAKE(s, NULL, 0, "ok degraded");
		assert_int_equal(usage_of(s).count, 1);
	}
	TAKE(s, NULL, 2, "ok");
	TAKE(s, NULL, 2, "exhausted");
}

static int
short_first_write_run(struct state *s, size_t n)
{
	struct stat st;

	(void)n;
	if (!limit(100))
		return 1;
	if (ak_usage_create(&s->dir, ID, NULL) != APIKEY_ERR_UNAVAILABLE)
		return 2;
	WANT(s, ak_usage_take, NULL, 5, "unavailable");
	WANT(s, ak_usage_take, NULL, 0, "ok degraded");
	if (fstatat(s->dir.fd, ID, &st, 0) == -1 || st.st_size != 0)
		return 3;
	return 0;
}

static void
short_first_write(void **state)
{
	struct state *s = *state;

	assert_int_equal(alone(s, short_first_write_run), 0);
	TAKE(s, NULL, 5, "unavailable");
	TAKE(s, NULL, 0, "ok");
}

static int
no_write_run(struct state *s, size_t n)
{
	(void)n;
	if (!limit(0))
		return 1;
	WANT(s, ak_usage_take, NULL, 5, "unavailable");
	WANT_SAYS(s, "File too large");
	WANT(s, ak_usage_take, NULL, 0, "ok degraded");
	WANT_SAYS(s, "File too large");
	return ak_usage_announce(&s->dir, ID, NOW, 1) ? 2 : 0;
}

static void
no_write(void **state)
{
	struct state *s = *state;

	TAKE(s, NULL, 0, "ok");
	assert_int_equal(alone(s, no_write_run), 0);
	assert_int_equal(usage_of(s).count, 1);
	assert_int_equal(usage_of(s).warned, APIKEY_TIME_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		USES_TEST(readonly), USES_TEST(readonly_and_missing),
		USES_TEST(full), USES_TEST(no_inode), USES_TEST(not_ours),
		USES_TEST(short_write), USES_TEST(half_a_write),
		USES_TEST(short_first_write), USES_TEST(no_write),
	};

	return cmocka_run_group_tests_name("usage disk", tests, NULL, NULL);
}
