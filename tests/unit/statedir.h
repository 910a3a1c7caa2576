/*
 * statedir.h - a folder of state for each test, and processes that share
 * it: some that start at once, and some that hold a lock.
 */
#ifndef STATEDIR_H
#define STATEDIR_H

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <sched.h>
#include <signal.h>
#include <time.h>

#include "unit.h"

#include "fileio.h"

#define NO_NAMESPACE	77	/* exit status of a child that got none */

struct state {
	char		 folder[PATH_SIZE];
	struct ak_dir	 dir;
	struct ak_fault	 fault;
	size_t		 fds;
};

static inline int
state_setup(void **state)
{
	struct state *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	*state = s;
	s->fds = fd_count();
	tmp_make(s->folder);
	s->dir = (struct ak_dir)AK_DIR_CLOSED;
	assert_int_equal(ak_dir_open(&s->dir, s->folder, &s->fault),
	    APIKEY_OK);
	/* What should hang ends the program instead. */
	(void)alarm(20);
	return 0;
}

static inline int
state_teardown(void **state)
{
	struct state *s = *state;

	(void)alarm(0);
	ak_dir_close(&s->dir);
	assert_int_equal(fd_count(), s->fds);
	tmp_remove(s->folder);
	free(s);
	return 0;
}

#define STATE_TEST(name)	\
	cmocka_unit_test_setup_teardown(name, state_setup, state_teardown)

static inline int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The whole of a file; its length. */
static inline size_t
slurp(const char *folder, const char *name, void *ret, size_t size)
{
	char path[PATH_SIZE];
	ssize_t n;
	int fd;

	tmp_join(path, folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	n = read(fd, ret, size);
	assert_true(n >= 0);
	assert_int_equal(close(fd), 0);
	return (size_t)n;
}

/* In a child no assertion may fail, as cmocka would go on there: it
 * returns its exit status. */
typedef int child(struct state *, size_t n);

/* gate: two ends of a pipe, which is read to its end first; or NULL. */
static inline pid_t
child_start(struct state *s, child *run, size_t n, const int *gate)
{
	pid_t pid = fork();
	char byte;

	assert_int_not_equal(pid, -1);
	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (gate != NULL) {
		(void)close(gate[1]);
		if (read(gate[0], &byte, 1) != 0)
			_exit(255);
		(void)close(gate[0]);
	}
	_exit(run(s, n));
}

static inline int
child_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Run it in so many processes at once. */
static inline void
children(struct state *s, child *run, size_t count, int ret_status[])
{
	pid_t *pid = calloc(count, sizeof(*pid));
	int gate[2];

	assert_non_null(pid);
	assert_int_equal(pipe(gate), 0);
	for (size_t i = 0; i < count; i++)
		pid[i] = child_start(s, run, i, gate);
	(void)close(gate[0]);
	(void)close(gate[1]);
	for (size_t i = 0; i < count; i++)
		ret_status[i] = child_end(pid[i]);
	free(pid);
}

/* Run it in one process. */
static inline int
alone(struct state *s, child *run)
{
	int status;

	children(s, run, 1, &status);
	return status;
}

static inline void
holder_run(const struct ak_dir *dir, const char *name, off_t start, off_t len)
{
	struct stat st;
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ak_file_open(dir, name, O_RDWR, &fd, &st, NULL) != APIKEY_OK ||
	    ak_lock(fd, start, len, 0) != APIKEY_OK)
		_exit(1);
	for (;;)
		(void)raise(SIGSTOP);
}

/* A stopped process that holds a lock of the file. */
static inline pid_t
holder_start(const struct state *s, const char *name, off_t start, off_t len)
{
	pid_t pid = fork();
	int status;

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		holder_run(&s->dir, name, start, len);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static inline void
holder_kill(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

/*
 * In a child: a filesystem of its own over the folder, which then is the
 * one that s has open.  False where that is not to be had.
 */
static inline bool
own_filesystem(struct state *s, const char *options)
{
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("none", s->folder, "tmpfs", 0, options) == -1)
		return false;
	ak_dir_close(&s->dir);
	return ak_dir_open(&s->dir, s->folder, &s->fault) == APIKEY_OK;
}

static inline bool
make_readonly(const struct state *s)
{
	return mount("none", s->folder, NULL, MS_REMOUNT | MS_RDONLY,
	    NULL) == 0;
}

/* No byte more fits into the folder's filesystem. */
static inline bool
fill_up(const struct state *s)
{
	static const char block[4096];
	int fd = openat(s->dir.fd, "full", O_WRONLY | O_CREAT | O_CLOEXEC,
	    0600);

	if (fd == -1)
		return false;
	while (write(fd, block, sizeof(block)) > 0)
		continue;
	(void)close(fd);
	return true;
}

#endif
