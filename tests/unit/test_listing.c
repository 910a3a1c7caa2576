/*
 * Many keys at once: each is handed over once, by the caller's own thread,
 * however many threads read them.
 *
 * pthread_create(3) is caught here: counted, and made to fail.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "keys.h"

/* More than is read at once, and a rest. */
#define KEYS	1500

static struct {
	unsigned	 started;
	bool		 fails;
	bool		 open;		/* to a signal */
} threads;

int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*begin)(void *), void *arg)
{
	static int (*real)(pthread_t *, const pthread_attr_t *,
	    void *(*)(void *), void *);

	sigset_t mask;

	(void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
	threads.open = threads.open || sigismember(&mask, SIGTERM) == 0;
	if (threads.fails)
		return EAGAIN;
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, __func__);
	threads.started++;
	return real(thread, attributes, begin, arg);
}

static void
id_of(int n, char ret[APIKEY_ID_SIZE])
{
	(void)snprintf(ret, APIKEY_ID_SIZE, "%010u",
	    (unsigned)n % 10000U);
}

/* Every hundredth is bad. */
static void
write_keys(const struct world *w)
{
	char id[APIKEY_ID_SIZE], name[32], text[512];

	for (int n = 0; n < KEYS; n++) {
		id_of(n, id);
		(void)snprintf(name, sizeof(name), "%s.conf", id);
		(void)snprintf(text, sizeof(text), n % 100 == 99 ? "bad%s%s" :
		    "version = 1;\nid = \"%s\";\nuser = \"u%s\";\n"
		    "hash = \"" TOKEN_HASH "\";\n", id, id);
		tmp_write(w->store, name, text);
	}
}

struct seen {
	struct world	*w;
	pthread_t	 self;
	unsigned	 keys, bad, stop_after;
	unsigned char	 times[KEYS];
};

static int
see(void *arg, apikey_key *key, const char *message)
{
	struct seen *seen = arg;
	sigset_t mask;
	long n;

	assert_true(pthread_equal(pthread_self(), seen->self));
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
	assert_true(sigisemptyset(&mask));
	if (key != NULL) {
		n = strtol(apikey_key_id(key), NULL, 10);
		assert_in_range(n, 0, KEYS - 1);
		assert_int_equal(strtol(apikey_key_user(key) + 1, NULL, 10),
		    n);
		assert_int_equal(seen->times[n]++, 0);
		seen->keys++;
	} else {
		assert_non_null(strstr(message, "99.conf:"));
		assert_string_equal(message,
		    apikey_admin_message(seen->w->admin));
		seen->bad++;
	}
	apikey_key_free(key);
	return seen->keys + seen->bad == seen->stop_after;
}

static struct seen
look(struct world *w, unsigned stop_after)
{
	struct seen seen = { .w = w, .self = pthread_self(),
		.stop_after = stop_after };
	cpu_set_t processors;

	threads.started = 0;
	assert_int_equal(apikey_list(w->admin, see, &seen),
	    APIKEY_ERR_CORRUPT_RECORD);
	assert_int_equal(sched_getaffinity(0, sizeof(processors),
	    &processors), 0);
	assert_int_equal(threads.started > 0,
	    CPU_COUNT(&processors) > 1 && !threads.fails);
	assert_false(threads.open);
	return seen;
}

static void
each_once(void **state)
{
	struct world *w = *state;
	struct seen seen;

	write_keys(w);
	for (int fails = 0; fails < 2; fails++) {
		threads.fails = fails;
		seen = look(w, 0);
		assert_int_equal(seen.keys, KEYS - KEYS / 100);
		assert_int_equal(seen.bad, KEYS / 100);
		/* In the second batch; the rest of it is freed. */
		seen = look(w, 700);
		assert_int_equal(seen.keys + seen.bad, 700);
	}
	threads.fails = false;
	world_no_line(w);
}

static int
see_and_delete(void *arg, apikey_key *key, const char *message)
{
	struct seen *seen = arg;

	(void)message;
	apikey_key_free(key);
	if (seen->keys++ == 0)
		tmp_remove(seen->w->store);
	return 0;
}

/* The first that is seen takes all with it: those that were read by then
 * are handed over, and no other, of which the names were read. */
static void
deleted_meanwhile(void **state)
{
	struct world *w = *state;
	struct seen seen = { .w = w };
	unsigned keys;

	write_keys(w);
	assert_int_equal(apikey_list(w->admin, see_and_delete, &seen),
	    APIKEY_ERR_CORRUPT_RECORD);
	keys = seen.keys;
	assert_in_range(keys, 1, KEYS - 1);
	assert_int_equal(apikey_list(w->admin, see_and_delete, &seen),
	    APIKEY_OK);
	assert_int_equal(seen.keys, keys);
}

static void
few_need_no_thread(void **state)
{
	struct world *w = *state;
	struct seen seen = { .w = w, .self = pthread_self() };

	tmp_write(w->store, "0000000001.conf", "version = 1;\n"
	    "id = \"0000000001\";\nuser = \"u1\";\nhash = \"" TOKEN_HASH
	    "\";\n");
	threads.started = 0;
	assert_int_equal(apikey_list(w->admin, see, &seen), APIKEY_OK);
	assert_int_equal(seen.keys, 1);
	assert_int_equal(threads.started, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_once), WORLD_TEST(deleted_meanwhile),
		WORLD_TEST(few_need_no_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
