/*
 * Writing a file whole or not at all, and the lock that a writer holds.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "unit.h"

#include "fileio.h"

#define MS	INT64_C(1000000)

struct fixture {
	char		 folder[PATH_SIZE];
	struct ak_dir	 dir;
	struct ak_fault	 fault;
	size_t		 fds;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	tmp_make(f->folder);
	f->dir = (struct ak_dir)AK_DIR_CLOSED;
	assert_int_equal(ak_dir_open(&f->dir, f->folder, &f->fault),
	    APIKEY_OK);
	f->fds = fd_count();
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(fd_count(), f->fds);
	ak_dir_close(&f->dir);
	tmp_remove(f->folder);
	free(f);
	return 0;
}

static int
put(struct fixture *f, const char *name, const char *text, bool is_new)
{
	return ak_file_replace(&f->dir, name, text, strlen(text), is_new,
	    &f->fault);
}

static void
holds(struct fixture *f, const char *name, const char *want)
{
	char *text;
	size_t len;

	assert_int_equal(ak_file_read(&f->dir, name, 1000, 0, &text, &len,
	    NULL, &f->fault), APIKEY_OK);
	assert_string_equal(text, want);
	free(text);
}

static void
no_temporary(struct fixture *f)
{
	assert_int_equal(faccessat(f->dir.fd, ".apikey.new", F_OK, 0), -1);
	assert_int_equal(errno, ENOENT);
}

static void
new_and_replaced(void **state)
{
	struct fixture *f = *state;
	struct stat before, after;

	assert_int_equal(put(f, "f", "one", true), APIKEY_OK);
	holds(f, "f", "one");
	assert_int_equal(fstatat(f->dir.fd, "f", &before, 0), 0);
	assert_int_equal(before.st_mode & 07777, 0600);
	assert_int_equal(put(f, "f", "two", false), APIKEY_OK);
	holds(f, "f", "two");
	assert_int_equal(fstatat(f->dir.fd, "f", &after, 0), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	no_temporary(f);
}

static void
a_new_one_never_replaces(void **state)
{
	struct fixture *f = *state;
	char message[2 * PATH_SIZE];

	assert_int_equal(put(f, "f", "one", true), APIKEY_OK);
	assert_int_equal(put(f, "f", "two", true), APIKEY_ERR_CONFLICT);
	(void)snprintf(message, sizeof(message), "%s/f: exists already",
	    f->folder);
	assert_string_equal(f->fault.text, message);
	holds(f, "f", "one");
	no_temporary(f);
}

/* An umask is no reason for another mode. */
static void
mode_is_ours(void **state)
{
	struct fixture *f = *state;
	mode_t old = umask(0);
	struct stat st;

	assert_int_equal(put(f, "f", "x", true), APIKEY_OK);
	(void)umask(0777);
	assert_int_equal(put(f, "g", "x", true), APIKEY_OK);
	(void)umask(old);
	assert_int_equal(fstatat(f->dir.fd, "f", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fstatat(f->dir.fd, "g", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
what_a_dead_writer_left(void **state)
{
	struct fixture *f = *state;

	tmp_write(f->folder, ".apikey.new", "half");
	assert_int_equal(put(f, "f", "whole", true), APIKEY_OK);
	holds(f, "f", "whole");
	no_temporary(f);
	tmp_write(f->folder, "victim", "safe");
	assert_int_equal(symlinkat("victim", f->dir.fd, ".apikey.new"), 0);
	assert_int_equal(put(f, "f", "again", false), APIKEY_OK);
	holds(f, "f", "again");
	holds(f, "victim", "safe");
}

static void
a_link_is_replaced_not_followed(void **state)
{
	struct fixture *f = *state;

	tmp_write(f->folder, "victim", "safe");
	assert_int_equal(symlinkat("victim", f->dir.fd, "f"), 0);
	assert_int_equal(put(f, "f", "x", true), APIKEY_ERR_CONFLICT);
	assert_int_equal(put(f, "f", "x", false), APIKEY_OK);
	holds(f, "f", "x");
	holds(f, "victim", "safe");
}

/* A limit on the size of files does what a full disk does. */
static void
no_room(void **state)
{
	const struct rlimit small = { 4, RLIM_INFINITY };
	struct fixture *f = *state;
	struct rlimit old;
	int code;

	assert_int_equal(put(f, "f", "old", true), APIKEY_OK);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	code = put(f, "f", "longer than four", false);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(code, APIKEY_ERR_UNAVAILABLE);
	assert_non_null(strstr(f->fault.text, "/.apikey.new: File too large"));
	holds(f, "f", "old");
	no_temporary(f);
}

static void
read_only_folder(void **state)
{
	struct fixture *f = *state;
	int code;

	if (geteuid() == 0)
		skip();
	tmp_chmod(f->folder, ".", 0500);
	code = put(f, "f", "x", true);
	tmp_chmod(f->folder, ".", 0700);
	assert_int_equal(code, APIKEY_ERR_UNAVAILABLE);
}

static int64_t
now_ns(void)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	return (int64_t)ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

static int
open_lock(const struct fixture *f)
{
	int fd = openat(f->dir.fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_int_not_equal(fd, -1);
	return fd;
}

static void
a_lock_is_waited_for(void **state)
{
	struct fixture *f = *state;
	int holder = open_lock(f), other = open_lock(f);
	int64_t begin, took;

	assert_int_equal(ak_lock(holder, 0, 0, 0), APIKEY_OK);
	begin = now_ns();
	assert_int_equal(ak_lock(other, 0, 0, 100 * MS),
	    APIKEY_ERR_UNAVAILABLE);
	took = now_ns() - begin;
	assert_true(took >= 100 * MS && took < 5000 * MS);
	begin = now_ns();
	assert_int_equal(ak_lock(other, 0, 0, 0), APIKEY_ERR_UNAVAILABLE);
	assert_true(now_ns() - begin < 1000 * MS);
	ak_unlock(holder, 0, 0);
	assert_int_equal(ak_lock(other, 0, 0, 0), APIKEY_OK);
	ak_unlock(other, 0, 0);
	(void)close(holder);
	(void)close(other);
}

static void
a_lock_of_some_bytes(void **state)
{
	struct fixture *f = *state;
	int one = open_lock(f), other = open_lock(f);

	assert_int_equal(ak_lock(one, 0, 10, 0), APIKEY_OK);
	assert_int_equal(ak_lock(other, 10, 10, 0), APIKEY_OK);
	assert_int_equal(ak_lock(other, 9, 1, 0), APIKEY_ERR_UNAVAILABLE);
	ak_unlock(one, 0, 10);
	assert_int_equal(ak_lock(other, 9, 1, 0), APIKEY_OK);
	(void)close(one);
	(void)close(other);
}

/* A process that dies with the lock leaves nothing stuck. */
static void
a_lock_goes_with_its_holder(void **state)
{
	struct fixture *f = *state;
	int status, fd = open_lock(f);
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0) {
		int mine = openat(f->dir.fd, "lock", O_RDWR | O_CLOEXEC);

		_exit(ak_lock(mine, 0, 0, 0) == APIKEY_OK ? 7 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_int_equal(ak_lock(fd, 0, 0, 1000 * MS), APIKEY_OK);
	(void)close(fd);
}

static void
a_bad_descriptor_does_not_wait(void **state)
{
	int64_t begin = now_ns();

	(void)state;
	assert_int_equal(ak_lock(-1, 0, 0, 60000 * MS),
	    APIKEY_ERR_UNAVAILABLE);
	assert_true(now_ns() - begin < 5000 * MS);
}

/* It is given back also when a child has a copy of the descriptor. */
static void
the_lock_of_a_folder(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	int lock, copy, again;

	assert_int_equal(ak_dir_lock(&f->dir, &lock, &f->fault), APIKEY_OK);
	assert_int_equal(fstatat(f->dir.fd, ".lock", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	again = openat(f->dir.fd, ".lock", O_RDWR | O_CLOEXEC);
	assert_int_equal(ak_lock(again, 0, 0, 0), APIKEY_ERR_UNAVAILABLE);
	copy = fcntl(lock, F_DUPFD_CLOEXEC, 0);
	assert_int_not_equal(copy, -1);
	ak_dir_unlock(lock);
	assert_int_equal(ak_lock(again, 0, 0, 0), APIKEY_OK);
	(void)close(again);
	(void)close(copy);
	/* It stays, and serves again. */
	assert_int_equal(ak_dir_lock(&f->dir, &lock, &f->fault), APIKEY_OK);
	ak_dir_unlock(lock);
}

static void
the_lock_of_a_folder_is_a_trap(void **state)
{
	struct fixture *f = *state;
	char message[2 * PATH_SIZE];
	int lock = -7;

	tmp_write(f->folder, "victim", "safe");
	assert_int_equal(symlinkat("victim", f->dir.fd, ".lock"), 0);
	assert_int_equal(ak_dir_lock(&f->dir, &lock, &f->fault),
	    APIKEY_ERR_INSECURE_STORE);
	(void)snprintf(message, sizeof(message), "%s/.lock: is a symbolic "
	    "link, which is never followed", f->folder);
	assert_string_equal(f->fault.text, message);
	assert_int_equal(lock, -7);
}

int
main(void)
{
#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(new_and_replaced), TEST(a_new_one_never_replaces),
		TEST(mode_is_ours), TEST(what_a_dead_writer_left),
		TEST(a_link_is_replaced_not_followed), TEST(no_room),
		TEST(read_only_folder), TEST(a_lock_is_waited_for),
		TEST(a_lock_of_some_bytes), TEST(a_lock_goes_with_its_holder),
		TEST(a_bad_descriptor_does_not_wait),
		TEST(the_lock_of_a_folder),
		TEST(the_lock_of_a_folder_is_a_trap),
	};

	return cmocka_run_group_tests_name("replace", tests, NULL, NULL);
}
