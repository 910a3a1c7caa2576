/*
 * Rotation: the new key's bounds, the old key's end, and that at every
 * moment one of them works.
 */
#include "keys.h"

#define DAY	INT64_C(86400)

static int
rotate(struct world *w, struct issued *old, struct issued *ret_new,
    const char *overlap, int until_first_use)
{
	ret_new->key = NULL;
	return apikey_rotate(w->admin, old->key, overlap, until_first_use,
	    NULL, NULL, NULL, ret_new->token, &ret_new->key);
}

static void
free_both(struct issued *a, struct issued *b)
{
	apikey_key_free(a->key);
	apikey_key_free(b->key);
}

static void
same_bounds(void **state)
{
	static const struct bound bounds[] = {
		{ APIKEY_LABEL, "build farm" }, { APIKEY_SERVICES, "sshd" },
		{ APIKEY_FROM, "192.0.2.0/24" }, { APIKEY_HOSTS, "*" },
		{ APIKEY_SCOPES, "deploy" }, { APIKEY_MAX_USES, "3" },
		{ APIKEY_RATE, "5/1m" }, { APIKEY_EXPIRES, "30d" },
		{ APIKEY_NOT_BEFORE, "1h" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	struct issued old, new;
	char line[256];

	issue(w, &old, bounds);
	w->now = NOW + DAY;
	granted(w, old.token);
	assert_int_equal(rotate(w, &old, &new, "2d", 0), APIKEY_OK);
	(void)snprintf(line, sizeof(line), "event=key.rotate key=%s "
	    "user=deploy by=root successor=%s until=2026-11-27T00:00:00Z "
	    "until_first_use=false", apikey_key_id(old.key),
	    apikey_key_id(new.key));
	world_line(w, NOTICE, line);
	assert_string_not_equal(apikey_key_id(new.key),
	    apikey_key_id(old.key));
	assert_string_equal(apikey_key_label(new.key), "build farm");
	assert_string_equal(apikey_key_item(new.key, APIKEY_SERVICES, 0),
	    "sshd");
	assert_string_equal(apikey_key_item(new.key, APIKEY_FROM, 0),
	    "192.0.2.0/24");
	assert_string_equal(apikey_key_item(new.key, APIKEY_HOSTS, 0), "*");
	assert_string_equal(apikey_key_item(new.key, APIKEY_SCOPES, 0),
	    "deploy");
	assert_int_equal(apikey_key_max_uses(new.key), 3);
	assert_string_equal(apikey_key_rate(new.key), "5/1m");
	/* Its own time: issue.ttl from now, valid at once. */
	assert_int_equal(apikey_key_expires(new.key), NOW + 91 * DAY);
	assert_int_equal(apikey_key_not_before(new.key), APIKEY_TIME_NONE);
	assert_int_equal(apikey_key_created(new.key), NOW + DAY);
	assert_int_equal(apikey_key_uses(new.key), 0);
	/* The family. */
	assert_string_equal(apikey_key_rotated_from(new.key),
	    apikey_key_id(old.key));
	assert_string_equal(apikey_key_superseded_by(new.key), "");
	assert_string_equal(apikey_key_superseded_by(old.key),
	    apikey_key_id(new.key));
	assert_int_equal(apikey_key_superseded_at(old.key), NOW + 3 * DAY);
	assert_false(apikey_key_until_first_use(old.key));
	free_both(&old, &new);
}

/* A beginning that lies ahead is a bound like the others. */
static void
not_yet_valid_stays_so(void **state)
{
	static const struct bound bounds[] = {
		{ APIKEY_NOT_BEFORE, "10d" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	struct issued old, new;

	issue(w, &old, bounds);
	assert_int_equal(rotate(w, &old, &new, NULL, 0), APIKEY_OK);
	assert_int_equal(apikey_key_not_before(new.key), NOW + 10 * DAY);
	free_both(&old, &new);
}

static void
both_work_during_the_overlap(void **state)
{
	struct world *w = *state;
	struct issued old, new;

	issue(w, &old, NULL);
	assert_int_equal(rotate(w, &old, &new, NULL, 0), APIKEY_OK);
	w->count = 0;
	assert_int_equal(apikey_key_superseded_at(old.key), NOW + 7 * DAY);
	granted(w, new.token);
	granted(w, old.token);
	w->now = NOW + 7 * DAY - 1;
	granted(w, old.token);
	assert_int_equal(status_of(w, old.key), APIKEY_STATUS_ACTIVE);
	w->now++;
	denied(w, old.token, "superseded");
	granted(w, new.token);
	assert_int_equal(status_of(w, old.key), APIKEY_STATUS_SUPERSEDED);
	free_both(&old, &new);
}

/* An overlap does not make the old key live longer. */
static void
overlap_beyond_the_expiry(void **state)
{
	static const struct bound day[] = {
		{ APIKEY_EXPIRES, "1d" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	struct issued old, new;

	issue(w, &old, day);
	assert_int_equal(rotate(w, &old, &new, "30d", 0), APIKEY_OK);
	assert_int_equal(apikey_key_superseded_at(old.key), NOW + DAY);
	free_both(&old, &new);
}

static void
no_overlap(void **state)
{
	struct world *w = *state;
	struct issued old, new;

	issue(w, &old, NULL);
	assert_int_equal(rotate(w, &old, &new, "0s", 0), APIKEY_OK);
	w->count = 0;
	denied(w, old.token, "superseded");
	granted(w, new.token);
	free_both(&old, &new);
}

static void
until_first_use(void **state)
{
	struct world *w = *state;
	struct issued old, new;

	issue(w, &old, NULL);
	assert_int_equal(rotate(w, &old, &new, "7d", 1), APIKEY_OK);
	w->count = 0;
	granted(w, old.token);
	/* A refusal is no use. */
	w->source = "not an address";
	granted(w, old.token);
	w->source = NULL;
	granted(w, new.token);
	denied(w, old.token, "superseded");
	assert_int_equal(status_of(w, old.key), APIKEY_STATUS_SUPERSEDED);
	granted(w, new.token);
	free_both(&old, &new);
}

/* Nothing is left of the state: the overlap's end holds all the same. */
static void
the_end_holds_without_state(void **state)
{
	struct world *w = *state;
	struct issued old, new;
	char path[PATH_SIZE];

	issue(w, &old, NULL);
	assert_int_equal(rotate(w, &old, &new, "7d", 1), APIKEY_OK);
	w->count = 0;
	granted(w, new.token);
	tmp_join(path, w->state, "usage");
	tmp_remove(path);
	tmp_mkdir(w->state, "usage");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	granted(w, old.token);
	w->now = NOW + 7 * DAY;
	denied(w, old.token, "superseded");
	free_both(&old, &new);
}

/* What the new key's use has ended stays ended when the use is forgotten. */
static void
forgotten_use(void **state)
{
	struct world *w = *state;
	struct issued old, new;
	char name[32];

	for (int way = 0; way < 4; way++) {
		issue(w, &old, NULL);
		assert_int_equal(rotate(w, &old, &new, "7d", 1), APIKEY_OK);
		w->count = 0;
		granted(w, new.token);
		if (way == 0)
			assert_int_equal(apikey_usage_reset(w->admin,
			    new.key), APIKEY_OK);
		else if (way == 1)
			assert_int_equal(apikey_delete(w->admin, new.key, 1),
			    APIKEY_OK);
		else if (way == 2) {
			/* Nor when nobody can tell. */
			(void)snprintf(name, sizeof(name), "usage/%s",
			    apikey_key_id(new.key));
			tmp_write(w->state, name, "garbage");
			assert_int_equal(apikey_delete(w->admin, new.key, 1),
			    APIKEY_OK);
		} else {
			assert_int_equal(apikey_revoke(w->admin, new.key,
			    "leaked", NULL), APIKEY_OK);
			assert_int_equal(apikey_delete(w->admin, new.key, 0),
			    APIKEY_OK);
		}
		w->count = 0;
		denied(w, old.token, "superseded");
		free_both(&old, &new);
	}
}

/* A predecessor that can let nobody in needs no end. */
static void
forgotten_use_without_predecessor(void **state)
{
	struct world *w = *state;
	struct issued old, new;
	char name[32];

	for (int way = 0; way < 2; way++) {
		issue(w, &old, NULL);
		assert_int_equal(rotate(w, &old, &new, "7d", 1), APIKEY_OK);
		w->count = 0;
		granted(w, new.token);
		(void)snprintf(name, sizeof(name), "%s.conf",
		    apikey_key_id(old.key));
		if (way == 0)
			assert_int_equal(apikey_delete(w->admin, old.key, 1),
			    APIKEY_OK);
		else
			tmp_write(w->store, name, "garbage");
		assert_int_equal(apikey_usage_reset(w->admin, new.key),
		    APIKEY_OK);
		assert_string_equal(apikey_admin_message(w->admin), "");
		assert_int_equal(uses_of(w, new.key), 0);
		w->count = 0;
		free_both(&old, &new);
	}
}

/* Of a successor that was never used, nothing is forgotten. */
static void
unused_successor_deleted(void **state)
{
	struct world *w = *state;
	struct issued old, new;

	issue(w, &old, NULL);
	assert_int_equal(rotate(w, &old, &new, "7d", 1), APIKEY_OK);
	assert_int_equal(apikey_delete(w->admin, new.key, 1), APIKEY_OK);
	w->count = 0;
	granted(w, old.token);
	free_both(&old, &new);
}

static void
refused(void **state)
{
	struct world *w = *state;
	struct issued old, new;
	char want[192];

	issue(w, &old, NULL);
	assert_int_equal(apikey_disable(w->admin, old.key), APIKEY_OK);
	assert_int_equal(rotate(w, &old, &new, NULL, 0), APIKEY_ERR_POLICY);
	assert_non_null(strstr(apikey_admin_message(w->admin), "disabled"));
	assert_int_equal(apikey_enable(w->admin, old.key), APIKEY_OK);
	assert_int_equal(rotate(w, &old, &new, "soon", 0),
	    APIKEY_ERR_INVALID);
	assert_string_equal(apikey_admin_message(w->admin), "overlap: "
	    "\"soon\" is not a duration such as 7d or 12h; 0s means none");
	assert_int_equal(rotate(w, &old, &new, NULL, 0), APIKEY_OK);
	/* It has a successor, during the overlap and behind it. */
	for (int i = 0; i < 2; i++) {
		struct issued third;

		assert_int_equal(rotate(w, &old, &third, NULL, 0),
		    APIKEY_ERR_POLICY);
		(void)snprintf(want, sizeof(want), i == 0 ? "the key %s has a "
		    "successor already: rotate %s; or, if its token was lost, "
		    "revoke it and rotate %s again" : "the key %s was replaced "
		    "by %s: rotate that one", apikey_key_id(old.key),
		    apikey_key_id(new.key), apikey_key_id(old.key));
		assert_string_equal(apikey_admin_message(w->admin), want);
		w->now = NOW + 8 * DAY;
	}
	assert_int_equal(apikey_revoke(w->admin, new.key, "other", NULL), 0);
	free_both(&new, &old);
	issue(w, &old, NULL);
	w->now = NOW + 100 * DAY;
	assert_int_equal(rotate(w, &old, &new, NULL, 0), APIKEY_ERR_POLICY);
	assert_non_null(strstr(apikey_admin_message(w->admin), "expired"));
	apikey_key_free(old.key);
}

/* The token of the new key was lost: it is revoked, and the old key, which
 * still works, is rotated again. */
static void
again_after_a_loss(void **state)
{
	struct world *w = *state;
	struct issued old, lost, new;

	issue(w, &old, NULL);
	assert_int_equal(rotate(w, &old, &lost, NULL, 0), APIKEY_OK);
	assert_int_equal(apikey_revoke(w->admin, lost.key, "other", NULL),
	    APIKEY_OK);
	assert_int_equal(rotate(w, &old, &new, NULL, 0), APIKEY_OK);
	assert_string_equal(apikey_key_superseded_by(old.key),
	    apikey_key_id(new.key));
	apikey_key_free(lost.key);
	free_both(&old, &new);
}

static int
refuse_delivery(void *arg, const char *token, const apikey_key *key)
{
	(void)arg;
	(void)token;
	(void)key;
	return APIKEY_ERR_UNAVAILABLE;
}

static int
revoke_it(apikey_admin *admin, apikey_key *key)
{
	return apikey_revoke(admin, key, "leaked", NULL);
}

static int
revoke_meanwhile(void *arg, const char *token, const apikey_key *key)
{
	(void)token;
	change_meanwhile(arg, key, revoke_it);
	return APIKEY_OK;
}

/* What is not promised does not appear, and the old key is as it was. */
static void
nothing_half_done(void **state)
{
	struct world *w = *state;
	struct issued old, new = { "", NULL };
	char path[PATH_SIZE];
	size_t files = 0;

	issue(w, &old, NULL);
	assert_int_equal(apikey_rotate(w->admin, old.key, NULL, 0, NULL,
	    refuse_delivery, NULL, new.token, &new.key),
	    APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(apikey_rotate(w->admin, old.key, NULL, 0, "2y",
	    NULL, NULL, new.token, &new.key), APIKEY_ERR_POLICY);
	w->count = 0;
	granted(w, old.token);
	assert_int_equal(apikey_rotate(w->admin, old.key, NULL, 0, NULL,
	    revoke_meanwhile, w, new.token, &new.key), APIKEY_ERR_CONFLICT);
	assert_null(new.key);
	assert_string_equal(new.token, "");
	w->count = 0;
	denied(w, old.token, "revoked");
	for (int i = 0; i < 2; i++) {
		tmp_join(path, w->store, i == 0 ? ".lock" : ".apikey.new");
		files += access(path, F_OK) == 0;
	}
	assert_int_equal(files, 1);
	apikey_key_free(old.key);
}

/* A process that died between the two writes left a successor of which the
 * old key knows nothing: it works on, and can be rotated. */
static void
crash_between(void **state)
{
	struct world *w = *state;
	struct issued old, half, new;
	apikey_key *now = NULL;
	char from[PATH_SIZE], to[PATH_SIZE], name[32];

	issue(w, &old, NULL);
	(void)snprintf(name, sizeof(name), "%s.conf", apikey_key_id(old.key));
	tmp_join(from, w->store, name);
	tmp_join(to, w->folder, "before");
	assert_int_equal(link(from, to), 0);
	assert_int_equal(apikey_get(w->admin, apikey_key_id(old.key), &now),
	    APIKEY_OK);
	apikey_key_free(old.key);
	old.key = now;
	assert_int_equal(rotate(w, &old, &half, NULL, 0), APIKEY_OK);
	assert_int_equal(rename(to, from), 0);
	w->count = 0;
	granted(w, old.token);
	granted(w, half.token);
	now = again(w, old.key);
	apikey_key_free(old.key);
	old.key = now;
	assert_string_equal(apikey_key_superseded_by(now), "");
	assert_int_equal(rotate(w, &old, &new, NULL, 0), APIKEY_OK);
	apikey_key_free(half.key);
	free_both(&old, &new);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(same_bounds),
		WORLD_TEST(not_yet_valid_stays_so),
		WORLD_TEST(both_work_during_the_overlap),
		WORLD_TEST(overlap_beyond_the_expiry),
		WORLD_TEST(no_overlap),
		WORLD_TEST(until_first_use),
		WORLD_TEST(the_end_holds_without_state),
		WORLD_TEST(forgotten_use),
		WORLD_TEST(forgotten_use_without_predecessor),
		WORLD_TEST(unused_successor_deleted),
		WORLD_TEST(refused),
		WORLD_TEST(again_after_a_loss),
		WORLD_TEST(nothing_half_done),
		WORLD_TEST(crash_between),
	};

	return cmocka_run_group_tests_name("rotate", tests, NULL, NULL);
}
