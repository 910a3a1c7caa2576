/*
 * Changing keys: renew, set, delete, and the collection of what is old.
 */
#include "keys.h"

#define DAY	INT64_C(86400)

static void
renew(void **state)
{
	static const struct {
		const char *expires;
		int code;
		int64_t want;
	} rows[] = {
		{ "30d", APIKEY_OK, NOW + 30 * DAY },
		{ "365d", APIKEY_OK, NOW + 365 * DAY },
		{ "2027-01-01T00:00:00Z", APIKEY_OK, NOW + 38 * DAY },
		{ "366d", APIKEY_ERR_POLICY, 0 },
		{ "never", APIKEY_ERR_POLICY, 0 },
		{ "", APIKEY_ERR_POLICY, 0 },
		{ "2026-11-24T00:00:00Z", APIKEY_ERR_INVALID, 0 },
		{ "soon", APIKEY_ERR_INVALID, 0 },
	};
	struct world *w = *state;
	int64_t before;
	struct issued k;

	issue(w, &k, NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		before = apikey_key_expires(k.key);
		if (apikey_renew(w->admin, k.key, rows[i].expires) !=
		    rows[i].code)
			fail_msg("row %zu: %s", i,
			    apikey_admin_message(w->admin));
		assert_int_equal(apikey_key_expires(k.key),
		    rows[i].code == APIKEY_OK ? rows[i].want : before);
		assert_int_equal(w->count, rows[i].code == APIKEY_OK);
		w->count = 0;
	}
	apikey_key_free(k.key);
}

static void
renewed_is_on_record(void **state)
{
	struct world *w = *state;
	struct issued k;
	char line[160];

	issue(w, &k, NULL);
	assert_int_equal(apikey_renew(w->admin, k.key, "30d"), APIKEY_OK);
	(void)snprintf(line, sizeof(line), "event=key.renew key=%s "
	    "user=deploy by=root expires=2026-12-24T00:00:00Z",
	    apikey_key_id(k.key));
	world_line(w, NOTICE, line);
	/* What is so already is not written again, nor put on record. */
	assert_int_equal(apikey_renew(w->admin, k.key, "30d"), APIKEY_OK);
	world_no_line(w);
	/* An expired key comes back; a revoked one does not. */
	w->now = NOW + 40 * DAY;
	denied(w, k.token, "expired");
	assert_int_equal(apikey_renew(w->admin, k.key, "1d"), APIKEY_OK);
	w->count = 0;
	granted(w, k.token);
	assert_int_equal(apikey_revoke(w->admin, k.key, "other", NULL), 0);
	assert_int_equal(apikey_renew(w->admin, k.key, "2d"),
	    APIKEY_ERR_POLICY);
	apikey_key_free(k.key);
}

/* Its holder has the successor; this one is not brought back. */
static void
renew_of_one_that_was_replaced(void **state)
{
	struct world *w = *state;
	struct issued old, new;
	char want[96], text[APIKEY_TEXT_MAX + 2];
	int64_t expires;

	issue(w, &old, NULL);
	assert_int_equal(apikey_rotate(w->admin, old.key, "1d", 0, NULL,
	    NULL, NULL, new.token, &new.key), APIKEY_OK);
	w->count = 0;
	w->now = NOW + DAY;
	expires = apikey_key_expires(old.key);
	assert_int_equal(apikey_renew(w->admin, old.key, "30d"),
	    APIKEY_ERR_POLICY);
	(void)snprintf(want, sizeof(want), "the key %s was replaced by %s: "
	    "renew that one", apikey_key_id(old.key), apikey_key_id(new.key));
	assert_string_equal(apikey_admin_message(w->admin), want);
	assert_int_equal(apikey_key_expires(old.key), expires);
	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	expires = apikey_key_expires(new.key);
	assert_int_equal(apikey_renew(w->admin, new.key, text),
	    APIKEY_ERR_INVALID);
	assert_int_equal(apikey_key_expires(new.key), expires);
	world_no_line(w);
	apikey_key_free(old.key);
	apikey_key_free(new.key);
}

/* Whether the successor is one that works, nobody can tell then. */
static void
rotate_with_a_corrupt_successor(void **state)
{
	struct world *w = *state;
	apikey_key *third = NULL;
	struct issued old, new;
	char name[32], token[APIKEY_TOKEN_SIZE];

	issue(w, &old, NULL);
	assert_int_equal(apikey_rotate(w->admin, old.key, "1d", 0, NULL,
	    NULL, NULL, new.token, &new.key), APIKEY_OK);
	w->count = 0;
	(void)snprintf(name, sizeof(name), "%s.conf", apikey_key_id(new.key));
	tmp_write(w->store, name, "garbage");
	assert_int_equal(apikey_rotate(w->admin, old.key, "1d", 0, NULL,
	    NULL, NULL, token, &third), APIKEY_ERR_CORRUPT_RECORD);
	assert_non_null(strstr(apikey_admin_message(w->admin), name));
	assert_null(third);
	world_no_line(w);
	apikey_key_free(old.key);
	apikey_key_free(new.key);
}

static void
set_bounds(void **state)
{
	static const struct bound first[] = {
		{ APIKEY_LABEL, "a" }, { APIKEY_SERVICES, "sshd" },
		{ APIKEY_SERVICES, "cron" }, { APIKEY_FROM, "192.0.2.0/24" },
		{ APIKEY_RATE, "3/1m" }, { APIKEY_USER, NULL },
	};
	static const struct bound change[] = {
		{ APIKEY_LABEL, "" }, { APIKEY_SERVICES, "sudo" },
		{ APIKEY_FROM, "" }, { APIKEY_SCOPES, "x" },
		{ APIKEY_SCOPES, "y" }, { APIKEY_RATE, "" },
		{ APIKEY_USER, NULL },
	};
	struct world *w = *state;
	apikey_spec *spec = spec_of(change);
	struct issued k;
	char line[160];

	issue(w, &k, first);
	assert_int_equal(apikey_set(w->admin, k.key, spec), APIKEY_OK);
	(void)snprintf(line, sizeof(line), "event=key.set key=%s user=deploy "
	    "by=root changed=label,services,from,scopes,rate",
	    apikey_key_id(k.key));
	world_line(w, NOTICE, line);
	assert_string_equal(apikey_key_label(k.key), "");
	assert_int_equal(apikey_key_count(k.key, APIKEY_SERVICES), 1);
	assert_string_equal(apikey_key_item(k.key, APIKEY_SERVICES, 0),
	    "sudo");
	assert_int_equal(apikey_key_count(k.key, APIKEY_FROM), 0);
	assert_int_equal(apikey_key_count(k.key, APIKEY_SCOPES), 2);
	assert_string_equal(apikey_key_rate(k.key), "");
	/* The time that it ends was not asked for. */
	assert_int_equal(apikey_key_expires(k.key), NOW + 90 * DAY);
	denied(w, k.token, "service");
	assert_int_equal(apikey_set(w->admin, k.key, spec), APIKEY_OK);
	world_no_line(w);
	apikey_spec_free(spec);
	apikey_key_free(k.key);
}

static void
set_is_refused(void **state)
{
	static const struct {
		struct bound bound;
		int code;
		const char *message;
	} rows[] = {
		{ { APIKEY_USER, "" }, APIKEY_ERR_INVALID,
		    "user: a key needs a user" },
		{ { APIKEY_EXPIRES, "2y" }, APIKEY_ERR_POLICY, "expires: the "
		    "key would live longer than issue.max_ttl, which is 1y" },
		{ { APIKEY_EXPIRES, "" }, APIKEY_ERR_POLICY, "keys without "
		    "an end are not allowed: issue.max_ttl is 1y" },
		{ { APIKEY_NOT_BEFORE, "100d" }, APIKEY_ERR_INVALID,
		    "not_before: the key would expire before it is valid; "
		    "give it a later expiry" },
		{ { APIKEY_RATE, "x" }, APIKEY_ERR_INVALID,
		    "rate: \"x\" is not a rate such as 30/1m or 30/1m:5" },
		{ { APIKEY_SCOPES, "a,b" }, APIKEY_ERR_INVALID, "scopes: "
		    "\"a,b\" is not one scope: a scope has no comma" },
	};
	struct world *w = *state;
	struct issued k;

	issue(w, &k, NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct bound one[] = {
			rows[i].bound, { APIKEY_USER, NULL },
		};
		apikey_spec *spec = spec_of(one);

		if (apikey_set(w->admin, k.key, spec) != rows[i].code)
			fail_msg("row %zu", i);
		assert_string_equal(apikey_admin_message(w->admin),
		    rows[i].message);
		apikey_spec_free(spec);
	}
	world_no_line(w);
	granted(w, k.token);
	apikey_key_free(k.key);
}

/* A first bound of uses counts from what was counted; another one does not
 * begin anew, nor on a count that is lost. */
static void
set_uses(void **state)
{
	static const struct bound three[] = {
		{ APIKEY_MAX_USES, "3" }, { APIKEY_USER, NULL },
	};
	static const struct bound four[] = {
		{ APIKEY_MAX_USES, "4" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	apikey_spec *spec3 = spec_of(three), *spec4 = spec_of(four);
	char name[32], path[PATH_SIZE];
	struct issued k, fresh;

	issue(w, &k, NULL);
	granted(w, k.token);
	granted(w, k.token);
	assert_int_equal(apikey_set(w->admin, k.key, spec3), APIKEY_OK);
	w->count = 0;
	granted(w, k.token);
	denied(w, k.token, "exhausted");
	assert_int_equal(apikey_set(w->admin, k.key, spec4), APIKEY_OK);
	w->count = 0;
	granted(w, k.token);
	denied(w, k.token, "exhausted");
	(void)snprintf(name, sizeof(name), "usage/%s", apikey_key_id(k.key));
	tmp_join(path, w->state, name);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(apikey_set(w->admin, k.key, spec3), APIKEY_OK);
	w->count = 0;
	assert_int_equal(show(w, k.token), APIKEY_ERR_UNAVAILABLE);
	w->count = 0;
	/* Nor is a bad count taken for a good one. */
	issue(w, &fresh, NULL);
	(void)snprintf(name, sizeof(name), "usage/%s",
	    apikey_key_id(fresh.key));
	tmp_write(w->state, name, "garbage");
	assert_int_equal(apikey_set(w->admin, fresh.key, spec3),
	    APIKEY_ERR_CORRUPT_RECORD);
	assert_int_equal(apikey_key_max_uses(fresh.key), 0);
	apikey_spec_free(spec3);
	apikey_spec_free(spec4);
	apikey_key_free(k.key);
	apikey_key_free(fresh.key);
}

static void
conflicts(void **state)
{
	static const struct bound label[] = {
		{ APIKEY_LABEL, "x" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	apikey_spec *spec = spec_of(label);
	apikey_key *newer;
	struct issued k;

	issue(w, &k, NULL);
	newer = again(w, k.key);
	assert_int_equal(apikey_disable(w->admin, newer), APIKEY_OK);
	assert_int_equal(apikey_set(w->admin, k.key, spec),
	    APIKEY_ERR_CONFLICT);
	assert_int_equal(apikey_renew(w->admin, k.key, "1d"),
	    APIKEY_ERR_CONFLICT);
	assert_int_equal(apikey_delete(w->admin, k.key, 1),
	    APIKEY_ERR_CONFLICT);
	assert_true(stored(w, apikey_key_id(k.key)));
	assert_int_equal(apikey_delete(w->admin, newer, 1), APIKEY_OK);
	assert_int_equal(apikey_set(w->admin, k.key, spec),
	    APIKEY_ERR_NOT_FOUND);
	apikey_spec_free(spec);
	apikey_key_free(newer);
	apikey_key_free(k.key);
}

static void
delete(void **state)
{
	struct world *w = *state;
	char name[32], path[PATH_SIZE], line[160];
	struct issued k;

	issue(w, &k, NULL);
	granted(w, k.token);
	assert_int_equal(apikey_delete(w->admin, k.key, 0),
	    APIKEY_ERR_POLICY);
	assert_int_equal(apikey_disable(w->admin, k.key), APIKEY_OK);
	assert_int_equal(apikey_delete(w->admin, k.key, 0),
	    APIKEY_ERR_POLICY);
	assert_int_equal(apikey_revoke(w->admin, k.key, "leaked", NULL), 0);
	(void)snprintf(name, sizeof(name), "usage/%s", apikey_key_id(k.key));
	tmp_join(path, w->state, name);
	assert_int_equal(access(path, F_OK), 0);
	w->count = 0;
	assert_int_equal(apikey_delete(w->admin, k.key, 0), APIKEY_OK);
	(void)snprintf(line, sizeof(line), "event=key.delete key=%s "
	    "user=deploy by=root reason=leaked", apikey_key_id(k.key));
	world_line(w, NOTICE, line);
	assert_false(stored(w, apikey_key_id(k.key)));
	assert_int_equal(access(path, F_OK), -1);
	denied(w, k.token, "unknown-key");
	assert_int_equal(apikey_delete(w->admin, k.key, 0),
	    APIKEY_ERR_NOT_FOUND);
	apikey_key_free(k.key);
	/* An expired one needs no force. */
	issue(w, &k, NULL);
	apikey_key_free(k.key);
	w->now = NOW + 90 * DAY;
	assert_int_equal(apikey_token_id(k.token, APIKEY_TOKEN_LEN, name),
	    APIKEY_OK);
	assert_int_equal(apikey_get(w->admin, name, &k.key), APIKEY_OK);
	assert_int_equal(apikey_delete(w->admin, k.key, 0), APIKEY_OK);
	apikey_key_free(k.key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(renew),
		WORLD_TEST(renewed_is_on_record),
		WORLD_TEST(renew_of_one_that_was_replaced),
		WORLD_TEST(rotate_with_a_corrupt_successor),
		WORLD_TEST(set_bounds),
		WORLD_TEST(set_is_refused),
		WORLD_TEST(set_uses),
		WORLD_TEST(conflicts),
		WORLD_TEST(delete),
	};

	return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
