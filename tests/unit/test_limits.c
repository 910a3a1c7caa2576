/*
 * Limits on the road of a decision: uses, rates, failures; and that the
 * state, however it is, takes no login away that has no bound of uses.
 */
#include "keys.h"

#define ALERT	(LOG_AUTHPRIV | LOG_ALERT)

static void
uses_are_counted(void **state)
{
	struct world *w = *state;
	struct issued k;
	apikey_key *key;

	issue(w, &k, NULL);
	assert_int_equal(uses_of(w, k.key), 0);
	assert_int_equal(apikey_key_first_used(k.key), APIKEY_TIME_NONE);
	granted(w, k.token);
	w->now = NOW + 5;
	granted(w, k.token);
	key = again(w, k.key);
	assert_int_equal(apikey_key_uses(key), 2);
	assert_int_equal(apikey_key_first_used(key), NOW);
	assert_int_equal(apikey_key_last_used(key), NOW + 5);
	assert_string_equal(apikey_key_last_from(key), "192.0.2.7");
	assert_string_equal(apikey_key_last_service(key), "sshd");
	apikey_key_free(key);
	apikey_key_free(k.key);
}

/* A question changes nothing, and its line is another one. */
static void
question(void **state)
{
	static const struct bound once[] = {
		{ APIKEY_MAX_USES, "1" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	struct issued k;
	int64_t count = -1;

	issue(w, &k, once);
	apikey_request_set_consume(w->req, 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(show(w, k.token), APIKEY_OK);
		assert_int_equal(show(w, TOKEN), APIKEY_ERR_DENIED);
		assert_int_equal(w->count, 2);
		assert_int_equal(strncmp(w->line[0], "event=auth.check "
		    "verdict=grant key=", 35), 0);
		assert_int_equal(strncmp(w->line[1], "event=auth.check "
		    "verdict=deny reason=unknown-key ", 49), 0);
		w->count = 0;
	}
	assert_int_equal(uses_of(w, k.key), 0);
	assert_int_equal(apikey_counter(w->admin, APIKEY_OK, &count), 0);
	assert_int_equal(count, 0);
	apikey_request_set_consume(w->req, 1);
	granted(w, k.token);
	denied(w, k.token, "exhausted");
	apikey_request_set_consume(w->req, 0);
	assert_int_equal(show(w, k.token), APIKEY_ERR_DENIED);
	assert_int_equal(apikey_counter(w->admin, APIKEY_OK, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(apikey_counter(w->admin, APIKEY_ERR_EXHAUSTED,
	    &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(apikey_counter(w->admin, 128, &count),
	    APIKEY_ERR_INVALID);
	w->count = 0;
	apikey_key_free(k.key);
}

/* What is refused for another reason takes no use; nor does the account
 * phase. */
static void
refusals_take_no_use(void **state)
{
	static const struct bound bounds[] = {
		{ APIKEY_MAX_USES, "1" }, { APIKEY_FROM, "192.0.2.0/24" },
		{ APIKEY_USER, NULL },
	};
	struct world *w = *state;
	apikey_result *result = NULL;
	struct issued k;

	issue(w, &k, bounds);
	w->source = "198.51.100.1";
	denied(w, k.token, "source");
	w->source = "192.0.2.7";
	granted(w, k.token);
	assert_int_equal(apikey_recheck(w->ctx, apikey_key_id(k.key), w->req,
	    &result), APIKEY_OK);
	apikey_result_free(result);
	denied(w, k.token, "exhausted");
	assert_int_equal(status_of(w, k.key), APIKEY_STATUS_EXHAUSTED);
	assert_int_equal(uses_of(w, k.key), 1);
	/* More uses are given, not a new beginning. */
	assert_int_equal(apikey_usage_reset(w->admin, k.key), APIKEY_OK);
	assert_int_equal(apikey_key_uses(k.key), 0);
	w->count = 0;
	granted(w, k.token);
	apikey_key_free(k.key);
}

/* A lost or damaged count does not make a key fresh. */
static void
lost_counts(void **state)
{
	static const struct bound bounds[] = {
		{ APIKEY_MAX_USES, "5" }, { APIKEY_USER, NULL },
	};
	static const char *const files[] = { NULL, "", "garbage" };
	struct world *w = *state;
	char name[32], path[PATH_SIZE];
	struct issued k;

	for (size_t i = 0; i < COUNT(files); i++) {
		issue(w, &k, bounds);
		granted(w, k.token);
		(void)snprintf(name, sizeof(name), "usage/%s",
		    apikey_key_id(k.key));
		tmp_join(path, w->state, name);
		assert_int_equal(unlink(path), 0);
		if (files[i] != NULL)
			tmp_write(w->state, name, files[i]);
		assert_int_equal(show(w, k.token), APIKEY_ERR_UNAVAILABLE);
		assert_non_null(strstr(w->line[0],
		    "event=auth.deny reason=unavailable "));
		assert_non_null(strstr(w->line[0],
		    "apikeyctl\\x20usage\\x20--reset\\x20"));
		assert_int_equal(status_of(w, k.key),
		    APIKEY_STATUS_EXHAUSTED);
		/* Another bound does not mend it either. */
		w->count = 0;
		assert_int_equal(show(w, k.token), APIKEY_ERR_UNAVAILABLE);
		assert_int_equal(apikey_usage_reset(w->admin, k.key),
		    APIKEY_OK);
		w->count = 0;
		granted(w, k.token);
		apikey_key_free(k.key);
	}
}

static void
rate(void **state)
{
	static const struct bound bounds[] = {
		{ APIKEY_RATE, "3/1m" }, { APIKEY_USER, NULL },
	};
	/* Seconds from now, and whether it is let pass. */
	static const struct {
		int64_t at;
		bool passes;
	} rows[] = {
		{ 0, true }, { 0, true }, { 0, true }, { 0, false },
		{ 19, false }, { 20, true }, { 20, false }, { 60, true },
		{ 60, true }, { 60, false },
		/* The clock goes back a year, and forward again: one is let
		 * pass, and then as before. */
		{ -31536000, true }, { -31536000, false },
		{ -31536000 + 20, true }, { -31536000 + 20, false },
		{ 61, true }, { 61, true }, { 61, true }, { 61, false },
		{ 31536000, true }, { 31536000, true }, { 31536000, true },
		{ 31536000, false }, { 62, true }, { 62, false },
	};
	struct world *w = *state;
	struct issued k;

	world_config(w, "issue = { max_ttl = \"never\"; ttl = \"never\"; };");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	issue(w, &k, bounds);
	for (size_t i = 0; i < COUNT(rows); i++) {
		w->now = NOW + rows[i].at;
		if ((show(w, k.token) == APIKEY_OK) != rows[i].passes)
			fail_msg("row %zu: %s", i, w->line[0]);
		assert_int_equal(w->count, 1);
		if (!rows[i].passes)
			assert_non_null(strstr(w->line[0], "reason=rate "));
		w->count = 0;
	}
	apikey_key_free(k.key);
}

static void
rate_of_the_configuration(void **state)
{
	static const struct bound bounds[] = {
		{ APIKEY_RATE, "4/1m" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	struct issued k, own;

	world_config(w, "limits = { key = \"2/1m\"; };");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	issue(w, &k, NULL);
	issue(w, &own, bounds);
	granted(w, k.token);
	granted(w, k.token);
	denied(w, k.token, "rate");
	for (int i = 0; i < 4; i++)
		granted(w, own.token);
	denied(w, own.token, "rate");
	/* Lowered: who was let pass before is so once, not locked out. */
	world_config(w, "limits = { key = \"1/1s\"; };");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	granted(w, k.token);
	denied(w, k.token, "rate");
	w->now = NOW + 1;
	granted(w, k.token);
	apikey_key_free(k.key);
	apikey_key_free(own.key);
}

/* A thousand failures, with the key's own id and with others: the right
 * secret wins at once, from that address and any other. */
static void
failures(void **state)
{
	struct world *w = *state;
	size_t lines = 0, throttled = 0;

	world_record(w, "");
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(show(w, i % 3 == 0 ? TOKEN2 :
		    "apik_0000000000_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab"
		    "000000"), APIKEY_ERR_DENIED);
		assert_in_range(w->count, 0, 1);
		lines += w->count;
		throttled += w->count > 0 &&
		    strstr(w->line[0], "reason=throttled ") != NULL;
		w->count = 0;
	}
	/* 10 with the id; 100 in all; and one line for the rest. */
	assert_in_range(lines, 11, 102);
	assert_int_equal(throttled, 1);
	granted(w, TOKEN);
	w->source = "203.0.113.9";
	granted(w, TOKEN);
	denied(w, TOKEN2, "wrong-secret");
	/* A minute on, a line speaks for what there was. */
	w->source = "192.0.2.7";
	for (int i = 0; i < 20; i++)
		(void)show(w, TOKEN2);
	w->count = 0;
	w->now = NOW + 60;
	for (int i = 0; i < 11; i++) {
		assert_int_equal(show(w, TOKEN2), APIKEY_ERR_DENIED);
		if (strstr(w->line[0], "reason=throttled ") != NULL)
			break;
		w->count = 0;
	}
	assert_non_null(strstr(w->line[0], " count="));
	w->count = 0;
}

/* The right secret of a refused key is no failure, but the table is opened
 * for it, too: how long it takes must not tell it from a wrong one. */
static void
refusals_look_alike(void **state)
{
	struct world *w = *state;
	char path[PATH_SIZE];

	tmp_join(path, w->state, "throttle");
	world_record(w, "services = [ \"other\" ];\n");
	for (int i = 0; i < 20; i++)
		denied(w, TOKEN, "service");
	assert_int_equal(access(path, F_OK), 0);
	denied(w, TOKEN2, "wrong-secret");
	assert_int_equal(unlink(path), 0);
	world_record(w, "");
	granted(w, TOKEN);
	assert_int_equal(access(path, F_OK), -1);
}

/* What is no key at all is charged to its source, too; what sshd sends for
 * users that it has refused is not. */
static void
failures_without_a_key(void **state)
{
	struct world *w = *state;
	int reasons = 0;

	world_record(w, "");
	(void)show(w, "");
	w->count = 0;
	for (int i = 0; i < 200; i++) {
		apikey_audit_deny(w->ctx, w->req, APIKEY_ERR_SSHD_REFUSED);
		w->count = 0;
	}
	denied(w, TOKEN2, "wrong-secret");
	for (int i = 0; i < 120; i++) {
		apikey_audit_deny(w->ctx, w->req, APIKEY_ERR_MALFORMED);
		reasons += w->count > 0 &&
		    strstr(w->line[0], "reason=throttled ") != NULL;
		w->count = 0;
	}
	assert_int_equal(reasons, 1);
	granted(w, TOKEN);
}

static void
alarms(void **state)
{
	struct world *w = *state;

	world_record(w, "revoked = { at = \"2026-11-23T00:00:00Z\"; };");
	assert_int_equal(show(w, TOKEN), APIKEY_ERR_DENIED);
	assert_int_equal(w->count, 2);
	assert_string_equal(w->line[0], "event=auth.deny reason=revoked "
	    "key=7k2m9q4t8w user=deploy service=sshd rhost=192.0.2.7 tty=- "
	    "ruser=-");
	assert_string_equal(w->line[1], "event=auth.alarm reason=revoked "
	    "key=7k2m9q4t8w user=deploy service=sshd rhost=192.0.2.7 tty=- "
	    "ruser=-");
	assert_int_equal(w->priority[0], NOTICE);
	assert_int_equal(w->priority[1], ALERT);
	w->count = 0;
	/* Who does not know the secret alarms nobody. */
	assert_int_equal(show(w, TOKEN2), APIKEY_ERR_DENIED);
	assert_int_equal(w->count, 1);
	w->count = 0;
	world_record(w, "superseded = { by = \"0000000000\"; "
	    "at = \"2026-11-23T00:00:00Z\"; };");
	assert_int_equal(show(w, TOKEN), APIKEY_ERR_DENIED);
	assert_int_equal(w->count, 2);
	assert_non_null(strstr(w->line[1],
	    "event=auth.alarm reason=superseded "));
	w->count = 0;
}

/* No state at all, or one that others can write to. */
static void
without_state(void **state)
{
	static const struct bound once[] = {
		{ APIKEY_MAX_USES, "1" }, { APIKEY_USER, NULL },
	};
	struct world *w = *state;
	struct issued k;

	issue(w, &k, once);
	world_record(w, "");
	for (int way = 0; way < 2; way++) {
		if (way == 0)
			tmp_chmod(w->folder, "state", 0770);
		else
			tmp_remove(w->state);
		assert_int_equal(apikey_open(w->ctx, w->config), APIKEY_OK);
		/* The one that was open is used on: it was good. */
		apikey_admin_free(w->admin);
		apikey_free(w->ctx);
		w->ctx = world_context(w);
		assert_int_equal(apikey_open(w->ctx, w->config), APIKEY_OK);
		w->admin = apikey_admin_new(w->ctx, "root");
		assert_int_equal(show(w, TOKEN), APIKEY_OK);
		assert_non_null(strstr(w->line[0], "event=auth.grant "));
		assert_non_null(strstr(w->line[0], " state=degraded"));
		w->count = 0;
		assert_int_equal(show(w, TOKEN2), APIKEY_ERR_DENIED);
		assert_non_null(strstr(w->line[0], " state=degraded"));
		w->count = 0;
		assert_int_equal(show(w, k.token), APIKEY_ERR_UNAVAILABLE);
		assert_non_null(strstr(w->line[0], "detail="));
		assert_non_null(strstr(w->line[0], " state=degraded"));
		w->count = 0;
		assert_int_equal(uses_of(w, k.key), -1);
		tmp_chmod(w->folder, way == 0 ? "state" : ".", 0700);
	}
	apikey_key_free(k.key);
}

/* The end is told to who asks, and put on record once a day. */
static void
ends_soon(void **state)
{
	struct world *w = *state;
	apikey_result *result = NULL;
	size_t told = 0;

	world_record(w, "expires = \"2026-12-20T00:00:00Z\";\n"
	    "superseded = { by = \"0000000000\"; "
	    "at = \"2026-12-10T00:00:00Z\"; };");
	granted(w, TOKEN);
	assert_int_equal(apikey_recheck(w->ctx, TOKEN_ID, w->req, &result),
	    APIKEY_OK);
	assert_int_equal(apikey_result_ends_soon(result), APIKEY_TIME_NONE);
	apikey_result_free(result);
	w->now = NOW + 2 * 86400;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(show(w, TOKEN), APIKEY_OK);
		for (size_t n = 1; n < w->count; n++, told++)
			assert_string_equal(w->line[n], "event=key.expiring "
			    "key=7k2m9q4t8w user=deploy "
			    "ends=2026-12-10T00:00:00Z "
			    "successor=0000000000");
		assert_int_equal(apikey_recheck(w->ctx, TOKEN_ID, w->req,
		    &result), APIKEY_OK);
		assert_int_equal(apikey_result_ends_soon(result),
		    NOW + 16 * 86400);
		apikey_result_free(result);
		w->count = 0;
		w->now += 43200;
	}
	assert_int_equal(told, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(uses_are_counted),
		WORLD_TEST(question),
		WORLD_TEST(refusals_take_no_use),
		WORLD_TEST(lost_counts),
		WORLD_TEST(rate),
		WORLD_TEST(rate_of_the_configuration),
		WORLD_TEST(failures),
		WORLD_TEST(refusals_look_alike),
		WORLD_TEST(failures_without_a_key),
		WORLD_TEST(alarms),
		WORLD_TEST(without_state),
		WORLD_TEST(ends_soon),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
