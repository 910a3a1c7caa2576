/*
 * Counters that many count with at once, and those who hold a lock of
 * their file.
 */
#include <sys/syscall.h>

#include <pthread.h>

#include "statedir.h"

#include "counters.h"

#define NAME		"counters"
#define HEADER		"apikcnt\n\1\0\0\0\0\0\0"
#define SIZE		(16 + 8 * AK_COUNTERS)
#define MANY		16
#define TIMES		8
#define THREADS		4

/* What happens while a lock is asked for. */
static struct {
	struct state	*s;		/* another makes the file: once */
	int		 locks, unlocks;
} hook;

/* The library asks for locks only. */
int
fcntl(int fd, int op, ...)
{
	const struct flock *lock;
	struct state *s;
	va_list ap;
	int result;

	va_start(ap, op);
	lock = va_arg(ap, const struct flock *);
	va_end(ap);
	if (op != F_OFD_SETLK)
		return (int)syscall(SYS_fcntl, fd, op, lock);
	if (hook.s != NULL && lock->l_type == F_WRLCK && lock->l_len == 0) {
		s = hook.s;
		hook.s = NULL;
		(void)ak_counters_add(&s->dir, 5);
	}
	result = (int)syscall(SYS_fcntl, fd, op, lock);
	if (result == 0 && lock->l_type == F_WRLCK)
		hook.locks++;
	else if (result == 0)
		hook.unlocks++;
	return result;
}

static int64_t
counter(struct state *s, int code)
{
	int64_t all[AK_COUNTERS];

	if (ak_counters_read(&s->dir, all, &s->fault) != APIKEY_OK)
		fail_msg("%s", s->fault.text);
	return all[code];
}

static void
made_by_another_meanwhile(void **state)
{
	struct state *s = *state;

	hook.s = s;
	assert_true(ak_counters_add(&s->dir, 6));
	assert_null(hook.s);
	assert_int_equal(counter(s, 5), 1);
	assert_int_equal(counter(s, 6), 1);
}

/* A copy of the descriptor, in a child that another thread has forked,
 * must not keep the lock. */
static void
every_lock_is_let_go(void **state)
{
	struct state *s = *state;

	hook.locks = hook.unlocks = 0;
	assert_true(ak_counters_add(&s->dir, 1));
	assert_true(ak_counters_add(&s->dir, 1));
	assert_int_equal(hook.locks, 3);
	assert_int_equal(hook.unlocks, 3);
}

/* Returns how often it counted.  On a busy machine the lock may be waited
 * for in vain. */
static int
add_run(struct state *s, size_t n)
{
	int added = 0;

	for (int i = 0; i < TIMES; i++)
		added += ak_counters_add(&s->dir, (int)n % 2);
	return added;
}

static void
many_at_once(struct state *s)
{
	int64_t sum[2] = { 0, 0 };
	int status[MANY];

	children(s, add_run, MANY, status);
	for (size_t i = 0; i < MANY; i++) {
		assert_in_range(status[i], 0, TIMES);
		sum[i % 2] += status[i];
	}
	assert_true(sum[0] > 0 && sum[1] > 0);
	assert_int_equal(counter(s, 0), sum[0]);
	assert_int_equal(counter(s, 1), sum[1]);
}

static void
many_makers(void **state)
{
	many_at_once(*state);
}

static void
many_who_make_it_anew(void **state)
{
	static const char bytes[SIZE + 100] = HEADER;
	struct state *s = *state;

	tmp_write_len(s->folder, NAME, bytes, sizeof(bytes));
	many_at_once(s);
}

struct thread {
	pthread_t	 thread;
	struct state	*s;
	int		 added;
};

static void *
thread_run(void *arg)
{
	struct thread *t = arg;

	for (int i = 0; i < 100; i++)
		t->added += ak_counters_add(&t->s->dir, 9);
	return NULL;
}

static void
threads_of_one_process(void **state)
{
	struct thread t[THREADS];
	struct state *s = *state;
	int64_t sum = 0;

	for (size_t i = 0; i < THREADS; i++) {
		t[i] = (struct thread){ .s = s };
		assert_int_equal(pthread_create(&t[i].thread, NULL,
		    thread_run, &t[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(t[i].thread, NULL), 0);
		sum += t[i].added;
	}
	assert_true(sum > 0);
	assert_int_equal(counter(s, 9), sum);
}

/* Who stops with one counter's lock delays that one alone, and shortly. */
static void
stopped_holder(void **state)
{
	struct state *s = *state;
	int64_t begin;
	pid_t holder;

	assert_true(ak_counters_add(&s->dir, 3));
	holder = holder_start(s, NAME, 16 + 8 * 3, 8);
	begin = now_ms();
	assert_false(ak_counters_add(&s->dir, 3));
	assert_in_range(now_ms() - begin, 20, 500);
	assert_int_equal(counter(s, 3), 1);
	assert_true(ak_counters_add(&s->dir, 2));
	assert_true(ak_counters_add(&s->dir, 4));
	holder_kill(holder);
	assert_true(ak_counters_add(&s->dir, 3));
	assert_int_equal(counter(s, 3), 2);
}

/* As long as one has a counter locked, nobody makes the file anew. */
static void
stopped_holder_of_a_bad_file(void **state)
{
	char bytes[6];
	struct state *s = *state;
	pid_t holder;

	tmp_write(s->folder, NAME, "short");
	holder = holder_start(s, NAME, 16 + 8 * 3, 8);
	assert_false(ak_counters_add(&s->dir, 2));
	assert_int_equal(slurp(s->folder, NAME, bytes, sizeof(bytes)), 5);
	holder_kill(holder);
	assert_true(ak_counters_add(&s->dir, 2));
	assert_int_equal(counter(s, 2), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STATE_TEST(made_by_another_meanwhile),
		STATE_TEST(every_lock_is_let_go),
		STATE_TEST(many_makers), STATE_TEST(many_who_make_it_anew),
		STATE_TEST(threads_of_one_process),
		STATE_TEST(stopped_holder),
		STATE_TEST(stopped_holder_of_a_bad_file),
	};

	return cmocka_run_group_tests_name("counters locks", tests, NULL,
	    NULL);
}
