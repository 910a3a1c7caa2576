/*
 * Many who use one key at once: processes, threads, and readers beside
 * them.
 */
#include <pthread.h>

#include "uses.h"

#define MANY		64
#define SOME		12
#define USES		4
#define THREADS		8

static int64_t
counted(struct state *s, child *run, size_t count)
{
	int status[MANY];
	int64_t sum = 0;

	children(s, run, count, status);
	for (size_t i = 0; i < count; i++) {
		assert_in_range(status[i], 0, USES);
		sum += status[i];
	}
	assert_int_equal(usage_of(s).count, sum);
	return sum;
}

static int
unbounded_run(struct state *s, size_t n)
{
	(void)n;
	return take_times(s, NULL, 0, USES);
}

static void
no_use_is_lost(void **state)
{
	struct state *s = *state;

	assert_in_range(counted(s, unbounded_run, MANY), MANY, MANY * USES);
}

static int
once_run(struct state *s, size_t n)
{
	(void)n;
	return take_times(s, NULL, 1, 1);
}

static void
exactly_one_wins(void **state)
{
	struct state *s = *state;

	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault), APIKEY_OK);
	assert_int_equal(counted(s, once_run, MANY), 1);
}

static int
bounded_run(struct state *s, size_t n)
{
	(void)n;
	return take_times(s, NULL, 20, USES);
}

static void
exactly_as_many_as_the_bound(void **state)
{
	struct state *s = *state;

	assert_int_equal(ak_usage_create(&s->dir, ID, &s->fault), APIKEY_OK);
	assert_int_equal(counted(s, bounded_run, SOME), 20);
}

static int
burst_run(struct state *s, size_t n)
{
	(void)n;
	return take_times(s, "1000/1h:7", 0, USES);
}

static void
exactly_the_burst(void **state)
{
	struct state *s = *state;

	assert_int_equal(counted(s, burst_run, SOME), 7);
}

static int
create_run(struct state *s, size_t n)
{
	(void)n;
	if (ak_usage_create(&s->dir, ID, &s->fault) != APIKEY_OK)
		return says(s, HELD) ? 0 : UNEXPECTED;
	return take_times(s, NULL, 5, 1);
}

static void
many_creators(void **state)
{
	struct state *s = *state;

	assert_int_equal(counted(s, create_run, SOME), 5);
}

struct thread {
	pthread_t	 thread;
	struct state	 s;		/* its own fault; the same folder */
	int		 counted;
};

static void *
thread_run(void *arg)
{
	struct thread *t = arg;

	t->counted = take_times(&t->s, NULL, 0, 25);
	return NULL;
}

static void
threads_of_one_process(void **state)
{
	struct thread *t = calloc(THREADS, sizeof(*t));
	struct state *s = *state;
	int64_t sum = 0;

	assert_non_null(t);
	for (size_t i = 0; i < THREADS; i++) {
		t[i].s = *s;
		assert_int_equal(pthread_create(&t[i].thread, NULL,
		    thread_run, &t[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(t[i].thread, NULL), 0);
		assert_in_range(t[i].counted, 1, 25);
		sum += t[i].counted;
	}
	assert_int_equal(usage_of(s).count, sum);
	free(t);
}

static int
writer_run(struct state *s, size_t n)
{
	(void)n;
	for (;;) {
		passed += 12345678901;
		if (take_times(s, "60/1m", 0, 1) != 1)
			return 1;
	}
}

/* No reader takes half of one record and half of another for none. */
static void
readers_beside_a_writer(void **state)
{
	struct state *s = *state;
	int64_t count = 0;
	pid_t writer;

	TAKE(s, NULL, 0, "ok");
	writer = child_start(s, writer_run, 0, NULL);
	for (int64_t end = now_ms() + 100; now_ms() < end;) {
		struct ak_usage usage = usage_of(s);

		assert_true(usage.count >= count);
		count = usage.count;
	}
	assert_true(count > 1);
	holder_kill(writer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		USES_TEST(no_use_is_lost), USES_TEST(exactly_one_wins),
		USES_TEST(exactly_as_many_as_the_bound),
		USES_TEST(exactly_the_burst), USES_TEST(many_creators),
		USES_TEST(threads_of_one_process),
		USES_TEST(readers_beside_a_writer),
	};

	return cmocka_run_group_tests_name("many uses", tests, NULL, NULL);
}
