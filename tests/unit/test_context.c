/*
 * The handle: opening, reloading, the account phase, sessions, and
 * refusals that the caller decided.
 */
#include "world.h"

static int
recheck(struct world *w, const char *id)
{
	apikey_result *result = NULL;
	int code = apikey_recheck(w->ctx, id, w->req, &result);

	if (code == APIKEY_OK)
		assert_string_equal(apikey_result_id(result), id);
	else
		assert_null(result);
	apikey_result_free(result);
	return code;
}

static void
rechecked(void **state)
{
	struct world *w = *state;

	assert_int_equal(apikey_request_set_user(w->req, "deploy"), 0);
	world_record(w, "");
	assert_int_equal(recheck(w, TOKEN_ID), APIKEY_OK);
	world_no_line(w);
	world_record(w, "revoked = { at = \"2026-11-01T00:00:00Z\"; };");
	assert_int_equal(recheck(w, TOKEN_ID), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=revoked "
	    "key=7k2m9q4t8w user=deploy service=- rhost=- tty=- ruser=-");
	world_record(w, "disabled = true;");
	assert_int_equal(recheck(w, TOKEN_ID), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=disabled "
	    "key=7k2m9q4t8w user=deploy service=- rhost=- tty=- ruser=-");
}

static void
rechecked_ids(void **state)
{
	struct world *w = *state;

	assert_int_equal(recheck(w, "0000000000"), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=unknown-key "
	    "key=0000000000 user=- service=- rhost=- tty=- ruser=-");
	assert_int_equal(recheck(w, "../../etc/x"), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=malformed "
	    "key=../../etc/x user=- service=- rhost=- tty=- ruser=-");
	assert_int_equal(recheck(w, TOKEN), APIKEY_ERR_DENIED);
	world_line(w, NOTICE, "event=auth.deny reason=malformed "
	    "key=apik_7k2m9q4t8w_... user=- service=- rhost=- tty=- ruser=-");
	assert_int_equal(recheck(w, ""), APIKEY_ERR_DENIED);
	w->count = 0;
}

static int
belongs_to(struct world *w, apikey_ctx *ctx, const char *id, const char *user)
{
	assert_int_equal(apikey_request_set_user(w->req, user), APIKEY_OK);
	return apikey_belongs(ctx, id, w->req);
}

static void
belongs(void **state)
{
	struct world *w = *state;

	world_record(w, "disabled = true;");
	assert_int_equal(belongs_to(w, w->ctx, TOKEN_ID, "deploy"),
	    APIKEY_OK);
	assert_int_equal(belongs_to(w, w->ctx, TOKEN_ID, "alice"),
	    APIKEY_ERR_DENIED);
	assert_int_equal(belongs_to(w, w->ctx, TOKEN_ID, ""),
	    APIKEY_ERR_DENIED);
	assert_int_equal(belongs_to(w, w->ctx, "0000000000", "deploy"),
	    APIKEY_ERR_DENIED);
	assert_int_equal(belongs_to(w, w->ctx, "../../../x", "deploy"),
	    APIKEY_ERR_DENIED);
	assert_int_equal(belongs_to(w, w->ctx, "", "deploy"),
	    APIKEY_ERR_DENIED);
	world_no_line(w);
	world_record(w, "colour = 1;");
	assert_int_equal(belongs_to(w, w->ctx, TOKEN_ID, "deploy"),
	    APIKEY_ERR_CORRUPT_RECORD);
	assert_int_equal(w->count, 1);
	assert_non_null(strstr(w->line[0], "reason=corrupt-record "
	    "key=7k2m9q4t8w user=deploy "));
	assert_non_null(strstr(w->line[0], "colour"));
	w->count = 0;
}

static void
refusals_of_the_caller(void **state)
{
	struct world *w = *state;

	assert_int_equal(apikey_request_set_user(w->req, "root"), 0);
	assert_int_equal(apikey_request_set_service(w->req, "sshd"), 0);
	apikey_audit_deny(w->ctx, w->req, APIKEY_ERR_SSHD_REFUSED);
	world_line(w, NOTICE, "event=auth.deny reason=sshd-refused key=- "
	    "user=root service=sshd rhost=- tty=- ruser=-");
	apikey_audit_deny(w->ctx, w->req, APIKEY_ERR_MALFORMED);
	world_line(w, NOTICE, "event=auth.deny reason=malformed key=- "
	    "user=root service=sshd rhost=- tty=- ruser=-");
	apikey_audit_deny(w->ctx, w->req, APIKEY_ERR_NO_MEMORY);
	world_line(w, NOTICE, "event=auth.deny reason=unavailable key=- "
	    "user=root service=sshd rhost=- tty=- ruser=- "
	    "detail=out\\x20of\\x20memory");
}

static void
sessions(void **state)
{
	struct world *w = *state;
	char want[512];

	assert_int_equal(apikey_request_set_user(w->req, "deploy"), 0);
	assert_int_equal(apikey_request_set_service(w->req, "sudo"), 0);
	assert_int_equal(apikey_request_set_caller(w->req, "al ice"), 0);
	for (int opened = 1; opened >= 0; opened--) {
		(void)snprintf(want, sizeof(want), "event=session.%s "
		    "key=7k2m9q4t8w user=deploy ruser=al\\x20ice service=sudo "
		    "pid=%ld ses=", opened != 0 ? "open" : "close",
		    (long)getpid());
		apikey_audit_session(w->ctx, w->req, TOKEN_ID, opened);
		assert_int_equal(w->count, 1);
		assert_memory_equal(w->line[0], want, strlen(want));
		assert_int_equal(w->priority[0], LOG_AUTHPRIV | LOG_INFO);
		w->count = 0;
	}
}

/* A context that did not open knows why, and says so. */
static void
not_opened(void **state)
{
	struct world *w = *state;
	apikey_ctx *ctx = world_context(w), *good = w->ctx;
	apikey_admin *admin = apikey_admin_new(ctx, "root");
	apikey_result *result = NULL;
	apikey_key *key = NULL;
	char want[4096];

	assert_string_equal(apikey_message(ctx),
	    "the keystore was not opened");
	/* Nobody has tried: it is the caller's own affair. */
	apikey_audit_deny(ctx, w->req, APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(w->count, 1);
	assert_null(strstr(w->line[0], "opened"));
	w->count = 0;
	world_config(w, "keystroe = \"/x\";");
	assert_int_equal(apikey_open(ctx, w->config), APIKEY_ERR_BAD_CONFIG);
	(void)snprintf(want, sizeof(want),
	    "%s:2: unknown setting \"keystroe\"", w->config);
	assert_string_equal(apikey_message(ctx), want);
	(void)snprintf(want, sizeof(want), "event=auth.deny "
	    "reason=unavailable key=7k2m9q4t8w user=- service=- rhost=- "
	    "tty=- ruser=- detail=%s:2:\\x20unknown\\x20setting\\x20\\x22"
	    "keystroe\\x22", w->config);
	assert_int_equal(apikey_verify(ctx, TOKEN, APIKEY_TOKEN_LEN, w->req,
	    &result), APIKEY_ERR_UNAVAILABLE);
	world_line(w, NOTICE, want);
	assert_int_equal(apikey_recheck(ctx, TOKEN_ID, w->req, &result),
	    APIKEY_ERR_UNAVAILABLE);
	world_line(w, NOTICE, want);
	(void)snprintf(want, sizeof(want), "event=auth.deny "
	    "reason=unavailable key=- user=- service=- rhost=- "
	    "tty=- ruser=- detail=%s:2:\\x20unknown\\x20setting\\x20\\x22"
	    "keystroe\\x22", w->config);
	apikey_audit_deny(ctx, w->req, APIKEY_ERR_UNAVAILABLE);
	world_line(w, NOTICE, want);
	w->ctx = ctx;
	assert_int_equal(belongs_to(w, ctx, TOKEN_ID, "deploy"),
	    APIKEY_ERR_UNAVAILABLE);
	w->count = 0;
	w->ctx = good;
	assert_int_equal(apikey_get(admin, TOKEN_ID, &key),
	    APIKEY_ERR_BAD_CONFIG);
	assert_string_equal(apikey_admin_message(admin), apikey_message(ctx));
	assert_null(result);
	assert_null(key);
	apikey_admin_free(admin);
	apikey_free(ctx);
}

static void
insecure_keystore(void **state)
{
	struct world *w = *state;
	apikey_ctx *ctx = world_context(w);
	char want[4096];

	tmp_chmod(w->store, ".", 0777);
	assert_int_equal(apikey_open(ctx, w->config),
	    APIKEY_ERR_INSECURE_STORE);
	world_message(w, apikey_message(ctx),
	    "STORE: is writable by everybody; chmod go-w it");
	apikey_audit_deny(ctx, w->req, APIKEY_ERR_UNAVAILABLE);
	(void)snprintf(want, sizeof(want), "event=auth.deny "
	    "reason=insecure-store key=- user=- service=- rhost=- tty=- "
	    "ruser=- detail=%s:\\x20is\\x20writable\\x20by\\x20everybody;"
	    "\\x20chmod\\x20go-w\\x20it", w->store);
	world_line(w, NOTICE, want);
	tmp_chmod(w->store, ".", 0700);
	/* It is opened once it is mended. */
	assert_int_equal(apikey_open(ctx, w->config), APIKEY_OK);
	assert_string_equal(apikey_message(ctx), "");
	apikey_free(ctx);
}

/* A broken configuration leaves the one that works. */
static void
reload_keeps_what_works(void **state)
{
	struct world *w = *state;
	apikey_result *result = NULL;

	world_record(w, "");
	world_config(w, "cleartext_services = [ \"sshd\" ]; oops");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_ERR_BAD_CONFIG);
	assert_non_null(strstr(apikey_message(w->ctx), ": syntax error"));
	assert_int_equal(apikey_request_set_service(w->req, "sshd"), 0);
	assert_int_equal(apikey_request_set_source(w->req, "::1"), 0);
	assert_int_equal(apikey_verify(w->ctx, TOKEN, APIKEY_TOKEN_LEN,
	    w->req, &result), APIKEY_OK);
	apikey_result_free(result);
	result = NULL;
	world_config(w, "cleartext_services = [ \"sshd\" ];");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	assert_string_equal(apikey_message(w->ctx), "");
	assert_int_equal(apikey_verify(w->ctx, TOKEN, APIKEY_TOKEN_LEN,
	    w->req, &result), APIKEY_ERR_DENIED);
	assert_null(result);
}

/* So does another one that is broken, or not there; and reload reads the
 * one that works. */
static void
open_keeps_what_works(void **state)
{
	struct world *w = *state;
	char path[PATH_SIZE];

	world_record(w, "");
	tmp_join(path, w->folder, "other.conf");
	assert_int_not_equal(apikey_open(w->ctx, path), APIKEY_OK);
	assert_non_null(strstr(apikey_message(w->ctx), path));
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	assert_string_equal(apikey_message(w->ctx), "");
	tmp_write(w->folder, "other.conf", "oops");
	assert_int_equal(apikey_open(w->ctx, path), APIKEY_ERR_BAD_CONFIG);
	world_config(w, "cleartext_services = [ \"sshd\" ]; oops");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_ERR_BAD_CONFIG);
	assert_non_null(strstr(apikey_message(w->ctx), w->config));
}

/* Folders are opened once: the keystore may be moved. */
static void
the_folder_stays_open(void **state)
{
	struct world *w = *state;
	apikey_result *result = NULL;
	char path[PATH_SIZE];

	world_record(w, "");
	tmp_join(path, w->folder, "moved");
	assert_int_equal(rename(w->store, path), 0);
	assert_int_equal(apikey_verify(w->ctx, TOKEN, APIKEY_TOKEN_LEN,
	    w->req, &result), APIKEY_OK);
	apikey_result_free(result);
}

static void
the_time(void **state)
{
	struct world *w = *state;

	assert_int_equal(apikey_now(w->ctx), NOW);
	w->now++;
	assert_int_equal(apikey_now(w->ctx), NOW + 1);
}

static void
freeing_nothing(void **state)
{
	(void)state;
	apikey_free(NULL);
	apikey_request_free(NULL);
	apikey_result_free(NULL);
	apikey_key_free(NULL);
	apikey_admin_free(NULL);
	apikey_spec_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(rechecked), WORLD_TEST(rechecked_ids),
		WORLD_TEST(belongs), WORLD_TEST(refusals_of_the_caller),
		WORLD_TEST(sessions), WORLD_TEST(not_opened),
		WORLD_TEST(insecure_keystore),
		WORLD_TEST(reload_keeps_what_works),
		WORLD_TEST(open_keeps_what_works),
		WORLD_TEST(the_folder_stays_open), WORLD_TEST(the_time),
		cmocka_unit_test(freeing_nothing),
	};

	return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
