/*
 * Those who hold the lock of a key's usage file and stop, or die, or take
 * the file away.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include <dirent.h>

#include "uses.h"

#define SIZE	256

/* What happens when the file's lock was just taken, and when somebody
 * waits. */
static struct {
	struct state	*s;
	int		 removals;	/* the file goes, so often */
	bool		 unreadable;	/* nothing can be read from it */
	int		 pauses;	/* it is good after so many of them */
	char		 good[SIZE];
	int		 locks, unlocks;
} hook;

/* The library asks for locks only. */
int
fcntl(int fd, int op, ...)
{
	const struct flock *lock;
	va_list ap;
	int result;

	va_start(ap, op);
	lock = va_arg(ap, const struct flock *);
	va_end(ap);
	result = (int)syscall(SYS_fcntl, fd, op, lock);
	if (result != 0 || op != F_OFD_SETLK)
		return result;
	if (lock->l_type != F_WRLCK) {
		hook.unlocks++;
		return result;
	}
	hook.locks++;
	if (hook.removals > 0) {
		hook.removals--;
		(void)unlinkat(hook.s->dir.fd, ID, 0);
	}
	if (hook.unreadable)
		(void)dup2(hook.s->dir.fd, fd);
	return result;
}

int
clock_nanosleep(clockid_t id, int flags, const struct timespec *pause,
    struct timespec *rest)
{
	if (hook.pauses > 0 && --hook.pauses == 0)
		tmp_write_len(hook.s->folder, ID, hook.good, SIZE);
	return (int)syscall(SYS_clock_nanosleep, id, flags, pause, rest);
}

static int
setup(void **state)
{
	memset(&hook, 0, sizeof(hook));
	return uses_setup(state);
}

/* While another holds the lock: each way to ask for it. */
static int
unbounded(struct state *s)
{
	return strcmp(answer(s, ak_usage_take, NULL, 0, "ok degraded"),
	    "ok degraded");
}

static int
over_the_rate(struct state *s)
{
	return strcmp(answer(s, ak_usage_take, "1/1h", 0, "rate"), "rate");
}

static int
bounded(struct state *s)
{
	return strcmp(answer(s, ak_usage_take, NULL, 5, "unavailable"),
	    "unavailable");
}

static int
announce(struct state *s)
{
	return ak_usage_announce(&s->dir, ID, NOW, 1);
}

static int
create(struct state *s)
{
	return ak_usage_create(&s->dir, ID, &s->fault) !=
	    APIKEY_ERR_UNAVAILABLE;
}

static int
reset(struct state *s)
{
	return ak_usage_reset(&s->dir, ID, &s->fault) !=
	    APIKEY_ERR_UNAVAILABLE;
}

static int
take_away(struct state *s)
{
	return ak_usage_remove(&s->dir, ID, &s->fault) !=
	    APIKEY_ERR_UNAVAILABLE || !says(s, HELD);
}

static const struct {
	int	(*run)(struct state *);
	bool	 says;
} ways[] = {
	{ unbounded, true }, { over_the_rate, false }, { bounded, true },
	{ announce, false }, { create, true }, { reset, true },
	{ take_away, true },
};

static int
way_run(struct state *s, size_t n)
{
	int64_t begin = now_ms(), took;

	if (ways[n].run(s) != 0)
		return 1;
	if (ways[n].says && !says(s, HELD))
		return 2;
	took = now_ms() - begin;
	return took < 1000 || took > 1900 ? 3 : 0;
}

static void
stopped_holder(void **state)
{
	int status[COUNT(ways)];
	struct state *s = *state;
	int64_t begin;
	pid_t holder;

	TAKE(s, "1/1h", 0, "ok");
	holder = holder_start(s, ID, 0, 0);
	children(s, way_run, COUNT(ways), status);
	for (size_t i = 0; i < COUNT(ways); i++)
		if (status[i] != 0)
			fail_msg("way %zu: %d", i, status[i]);
	assert_int_equal(usage_of(s).count, 1);
	assert_int_equal(usage_of(s).warned, APIKEY_TIME_NONE);
	PEEK(s, NULL, 0, "ok");
	PEEK(s, NULL, 1, "exhausted");

	/* A dead one holds nothing. */
	holder_kill(holder);
	begin = now_ms();
	TAKE(s, NULL, 0, "ok");
	TAKE(s, NULL, 5, "ok");
	assert_in_range(now_ms() - begin, 0, 500);
	assert_int_equal(usage_of(s).count, 3);
}

/* Has the process opened the file? */
static bool
has_open(pid_t pid, const char *name)
{
	char folder[64], target[PATH_SIZE];
	struct dirent *entry;
	bool found = false;
	ssize_t n;
	DIR *dir;

	(void)snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)pid);
	if ((dir = opendir(folder)) == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL) {
		n = readlinkat(dirfd(dir), entry->d_name, target,
		    sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		found = strstr(target, name) != NULL;
	}
	(void)closedir(dir);
	return found;
}

/*
 * A process that waits for the lock, which is held here: it has the file
 * open.  It was started before, so that it has no copy of ours.
 */
static pid_t
waiter_start(struct state *s, child *run, int *ret_fd)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct stat st;
	int gate[2];
	pid_t pid;

	assert_int_equal(pipe(gate), 0);
	pid = child_start(s, run, 0, gate);
	assert_int_equal(ak_file_open(&s->dir, ID, O_RDWR, ret_fd, &st,
	    &s->fault), APIKEY_OK);
	assert_int_equal(ak_lock(*ret_fd, 0, 0, 0), APIKEY_OK);
	(void)close(gate[0]);
	(void)close(gate[1]);
	while (!has_open(pid, "/" ID))
		(void)nanosleep(&pause, NULL);
	return pid;
}

static int
waiter_end(pid_t pid, int fd)
{
	ak_unlock(fd, 0, 0);
	(void)close(fd);
	return child_end(pid);
}

static int
wait_unbounded(struct state *s, size_t n)
{
	(void)n;
	return take_times(s, NULL, 0, 1);
}

static int
wait_bounded(struct state *s, size_t n)
{
	(void)n;
	return strcmp(answer(s, ak_usage_take, NULL, 5, "unavailable"),
	    "unavailable") == 0 && says(s, MISSING) ? 0 : 1;
}

static int
wait_remove(struct state *s, size_t n)
{
	(void)n;
	return ak_usage_remove(&s->dir, ID, &s->fault);
}

static void
removed_while_waiting(void **state)
{
	static const struct {
		child	*run;
		int	 status;
		bool	 is_there;
	} rows[] = {
		{ wait_unbounded, 1, true }, { wait_bounded, 0, false },
		{ wait_remove, 0, false },
	};
	struct state *s = *state;
	pid_t pid;
	int fd;

	for (size_t i = 0; i < COUNT(rows); i++) {
		TAKE(s, NULL, 0, "ok");
		TAKE(s, NULL, 0, "ok");
		pid = waiter_start(s, rows[i].run, &fd);
		assert_int_equal(unlinkat(s->dir.fd, ID, 0), 0);
		assert_int_equal(waiter_end(pid, fd), rows[i].status);
		assert_int_equal(is_there(s), rows[i].is_there);
		if (rows[i].is_there)
			assert_int_equal(usage_of(s).count, 1);
	}
}

/* Who removes a file waits for its users. */
static void
remove_waits(void **state)
{
	struct state *s = *state;
	pid_t pid;
	int fd;

	TAKE(s, NULL, 0, "ok");
	pid = waiter_start(s, wait_remove, &fd);
	assert_true(is_there(s));
	assert_int_equal(waiter_end(pid, fd), 0);
	assert_false(is_there(s));
}

/* And not for ever. */
static void
removed_again_and_again(void **state)
{
	struct state *s = *state;

	hook.s = s;
	hook.removals = 3;
	TAKE(s, NULL, 0, "ok");
	assert_int_equal(hook.removals, 0);
	assert_int_equal(usage_of(s).count, 1);
	hook.removals = 1000;
	TAKE(s, NULL, 0, "ok degraded");
	SAYS(s, "is removed again and again");
	assert_in_range(hook.removals, 990, 999);
	hook.removals = 1000;
	TAKE(s, NULL, 5, "unavailable");
	SAYS(s, MISSING);
}

/* A copy of the descriptor, in a child that another thread has forked,
 * must not keep the lock. */
static void
every_lock_is_let_go(void **state)
{
	struct state *s = *state;

	TAKE(s, NULL, 0, "ok");
	TAKE(s, NULL, 5, "ok");
	TAKE(s, NULL, 1, "exhausted");
	assert_true(ak_usage_announce(&s->dir, ID, NOW, 1));
	assert_false(ak_usage_announce(&s->dir, ID, NOW, 1));
	assert_int_equal(ak_usage_create(&s->dir, ID, NULL), APIKEY_OK);
	assert_int_equal(ak_usage_reset(&s->dir, ID, NULL), APIKEY_OK);
	assert_int_equal(ak_usage_remove(&s->dir, ID, NULL), APIKEY_OK);
	assert_int_equal(hook.locks, 8);
	assert_int_equal(hook.unlocks, 8);
}

/* What cannot be read may be good: nothing is written over it. */
static void
unreadable_file(void **state)
{
	struct state *s = *state;
	struct stat st;

	hook.s = s;
	hook.unreadable = true;
	TAKE(s, "1/1h", 0, "ok degraded");
	SAYS(s, "Is a directory");
	assert_int_equal(fstat(s->dir.fd, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	TAKE(s, NULL, 5, "unavailable");
	SAYS(s, "Is a directory");
	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(ak_usage_reset(&s->dir, ID, &s->fault),
	    APIKEY_ERR_UNAVAILABLE);
}

/* A reader meets a write that is under way: it looks again, not for ever. */
static void
half_written_record(void **state)
{
	struct state *s = *state;
	struct ak_usage usage;

	TAKE(s, NULL, 0, "ok");
	assert_int_equal(slurp(s->folder, ID, hook.good, SIZE), SIZE);
	hook.s = s;
	for (int pauses = 1; pauses <= 5; pauses++) {
		tmp_write_len(s->folder, ID, hook.good, 100);
		hook.pauses = pauses;
		assert_int_equal(ak_usage_read(&s->dir, ID, &usage,
		    &s->fault), pauses < 5 ? APIKEY_OK :
		    APIKEY_ERR_CORRUPT_RECORD);
	}
	assert_int_equal(usage.count, 1);
}

static int64_t
shared_clock(void *arg)
{
	return NOW * AK_NS_PER_S + **(int64_t *const *)arg;
}

static int64_t *shared;

static int
wait_with_clock(struct state *s, size_t n)
{
	static const struct ak_clock clock = { shared_clock, &shared };
	static const struct ak_rate none;
	const struct ak_use use = { &none, 0, &clock, NULL, NULL };
	bool degraded;

	(void)n;
	return ak_usage_take(&s->dir, ID, &use, &degraded, &s->fault);
}

/* Or who waited would come with a time before that of the last use. */
static void
time_is_read_under_the_lock(void **state)
{
	struct state *s = *state;
	pid_t pid;
	int fd;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	TAKE(s, NULL, 0, "ok");
	pid = waiter_start(s, wait_with_clock, &fd);
	*shared = 30 * AK_NS_PER_S;
	assert_int_equal(waiter_end(pid, fd), APIKEY_OK);
	assert_int_equal(usage_of(s).last, NOW + 30);
	assert_int_equal(munmap(shared, sizeof(*shared)), 0);
}

int
main(void)
{
#define TEST(name)	\
	cmocka_unit_test_setup_teardown(name, setup, state_teardown)
	const struct CMUnitTest tests[] = {
		TEST(stopped_holder), TEST(removed_while_waiting),
		TEST(remove_waits), TEST(removed_again_and_again),
		TEST(every_lock_is_let_go), TEST(unreadable_file),
		TEST(half_written_record),
		TEST(time_is_read_under_the_lock),
	};

	return cmocka_run_group_tests_name("usage locks", tests, NULL, NULL);
}
