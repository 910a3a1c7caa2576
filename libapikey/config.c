/*
 * apikey.conf.
 */
#include <limits.h>
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

static const struct ak_setting issue_table[] = {
	{ .name = "ttl", .type = AK_DURATION, .offset = AT(issue.ttl) },
	{ .name = "max_ttl", .type = AK_DURATION,
	    .offset = AT(issue.max_ttl) },
	{ .name = "services", .type = AK_WORDS,
	    .offset = AT(issue.services) },
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
	{ .name = "issue", .type = AK_GROUP, .offset = AT(has_issue),
	    .group = issue_table },
	{ .name = "local_services", .type = AK_WORDS,
	    .offset = AT(local_services) },
	{ .name = "cleartext_services", .type = AK_WORDS,
	    .offset = AT(cleartext_services) },
	{ .name = "audit", .type = AK_GROUP, .offset = AT(has_audit),
	    .group = audit_table },
	{ .name = NULL },
};

/* The defaults, in the language of the file itself. */
static const char defaults[] =
    "keystore = \"" APIKEY_KEYSTORE "\";\n"
    "state = \"" APIKEY_STATE "\";\n"
    "issue = { ttl = \"90d\"; max_ttl = \"365d\";\n"
    "    services = [ \"sshd\", \"sudo\", \"sudo-i\" ]; };\n"
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
	const char *slash = strrchr(path, '/');
	struct ak_dir dir = AK_DIR_CLOSED;
	char folder[PATH_MAX];
	size_t len;
	int code;

	if (slash == NULL || path[0] != '/' || slash[1] == '\0' ||
	    strlen(path) >= sizeof(folder))
		return ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
		    "%s: is not an absolute path to a file", path);
	len = slash == path ? 1 : (size_t)(slash - path);
	memcpy(folder, path, len);
	folder[len] = '\0';
	if ((code = ak_dir_open(&dir, folder, fault)) == APIKEY_OK)
		code = ak_file_read(&dir, slash + 1, CONFIG_MAX,
		    APIKEY_ERR_BAD_CONFIG, ret_text, ret_len, NULL, fault);
	ak_dir_close(&dir);
	if (code == APIKEY_ERR_NOT_FOUND)
		code = ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
		    "%s: does not exist; make it, an empty one will do",
		    path);
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
	code = ak_settings_parse(table, defaults, sizeof(defaults) - 1,
	    "defaults", APIKEY_ERR_BAD_CONFIG, ret, fault);
	if (code == APIKEY_OK)
		code = read_file(path, &text, &len, fault);
	if (code == APIKEY_OK)
		code = ak_settings_parse(table, text, len, path,
		    APIKEY_ERR_BAD_CONFIG, ret, fault);
	free(text);
	return code;
}
