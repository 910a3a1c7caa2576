/*
 * The whole road of a decision: every reason with its audit line, and
 * that the caller learns only yes, no or no answer.
 */
#include "world.h"

static int
verify(struct world *w, const char *token)
{
	apikey_result *result = NULL;
	int code = apikey_verify(w->ctx, token, strlen(token), w->req,
	    &result);

	if (code == APIKEY_OK)
		assert_non_null(result);
	else
		assert_null(result);
	apikey_result_free(result);
	return code;
}

static void
request(struct world *w, const char *user, const char *service,
    const char *source)
{
	assert_int_equal(apikey_request_set_user(w->req, user), 0);
	assert_int_equal(apikey_request_set_service(w->req, service), 0);
	assert_int_equal(apikey_request_set_source(w->req, source), 0);
	assert_int_equal(apikey_request_set_tty(w->req, "ssh"), 0);
	assert_int_equal(apikey_request_set_caller(w->req, NULL), 0);
}

static void
granted(void **state)
{
	struct world *w = *state;
	apikey_result *result = NULL;

	world_record(w, "label = \"build \\\"farm\\\"\";\n"
	    "expires = \"2027-02-21T22:00:00Z\";\n"
	    "scopes = [ \"deploy\", \"read\" ];\n");
	request(w, "deploy", "sshd", "192.0.2.7");
	assert_int_equal(apikey_verify(w->ctx, TOKEN, APIKEY_TOKEN_LEN,
	    w->req, &result), APIKEY_OK);
	world_line(w, NOTICE, "event=auth.grant key=7k2m9q4t8w user=deploy "
	    "service=sshd rhost=192.0.2.7 tty=ssh ruser=- "
	    "scopes=deploy,read");
	assert_string_equal(apikey_result_id(result), TOKEN_ID);
	assert_string_equal(apikey_result_user(result), "deploy");
	assert_string_equal(apikey_result_label(result), "build \"farm\"");
	assert_int_equal(apikey_result_expires(result), 1803247200);
	assert_int_equal(apikey_result_scope_count(result), 2);
	assert_string_equal(apikey_result_scope(result, 0), "deploy");
	assert_string_equal(apikey_result_scope(result, 1), "read");
	assert_null(apikey_result_scope(result, 2));
	apikey_result_free(result);
	apikey_result_free(NULL);
}

static void
granted_with_nothing_set(void **state)
{
	struct world *w = *state;
	apikey_result *result = NULL;

	world_record(w, "");
	assert_int_equal(apikey_verify(w->ctx, TOKEN, APIKEY_TOKEN_LEN,
	    w->req, &result), APIKEY_OK);
	world_line(w, NOTICE, "event=auth.grant key=7k2m9q4t8w user=- "
	    "service=- rhost=- tty=- ruser=- scopes=-");
	assert_string_equal(apikey_result_user(result), "deploy");
	assert_string_equal(apikey_result_label(result), "");
	assert_int_equal(apikey_result_expires(result), APIKEY_TIME_NONE);
	assert_int_equal(apikey_result_scope_count(result), 0);
	assert_null(apikey_result_scope(result, 0));
	apikey_result_free(result);
}

/* Refused for what stands in the record. */
static void
reasons(void **state)
{
	static const struct {
		const char *record, *reason;
	} rows[] = {
		{ "revoked = { at = \"2026-11-01T00:00:00Z\"; };",
		    "revoked" },
		{ "revoked = { at = \"2027-11-01T00:00:00Z\"; };",
		    "revoked" },
		{ "expires = \"2026-11-24T00:00:00Z\";", "expired" },
		{ "disabled = true;", "disabled" },
		{ "not_before = \"2026-11-24T00:00:01Z\";",
		    "not-yet-valid" },
		{ "services = [ \"sudo\" ];", "service" },
		{ "from = [ \"10.0.0.0/8\" ];", "source" },
		{ "from = [ \"local\" ];", "source" },
		{ "hosts = [ \"no-host-has-this-name\" ];", "host" },
	};
	struct world *w = *state;
	char want[512];

	for (size_t i = 0; i < COUNT(rows); i++) {
		world_record(w, rows[i].record);
		request(w, "deploy", "sshd", "192.0.2.7");
		assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
		(void)snprintf(want, sizeof(want), "event=auth.deny reason=%s "
		    "key=7k2m9q4t8w user=deploy service=sshd rhost=192.0.2.7 "
		    "tty=ssh ruser=-", rows[i].reason);
		/* What alarms has a second line, which test_limits sees. */
		if (strcmp(rows[i].reason, "revoked") == 0)
			w->count--;
		world_line(w, NOTICE, want);
	}
}

/* A wrong secret is called so, whatever else is wrong. */
static void
wrong_secret(void **state)
{
	static const char want[] = "event=auth.deny reason=wrong-secret "
	    "key=7k2m9q4t8w user=x service=sshd rhost=192.0.2.7 tty=ssh "
	    "ruser=-";
	struct world *w = *state;

	request(w, "x", "sshd", "192.0.2.7");
	world_record(w, "");
	assert_int_equal(verify(w, TOKEN2), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, want);
	world_record(w, "revoked = { at = \"2026-11-01T00:00:00Z\"; };");
	assert_int_equal(verify(w, TOKEN2), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, want);
}

static void
for_what_is_asked(void **state)
{
	struct world *w = *state;

	world_record(w, "");
	request(w, "alice", "sshd", "192.0.2.7");
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=wrong-user "
	    "key=7k2m9q4t8w user=alice service=sshd rhost=192.0.2.7 tty=ssh "
	    "ruser=-");
	request(w, "deploy", "telnet", "192.0.2.7");
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=cleartext "
	    "key=7k2m9q4t8w user=deploy service=telnet rhost=192.0.2.7 "
	    "tty=ssh ruser=-");
	request(w, "deploy", "sshd", NULL);
	assert_int_equal(apikey_request_add_scope(w->req, "admin"), 0);
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=scope "
	    "key=7k2m9q4t8w user=deploy service=sshd rhost=- tty=ssh "
	    "ruser=-");
}

static void
unknown_id(void **state)
{
	struct world *w = *state;

	request(w, "deploy", "sshd", "::1");
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=unknown-key "
	    "key=7k2m9q4t8w user=deploy service=sshd rhost=::1 tty=ssh "
	    "ruser=-");
}

static void
malformed(void **state)
{
	static const char *const texts[] = {
		"", "x", "hunter2", "apik_", TOKEN "x", " " TOKEN,
		"apik_7k2m9q4t8w_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab4b3vAA",
	};
	struct world *w = *state;

	world_record(w, "");
	request(w, "deploy", "sshd", "::1");
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(verify(w, texts[i]), APIKEY_ERR_DENIED);
		world_line(w, NOTICE, "event=auth.deny reason=malformed "
		    "key=- user=deploy service=sshd rhost=::1 tty=ssh "
		    "ruser=-");
	}
}

/* No answer: the caller and the audit trail are told which. */
static void
no_answer(void **state)
{
	struct world *w = *state;
	char want[4096];

	request(w, "deploy", "sshd", "::1");
	world_record(w, "colour = \"red\";");
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_CORRUPT_RECORD);
	(void)snprintf(want, sizeof(want), "event=auth.deny "
	    "reason=corrupt-record key=7k2m9q4t8w user=deploy service=sshd "
	    "rhost=::1 tty=ssh ruser=- detail=%s/7k2m9q4t8w.conf:5:\\x20"
	    "unknown\\x20setting\\x20\\x22colour\\x22", w->store);
	world_line(w, NOTICE, want);
	world_record(w, "");
	tmp_chmod(w->store, TOKEN_ID ".conf", 0620);
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_INSECURE_STORE);
	(void)snprintf(want, sizeof(want), "event=auth.deny "
	    "reason=insecure-store key=7k2m9q4t8w user=deploy service=sshd "
	    "rhost=::1 tty=ssh ruser=- detail=%s/7k2m9q4t8w.conf:\\x20is\\x20"
	    "writable\\x20by\\x20its\\x20group;\\x20chmod\\x20go-w\\x20it",
	    w->store);
	world_line(w, NOTICE, want);
}

/* Names that a stranger can choose. */
static void
forged_names(void **state)
{
	struct world *w = *state;

	world_record(w, "");
	request(w, "x\nevent=auth.grant user=\"root\"", "sshd",
	    "1.2.3.4 key=x");
	assert_int_equal(apikey_request_set_tty(w->req, "\x1b]0;\a"), 0);
	assert_int_equal(apikey_request_set_caller(w->req, "../../x"), 0);
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=wrong-user "
	    "key=7k2m9q4t8w user=x\\x0Aevent\\x3Dauth.grant\\x20user\\x3D"
	    "\\x22root\\x22 service=sshd rhost=1.2.3.4\\x20key\\x3Dx "
	    "tty=\\x1B]0;\\x07 ruser=../../x");
	request(w, TOKEN, "sshd", "::1");
	assert_int_equal(verify(w, "x"), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=malformed key=- "
	    "user=apik_7k2m9q4t8w_... service=sshd rhost=::1 tty=ssh "
	    "ruser=-");
}

static void
to_the_second(void **state)
{
	struct world *w = *state;

	world_record(w, "not_before = \"2026-11-24T00:00:00Z\";\n"
	    "expires = \"2026-11-24T00:00:02Z\";");
	w->now = NOW - 1;
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
	w->now = NOW;
	assert_int_equal(verify(w, TOKEN), APIKEY_OK);
	w->now = NOW + 1;
	assert_int_equal(verify(w, TOKEN), APIKEY_OK);
	w->now = NOW + 2;
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
}

static void
the_host_of_this_machine(void **state)
{
	struct world *w = *state;

	world_record(w, "hosts = [ \"*\" ];");
	assert_int_equal(verify(w, TOKEN), APIKEY_OK);
}

static void
as_json(void **state)
{
	struct world *w = *state;

	world_config(w, "audit = { facility = \"local3\"; "
	    "format = \"json\"; };");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	request(w, "caf\xc3\xa9 \"x\"", "sshd", NULL);
	assert_int_equal(verify(w, TOKEN), APIKEY_ERR_DENIED);
	world_line(w, LOG_LOCAL3 | LOG_NOTICE, "{\"event\":\"auth.deny\","
	    "\"reason\":\"unknown-key\",\"key\":\"7k2m9q4t8w\","
	    "\"user\":\"caf\xc3\xa9 \\\"x\\\"\",\"service\":\"sshd\","
	    "\"rhost\":null,\"tty\":\"ssh\",\"ruser\":null}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(granted), WORLD_TEST(granted_with_nothing_set),
		WORLD_TEST(reasons), WORLD_TEST(wrong_secret),
		WORLD_TEST(for_what_is_asked), WORLD_TEST(unknown_id),
		WORLD_TEST(malformed), WORLD_TEST(no_answer),
		WORLD_TEST(forged_names), WORLD_TEST(to_the_second),
		WORLD_TEST(the_host_of_this_machine), WORLD_TEST(as_json),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
