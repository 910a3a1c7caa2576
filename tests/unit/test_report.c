/*
 * What timers report: keys that are about to end, and counters.  And what
 * a decision reports of a request whose every text is too long.
 */
#include "world.h"

static void
report(struct world *w, const char *want)
{
	apikey_key *key = NULL;

	assert_int_equal(apikey_get(w->admin, TOKEN_ID, &key), APIKEY_OK);
	assert_int_equal(apikey_audit_expiring(w->admin, key), APIKEY_OK);
	world_line(w, NOTICE, want);
	apikey_key_free(key);
}

#define OVERLAP	"superseded = { by = \"0000000000\"; "			\
		"at = \"2026-12-01T00:00:00Z\"; until_first_use = false; };"

static void
ends(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *record, *want;
	} rows[] = {
		{ "expires = \"2026-12-24T00:00:00Z\";",
		    "event=key.expiring key=" TOKEN_ID " user=deploy "
		    "ends=2026-12-24T00:00:00Z" },
		{ "expires = \"2026-12-24T00:00:00Z\"; " OVERLAP,
		    "event=key.expiring key=" TOKEN_ID " user=deploy "
		    "ends=2026-12-01T00:00:00Z successor=0000000000" },
		{ "expires = \"2026-11-30T00:00:00Z\"; " OVERLAP,
		    "event=key.expiring key=" TOKEN_ID " user=deploy "
		    "ends=2026-11-30T00:00:00Z successor=0000000000" },
		{ "", "event=key.expiring key=" TOKEN_ID " user=deploy "
		    "ends=-" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		world_record(w, rows[i].record);
		report(w, rows[i].want);
	}
}

static void
ends_in_json(void **state)
{
	struct world *w = *state;

	world_config(w, "audit = { format = \"json\"; facility = "
	    "\"authpriv\"; };");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	world_record(w, "expires = \"2026-12-24T00:00:00Z\";");
	report(w, "{\"event\":\"key.expiring\",\"key\":\"" TOKEN_ID "\","
	    "\"user\":\"deploy\",\"ends\":\"2026-12-24T00:00:00Z\"}");
}

/* What cannot be read is not 0, and is no matter of a key's. */
static void
unreadable(struct world *w, int want)
{
	apikey_ctx *ctx = world_context(w);
	apikey_admin *admin = apikey_admin_new(ctx, "root");
	int64_t count = -1;

	assert_non_null(admin);
	assert_int_equal(apikey_open(ctx, w->config), APIKEY_OK);
	assert_int_equal(apikey_counter(admin, APIKEY_OK, &count), want);
	assert_int_equal(count, -1);
	assert_non_null(strstr(apikey_admin_message(admin), w->state));
	apikey_admin_free(admin);
	apikey_free(ctx);
}

static void
counters(void **state)
{
	struct world *w = *state;
	int64_t count = -1;

	assert_int_equal(apikey_counter(w->admin, APIKEY_OK, &count),
	    APIKEY_OK);
	assert_int_equal(count, 0);
	tmp_write(w->state, "counters", "garbage");
	unreadable(w, APIKEY_ERR_CORRUPT_RECORD);
	tmp_remove(w->state);
	unreadable(w, APIKEY_ERR_UNAVAILABLE);
	tmp_write(w->folder, "state", "no folder");
	unreadable(w, APIKEY_ERR_INSECURE_STORE);
	world_no_line(w);
}

/* The library's own lines, whatever it is asked for. */
static void
long_requests(void **state)
{
	struct world *w = *state;
	char text[4097];

	for (int json = 0; json < 2; json++) {
		world_config(w, json ? "audit = { format = \"json\"; };" : "");
		assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
		for (size_t i = 0; i < sizeof(text) - 1; i++)
			text[i] = "\n\"=\\ \x1b\xff\x01"[i % 8];
		text[sizeof(text) - 1] = '\0';
		apikey_request_set_user(w->req, text);
		apikey_request_set_service(w->req, text);
		apikey_request_set_source(w->req, text);
		apikey_request_set_tty(w->req, text);
		apikey_request_set_caller(w->req, text);
		apikey_audit_deny(w->ctx, w->req, APIKEY_ERR_UNAVAILABLE);
		apikey_audit_session(w->ctx, w->req, TOKEN_ID, 1);
		assert_int_equal(w->count, 2);
		for (size_t i = 0; i < w->count; i++) {
			assert_in_range(strlen(w->line[i]), 300, 900);
			assert_null(strpbrk(w->line[i], "\n\x1b\xff\x01"));
			assert_non_null(strstr(w->line[i], json ?
			    "...\",\"service\":\"" : "... service="));
		}
		assert_non_null(strstr(w->line[0], json ? "...\","
		    "\"detail\":\"the keystore cannot be used\"}" :
		    "... detail=the\\x20keystore\\x20cannot\\x20be\\x20used"));
		w->count = 0;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(ends), WORLD_TEST(ends_in_json),
		WORLD_TEST(counters), WORLD_TEST(long_requests),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
