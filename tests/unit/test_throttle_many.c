/*
 * The file of failures is made, shared and locked by many at once: no
 * count is lost, and nobody waits for long.
 */
#include <pthread.h>
#include <time.h>

#include "failures.h"

/* Until the state takes it: others may be slow on a busy machine. */
static void
charge_surely(const struct fixture *f, const char *source)
{
	while (!charge(f, source, NULL))
		;
}

/* Start so many that wait for the same moment; each charges so often. */
static void
stampede(const struct fixture *f, int processes, int times,
    void (*one)(const struct fixture *, int))
{
	pid_t pids[64];
	int gate[2];
	char c;

	assert_true(processes <= 64);
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	for (int i = 0; i < processes; i++) {
		if ((pids[i] = start()) != 0)
			continue;
		(void)close(gate[1]);
		(void)!read(gate[0], &c, 1);
		for (int n = 0; n < times; n++)
			one(f, i);
		_exit(0);
	}
	(void)close(gate[0]);
	(void)close(gate[1]);
	for (int i = 0; i < processes; i++)
		finish(pids[i]);
}

static void
one_source(const struct fixture *f, int i)
{
	(void)i;
	charge_surely(f, "192.0.2.1");
}

static void
many_processes(void **state)
{
	struct fixture *f = *state;

	f->rate = (struct ak_rate){ 100, MINUTE, 100 };
	stampede(f, 32, 20, one_source);
	assert_int_equal(passes(f, "192.0.2.1", NULL), 1000 - 32 * 20);
}

static void
source_of_its_own(const struct fixture *f, int i)
{
	char source[32];

	(void)snprintf(source, sizeof(source), "192.0.2.%d", i);
	charge_surely(f, source);
}

/* They agree on one key: else what one of them counted is lost. */
static void
many_makers(void **state)
{
	struct fixture *f = *state;
	char source[32];

	for (int round = 0; round < 20; round++) {
		(void)unlink(f->path);
		if (round % 2 == 1)
			tmp_write(f->folder, "throttle", "garbage");
		stampede(f, 4, 1, source_of_its_own);
		is_made(f);
		for (int i = 0; i < 4; i++) {
			(void)snprintf(source, sizeof(source), "192.0.2.%d",
			    i);
			assert_int_equal(passes(f, source, NULL), 29);
		}
	}
}

static void *
thread(void *arg)
{
	for (int i = 0; i < 100; i++)
		charge_surely(arg, "192.0.2.1");
	return NULL;
}

static void
many_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[4];

	f->rate = (struct ak_rate){ 100, MINUTE, 100 };
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, thread,
		    f), 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(passes(f, "192.0.2.1", NULL), 1000 - 400);
}

static pid_t
start_holder(const struct fixture *f, off_t at, off_t len)
{
	int fd, status;
	pid_t pid;

	if ((pid = start()) == 0) {
		fd = open(f->path, O_RDWR | O_CLOEXEC);
		if (fd == -1 || ak_lock(fd, at, len, 0) != APIKEY_OK)
			_exit(1);
		(void)raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static void
end_holder(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static int64_t
ms_now(void)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* At least once in a few times: others use this machine, too. */
static void
takes_20_ms(const struct fixture *f)
{
	int64_t begin, charged = 0, reported = 0;

	for (int i = 0; i < 10; i++) {
		begin = ms_now();
		assert_false(charge(f, "192.0.2.1", TOKEN_ID));
		charged = ms_now() - begin;
		begin = ms_now();
		assert_int_equal(report(f, "192.0.2.1"), 1);
		reported = ms_now() - begin;
		assert_true(charged >= 19 && reported >= 19);
		if (charged <= 30 && reported <= 30)
			return;
	}
	fail_msg("%d ms, %d ms", (int)charged, (int)reported);
}

static void
stopped_holder(void **state)
{
	struct fixture *f = *state;
	pid_t pid;

	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
	pid = start_holder(f, 0, 0);
	takes_20_ms(f);
	/* It is read all the same. */
	assert_true(over(f, "192.0.2.1", TOKEN_ID));
	assert_false(over(f, "192.0.2.2", TOKEN_ID));
	end_holder(pid);
	assert_true(charge(f, "192.0.2.1", TOKEN_ID));
	assert_int_equal(report(f, "192.0.2.1"), 1);
	assert_int_equal(report(f, "192.0.2.1"), 0);

	assert_int_equal(truncate(f->path, 0), 0);
	pid = start_holder(f, 0, 0);
	takes_20_ms(f);
	end_holder(pid);
	assert_true(charge(f, "192.0.2.1", TOKEN_ID));
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 2);
}

/* Who holds one set keeps only what is in it from being counted. */
static void
held_set(void **state)
{
	static const char source[] = { 'S', '4', '\xc0', 0, 2, 1 };
	static const char both[] = { 'K', '4', '\xc0', 0, 2, 1, 2, 'i', 'd' };
	struct fixture *f = *state;
	struct raw alone, pair;
	int64_t begin;
	pid_t pid;

	write_header(f);
	alone = locate(source, sizeof(source));
	pair = locate(both, sizeof(both));
	assert_int_not_equal(alone.set, pair.set);

	pid = start_holder(f, pair.set, SECTOR);
	assert_false(charge(f, "192.0.2.1", "id"));
	end_holder(pid);
	assert_int_equal(passes(f, "192.0.2.1", "id"), 3);
	assert_int_equal(passes(f, "192.0.2.1", NULL), 30 - 1 - 3);

	f->now += MINUTE;
	pid = start_holder(f, alone.set, SECTOR);
	assert_false(charge(f, "192.0.2.1", "id"));
	end_holder(pid);
	assert_int_equal(passes(f, "192.0.2.1", "id"), 2);
	assert_int_equal(passes(f, "192.0.2.1", NULL), 30 - 2);

	/* Who has not failed waits as long as who has. */
	f->now += MINUTE;
	pid = start_holder(f, pair.set, SECTOR);
	begin = ms_now();
	idle(f, "192.0.2.1", "id", false);
	assert_true(ms_now() - begin >= 19);
	end_holder(pid);

	f->now += MINUTE;
	pid = start_holder(f, 0, alone.set);
	assert_true(charge(f, "192.0.2.1", NULL));
	end_holder(pid);
	pid = start_holder(f, alone.set + SECTOR, 0);
	assert_true(charge(f, "192.0.2.1", NULL));
	end_holder(pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(many_processes), TEST(many_makers), TEST(many_threads),
		TEST(stopped_holder), TEST(held_set),
	};

	return cmocka_run_group_tests_name("throttle_many", tests, NULL,
	    NULL);
}
