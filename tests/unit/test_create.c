/*
 * Issuing keys: defaults, bounds, and that there is a key or there is
 * none, whatever happens on the way.
 */
#include <dirent.h>

#include "world.h"

struct issue {
	apikey_spec	*spec;
	apikey_key	*key;
	char		 token[APIKEY_TOKEN_SIZE];
	int		 code;
};

static void
issue_new(struct issue *i)
{
	memset(i, 0, sizeof(*i));
	i->spec = apikey_spec_new();
	assert_non_null(i->spec);
	assert_int_equal(apikey_spec_set(i->spec, APIKEY_USER, "deploy"),
	    APIKEY_OK);
}

static void
set(struct issue *i, enum apikey_bound bound, const char *text)
{
	assert_int_equal(apikey_spec_set(i->spec, bound, text), APIKEY_OK);
}

static int
create(struct world *w, struct issue *i)
{
	apikey_key_free(i->key);
	i->key = NULL;
	(void)snprintf(i->token, sizeof(i->token), "untouched");
	i->code = apikey_create(w->admin, i->spec, NULL, NULL, i->token,
	    &i->key);
	if (i->code != APIKEY_OK) {
		assert_null(i->key);
		assert_string_equal(i->token, "untouched");
	}
	return i->code;
}

static void
issue_free(struct issue *i)
{
	apikey_spec_free(i->spec);
	apikey_key_free(i->key);
}

/* The files of the keystore but its lock. */
static size_t
files(const struct world *w)
{
	DIR *dir = opendir(w->store);
	size_t count = 0;

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		count += e->d_name[0] != '.' ||
		    strcmp(e->d_name, ".apikey.new") == 0;
	(void)closedir(dir);
	return count;
}

static int
verify(struct world *w, const char *token)
{
	apikey_result *result = NULL;
	int code = apikey_verify(w->ctx, token, strlen(token), w->req,
	    &result);

	apikey_result_free(result);
	w->count = 0;
	return code;
}

static void
defaults(void **state)
{
	struct world *w = *state;
	struct issue i;
	char want[256], id[APIKEY_ID_SIZE];

	issue_new(&i);
	assert_int_equal(create(w, &i), APIKEY_OK);
	assert_int_equal(apikey_token_id(i.token, strlen(i.token), id),
	    APIKEY_OK);
	assert_string_equal(apikey_key_id(i.key), id);
	(void)snprintf(want, sizeof(want),
	    "event=key.create key=%s user=deploy by=root", id);
	world_line(w, NOTICE, want);
	assert_string_equal(apikey_key_user(i.key), "deploy");
	assert_string_equal(apikey_key_label(i.key), "");
	assert_string_equal(apikey_key_created_by(i.key), "root");
	assert_int_equal(apikey_key_created(i.key), NOW);
	assert_int_equal(apikey_key_not_before(i.key), APIKEY_TIME_NONE);
	assert_int_equal(apikey_key_expires(i.key), NOW + 90 * 86400);
	assert_int_equal(apikey_key_status(i.key), APIKEY_STATUS_ACTIVE);
	assert_int_equal(apikey_key_count(i.key, APIKEY_SERVICES), 3);
	assert_string_equal(apikey_key_item(i.key, APIKEY_SERVICES, 0),
	    "sshd");
	assert_string_equal(apikey_key_item(i.key, APIKEY_SERVICES, 2),
	    "sudo-i");
	assert_null(apikey_key_item(i.key, APIKEY_SERVICES, 3));
	assert_int_equal(apikey_key_count(i.key, APIKEY_FROM), 0);
	assert_int_equal(apikey_key_revoked_at(i.key), APIKEY_TIME_NONE);
	assert_string_equal(apikey_key_revoked_by(i.key), "");
	assert_int_equal(apikey_request_set_service(w->req, "sshd"), 0);
	assert_int_equal(verify(w, i.token), APIKEY_OK);
	issue_free(&i);
}

static void
every_bound(void **state)
{
	static const char label[] = "two\nlines \"quoted\" \x1b[0m caf\xc3\xa9";
	struct world *w = *state;
	apikey_key *key = NULL;
	struct issue i;

	issue_new(&i);
	set(&i, APIKEY_LABEL, label);
	set(&i, APIKEY_EXPIRES, "30d");
	set(&i, APIKEY_NOT_BEFORE, "2026-11-25T00:00:00Z");
	set(&i, APIKEY_SERVICES, "sshd");
	set(&i, APIKEY_FROM, "10.0.0.0/8");
	set(&i, APIKEY_FROM, "local");
	set(&i, APIKEY_HOSTS, "web*");
	set(&i, APIKEY_SCOPES, "a");
	set(&i, APIKEY_SCOPES, "b");
	assert_int_equal(create(w, &i), APIKEY_OK);
	assert_int_equal(apikey_key_status(i.key), APIKEY_STATUS_PENDING);
	assert_int_equal(apikey_get(w->admin, apikey_key_id(i.key), &key),
	    APIKEY_OK);
	assert_string_equal(apikey_key_label(key), label);
	assert_int_equal(apikey_key_expires(key), NOW + 30 * 86400);
	assert_int_equal(apikey_key_not_before(key), NOW + 86400);
	assert_int_equal(apikey_key_count(key, APIKEY_SERVICES), 1);
	assert_int_equal(apikey_key_count(key, APIKEY_FROM), 2);
	assert_string_equal(apikey_key_item(key, APIKEY_FROM, 1), "local");
	assert_int_equal(apikey_key_count(key, APIKEY_HOSTS), 1);
	assert_int_equal(apikey_key_count(key, APIKEY_SCOPES), 2);
	assert_int_equal(apikey_key_count(key, APIKEY_USER), 0);
	assert_null(apikey_key_item(key, APIKEY_USER, 0));
	apikey_key_free(key);
	issue_free(&i);
}

/* A user is any text: it is never a path and never a line. */
static void
odd_users(void **state)
{
	static const char *const users[] = { "../../x", "two words",
	    "\"quoted\"", "new\nline", "-rf", "caf\xc3\xa9", "a=b;c" };
	struct world *w = *state;
	struct issue i;

	for (size_t n = 0; n < COUNT(users); n++) {
		issue_new(&i);
		set(&i, APIKEY_USER, users[n]);
		assert_int_equal(create(w, &i), APIKEY_OK);
		assert_string_equal(apikey_key_user(i.key), users[n]);
		assert_int_equal(files(w), n + 1);
		assert_int_equal(apikey_request_set_user(w->req, users[n]),
		    APIKEY_OK);
		assert_int_equal(apikey_request_set_service(w->req, "sshd"),
		    APIKEY_OK);
		assert_int_equal(verify(w, i.token), APIKEY_OK);
		issue_free(&i);
	}
}

struct row {
	enum apikey_bound	 bound;
	const char		*text;
	int			 code;
	const char		*message;
};

static void
check_rows(struct world *w, const struct row *rows, size_t count)
{
	struct issue i;

	for (size_t n = 0; n < count; n++) {
		issue_new(&i);
		set(&i, rows[n].bound, rows[n].text);
		if (create(w, &i) != rows[n].code)
			fail_msg("row %zu: %s", n,
			    apikey_error_name(i.code));
		assert_string_equal(apikey_admin_message(w->admin),
		    rows[n].message);
		issue_free(&i);
		assert_int_equal(files(w), 0);
		world_no_line(w);
	}
}

#define NO_TIME	" is neither a duration such as 90d or 12h nor a UTC time " \
	"such as 2026-11-24T00:00:00Z"
#define NO_FROM	" is not local, an address, or a network such as " \
	"10.0.0.0/8 whose host part is zero"

static void
not_understood(void **state)
{
	static const struct row rows[] = {
		{ APIKEY_USER, "", APIKEY_ERR_INVALID,
		    "user: a key needs a user" },
		{ APIKEY_USER, "caf\xe9", APIKEY_ERR_INVALID,
		    "user is not valid UTF-8" },
		{ APIKEY_LABEL, "\xff", APIKEY_ERR_INVALID,
		    "label is not valid UTF-8" },
		{ APIKEY_EXPIRES, "soon", APIKEY_ERR_INVALID,
		    "expires: \"soon\"" NO_TIME },
		{ APIKEY_EXPIRES, "0s", APIKEY_ERR_INVALID,
		    "expires: \"0s\"" NO_TIME },
		{ APIKEY_NOT_BEFORE, "never", APIKEY_ERR_INVALID,
		    "not_before: \"never\"" NO_TIME },
		{ APIKEY_EXPIRES, "2026-11-24T00:00:00Z", APIKEY_ERR_INVALID,
		    "expires: the time is in the past" },
		{ APIKEY_NOT_BEFORE, "90d", APIKEY_ERR_INVALID,
		    "not_before: the key would expire before it is valid; "
		    "give it a later expiry" },
		{ APIKEY_FROM, "10.0.0.1/8", APIKEY_ERR_INVALID,
		    "from: \"10.0.0.1/8\"" NO_FROM },
		{ APIKEY_FROM, "example.org", APIKEY_ERR_INVALID,
		    "from: \"example.org\"" NO_FROM },
		{ APIKEY_MAX_USES, "0", APIKEY_ERR_INVALID,
		    "max_uses: \"0\" is not a count from 1" },
		{ APIKEY_MAX_USES, "-1", APIKEY_ERR_INVALID,
		    "max_uses: \"-1\" is not a count from 1" },
		{ APIKEY_MAX_USES, "9223372036854775808", APIKEY_ERR_INVALID,
		    "max_uses: \"9223372036854775808\" is not a count "
		    "from 1" },
		{ APIKEY_RATE, "30", APIKEY_ERR_INVALID,
		    "rate: \"30\" is not a rate such as 30/1m or 30/1m:5" },
	};

	check_rows(*state, rows, COUNT(rows));
}

static void
not_allowed(void **state)
{
	static const struct row rows[] = {
		{ APIKEY_EXPIRES, "never", APIKEY_ERR_POLICY, "keys without "
		    "an end are not allowed: issue.max_ttl is 1y" },
		{ APIKEY_EXPIRES, "", APIKEY_ERR_POLICY, "keys without "
		    "an end are not allowed: issue.max_ttl is 1y" },
		{ APIKEY_EXPIRES, "366d", APIKEY_ERR_POLICY, "expires: the "
		    "key would live longer than issue.max_ttl, which is 1y" },
		{ APIKEY_EXPIRES, "9999-12-31T23:59:59Z", APIKEY_ERR_POLICY,
		    "expires: the key would live longer than issue.max_ttl, "
		    "which is 1y" },
	};

	check_rows(*state, rows, COUNT(rows));
}

static void
to_the_edge(void **state)
{
	struct world *w = *state;
	struct issue i;

	issue_new(&i);
	set(&i, APIKEY_EXPIRES, "365d");
	assert_int_equal(create(w, &i), APIKEY_OK);
	set(&i, APIKEY_EXPIRES, "1s");
	assert_int_equal(create(w, &i), APIKEY_OK);
	set(&i, APIKEY_EXPIRES, "90d");
	set(&i, APIKEY_NOT_BEFORE, "7775999s");
	assert_int_equal(create(w, &i), APIKEY_OK);
	/* A single bound is the last that was set. */
	assert_int_equal(apikey_key_expires(i.key), NOW + 7776000);
	issue_free(&i);
}

static void
without_an_end(void **state)
{
	struct world *w = *state;
	struct issue i;

	world_config(w, "issue = { ttl = \"never\"; max_ttl = \"never\"; "
	    "services = [ \"a\" ]; };");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	issue_new(&i);
	assert_int_equal(create(w, &i), APIKEY_OK);
	assert_int_equal(apikey_key_expires(i.key), APIKEY_TIME_NONE);
	assert_int_equal(apikey_key_count(i.key, APIKEY_SERVICES), 1);
	set(&i, APIKEY_EXPIRES, "1000y");
	set(&i, APIKEY_SERVICES, "");
	assert_int_equal(create(w, &i), APIKEY_OK);
	assert_int_equal(apikey_key_expires(i.key),
	    NOW + INT64_C(31536000000));
	assert_int_equal(apikey_key_count(i.key, APIKEY_SERVICES), 0);
	issue_free(&i);
}

static void
too_much(void **state)
{
	char text[APIKEY_TEXT_MAX + 2];
	struct world *w = *state;
	struct issue i;

	memset(text, 'w', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	issue_new(&i);
	assert_int_equal(apikey_spec_set(i.spec, APIKEY_LABEL, text),
	    APIKEY_ERR_INVALID);
	assert_int_equal(apikey_spec_set(i.spec, (enum apikey_bound)10, "x"),
	    APIKEY_ERR_INVALID);
	text[APIKEY_TEXT_MAX] = '\0';
	for (int n = 0; n < APIKEY_LIST_MAX; n++)
		set(&i, APIKEY_SCOPES, text);
	assert_int_equal(apikey_spec_set(i.spec, APIKEY_SCOPES, "x"),
	    APIKEY_ERR_INVALID);
	assert_int_equal(create(w, &i), APIKEY_ERR_INVALID);
	assert_string_equal(apikey_admin_message(w->admin), "the key has more "
	    "bounds than a record of 12032 bytes can hold");
	assert_int_equal(files(w), 0);
	issue_free(&i);
}

struct delivery {
	struct world	*w;
	char		 token[APIKEY_TOKEN_SIZE];
	int		 answer;
	int		 calls;
};

static int
take(void *arg, const char *token, const apikey_key *key)
{
	struct delivery *d = arg;
	char id[APIKEY_ID_SIZE];

	d->calls++;
	/* Not stored yet, and nothing on record. */
	assert_int_equal(files(d->w), 0);
	world_no_line(d->w);
	assert_int_equal(apikey_token_id(token, strlen(token), id), 0);
	assert_string_equal(apikey_key_id(key), id);
	assert_string_equal(apikey_key_rate(key), "30/1m");
	(void)snprintf(d->token, sizeof(d->token), "%s", token);
	return d->answer;
}

static void
delivered(void **state)
{
	struct delivery d = { *state, "", APIKEY_ERR_UNAVAILABLE, 0 };
	struct world *w = *state;
	struct issue i;

	issue_new(&i);
	set(&i, APIKEY_RATE, "30/1m");
	assert_int_equal(apikey_create(w->admin, i.spec, take, &d, i.token,
	    &i.key), APIKEY_ERR_UNAVAILABLE);
	assert_string_equal(apikey_admin_message(w->admin),
	    "the key was not created: its token could not be kept");
	assert_int_equal(d.calls, 1);
	assert_null(i.key);
	assert_string_equal(i.token, "");
	assert_int_equal(files(w), 0);
	world_no_line(w);
	assert_int_equal(verify(w, d.token), APIKEY_ERR_DENIED);
	d.answer = APIKEY_OK;
	assert_int_equal(apikey_create(w->admin, i.spec, take, &d, i.token,
	    &i.key), APIKEY_OK);
	assert_string_equal(i.token, d.token);
	assert_int_equal(files(w), 1);
	issue_free(&i);
}

static void
nothing_is_delivered_that_cannot_be_made(void **state)
{
	struct delivery d = { *state, "", APIKEY_OK, 0 };
	struct world *w = *state;
	struct issue i;

	issue_new(&i);
	set(&i, APIKEY_EXPIRES, "never");
	assert_int_equal(apikey_create(w->admin, i.spec, take, &d, i.token,
	    &i.key), APIKEY_ERR_POLICY);
	assert_int_equal(d.calls, 0);
	issue_free(&i);
}

static void
a_store_that_cannot_be_written(void **state)
{
	struct world *w = *state;
	struct issue i;

	if (geteuid() == 0)
		skip();
	issue_new(&i);
	tmp_chmod(w->store, ".", 0500);
	assert_int_equal(create(w, &i), APIKEY_ERR_UNAVAILABLE);
	tmp_chmod(w->store, ".", 0700);
	world_no_line(w);
	issue_free(&i);
}

static void
ids_and_secrets_differ(void **state)
{
	char tokens[16][APIKEY_TOKEN_SIZE];
	struct world *w = *state;
	struct issue i;

	issue_new(&i);
	for (size_t n = 0; n < COUNT(tokens); n++) {
		assert_int_equal(create(w, &i), APIKEY_OK);
		memcpy(tokens[n], i.token, sizeof(tokens[n]));
		for (size_t m = 0; m < n; m++) {
			assert_memory_not_equal(tokens[m], tokens[n], 16);
			assert_memory_not_equal(tokens[m] + 16,
			    tokens[n] + 16, 38);
		}
	}
	assert_int_equal(files(w), COUNT(tokens));
	issue_free(&i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(defaults), WORLD_TEST(every_bound),
		WORLD_TEST(odd_users), WORLD_TEST(not_understood),
		WORLD_TEST(not_allowed), WORLD_TEST(to_the_edge),
		WORLD_TEST(without_an_end), WORLD_TEST(too_much),
		WORLD_TEST(delivered),
		WORLD_TEST(nothing_is_delivered_that_cannot_be_made),
		WORLD_TEST(a_store_that_cannot_be_written),
		WORLD_TEST(ids_and_secrets_differ),
	};

	return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
