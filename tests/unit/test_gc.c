/*
 * What gc deletes, and what it must leave.
 */
#include <fcntl.h>

#include "keys.h"

#define DAY	INT64_C(86400)
#define PAIRS	8

struct collected {
	size_t		 keys, messages;
};

static int
collect(void *arg, apikey_key *key, const char *message)
{
	struct collected *c = arg;

	if (key == NULL) {
		assert_non_null(message);
		c->messages++;
	} else
		c->keys++;
	apikey_key_free(key);
	return 0;
}

static void
written_at(const char *path, int64_t t)
{
	const struct timespec times[2] = { { t, 0 }, { t, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
gc(void **state)
{
	static const struct bound day[] = {
		{ APIKEY_EXPIRES, "1d" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	struct issued old, late, live, revoked, orphan;
	struct collected c = { 0, 0 };
	char name[32], path[PATH_SIZE];

	issue(w, &old, day);
	issue(w, &late, day);
	issue(w, &live, NULL);
	issue(w, &revoked, NULL);
	issue(w, &orphan, NULL);
	granted(w, old.token);
	granted(w, orphan.token);
	granted(w, live.token);
	assert_int_equal(apikey_revoke(w->admin, revoked.key, "other", NULL),
	    APIKEY_OK);
	/* It expired early and was revoked late: its use must alarm yet. */
	w->now = NOW + 10 * DAY;
	assert_int_equal(apikey_revoke(w->admin, late.key, "leaked", NULL),
	    APIKEY_OK);
	tmp_write(w->store, "0000000000.conf", "garbage");
	(void)snprintf(name, sizeof(name), "%s.conf",
	    apikey_key_id(orphan.key));
	tmp_join(path, w->store, name);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(name, sizeof(name), "usage/%s",
	    apikey_key_id(orphan.key));
	tmp_join(path, w->state, name);
	written_at(path, NOW + 6 * DAY);
	w->count = 0;
	assert_int_equal(apikey_gc(w->admin, w->now + 1, 0, collect, &c),
	    APIKEY_ERR_INVALID);
	/* Revoked at 0, expired at 1 day: gone by the fifth day. */
	for (int dry = 1; dry >= 0; dry--) {
		c = (struct collected){ 0, 0 };
		assert_int_equal(apikey_gc(w->admin, NOW + 5 * DAY, dry,
		    collect, &c), APIKEY_ERR_CORRUPT_RECORD);
		assert_int_equal(c.keys, 2);
		assert_int_equal(c.messages, 1);
		assert_int_equal(w->count, dry ? 0 : 2);
		assert_int_equal(stored(w, apikey_key_id(old.key)), dry);
		assert_int_equal(stored(w, apikey_key_id(revoked.key)), dry);
		assert_true(stored(w, apikey_key_id(late.key)));
		assert_true(stored(w, apikey_key_id(live.key)));
	}
	/* Of a key that is gone, what was counted long ago is, too. */
	assert_int_equal(access(path, F_OK), 0);
	written_at(path, NOW + 5 * DAY);
	(void)apikey_gc(w->admin, NOW + 5 * DAY, 0, collect, &c);
	assert_int_equal(access(path, F_OK), -1);
	(void)snprintf(name, sizeof(name), "usage/%s",
	    apikey_key_id(live.key));
	tmp_join(path, w->state, name);
	written_at(path, NOW);
	(void)apikey_gc(w->admin, NOW + 5 * DAY, 0, collect, &c);
	assert_int_equal(access(path, F_OK), 0);
	w->count = 0;
	apikey_key_free(old.key);
	apikey_key_free(late.key);
	apikey_key_free(live.key);
	apikey_key_free(revoked.key);
	apikey_key_free(orphan.key);
}

/* The count of a successor whose record left by another road: what it ended
 * stays ended. */
static void
gc_of_a_count_that_is_needed(void **state)
{
	struct world *w = *state;
	struct issued old, new = { .key = NULL };
	struct collected c = { 0, 0 };
	char name[32], path[PATH_SIZE];

	issue(w, &old, NULL);
	assert_int_equal(apikey_rotate(w->admin, old.key, "30d", 1, NULL,
	    NULL, NULL, new.token, &new.key), APIKEY_OK);
	w->count = 0;
	granted(w, new.token);
	(void)snprintf(name, sizeof(name), "%s.conf", apikey_key_id(new.key));
	tmp_join(path, w->store, name);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(name, sizeof(name), "usage/%s",
	    apikey_key_id(new.key));
	tmp_join(path, w->state, name);
	written_at(path, NOW);
	w->now = NOW + 10 * DAY;
	denied(w, old.token, "superseded");
	assert_int_equal(apikey_gc(w->admin, NOW + 5 * DAY, 0, collect, &c),
	    APIKEY_OK);
	denied(w, old.token, "superseded");
	/* Nobody needs it when the old key is gone, too. */
	assert_int_equal(apikey_delete(w->admin, old.key, 1), APIKEY_OK);
	assert_int_equal(apikey_gc(w->admin, NOW + 5 * DAY, 0, collect, &c),
	    APIKEY_OK);
	assert_int_equal(access(path, F_OK), -1);
	w->count = 0;
	apikey_key_free(old.key);
	apikey_key_free(new.key);
}

/* The deletion of a successor that was used gives the old key its end,
 * which was read before. */
static void
gc_of_pairs(void **state)
{
	struct world *w = *state;
	struct issued old, new;
	struct collected c = { 0, 0 };

	for (int i = 0; i < PAIRS; i++) {
		issue(w, &old, NULL);
		new.key = NULL;
		assert_int_equal(apikey_rotate(w->admin, old.key, "7d", 1,
		    NULL, NULL, NULL, new.token, &new.key), APIKEY_OK);
		assert_int_equal(apikey_renew(w->admin, old.key, "1d"),
		    APIKEY_OK);
		w->count = 0;
		granted(w, new.token);
		assert_int_equal(apikey_revoke(w->admin, new.key, "other",
		    NULL), APIKEY_OK);
		apikey_key_free(old.key);
		apikey_key_free(new.key);
	}
	w->now = NOW + 3 * DAY;
	w->count = 0;
	assert_int_equal(apikey_gc(w->admin, NOW + 2 * DAY, 0, collect,
	    &c), APIKEY_OK);
	assert_in_range(c.keys, PAIRS, 2 * PAIRS);
	/* An end that it was given now is not long ago. */
	w->now = NOW + 5 * DAY;
	w->count = 0;
	assert_int_equal(apikey_gc(w->admin, NOW + 4 * DAY, 0, collect,
	    &c), APIKEY_OK);
	assert_int_equal(c.keys, 2 * PAIRS);
	assert_int_equal(c.messages, 0);
	w->count = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(gc), WORLD_TEST(gc_of_a_count_that_is_needed),
		WORLD_TEST(gc_of_pairs),
	};

	return cmocka_run_group_tests_name("gc", tests, NULL, NULL);
}
