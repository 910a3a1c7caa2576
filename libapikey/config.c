/*
 * apikey.conf.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config.h"
#include "fileio.h"
#include "settings.h"

#define CONFIG_MAX	65536
#define AT(member)	offsetof(struct ak_config, member)

static bool
path_valid(const char *text)
{
	return text[0] == '/';
}

static bool
facility_valid(const char *text)
{
	static const char *const names[] = { "authpriv", "auth", "daemon",
	    "user", "local0", "local1", "local2", "local3", "local4",
	    "local5", "local6", "local7" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], text) == 0)
			return true;
	return false;
}

static bool
format_valid(const char *text)
{
	return strcmp(text, "logfmt") == 0 || strcmp(text, "json") == 0;
}

static bool
hash_valid(const char *text)
{
	return strcmp(text, "blake2b") == 0 || strcmp(text, "argon2id") == 0;
}

/* A rotated key that never ended would be no rotation. */
static bool
overlap_valid(const char *text)
{
	return strcmp(text, "never") != 0;
}

static const struct ak_setting argon2id_table[] = {
	{ .name = "memory", .type = AK_COUNT,
	    .offset = AT(argon2id.cost.memory) },
	{ .name = "passes", .type = AK_COUNT,
	    .offset = AT(argon2id.cost.passes) },
	{ .name = "max_memory", .type = AK_COUNT,
	    .offset = AT(argon2id.ceiling.memory) },
	{ .name = "max_passes", .type = AK_COUNT,
	    .offset = AT(argon2id.ceiling.passes) },
	{ .name = NULL },
};

static const struct ak_setting limits_table[] = {
	{ .name = "key", .type = AK_RATE, .offset = AT(limits.key) },
	{ .name = "failures", .type = AK_RATE,
	    .offset = AT(limits.failures) },
	{ .name = NULL },
};

static const struct ak_setting issue_table[] = {
	{ .name = "ttl", .type = AK_DURATION, .offset = AT(issue.ttl) },
	{ .name = "max_ttl", .type = AK_DURATION,
	    .offset = AT(issue.max_ttl) },
	{ .name = "services", .type = AK_WORDS,
	    .offset = AT(issue.services) },
	{ .name = "overlap", .type = AK_DURATION, .offset = AT(issue.overlap),
	    .valid = overlap_valid, .expects = "a duration such as 7d" },
	{ .name = NULL },
};

static const struct ak_setting audit_table[] = {
	{ .name = "facility", .type = AK_TEXT, .offset = AT(audit.facility),
	    .valid = facility_valid, .expects =
	    "authpriv, auth, daemon, user or local0 to local7" },
	{ .name = "format", .type = AK_TEXT, .offset = AT(audit.format),
	    .valid = format_valid, .expects = "logfmt or json" },
	{ .name = NULL },
};

static const struct ak_setting table[] = {
	{ .name = "keystore", .type = AK_TEXT, .offset = AT(keystore),
	    .valid = path_valid, .expects = "an absolute path" },
	{ .name = "state", .type = AK_TEXT, .offset = AT(state),
	    .valid = path_valid, .expects = "an absolute path" },
	{ .name = "pepper", .type = AK_TEXT, .offset = AT(pepper),
	    .valid = path_valid, .expects = "an absolute path" },
	{ .name = "hash", .type = AK_TEXT, .offset = AT(hash),
	    .valid = hash_valid, .expects = "blake2b or argon2id" },
	{ .name = "argon2id", .type = AK_GROUP, .offset = AT(has_argon2id),
	    .group = argon2id_table },
	{ .name = "issue", .type = AK_GROUP, .offset = AT(has_issue),
	    .group = issue_table },
	{ .name = "limits", .type = AK_GROUP, .offset = AT(has_limits),
	    .group = limits_table },
	{ .name = "local_services", .type = AK_WORDS,
	    .offset = AT(local_services) },
	{ .name = "cleartext_services", .type = AK_WORDS,
	    .offset = AT(cleartext_services) },
	{ .name = "expiry_warning", .type = AK_DURATION,
	    .offset = AT(expiry_warning) },
	{ .name = "audit", .type = AK_GROUP, .offset = AT(has_audit),
	    .group = audit_table },
	{ .name = NULL },
};

/* The defaults, in the language of the file itself. */
static const char defaults[] =
    "keystore = \"" APIKEY_KEYSTORE "\";\n"
    "state = \"" APIKEY_STATE "\";\n"
    "hash = \"blake2b\";\n"
    /* The OWASP Password Storage Cheat Sheet's least cost of Argon2id. */
    "argon2id = { memory = 19456; passes = 2;\n"
    "    max_memory = 65536; max_passes = 8; };\n"
    "issue = { ttl = \"90d\"; max_ttl = \"365d\"; overlap = \"7d\";\n"
    "    services = [ \"sshd\", \"sudo\", \"sudo-i\" ]; };\n"
    "limits = { key = \"300/1m\"; failures = \"10/1m\"; };\n"
    "expiry_warning = \"14d\";\n"
    "local_services = [ \"sudo\", \"sudo-i\", \"su\", \"su-l\","
    " \"login\" ];\n"
    "cleartext_services = [ \"login\", \"remote\", \"telnet\", \"rlogin\","
    " \"rsh\",\n    \"rexec\", \"ftp\", \"vsftpd\", \"proftpd\","
    " \"pure-ftpd\" ];\n"
    "audit = { facility = \"authpriv\"; format = \"logfmt\"; };\n";

void
ak_config_clear(struct ak_config *config)
{
	ak_settings_clear(table, config);
}

static int
read_file(const char *path, char **ret_text, size_t *ret_len,
    struct ak_fault *fault)
{
	struct ak_dir dir = AK_DIR_CLOSED;
	const char *name = NULL;
	int code;

	if ((code = ak_dir_open_of(&dir, path, &name, fault)) == APIKEY_OK)
		code = ak_file_read(&dir, name, CONFIG_MAX,
		    APIKEY_ERR_BAD_CONFIG, ret_text, ret_len, NULL, fault);
	ak_dir_close(&dir);
	if (code == APIKEY_ERR_NOT_FOUND)
		code = ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
		    "%s: does not exist; make it, an empty one will do",
		    path);
	return code;
}

/* What new keys would cost must be what may be verified. */
static int
check_cost(const struct ak_config *config, const char *path,
    struct ak_fault *fault)
{
	const struct ak_cost *cost = &config->argon2id.cost;
	const struct ak_cost *ceiling = &config->argon2id.ceiling;

	if (cost->memory < AK_MEMORY_MIN || ceiling->memory > AK_MEMORY_MAX ||
	    ceiling->passes > AK_PASSES_MAX)
		return ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
		    "%s: argon2id: memory is from %d to %d (KiB), passes are "
		    "at most %d", path, AK_MEMORY_MIN, AK_MEMORY_MAX,
		    AK_PASSES_MAX);
	if (cost->memory > ceiling->memory || cost->passes > ceiling->passes)
		return ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
		    "%s: argon2id: memory and passes must not be above "
		    "max_memory and max_passes", path);
	return APIKEY_OK;
}

int
ak_config_parse(const char *text, size_t len, const char *path,
    struct ak_config *ret, struct ak_fault *fault)
{
	int code;

	*ret = (struct ak_config){ .keystore = NULL };
	code = ak_settings_parse(table, defaults, sizeof(defaults) - 1,
	    "defaults", APIKEY_ERR_BAD_CONFIG, ret, fault);
	if (code == APIKEY_OK)
		code = ak_settings_parse(table, text, len, path,
		    APIKEY_ERR_BAD_CONFIG, ret, fault);
	if (code == APIKEY_OK)
		code = check_cost(ret, path, fault);
	return code;
}

int
ak_config_load(const char *path, struct ak_config *ret,
    struct ak_fault *fault)
{
	char *text = NULL;
	size_t len = 0;
	int code;

	*ret = (struct ak_config){ .keystore = NULL };
	code = read_file(path, &text, &len, fault);
	if (code == APIKEY_OK)
		code = ak_config_parse(text, len, path, ret, fault);
	free(text);
	return code;
}
