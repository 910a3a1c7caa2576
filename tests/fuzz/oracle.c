/*
 * A second opinion.
 */
#include <arpa/inet.h>
#include <fnmatch.h>
#include <libconfig.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "oracle.h"

static const char defaults[] =
    "local_services = [ \"sudo\", \"sudo-i\", \"su\", \"su-l\", \"login\" ];"
    "cleartext_services = [ \"login\", \"remote\", \"telnet\", \"rlogin\","
    " \"rsh\", \"rexec\", \"ftp\", \"vsftpd\", \"proftpd\", \"pure-ftpd\" ];";

static const config_setting_t *
member(const config_setting_t *group, const char *name)
{
	return config_setting_get_member(group, name);
}

static const char *
text_of(const config_setting_t *group, const char *name)
{
	const config_setting_t *c = member(group, name);
	const char *text;

	if (c == NULL)
		return NULL;
	text = config_setting_get_string(c);
	MUST(text != NULL && *text != '\0');
	return text;
}

static bool
is_true(const config_setting_t *group, const char *name)
{
	const config_setting_t *c = member(group, name);

	return c != NULL && config_setting_get_bool(c) != 0;
}

/* INT64_MIN for what is not there. */
static int64_t
time_of(const config_setting_t *group, const char *name)
{
	const char *text = text_of(group, name);
	struct tm tm = { .tm_year = 0 };

	if (text == NULL)
		return INT64_MIN;
	MUST(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) != NULL);
	return timegm(&tm);
}

static const char *
element(const config_setting_t *list, int i)
{
	const char *text = config_setting_get_string_elem(list, i);

	MUST(text != NULL);
	return text;
}

static bool
has(const config_setting_t *list, const char *text)
{
	for (int i = 0; i < config_setting_length(list); i++)
		if (text != NULL && strcmp(element(list, i), text) == 0)
			return true;
	return false;
}

/* The list of the configuration, or that of the defaults. */
static bool
configured(const config_t *config, const char *name, const char *text)
{
	const config_setting_t *list = config_lookup(config, name);
	config_t own;
	bool found;

	if (list != NULL)
		return has(list, text);
	config_init(&own);
	MUST(config_read_string(&own, defaults) == CONFIG_TRUE);
	found = has(config_lookup(&own, name), text);
	config_destroy(&own);
	return found;
}

/* 128 bits, those of IPv4 mapped; how many of text are its address. */
static bool
address(const char *text, size_t len, unsigned char ret[16], bool *ret_v4)
{
	char plain[INET6_ADDRSTRLEN];

	if (len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	memcpy(ret, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	*ret_v4 = inet_pton(AF_INET, plain, ret + 12) == 1;
	return *ret_v4 || inet_pton(AF_INET6, plain, ret) == 1;
}

static bool
in_network(const char *network, const char *source)
{
	const size_t len = strcspn(network, "/");
	unsigned char a[16], b[16];
	bool a4, b4;
	int prefix = 128;

	if (!address(source, strcspn(source, "%"), b, &b4) ||
	    !address(network, len, a, &a4))
		return false;
	if (network[len] == '/') {
		MUST(sscanf(network + len + 1, "%3d", &prefix) == 1);
		prefix += a4 ? 96 : 0;
	}
	/* ::/0 has every address, but none of IPv4. */
	if (prefix < 96 && memcmp(b, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0)
		return false;
	for (int i = 0; i < prefix; i++)
		if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	return true;
}

static bool
source_met(const config_setting_t *root, const config_t *config,
    const struct ask *ask)
{
	const config_setting_t *from = member(root, "from");

	if (from == NULL)
		return true;
	if (ask->source == NULL)
		return configured(config, "local_services", ask->service) &&
		    has(from, "local");
	for (int i = 0; i < config_setting_length(from); i++)
		if (in_network(element(from, i), ask->source))
			return true;
	return false;
}

static bool
host_met(const config_setting_t *root, const struct ask *ask)
{
	const config_setting_t *hosts = member(root, "hosts");
	char label[64];

	if (hosts == NULL)
		return true;
	(void)snprintf(label, sizeof(label), "%.*s",
	    (int)strcspn(ask->host, "."), ask->host);
	for (int i = 0; i < config_setting_length(hosts); i++)
		if (fnmatch(element(hosts, i), ask->host, FNM_CASEFOLD) == 0 ||
		    fnmatch(element(hosts, i), label, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

static bool
time_met(const config_setting_t *root, const struct ask *ask)
{
	const config_setting_t *end = member(root, "superseded");
	const int64_t expires = time_of(root, "expires");

	if (ask->now_s < time_of(root, "not_before") ||
	    (expires != INT64_MIN && ask->now_s >= expires))
		return false;
	if (end == NULL)
		return true;
	if (ask->now_s >= time_of(end, "at"))
		return false;
	return !is_true(end, "until_first_use") ||
	    ask->used_successor == NULL ||
	    strcmp(ask->used_successor, text_of(end, "by")) != 0;
}

static bool
words_met(const config_setting_t *root, const config_t *config,
    const struct ask *ask)
{
	const config_setting_t *services = member(root, "services");
	const config_setting_t *scopes = member(root, "scopes");

	if (services != NULL && !has(services, ask->service))
		return false;
	for (size_t i = 0; i < ask->scope_count; i++)
		if (scopes == NULL || !has(scopes, ask->scopes[i]))
			return false;
	return ask->source == NULL ||
	    !configured(config, "cleartext_services", ask->service);
}

static void
read_record(const config_setting_t *root, const config_t *config,
    const struct ask *ask, struct opinion *ret)
{
	const config_setting_t *uses = member(root, "max_uses");

	if (uses != NULL)
		ret->max_uses = config_setting_type(uses) ==
		    CONFIG_TYPE_INT ? config_setting_get_int(uses) :
		    config_setting_get_int64(uses);
	(void)snprintf(ret->id, sizeof(ret->id), "%s", text_of(root, "id"));
	(void)snprintf(ret->hash, sizeof(ret->hash), "%s",
	    text_of(root, "hash"));
	ret->within = member(root, "revoked") == NULL &&
	    !is_true(root, "disabled") && time_met(root, ask) &&
	    (ask->user == NULL || strcmp(ask->user, text_of(root, "user")) ==
	    0) && words_met(root, config, ask) &&
	    source_met(root, config, ask) && host_met(root, ask);
}

void
oracle(const char *record, const char *config_text, const struct ask *ask,
    struct opinion *ret)
{
	config_t config, parsed;

	*ret = (struct opinion){ .parsed = false };
	config_init(&config);
	config_init(&parsed);
	MUST(config_read_string(&config, config_text) == CONFIG_TRUE);
	ret->parsed = config_read_string(&parsed, record) == CONFIG_TRUE;
	if (ret->parsed)
		read_record(config_root_setting(&parsed), &config, ask, ret);
	config_destroy(&parsed);
	config_destroy(&config);
}
