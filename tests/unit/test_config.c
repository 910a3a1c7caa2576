/*
 * apikey.conf: the defaults, every setting, and what is refused.
 */
#include "unit.h"

#include "clock.h"
#include "config.h"

static char	 folder[PATH_SIZE];

static int
make_folder(void **state)
{
	(void)state;
	tmp_make(folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	tmp_remove(folder);
	return 0;
}

static int
load(const char *text, size_t len, struct ak_config *config,
    struct ak_fault *fault)
{
	struct ak_dir in = AK_DIR_CLOSED;
	char path[PATH_SIZE];
	int code;

	tmp_write_len(folder, "c", text, len);
	tmp_join(path, folder, "c");
	code = ak_config_load(path, &in, config, fault);
	ak_dir_close(&in);
	return code;
}

static void
check_list(const struct ak_list *list, const char *want)
{
	char *text = ak_list_join(list);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void
check_defaults(const struct ak_config *config)
{
	assert_string_equal(config->keystore, APIKEY_KEYSTORE);
	assert_string_equal(config->state, APIKEY_STATE);
	assert_int_equal(config->issue.ttl, 90 * 86400);
	assert_int_equal(config->issue.max_ttl, 365 * 86400);
	check_list(&config->issue.services, "sshd,sudo,sudo-i");
	check_list(&config->local_services, "sudo,sudo-i,su,su-l,login");
	check_list(&config->cleartext_services, "login,remote,telnet,rlogin,"
	    "rsh,rexec,ftp,vsftpd,proftpd,pure-ftpd");
	assert_string_equal(config->audit.facility, "authpriv");
	assert_null(config->pepper);
	assert_string_equal(config->hash, "blake2b");
	assert_int_equal(config->argon2id.cost.memory, 19456);
	assert_int_equal(config->argon2id.cost.passes, 2);
	assert_int_equal(config->argon2id.ceiling.memory, 65536);
	assert_int_equal(config->argon2id.ceiling.passes, 8);
	assert_int_equal(config->issue.overlap, 7 * 86400);
	assert_int_equal(config->limits.key.limit, 300);
	assert_int_equal(config->limits.key.burst, 300);
	assert_int_equal(config->limits.failures.limit, 10);
	assert_int_equal(config->limits.failures.period, 60 * AK_NS_PER_S);
	assert_int_equal(config->expiry_warning, 14 * 86400);
	assert_string_equal(config->audit.format, "logfmt");
}

static void
empty_means_the_defaults(void **state)
{
	static const char *const texts[] = {
		"", "\n", "# only this\n", "issue = { };\naudit = { };\n",
	};
	struct ak_config config;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(load(texts[i], strlen(texts[i]), &config,
		    NULL), APIKEY_OK);
		check_defaults(&config);
		ak_config_clear(&config);
	}
}

static const char full[] =
    "keystore = \"/srv/keys\";\nstate = \"/srv/state\";\n"
    "issue = { ttl = \"12h\"; max_ttl = \"never\"; services = [ \"a\" ];\n"
    "    overlap = \"1h\"; };\n"
    "pepper = \"/srv/pepper\";\nhash = \"argon2id\";\n"
    "argon2id = { memory = 8; passes = 3; max_memory = 9L;"
    " max_passes = 4; };\n"
    "limits = { key = \"5/1s:2\"; failures = \"7/1h\"; };\n"
    "expiry_warning = \"never\";\n"
    "local_services = [ \"b\" ];\ncleartext_services = [ \"c\", \"d\" ];\n"
    "audit = { facility = \"local7\"; format = \"json\"; };\n";

static void
every_setting(void **state)
{
	struct ak_config config;

	(void)state;
	assert_int_equal(load(LITERAL(full), &config, NULL), APIKEY_OK);
	assert_string_equal(config.keystore, "/srv/keys");
	assert_string_equal(config.state, "/srv/state");
	assert_int_equal(config.issue.ttl, 12 * 3600);
	assert_int_equal(config.issue.max_ttl, AK_FOREVER);
	check_list(&config.issue.services, "a");
	assert_int_equal(config.issue.overlap, 3600);
	assert_string_equal(config.pepper, "/srv/pepper");
	assert_string_equal(config.hash, "argon2id");
	assert_int_equal(config.argon2id.cost.memory, 8);
	assert_int_equal(config.argon2id.cost.passes, 3);
	assert_int_equal(config.argon2id.ceiling.memory, 9);
	assert_int_equal(config.argon2id.ceiling.passes, 4);
	assert_int_equal(config.limits.key.limit, 5);
	assert_int_equal(config.limits.key.burst, 2);
	assert_int_equal(config.limits.failures.period, 3600 * AK_NS_PER_S);
	assert_int_equal(config.expiry_warning, AK_FOREVER);
	check_list(&config.local_services, "b");
	check_list(&config.cleartext_services, "c,d");
	assert_string_equal(config.audit.facility, "local7");
	assert_string_equal(config.audit.format, "json");
	ak_config_clear(&config);
}

static void
one_setting_leaves_the_others(void **state)
{
	struct ak_config config;

	(void)state;
	assert_int_equal(load(LITERAL("issue = { max_ttl = \"30d\"; };"),
	    &config, NULL), APIKEY_OK);
	assert_int_equal(config.issue.ttl, 90 * 86400);
	assert_int_equal(config.issue.max_ttl, 30 * 86400);
	check_list(&config.issue.services, "sshd,sudo,sudo-i");
	ak_config_clear(&config);
}

static void
facilities(void **state)
{
	static const char *const names[] = { "authpriv", "auth", "daemon",
	    "user", "local0", "local1", "local2", "local3", "local4",
	    "local5", "local6", "local7" };
	struct ak_config config;
	char text[128];
	int n;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		n = snprintf(text, sizeof(text),
		    "audit = { facility = \"%s\"; };", names[i]);
		assert_int_equal(load(text, (size_t)n, &config, NULL),
		    APIKEY_OK);
		assert_string_equal(config.audit.facility, names[i]);
		ak_config_clear(&config);
	}
}

struct row {
	const char	*text;
	size_t		 len;
	const char	*message;	/* behind the path */
};

static void
check_rows(const struct row *rows, size_t count)
{
	struct ak_config config;
	struct ak_fault fault;
	size_t skip = strlen(folder) + strlen("/c");

	for (size_t i = 0; i < count; i++) {
		memset(&fault, 0, sizeof(fault));
		if (load(rows[i].text, rows[i].len, &config, &fault) !=
		    APIKEY_ERR_BAD_CONFIG)
			fail_msg("row %zu is not refused", i);
		ak_config_clear(&config);
		assert_memory_equal(fault.text, folder, strlen(folder));
		if (strcmp(fault.text + skip, rows[i].message) != 0)
			fail_msg("row %zu: %s", i, fault.text);
	}
}

static void
refused(void **state)
{
	static const struct row rows[] = {
		{ LITERAL("keystroe = \"/x\";"),
		    ":1: unknown setting \"keystroe\"" },
		{ LITERAL("issue = { tll = \"7d\"; };"),
		    ":1: unknown setting \"issue.tll\"" },
		{ LITERAL("keystore = \"keys.d\";"),
		    ":1: keystore: \"keys.d\" is not an absolute path" },
		{ LITERAL("hash = \"" TOKEN_HASH "\";"),
		    ":1: hash: \"...\" is not blake2b or argon2id" },
		{ LITERAL("pepper = \"" TOKEN "\";"),
		    ":1: pepper: \"...\" is not an absolute path" },
		{ LITERAL("keystore = \"\";"),
		    ":1: keystore must not be empty" },
		{ LITERAL("keystore = 1;"),
		    ":1: keystore must be a text in quotes: an absolute path" },
		{ LITERAL("issue = { ttl = \"90\"; };"), ":1: issue.ttl: "
		    "\"90\" is not a duration such as 90d or 12h" },
		{ LITERAL("issue = { ttl = 90; };"),
		    ":1: issue.ttl must be a text in quotes: a duration such "
		    "as 90d or 12h" },
		{ LITERAL("issue = { services = []; };"),
		    ":1: issue.services is an empty list; leave the setting "
		    "out instead" },
		{ LITERAL("issue = ( );"),
		    ":1: issue must be a group { ... }" },
		{ LITERAL("local_services = [ ];"), ":1: local_services is an "
		    "empty list; leave the setting out instead" },
		{ LITERAL("cleartext_services = \"ftp\";"),
		    ":1: cleartext_services must be a list of texts such as "
		    "[ \"a\", \"b\" ]" },
		{ LITERAL("audit = { facility = \"kern\"; };"),
		    ":1: audit.facility: \"kern\" is not authpriv, auth, "
		    "daemon, user or local0 to local7" },
		{ LITERAL("audit = { format = \"xml\"; };"),
		    ":1: audit.format: \"xml\" is not logfmt or json" },
		{ LITERAL("state = \"/a\";\nstate = \"/b\";"),
		    ":2: duplicate setting name" },
		{ LITERAL("\n  @include \"/etc/passwd\"\n"),
		    ":2: @include is not allowed" },
		{ LITERAL("state = \"/a\";\0"), ": holds a NUL byte" },
		{ LITERAL("state = \"/a\\x00\";"), ":1: \\x00 is not allowed" },
		{ LITERAL("state"), ":1: " SYNTAX_ERROR },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
refused_of_keys(void **state)
{
	static const struct row rows[] = {
		{ LITERAL("\nlimits = { kex = \"300/1m\"; };"),
		    ":2: unknown setting \"limits.kex\"" },
		{ LITERAL("limits = { key = \"300\"; };"), ":1: limits.key: "
		    "\"300\" is not a rate such as 30/1m or 30/1m:5" },
		{ LITERAL("pepper = \"pepper\";"),
		    ":1: pepper: \"pepper\" is not an absolute path" },
		{ LITERAL("hash = \"sha256\";"),
		    ":1: hash: \"sha256\" is not blake2b or argon2id" },
		{ LITERAL("argon2id = { memory = \"8\"; };"),
		    ":1: argon2id.memory must be a whole number from 1" },
		{ LITERAL("argon2id = { passes = 0; };"),
		    ":1: argon2id.passes must be a whole number from 1" },
		{ LITERAL("argon2id = { passes = -1L; };"),
		    ":1: argon2id.passes must be a whole number from 1" },
		{ LITERAL("argon2id = { passes = 1.5; };"),
		    ":1: argon2id.passes must be a whole number from 1" },
		{ LITERAL("argon2id = { passes = 4294967298; };"),
		    ": holds a number that is too large" },
		{ LITERAL("argon2id = { passes = 18446744073709551617L; };"),
		    ": holds a number that is too large" },
		{ LITERAL("argon2id = { memory = 70000; };"), ": argon2id: "
		    "memory and passes must not be above max_memory and "
		    "max_passes" },
		{ LITERAL("argon2id = { passes = 9; };"), ": argon2id: "
		    "memory and passes must not be above max_memory and "
		    "max_passes" },
		{ LITERAL("argon2id = { memory = 7; };"), ": argon2id: "
		    "memory is from 8 to 4194304 (KiB), passes are at most "
		    "1000" },
		{ LITERAL("argon2id = { max_memory = 4194305; };"),
		    ": argon2id: memory is from 8 to 4194304 (KiB), passes "
		    "are at most 1000" },
		{ LITERAL("expiry_warning = \"14\";"), ":1: expiry_warning: "
		    "\"14\" is not a duration such as 90d or 12h" },
		{ LITERAL("issue = { overlap = \"never\"; };"),
		    ":1: issue.overlap: \"never\" is not a duration such as "
		    "7d" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void
check_path(const char *path, int want, const char *message)
{
	struct ak_fault fault = { 0, "" };
	struct ak_dir in = AK_DIR_CLOSED;
	struct ak_config config;
	int code = ak_config_load(path, &in, &config, &fault);

	ak_dir_close(&in);
	ak_config_clear(&config);
	if (code != want || strstr(fault.text, message) == NULL)
		fail_msg("%s: %d: %s", path, code, fault.text);
}

static void
files_that_are_refused(void **state)
{
	char path[PATH_SIZE], *large = malloc(65537);

	(void)state;
	check_path("apikey.conf", APIKEY_ERR_BAD_CONFIG,
	    "is not an absolute path to a file");
	check_path("", APIKEY_ERR_BAD_CONFIG,
	    "is not an absolute path to a file");
	check_path("/", APIKEY_ERR_BAD_CONFIG,
	    "is not an absolute path to a file");
	check_path("/tmp/", APIKEY_ERR_BAD_CONFIG,
	    "is not an absolute path to a file");
	check_path("/etc/../etc/passwd", APIKEY_ERR_BAD_CONFIG,
	    "a path must not go through ..");
	check_path("/nowhere/at/all", APIKEY_ERR_BAD_CONFIG,
	    "/nowhere/at/all: does not exist; make it, an empty one "
	    "will do");
	tmp_join(path, folder, "absent");
	check_path(path, APIKEY_ERR_BAD_CONFIG, "does not exist");
	tmp_mkdir(folder, "folder");
	tmp_join(path, folder, "folder");
	check_path(path, APIKEY_ERR_INSECURE_STORE, "is not a regular file");
	tmp_write(folder, "open", "");
	tmp_chmod(folder, "open", 0620);
	tmp_join(path, folder, "open");
	check_path(path, APIKEY_ERR_INSECURE_STORE, "is writable by its group");
	assert_non_null(large);
	memset(large, ' ', 65537);
	tmp_write_len(folder, "large", large, 65537);
	tmp_join(path, folder, "large");
	check_path(path, APIKEY_ERR_BAD_CONFIG,
	    "is larger than 65536 bytes");
	free(large);
}

/* The file that is shipped is the defaults, commented. */
static void
the_shipped_file(void **state)
{
	static const char name[] = "etc/apikey.conf";
	static char text[65536];
	struct ak_config config;
	FILE *f = fopen(name, "re");
	size_t len;

	(void)state;
	if (f == NULL) {
		print_message("%s: not in the working folder\n", name);
		skip();
	}
	len = fread(text, 1, sizeof(text), f);
	(void)fclose(f);
	assert_int_equal(load(text, len, &config, NULL), APIKEY_OK);
	check_defaults(&config);
	ak_config_clear(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_means_the_defaults),
		cmocka_unit_test(every_setting),
		cmocka_unit_test(one_setting_leaves_the_others),
		cmocka_unit_test(facilities),
		cmocka_unit_test(refused),
		cmocka_unit_test(refused_of_keys),
		cmocka_unit_test(files_that_are_refused),
		cmocka_unit_test(the_shipped_file),
	};

	return cmocka_run_group_tests_name("config", tests, make_folder,
	    remove_folder);
}
