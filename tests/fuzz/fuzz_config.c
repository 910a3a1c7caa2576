/*
 * apikey.conf: any text; and where it is taken, every setting that stands
 * in it has been taken, by a second reading that looks for names.  The
 * same text as a file gives the same.
 */
#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "folder.h"
#include "fuzz.h"
#include "libapikey/clock.h"
#include "libapikey/config.h"

#define NAME		"apikey.conf"
#define FILE_MAX	65536

static const char *const groups[] = {
	"argon2id", "issue", "limits", "audit",
};

static void
same_text(const config_t *c, const char *path, const char *have,
    const char *without)
{
	const char *want = without;

	if (config_lookup(c, path) != NULL)
		MUST(config_lookup_string(c, path, &want) == CONFIG_TRUE);
	MUST((have == NULL) == (want == NULL));
	MUST(have == NULL || strcmp(have, want) == 0);
}

static void
same_words(const config_t *c, const char *path, const struct ak_list *have,
    size_t without)
{
	const config_setting_t *list = config_lookup(c, path);

	MUST(have->count > 0 && have->count <= APIKEY_LIST_MAX);
	if (list == NULL) {
		MUST(have->count == without);
		return;
	}
	MUST((size_t)config_setting_length(list) == have->count);
	for (size_t i = 0; i < have->count; i++)
		MUST(strcmp(config_setting_get_string_elem(list, (int)i),
		    have->item[i]) == 0);
}

static void
same_count(const config_t *c, const char *path, int64_t have, int64_t without)
{
	const config_setting_t *number = config_lookup(c, path);

	if (number == NULL)
		MUST(have == without);
	else if (config_setting_type(number) == CONFIG_TYPE_INT)
		MUST(have == config_setting_get_int(number));
	else
		MUST(have == config_setting_get_int64(number));
	MUST(have >= 1);
}

static void
same_duration(const config_t *c, const char *path, int64_t have,
    const char *without)
{
	const char *text = without;
	int64_t want = AK_FOREVER;

	if (config_lookup(c, path) != NULL)
		MUST(config_lookup_string(c, path, &text) == CONFIG_TRUE);
	MUST(strcmp(text, "never") == 0 || ak_duration_parse(text, &want));
	MUST(have == want);
}

static void
same_rate(const config_t *c, const char *path, const struct ak_rate *have,
    const char *without)
{
	const char *text = without;
	struct ak_rate want;

	if (config_lookup(c, path) != NULL)
		MUST(config_lookup_string(c, path, &text) == CONFIG_TRUE);
	MUST(ak_rate_parse(text, &want));
	MUST(have->limit == want.limit && have->period == want.period &&
	    have->burst == want.burst);
}

/* Nothing stands there that was looked for by no name. */
static void
all_known(const config_t *c)
{
	static const char *const names[] = {
		"keystore", "state", "pepper", "hash", "local_services",
		"cleartext_services", "expiry_warning",
		"argon2id.memory", "argon2id.passes", "argon2id.max_memory",
		"argon2id.max_passes", "issue.ttl", "issue.max_ttl",
		"issue.services", "issue.overlap", "limits.key",
		"limits.failures", "audit.facility", "audit.format",
	};
	int have = config_setting_length(config_root_setting(c)), known = 0;

	for (size_t i = 0; i < COUNT(groups); i++)
		if (config_lookup(c, groups[i]) != NULL)
			have += config_setting_length(config_lookup(c,
			    groups[i])) - 1;
	for (size_t i = 0; i < COUNT(names); i++)
		if (config_lookup(c, names[i]) != NULL)
			known++;
	MUST(have == known);
}

static void
compare(const config_t *c, const struct ak_config *config)
{
	all_known(c);
	same_text(c, "keystore", config->keystore, APIKEY_KEYSTORE);
	same_text(c, "state", config->state, APIKEY_STATE);
	same_text(c, "pepper", config->pepper, NULL);
	same_text(c, "hash", config->hash, "blake2b");
	same_text(c, "audit.facility", config->audit.facility, "authpriv");
	same_text(c, "audit.format", config->audit.format, "logfmt");
	same_words(c, "issue.services", &config->issue.services, 3);
	same_words(c, "local_services", &config->local_services, 5);
	same_words(c, "cleartext_services", &config->cleartext_services, 10);
	same_count(c, "argon2id.memory", config->argon2id.cost.memory, 19456);
	same_count(c, "argon2id.passes", config->argon2id.cost.passes, 2);
	same_count(c, "argon2id.max_memory",
	    config->argon2id.ceiling.memory, 65536);
	same_count(c, "argon2id.max_passes",
	    config->argon2id.ceiling.passes, 8);
	same_duration(c, "issue.ttl", config->issue.ttl, "90d");
	same_duration(c, "issue.max_ttl", config->issue.max_ttl, "365d");
	same_duration(c, "issue.overlap", config->issue.overlap, "7d");
	same_duration(c, "expiry_warning", config->expiry_warning, "14d");
	same_rate(c, "limits.key", &config->limits.key, "300/1m");
	same_rate(c, "limits.failures", &config->limits.failures, "10/1m");
}

/* What its parts promise to those who use them. */
static void
check_values(const struct ak_config *config)
{
	MUST(config->keystore[0] == '/' && config->state[0] == '/');
	MUST(config->pepper == NULL || config->pepper[0] == '/');
	MUST(strcmp(config->hash, "blake2b") == 0 ||
	    strcmp(config->hash, "argon2id") == 0);
	MUST(config->argon2id.cost.memory >= AK_MEMORY_MIN &&
	    config->argon2id.ceiling.memory <= AK_MEMORY_MAX &&
	    config->argon2id.cost.memory <=
	    config->argon2id.ceiling.memory &&
	    config->argon2id.cost.passes <= config->argon2id.ceiling.passes);
	MUST(config->issue.overlap != AK_FOREVER);
	MUST(ak_cost_valid(&config->argon2id.cost));
}

static int
from_file(const char *text, size_t len, struct ak_config *ret)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_dir folder = AK_DIR_CLOSED;
	char path[FOLDER_PATH];
	int code;

	folder_write(NAME, text, len);
	folder_join(path, NAME);
	code = ak_config_load(path, &folder, ret, &fault);
	ak_dir_close(&folder);
	return code;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct fuzz in = { bytes, len };
	const bool file = fuzz_byte(&in) % 4 == 0;
	struct ak_config config, again;
	const char *text;
	config_t c;
	int code;

	text = fuzz_rest(&in, &len);
	code = ak_config_parse(text, len, "f", &config, &fault);
	MUST((code == APIKEY_OK) == (fault.text[0] == '\0'));
	MUST(code == APIKEY_OK || code == APIKEY_ERR_BAD_CONFIG);
	if (file) {
		MUST(from_file(text, len, &again) == (len > FILE_MAX ?
		    APIKEY_ERR_BAD_CONFIG : code));
		ak_config_clear(&again);
	}
	if (code == APIKEY_OK) {
		MUST(strlen(text) == len);
		config_init(&c);
		MUST(config_read_string(&c, text) == CONFIG_TRUE);
		compare(&c, &config);
		check_values(&config);
		config_destroy(&c);
	}
	ak_config_clear(&config);
	fuzz_done();
	return 0;
}
