/*
 * apikey.conf.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config.h"
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

/* The OWASP Password Storage Cheat Sheet's least cost of Argon2id. */
static const struct ak_setting argon2id_table[] = {
	{ .name = "memory", .type = AK_COUNT,
	    .offset = AT(argon2id.cost.memory), .preset = "19456" },
	{ .name = "passes", .type = AK_COUNT,
	    .offset = AT(argon2id.cost.passes), .preset = "2" },
	{ .name = "max_memory", .type = AK_COUNT,
	    .offset = AT(argon2id.ceiling.memory), .preset = "65536" },
	{ .name = "max_passes", .type = AK_COUNT,
	    .offset = AT(argon2id.ceiling.passes), .preset = "8" },
	{ .name = NULL },
};

static const struct ak_setting limits_table[] = {
	{ .name = "key", .type = AK_RATE, .offset = AT(limits.key),
	    .preset = "300/1m" },
	{ .name = "failures", .type = AK_RATE,
	    .offset = AT(limits.failures), .preset = "10/1m" },
	{ .name = NULL },
};

static const struct ak_setting issue_table[] = {
	{ .name = "ttl", .type = AK_DURATION, .offset = AT(issue.ttl),
	    .preset = "90d" },
	{ .name = "max_ttl", .type = AK_DURATION,
	    .offset = AT(issue.max_ttl), .preset = "365d" },
	{ .name = "services", .type = AK_WORDS,
	    .offset = AT(issue.services), .preset = "sshd sudo sudo-i" },
	{ .name = "overlap", .type = AK_DURATION, .offset = AT(issue.overlap),
	    .preset = "7d", .valid = overlap_valid,
	    .expects = "a duration such as 7d" },
	{ .name = NULL },
};

static const struct ak_setting audit_table[] = {
	{ .name = "facility", .type = AK_TEXT, .offset = AT(audit.facility),
	    .preset = "authpriv", .valid = facility_valid, .expects =
	    "authpriv, auth, daemon, user or local0 to local7" },
	{ .name = "format", .type = AK_TEXT, .offset = AT(audit.format),
	    .preset = "logfmt", .valid = format_valid,
	    .expects = "logfmt or json" },
	{ .name = NULL },
};

static const struct ak_setting table[] = {
	{ .name = "keystore", .type = AK_TEXT, .offset = AT(keystore),
	    .preset = APIKEY_KEYSTORE, .valid = path_valid,
	    .expects = "an absolute path" },
	{ .name = "state", .type = AK_TEXT, .offset = AT(state),
	    .preset = APIKEY_STATE, .valid = path_valid,
	    .expects = "an absolute path" },
	{ .name = "pepper", .type = AK_TEXT, .offset = AT(pepper),
	    .valid = path_valid, .expects = "an absolute path" },
	{ .name = "hash", .type = AK_TEXT, .offset = AT(hash),
	    .preset = "blake2b", .valid = hash_valid,
	    .expects = "blake2b or argon2id" },
	{ .name = "argon2id", .type = AK_GROUP, .offset = AT(has_argon2id),
	    .group = argon2id_table },
	{ .name = "issue", .type = AK_GROUP, .offset = AT(has_issue),
	    .group = issue_table },
	{ .name = "limits", .type = AK_GROUP, .offset = AT(has_limits),
	    .group = limits_table },
	{ .name = "local_services", .type = AK_WORDS,
	    .offset = AT(local_services),
	    .preset = "sudo sudo-i su su-l login" },
	{ .name = "cleartext_services", .type = AK_WORDS,
	    .offset = AT(cleartext_services),
	    .preset = "login remote telnet rlogin rsh rexec ftp vsftpd "
	    "proftpd pure-ftpd" },
	{ .name = "expiry_warning", .type = AK_DURATION,
	    .offset = AT(expiry_warning), .preset = "14d" },
	{ .name = "audit", .type = AK_GROUP, .offset = AT(has_audit),
	    .group = audit_table },
	{ .name = NULL },
};

void
ak_config_clear(struct ak_config *config)
{
	ak_settings_clear(table, config);
}

static int
read_file(const char *path, struct ak_dir *folder, char **ret_text,
    size_t *ret_len, struct ak_fault *fault)
{
	const char *name = NULL;
	int code;

	if ((code = ak_dir_open_of(folder, path, &name, fault)) == APIKEY_OK)
		code = ak_file_read(folder, name, CONFIG_MAX,
		    APIKEY_ERR_BAD_CONFIG, ret_text, ret_len, NULL, fault);
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
	code = ak_settings_preset(table, ret, fault);
	if (code == APIKEY_ERR_INVALID)
		code = ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
		    "the defaults that this was built with are none");
	if (code == APIKEY_OK)
		code = ak_settings_parse(table, text, len, path,
		    APIKEY_ERR_BAD_CONFIG, ret, fault);
	if (code == APIKEY_OK)
		code = check_cost(ret, path, fault);
	return code;
}

int
ak_config_load(const char *path, struct ak_dir *folder,
    struct ak_config *ret, struct ak_fault *fault)
{
	char *text = NULL;
	size_t len = 0;
	int code;

	*ret = (struct ak_config){ .keystore = NULL };
	code = read_file(path, folder, &text, &len, fault);
	if (code == APIKEY_OK)
		code = ak_config_parse(text, len, path, ret, fault);
	free(text);
	return code;
}
