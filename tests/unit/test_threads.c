/*
 * One context, many threads: some verify while others create, change and
 * reload.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "world.h"

#define VERIFIERS	2
#define ROUNDS		200
#define CREATES		30

struct shared {
	struct world	*w;
	atomic_size_t	 lines;
	atomic_size_t	 wrong;
	atomic_bool	 done;
};

/* cmocka's assertions are for its own thread only: count instead. */
static void
expect(struct shared *s, bool right)
{
	if (!right)
		s->wrong++;
}

static void
count_line(void *arg, int priority, const char *line)
{
	struct shared *s = arg;

	expect(s, priority == NOTICE);
	expect(s, strncmp(line, "event=", 6) == 0);
	s->lines++;
}

static void *
verifier(void *arg)
{
	apikey_request *req = apikey_request_new();
	struct shared *s = arg;
	apikey_result *result;

	for (int i = 0; i < ROUNDS; i++) {
		const char *token = i % 2 == 0 ? TOKEN : TOKEN2;

		result = NULL;
		expect(s, apikey_verify(s->w->ctx, token, APIKEY_TOKEN_LEN,
		    req, &result) ==
		    (i % 2 == 0 ? APIKEY_OK : APIKEY_ERR_DENIED));
		expect(s, (result != NULL) == (i % 2 == 0));
		apikey_result_free(result);
	}
	apikey_request_free(req);
	return NULL;
}

static void *
reloader(void *arg)
{
	struct shared *s = arg;

	while (!s->done)
		expect(s, apikey_reload(s->w->ctx) == APIKEY_OK);
	return NULL;
}

static void *
creator(void *arg)
{
	struct shared *s = arg;
	apikey_admin *admin = apikey_admin_new(s->w->ctx, "root");
	apikey_spec *spec = apikey_spec_new();
	char token[APIKEY_TOKEN_SIZE];
	apikey_key *key;

	expect(s, apikey_spec_set(spec, APIKEY_USER, "u") == APIKEY_OK);
	for (int i = 0; i < CREATES; i++) {
		key = NULL;
		expect(s, apikey_create(admin, spec, NULL, NULL, token,
		    &key) == APIKEY_OK);
		expect(s, apikey_disable(admin, key) == APIKEY_OK);
		apikey_key_free(key);
	}
	apikey_spec_free(spec);
	apikey_admin_free(admin);
	return NULL;
}

static void
all_at_once(void **state)
{
	struct shared s = { .w = *state };
	pthread_t verifiers[VERIFIERS], creators[2], reload;
	apikey_ctx *ctx = s.w->ctx;

	world_record(s.w, "");
	world_config(s.w, "limits = { key = \"1000000/1s\"; "
	    "failures = \"1000000/1s\"; };");
	apikey_set_sink(ctx, count_line, &s);
	assert_int_equal(apikey_reload(ctx), APIKEY_OK);
	assert_int_equal(pthread_create(&reload, NULL, reloader, &s), 0);
	for (size_t i = 0; i < VERIFIERS; i++)
		assert_int_equal(pthread_create(&verifiers[i], NULL, verifier,
		    &s), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&creators[i], NULL, creator,
		    &s), 0);
	for (size_t i = 0; i < VERIFIERS; i++)
		assert_int_equal(pthread_join(verifiers[i], NULL), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_join(creators[i], NULL), 0);
	s.done = true;
	assert_int_equal(pthread_join(reload, NULL), 0);
	assert_int_equal(s.wrong, 0);
	assert_int_equal(s.lines, VERIFIERS * ROUNDS + 2 * 2 * CREATES);
}

/* Several readings, one change each: exactly one of them is made. */
struct rival {
	struct shared	*s;
	apikey_key	*key;
	int		 code;
};

static void *
revoker(void *arg)
{
	struct rival *rival = arg;
	apikey_admin *admin = apikey_admin_new(rival->s->w->ctx, "root");

	rival->code = apikey_revoke(admin, rival->key, "other", NULL);
	apikey_admin_free(admin);
	return NULL;
}

static void
one_change_wins(void **state)
{
	struct shared s = { .w = *state };
	struct rival rivals[4];
	pthread_t threads[4];
	int won = 0;

	apikey_set_sink(s.w->ctx, count_line, &s);
	assert_int_equal(apikey_reload(s.w->ctx), APIKEY_OK);
	world_record(s.w, "");
	for (size_t i = 0; i < 4; i++) {
		rivals[i] = (struct rival){ &s, NULL, -1 };
		assert_int_equal(apikey_get(s.w->admin, TOKEN_ID,
		    &rivals[i].key), APIKEY_OK);
	}
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, revoker,
		    &rivals[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		won += rivals[i].code == APIKEY_OK;
		assert_true(rivals[i].code == APIKEY_OK ||
		    rivals[i].code == APIKEY_ERR_CONFLICT);
		apikey_key_free(rivals[i].key);
	}
	assert_int_equal(won, 1);
	assert_int_equal(s.lines, 1);
	assert_int_equal(s.wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(all_at_once), WORLD_TEST(one_change_wins),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
