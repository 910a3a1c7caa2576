/*
 * May a key be used?  Every check, its edges, and the order in which
 * refusals are told.
 */
#include "unit.h"

#include "policy.h"

#define NOW	INT64_C(1795478400)
#define WORDS	8

/* Lists end with the first NULL. */
struct row {
	const char	*services[WORDS], *from[WORDS], *hosts[WORDS];
	const char	*scopes[WORDS];		/* of the key */
	const char	*host, *user, *service, *source;
	const char	*wanted[WORDS];		/* scopes of the request */
	int		 want;
};

static void
fill(struct ak_list *list, const char *const words[WORDS])
{
	for (size_t i = 0; i < WORDS && words[i] != NULL; i++)
		assert_int_equal(ak_list_add(list, words[i]), APIKEY_OK);
}

static int
decide(const struct ak_record *record, const apikey_request *req,
    const char *host)
{
	static const char *const local_words[WORDS] = { "sudo", "su", "login" };
	static const char *const clear_words[WORDS] = { "telnet", "login" };
	struct ak_list local = { NULL, 0 }, clear = { NULL, 0 };
	const struct ak_policy policy = {
		.local_services = &local, .cleartext_services = &clear,
		.host = host == NULL ? "" : host, .now = NOW,
	};
	int code;

	fill(&local, local_words);
	fill(&clear, clear_words);
	code = ak_policy_decide(&policy, record, req);
	ak_list_clear(&local);
	ak_list_clear(&clear);
	return code;
}

static void
init(struct ak_record *record)
{
	ak_record_init(record);
	assert_int_equal(ak_copy(&record->user, "deploy"), APIKEY_OK);
}

static int
decide_row(const struct row *row)
{
	apikey_request *req = apikey_request_new();
	struct ak_record record;
	int code;

	assert_non_null(req);
	init(&record);
	fill(&record.services, row->services);
	fill(&record.from, row->from);
	fill(&record.hosts, row->hosts);
	fill(&record.scopes, row->scopes);
	assert_int_equal(apikey_request_set_user(req, row->user), 0);
	assert_int_equal(apikey_request_set_service(req, row->service), 0);
	assert_int_equal(apikey_request_set_source(req, row->source), 0);
	fill(&req->scopes, row->wanted);
	code = decide(&record, req, row->host);
	apikey_request_free(req);
	ak_record_clear(&record);
	return code;
}

static void
check_rows(const struct row *rows, size_t count)
{
	int code;

	for (size_t i = 0; i < count; i++)
		if ((code = decide_row(&rows[i])) != rows[i].want)
			fail_msg("row %zu: %s instead of %s", i,
			    apikey_error_name(code),
			    apikey_error_name(rows[i].want));
}

static void
users(void **state)
{
	static const struct row rows[] = {
		{ .user = "deploy" },
		{ .user = NULL },
		{ .user = "", .want = APIKEY_ERR_WRONG_USER },
		{ .user = "Deploy", .want = APIKEY_ERR_WRONG_USER },
		{ .user = "deploy ", .want = APIKEY_ERR_WRONG_USER },
		{ .user = "deploy2", .want = APIKEY_ERR_WRONG_USER },
		{ .user = "root", .want = APIKEY_ERR_WRONG_USER },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
services(void **state)
{
	static const struct row rows[] = {
		{ .service = "sshd" },
		{ .service = NULL },
		{ .services = { "sshd", "sudo" }, .service = "sshd" },
		{ .services = { "sshd", "sudo" }, .service = "sudo" },
		{ .services = { "sshd" }, .service = "sudo",
		    .want = APIKEY_ERR_SERVICE },
		{ .services = { "sudo" }, .service = "sudo-i",
		    .want = APIKEY_ERR_SERVICE },
		{ .services = { "sshd" }, .service = "SSHD",
		    .want = APIKEY_ERR_SERVICE },
		{ .services = { "*" }, .service = "sshd",
		    .want = APIKEY_ERR_SERVICE },
		{ .services = { "sshd" }, .service = "",
		    .want = APIKEY_ERR_SERVICE },
		{ .services = { "sshd" }, .service = NULL,
		    .want = APIKEY_ERR_SERVICE },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

#define FROM(...)	.from = { __VA_ARGS__ }
#define NO		.want = APIKEY_ERR_SOURCE

static void
sources(void **state)
{
	static const struct row rows[] = {
		{ .source = "192.0.2.7", .service = "sshd" },
		{ .source = NULL, .service = "sshd" },
		{ .source = "a.name.example", .service = "sshd" },
		{ FROM("10.0.0.0/8"), .source = "10.1.2.3" },
		{ FROM("10.0.0.0/8"), .source = "11.1.2.3", NO },
		{ FROM("10.0.0.0/8", "192.0.2.7"), .source = "192.0.2.7" },
		{ FROM("10.0.0.0/8"), .source = "::ffff:10.1.2.3" },
		{ FROM("10.0.0.0/8"), .source = "::ffff:11.1.2.3", NO },
		{ FROM("::ffff:10.0.0.0/104"), .source = "10.1.2.3" },
		{ FROM("0.0.0.0/0"), .source = "10.1.2.3" },
		{ FROM("0.0.0.0/0"), .source = "2001:db8::1", NO },
		{ FROM("::/0"), .source = "2001:db8::1" },
		{ FROM("::/0"), .source = "10.1.2.3", NO },
		{ FROM("2001:db8::/32"), .source = "2001:db8::1" },
		{ FROM("2001:db8::/32"), .source = "2001:db8::1%eth0" },
		{ FROM("2001:db8::/32"), .source = "2001:db9::1", NO },
		/* Names are never resolved and match nothing. */
		{ FROM("0.0.0.0/0", "::/0"), .source = "localhost", NO },
		{ FROM("10.0.0.0/8"), .source = "10.1.2.3.example", NO },
		{ FROM("10.0.0.0/8"), .source = "local", NO },
		{ FROM("local"), .source = "local", .service = "sudo", NO },
		{ FROM("10.0.0.0/8"), .source = " 10.1.2.3", NO },
		/* "local": no remote host, in a service that is local. */
		{ FROM("local"), .service = "sudo" },
		{ FROM("local"), .service = "sshd", NO },
		{ FROM("local"), .service = NULL, NO },
		{ FROM("local"), .service = "sudo", .source = "" },
		{ FROM("local"), .service = "sudo", .source = "127.0.0.1",
		    NO },
		{ FROM("local", "127.0.0.0/8"), .service = "sudo",
		    .source = "127.0.0.1" },
		{ FROM("127.0.0.0/8", "::/0"), .service = "sudo", NO },
		{ FROM("0.0.0.0/0", "::/0"), .service = "sshd", NO },
		{ FROM("local"), .service = "login" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

#undef NO
#define NO		.want = APIKEY_ERR_HOST
#define HOSTS(...)	.hosts = { __VA_ARGS__ }

static void
hosts(void **state)
{
	static const char long_label[] =
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    ".example.org";
	static const struct row rows[] = {
		{ .host = "web1" },
		{ .host = "" },
		{ HOSTS("web1"), .host = "web1" },
		{ HOSTS("WEB1"), .host = "web1" },
		{ HOSTS("web1"), .host = "Web1.Example.ORG" },
		{ HOSTS("web1.example.org"), .host = "web1.example.org" },
		{ HOSTS("web1.EXAMPLE.org"), .host = "Web1.example.ORG" },
		{ HOSTS("web1.example.org"), .host = "web1", NO },
		{ HOSTS("web*"), .host = "web42.example.org" },
		{ HOSTS("web?"), .host = "web1" },
		{ HOSTS("web?"), .host = "web12", NO },
		{ HOSTS("web[0-9]"), .host = "web1" },
		{ HOSTS("*.example.org"), .host = "db.example.org" },
		{ HOSTS("*.example.org"), .host = "db.example.net", NO },
		{ HOSTS("db", "web*"), .host = "web1" },
		{ HOSTS("db", "mail"), .host = "web1", NO },
		{ HOSTS("web"), .host = "web1", NO },
		{ HOSTS("*"), .host = "web1" },
		{ HOSTS("*"), .host = "", NO },
		{ HOSTS("*"), .host = ".example.org", NO },
		{ HOSTS("*"), .host = long_label, NO },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

#undef NO
#define NO		.want = APIKEY_ERR_SCOPE

static void
scopes(void **state)
{
	static const struct row rows[] = {
		{ .scopes = { "a" } },
		{ .scopes = { "a" }, .wanted = { "a" } },
		{ .scopes = { "a", "b" }, .wanted = { "b", "a" } },
		{ .scopes = { "a", "b" }, .wanted = { "b", "c" }, NO },
		{ .scopes = { "a" }, .wanted = { "A" }, NO },
		{ .scopes = { "*" }, .wanted = { "a" }, NO },
		{ .scopes = { "a" }, .wanted = { "" }, NO },
		{ .wanted = { "a" }, NO },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
cleartext(void **state)
{
	static const struct row rows[] = {
		{ .service = "telnet", .source = "192.0.2.7",
		    .want = APIKEY_ERR_CLEARTEXT },
		{ .service = "telnet", .source = "a.name.example",
		    .want = APIKEY_ERR_CLEARTEXT },
		{ .service = "login", .source = "::1",
		    .want = APIKEY_ERR_CLEARTEXT },
		{ .service = "login", .source = NULL },
		{ .service = "sshd", .source = "192.0.2.7" },
		{ .service = NULL, .source = "192.0.2.7" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
status_to_the_second(void **state)
{
	static const struct {
		int64_t not_before, expires;
		bool disabled, revoked;
		enum apikey_status want;
	} rows[] = {
		{ APIKEY_TIME_NONE, APIKEY_TIME_NONE, false, false,
		    APIKEY_STATUS_ACTIVE },
		{ NOW, NOW + 1, false, false, APIKEY_STATUS_ACTIVE },
		{ NOW + 1, NOW + 2, false, false, APIKEY_STATUS_PENDING },
		{ NOW - 1, NOW, false, false, APIKEY_STATUS_EXPIRED },
		{ APIKEY_TIME_NONE, NOW - 1, false, false,
		    APIKEY_STATUS_EXPIRED },
		{ APIKEY_TIME_NONE, 0, false, false, APIKEY_STATUS_EXPIRED },
		{ NOW + 1, NOW, true, true, APIKEY_STATUS_REVOKED },
		{ NOW + 1, NOW, true, false, APIKEY_STATUS_EXPIRED },
		{ NOW + 1, NOW + 1, true, false, APIKEY_STATUS_DISABLED },
		{ NOW + 1, NOW + 1, false, false, APIKEY_STATUS_PENDING },
	};
	struct ak_record record;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ak_record_init(&record);
		record.not_before = rows[i].not_before;
		record.expires = rows[i].expires;
		record.disabled = rows[i].disabled;
		record.is_revoked = rows[i].revoked;
		if (ak_policy_status(&record, NOW, false) != rows[i].want)
			fail_msg("row %zu", i);
	}
}

/* Everything is wrong; one after the other is put right. */
static void
precedence(void **state)
{
	static const char *const source[WORDS] = { "192.0.2.0/24" };
	apikey_request *req = apikey_request_new();
	struct ak_record r;

	(void)state;
	assert_non_null(req);
	init(&r);
	r.is_revoked = r.disabled = true;
	r.expires = NOW;
	r.not_before = NOW + 1;
	assert_int_equal(ak_list_add(&r.services, "x"), 0);
	assert_int_equal(ak_list_add(&r.from, "local"), 0);
	assert_int_equal(ak_list_add(&r.hosts, "x"), 0);
	assert_int_equal(apikey_request_set_user(req, "x"), 0);
	assert_int_equal(apikey_request_set_service(req, "telnet"), 0);
	assert_int_equal(apikey_request_set_source(req, "192.0.2.7"), 0);
	assert_int_equal(apikey_request_add_scope(req, "s"), 0);
	assert_int_equal(decide(&r, req, "h"), APIKEY_ERR_REVOKED);
	r.is_revoked = false;
	assert_int_equal(decide(&r, req, "h"), APIKEY_ERR_EXPIRED);
	r.expires = NOW + 2;
	assert_int_equal(decide(&r, req, "h"), APIKEY_ERR_DISABLED);
	r.disabled = false;
	assert_int_equal(decide(&r, req, "h"), APIKEY_ERR_NOT_YET_VALID);
	r.not_before = NOW;
	assert_int_equal(decide(&r, req, "h"), APIKEY_ERR_WRONG_USER);
	assert_int_equal(apikey_request_set_user(req, "deploy"), 0);
	assert_int_equal(decide(&r, req, "h"), APIKEY_ERR_SERVICE);
	assert_int_equal(ak_list_add(&r.services, "telnet"), 0);
	assert_int_equal(decide(&r, req, "h"), APIKEY_ERR_SOURCE);
	fill(&r.from, source);
	assert_int_equal(decide(&r, req, "h"), APIKEY_ERR_HOST);
	assert_int_equal(decide(&r, req, "x"), APIKEY_ERR_SCOPE);
	assert_int_equal(ak_list_add(&r.scopes, "s"), 0);
	assert_int_equal(decide(&r, req, "x"), APIKEY_ERR_CLEARTEXT);
	assert_int_equal(apikey_request_set_service(req, "x"), 0);
	assert_int_equal(decide(&r, req, "x"), APIKEY_OK);
	apikey_request_free(req);
	ak_record_clear(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users), cmocka_unit_test(services),
		cmocka_unit_test(sources), cmocka_unit_test(hosts),
		cmocka_unit_test(scopes), cmocka_unit_test(cleartext),
		cmocka_unit_test(status_to_the_second),
		cmocka_unit_test(precedence),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
