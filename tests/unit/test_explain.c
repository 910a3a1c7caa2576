/*
 * explain: each check and its verdict, in the order of a decision; it must
 * say what verify does.
 */
#include "keys.h"

struct seen {
	size_t	 count;
	char	 name[16][16];
	int	 verdict[16];
	char	 detail[16][700];
};

static int
note(void *arg, const char *name, int verdict, const char *detail)
{
	struct seen *seen = arg;

	assert_true(seen->count < COUNT(seen->name));
	(void)snprintf(seen->name[seen->count], sizeof(seen->name[0]), "%s",
	    name);
	(void)snprintf(seen->detail[seen->count], sizeof(seen->detail[0]),
	    "%s", detail);
	seen->verdict[seen->count++] = verdict;
	return 0;
}

static int
explain(struct world *w, struct seen *ret)
{
	ret->count = 0;
	return apikey_explain(w->admin, TOKEN_ID, w->req, APIKEY_TIME_NONE,
	    note, ret);
}

static const char *
detail_of(const struct seen *seen, const char *name)
{
	for (size_t i = 0; i < seen->count; i++)
		if (strcmp(seen->name[i], name) == 0)
			return seen->detail[i];
	return "no such check";
}

static int
verdict_of(const struct seen *seen, const char *name)
{
	for (size_t i = 0; i < seen->count; i++)
		if (strcmp(seen->name[i], name) == 0)
			return seen->verdict[i];
	return -2;
}

static void
all_is_well(void **state)
{
	static const char *const names[] = { "hash", "revoked", "superseded",
	    "expired", "disabled", "not-before", "user", "service", "source",
	    "host", "scope", "cleartext", "uses", "rate" };
	struct world *w = *state;
	struct seen seen;

	world_record(w, "services = [ \"sshd\" ];\n"
	    "from = [ \"192.0.2.0/24\" ];\nscopes = [ \"a\", \"b\" ];\n"
	    "expires = \"2027-01-01T00:00:00Z\";\nrate = \"30/1m:5\";");
	assert_int_equal(apikey_request_set_user(w->req, "deploy"), 0);
	assert_int_equal(apikey_request_set_service(w->req, "sshd"), 0);
	assert_int_equal(apikey_request_set_source(w->req, "192.0.2.1"), 0);
	assert_int_equal(apikey_request_add_scope(w->req, "a"), 0);
	assert_int_equal(explain(w, &seen), APIKEY_OK);
	assert_int_equal(seen.count, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_string_equal(seen.name[i], names[i]);
		assert_int_equal(seen.verdict[i], APIKEY_OK);
	}
	assert_string_equal(detail_of(&seen, "expired"),
	    "it ends at 2027-01-01T00:00:00Z");
	assert_string_equal(detail_of(&seen, "user"),
	    "the key is for deploy; asked for deploy");
	assert_string_equal(detail_of(&seen, "service"),
	    "the key is for sshd; asked for sshd");
	assert_string_equal(detail_of(&seen, "source"),
	    "the key is for 192.0.2.0/24; asked from 192.0.2.1");
	assert_string_equal(detail_of(&seen, "host"),
	    "the key is for any host");
	assert_string_equal(detail_of(&seen, "cleartext"),
	    "sshd is none of cleartext_services");
	assert_string_equal(detail_of(&seen, "scope"),
	    "the key has a,b; needed: a");
	assert_string_equal(detail_of(&seen, "rate"), "at most 30/1m:5");
	assert_string_equal(detail_of(&seen, "uses"), "any number");
	world_no_line(w);
}

/* What verify refuses, explain refuses by the same check; and it tells of
 * every one that would. */
static void
as_verify_does(void **state)
{
	static const struct {
		const char *record, *check;
		int verdict;
	} rows[] = {
		{ "revoked = { at = \"2026-11-23T00:00:00Z\"; };", "revoked",
		    APIKEY_ERR_REVOKED },
		{ "superseded = { by = \"0000000000\"; "
		    "at = \"2026-11-24T00:00:00Z\"; };", "superseded",
		    APIKEY_ERR_SUPERSEDED },
		{ "expires = \"2026-11-24T00:00:00Z\";", "expired",
		    APIKEY_ERR_EXPIRED },
		{ "disabled = true;", "disabled", APIKEY_ERR_DISABLED },
		{ "not_before = \"2026-11-24T00:00:01Z\";", "not-before",
		    APIKEY_ERR_NOT_YET_VALID },
		{ "services = [ \"cron\" ];", "service", APIKEY_ERR_SERVICE },
		{ "from = [ \"10.0.0.0/8\" ];", "source",
		    APIKEY_ERR_SOURCE },
		{ "hosts = [ \"no-such-host\" ];", "host", APIKEY_ERR_HOST },
	};
	struct world *w = *state;
	struct seen seen;
	char want[64];

	for (size_t i = 0; i < COUNT(rows); i++) {
		world_record(w, rows[i].record);
		(void)show(w, TOKEN);
		(void)snprintf(want, sizeof(want), "reason=%s ",
		    apikey_error_name(rows[i].verdict));
		assert_non_null(strstr(w->line[0], want));
		w->count = 0;
		assert_int_equal(explain(w, &seen), rows[i].verdict);
		assert_int_equal(verdict_of(&seen, rows[i].check),
		    rows[i].verdict);
		for (size_t n = 0; n < seen.count; n++)
			if (strcmp(seen.name[n], rows[i].check) != 0)
				assert_int_equal(seen.verdict[n], APIKEY_OK);
		world_no_line(w);
	}
	/* Two at once: both are told, the first is the verdict. */
	world_record(w, "disabled = true; from = [ \"10.0.0.0/8\" ];");
	assert_int_equal(explain(w, &seen), APIKEY_ERR_DISABLED);
	assert_int_equal(verdict_of(&seen, "source"), APIKEY_ERR_SOURCE);
	assert_int_equal(apikey_request_set_user(w->req, "eve"), 0);
	world_record(w, "");
	assert_int_equal(explain(w, &seen), APIKEY_ERR_WRONG_USER);
	assert_int_equal(apikey_request_set_user(w->req, NULL), 0);
	assert_int_equal(explain(w, &seen), APIKEY_OK);
	assert_int_equal(apikey_request_set_service(w->req, "ftp"), 0);
	assert_int_equal(explain(w, &seen), APIKEY_ERR_CLEARTEXT);
	assert_int_equal(apikey_request_add_scope(w->req, "x"), 0);
	assert_int_equal(explain(w, &seen), APIKEY_ERR_SCOPE);
}

static void
not_asked(void **state)
{
	struct world *w = *state;
	struct seen seen;

	world_record(w, "services = [ \"sshd\" ]; from = [ \"local\" ];");
	assert_int_equal(explain(w, &seen), APIKEY_OK);
	assert_int_equal(verdict_of(&seen, "service"), APIKEY_NOT_ASKED);
	assert_int_equal(verdict_of(&seen, "source"), APIKEY_NOT_ASKED);
	assert_int_equal(verdict_of(&seen, "cleartext"), APIKEY_NOT_ASKED);
	assert_string_equal(detail_of(&seen, "user"),
	    "the key is for deploy; no other was given");
	assert_string_equal(detail_of(&seen, "service"),
	    "the key is for sshd; no service was given");
	assert_string_equal(detail_of(&seen, "source"),
	    "the key is for local; no address was given");
	assert_string_equal(detail_of(&seen, "scope"),
	    "the key has none; none was asked for");
	assert_string_equal(detail_of(&seen, "cleartext"),
	    "no service was given");
	world_record(w, "");
	assert_int_equal(explain(w, &seen), APIKEY_OK);
	assert_int_equal(verdict_of(&seen, "service"), APIKEY_OK);
	assert_string_equal(detail_of(&seen, "service"),
	    "the key is for any service; no service was given");
	assert_int_equal(verdict_of(&seen, "source"), APIKEY_OK);
}

/* Where it comes from: an address, a name, this host, or not known. */
static void
sources(void **state)
{
	static const struct {
		const char *service, *source;
		int source_verdict, cleartext_verdict;
		const char *detail, *cleartext;
	} rows[] = {
		{ "sshd", NULL, APIKEY_NOT_ASKED, APIKEY_OK,
		    "no address was given, and sshd is none of "
		    "local_services", "sshd is none of cleartext_services" },
		{ "sshd", "web1", APIKEY_ERR_SOURCE, APIKEY_OK,
		    "asked from web1, which is no numeric address and in no "
		    "network", "sshd is none of cleartext_services" },
		{ "sudo", NULL, APIKEY_ERR_SOURCE, APIKEY_OK,
		    "asked from local: sudo is one of local_services",
		    "sudo is none of cleartext_services" },
		{ "ftp", NULL, APIKEY_NOT_ASKED, APIKEY_NOT_ASKED,
		    "no address was given, and ftp is none of local_services",
		    "ftp is one of cleartext_services; no address was given, "
		    "and ftp is none of local_services" },
		{ "ftp", "10.0.0.1", APIKEY_OK, APIKEY_ERR_CLEARTEXT,
		    "asked from 10.0.0.1",
		    "ftp is one of cleartext_services; asked from 10.0.0.1" },
		{ "login", NULL, APIKEY_ERR_SOURCE, APIKEY_OK,
		    "asked from local: login is one of local_services",
		    "login is one of cleartext_services; asked from local: "
		    "login is one of local_services" },
	};
	struct world *w = *state;
	struct seen seen;
	char want[256];

	world_record(w, "from = [ \"10.0.0.0/8\" ];");
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(apikey_request_set_service(w->req,
		    rows[i].service), 0);
		assert_int_equal(apikey_request_set_source(w->req,
		    rows[i].source), 0);
		(void)explain(w, &seen);
		assert_int_equal(verdict_of(&seen, "source"),
		    rows[i].source_verdict);
		assert_int_equal(verdict_of(&seen, "cleartext"),
		    rows[i].cleartext_verdict);
		(void)snprintf(want, sizeof(want), "the key is for "
		    "10.0.0.0/8; %s", rows[i].detail);
		assert_string_equal(detail_of(&seen, "source"), want);
		assert_string_equal(detail_of(&seen, "cleartext"),
		    rows[i].cleartext);
	}
	/* No address there is would do. */
	world_record(w, "from = [ \"local\" ];");
	assert_int_equal(apikey_request_set_service(w->req, "sshd"), 0);
	assert_int_equal(apikey_request_set_source(w->req, NULL), 0);
	assert_int_equal(explain(w, &seen), APIKEY_ERR_SOURCE);
	world_record(w, "from = [ \"local\", \"10.0.0.0/8\" ];");
	assert_int_equal(explain(w, &seen), APIKEY_OK);
	assert_int_equal(verdict_of(&seen, "source"), APIKEY_NOT_ASKED);
}

static void
at_a_time(void **state)
{
	struct world *w = *state;
	struct seen seen = { .count = 0 };

	world_record(w, "expires = \"2027-01-01T00:00:00Z\";");
	assert_int_equal(apikey_explain(w->admin, TOKEN_ID, w->req,
	    NOW + 100 * 86400, note, &seen), APIKEY_ERR_EXPIRED);
	seen.count = 0;
	assert_int_equal(apikey_explain(w->admin, TOKEN_ID, w->req, NOW,
	    note, &seen), APIKEY_OK);
	assert_int_equal(apikey_explain(w->admin, TOKEN_ID, w->req,
	    INT64_MAX, note, &seen), APIKEY_ERR_INVALID);
	assert_int_equal(apikey_explain(w->admin, TOKEN_ID, w->req, -1,
	    note, &seen), APIKEY_ERR_INVALID);
	assert_int_equal(apikey_explain(w->admin, "0000000000", w->req, NOW,
	    note, &seen), APIKEY_ERR_NOT_FOUND);
	assert_int_equal(apikey_explain(w->admin, "../x", w->req, NOW,
	    note, &seen), APIKEY_ERR_INVALID);
}

/* It takes nothing: of rate and uses it tells what is left. */
static void
counts(void **state)
{
	static const struct bound bounds[] = {
		{ APIKEY_MAX_USES, "2" }, { APIKEY_RATE, "1/1m" },
		{ APIKEY_USER, NULL },
	};
	struct world *w = *state;
	struct seen seen;
	struct issued k;

	issue(w, &k, bounds);
	for (int i = 0; i < 3; i++) {
		seen.count = 0;
		assert_int_equal(apikey_explain(w->admin,
		    apikey_key_id(k.key), w->req, APIKEY_TIME_NONE, note,
		    &seen), APIKEY_OK);
		assert_string_equal(detail_of(&seen, "uses"),
		    "0 of 2 taken");
	}
	granted(w, k.token);
	seen.count = 0;
	assert_int_equal(apikey_explain(w->admin, apikey_key_id(k.key),
	    w->req, APIKEY_TIME_NONE, note, &seen), APIKEY_ERR_RATE);
	assert_int_equal(verdict_of(&seen, "uses"), APIKEY_OK);
	w->now = NOW + 60;
	granted(w, k.token);
	w->now = NOW + 120;
	seen.count = 0;
	assert_int_equal(apikey_explain(w->admin, apikey_key_id(k.key),
	    w->req, APIKEY_TIME_NONE, note, &seen), APIKEY_ERR_EXHAUSTED);
	assert_string_equal(detail_of(&seen, "uses"), "2 of 2 taken");
	apikey_key_free(k.key);
}

/* Where nothing can be counted, each is told why. */
static void
counts_without_a_state(void **state)
{
	struct world *w = *state;
	struct seen seen;
	char want[2 * PATH_SIZE];

	tmp_chmod(w->state, ".", 0777);
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	(void)snprintf(want, sizeof(want), "%s: is writable by everybody; "
	    "chmod go-w it", w->state);
	world_record(w, "rate = \"1/1m\";");
	assert_int_equal(explain(w, &seen), APIKEY_OK);
	assert_string_equal(detail_of(&seen, "rate"), want);
	world_record(w, "max_uses = 2L;");
	assert_int_equal(explain(w, &seen), APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(verdict_of(&seen, "uses"), APIKEY_ERR_UNAVAILABLE);
	assert_string_equal(detail_of(&seen, "uses"), want);
}

static int
note_until_the_third(void *arg, const char *name, int verdict,
    const char *detail)
{
	struct seen *seen = arg;

	(void)note(arg, name, verdict, detail);
	return seen->count == 3;
}

static void
stopped(void **state)
{
	struct world *w = *state;
	struct seen seen = { .count = 0 };

	world_record(w, "expires = \"2026-11-24T00:00:00Z\";");
	(void)apikey_explain(w->admin, TOKEN_ID, w->req, APIKEY_TIME_NONE,
	    note_until_the_third, &seen);
	assert_int_equal(seen.count, 3);
}

/* A hash that cannot be verified is told, as a login would find it. */
static void
hashes(void **state)
{
	struct world *w = *state;
	struct seen seen;
	char more[2 * PATH_SIZE], path[PATH_SIZE], id[APIKEY_PEPPER_ID_SIZE];
	struct issued k;

	tmp_join(path, w->folder, "pepper");
	(void)snprintf(more, sizeof(more), "pepper = \"%s\";", path);
	world_config(w, more);
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	assert_int_equal(apikey_pepper_init(w->admin, id), APIKEY_OK);
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	issue(w, &k, NULL);
	granted(w, k.token);
	/* Gone for a moment: a context that had it goes on. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	granted(w, k.token);
	apikey_admin_free(w->admin);
	apikey_free(w->ctx);
	w->ctx = world_context(w);
	assert_int_equal(apikey_open(w->ctx, w->config), APIKEY_OK);
	w->admin = apikey_admin_new(w->ctx, "root");
	seen.count = 0;
	assert_int_equal(apikey_explain(w->admin, apikey_key_id(k.key),
	    w->req, APIKEY_TIME_NONE, note, &seen), APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(verdict_of(&seen, "hash"), APIKEY_ERR_UNAVAILABLE);
	assert_non_null(strstr(detail_of(&seen, "hash"), "pepper init"));
	assert_int_equal(show(w, k.token), APIKEY_ERR_UNAVAILABLE);
	assert_non_null(strstr(w->line[0], "pepper"));
	w->count = 0;
	apikey_key_free(k.key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(all_is_well),
		WORLD_TEST(as_verify_does),
		WORLD_TEST(not_asked), WORLD_TEST(sources),
		WORLD_TEST(at_a_time),
		WORLD_TEST(counts),
		WORLD_TEST(counts_without_a_state), WORLD_TEST(stopped),
		WORLD_TEST(hashes),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
