/*
 * Files, before they are used: what a login would make of them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "fileio.h"
#include "key.h"
#include "pepper.h"
#include "token.h"

_Static_assert(sizeof(((struct ak_fault *)0)->text) <= APIKEY_MESSAGE_SIZE,
    "a sentence fits");

/* Hands the sentence on, and returns the code. */
static int
done(const struct ak_fault *fault, int code, char message[])
{
	(void)snprintf(message, APIKEY_MESSAGE_SIZE, "%s",
	    code == APIKEY_OK ? "" : fault->text);
	return code;
}

static int
check_file(const char *root, const char *path, struct ak_fault *fault)
{
	const char *slash = strrchr(path, '/');
	struct ak_dir dir = AK_DIR_CLOSED;
	char folder[PATH_MAX];
	struct stat st;
	size_t len;
	int code, fd;

	if (path[0] != '/' || slash[1] == '\0' ||
	    strlen(path) >= sizeof(folder))
		return ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
		    "%s: is not an absolute path to a file", path);
	len = slash == path ? 1 : (size_t)(slash - path);
	memcpy(folder, path, len);
	folder[len] = '\0';
	code = ak_dir_open_below(&dir, root, folder, fault);
	if (code == APIKEY_OK)
		code = ak_file_open(&dir, slash + 1, O_RDONLY, &fd, &st, fault);
	if (code == APIKEY_OK)
		(void)close(fd);
	ak_dir_close(&dir);
	return code;
}

AK_EXPORT int
apikey_check_path(const char *root, const char *path, int is_folder,
    char message[APIKEY_MESSAGE_SIZE])
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_dir dir = AK_DIR_CLOSED;
	int code;

	if (root == NULL)
		root = "/";
	if (is_folder == 0)
		return done(&fault, check_file(root, path, &fault), message);
	code = ak_dir_open_below(&dir, root, path, &fault);
	ak_dir_close(&dir);
	return done(&fault, code, message);
}

struct telling {
	apikey_setting	*each;
	void		*arg;
};

static void
tell_number(const struct telling *t, const char *name, int64_t value,
    const char *unit)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRId64 "%s", value, unit);
	t->each(t->arg, name, value == AK_FOREVER ? "never" : text);
}

static void
tell_rate(const struct telling *t, const char *name,
    const struct ak_rate *rate)
{
	char text[AK_RATE_SIZE];

	ak_rate_text(rate, text);
	t->each(t->arg, name, text);
}

static void
tell_list(const struct telling *t, const char *name,
    const struct ak_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		t->each(t->arg, name, list->item[i]);
}

static void
tell_config(const struct telling *t, const struct ak_config *config)
{
	t->each(t->arg, "keystore", config->keystore);
	t->each(t->arg, "state", config->state);
	if (config->pepper != NULL)
		t->each(t->arg, "pepper", config->pepper);
	t->each(t->arg, "hash", config->hash);
	tell_number(t, "argon2id.memory", config->argon2id.cost.memory, "");
	tell_number(t, "argon2id.passes", config->argon2id.cost.passes, "");
	tell_number(t, "argon2id.max_memory",
	    config->argon2id.ceiling.memory, "");
	tell_number(t, "argon2id.max_passes",
	    config->argon2id.ceiling.passes, "");
	tell_number(t, "issue.ttl", config->issue.ttl, "s");
	tell_number(t, "issue.max_ttl", config->issue.max_ttl, "s");
	tell_list(t, "issue.services", &config->issue.services);
	tell_number(t, "issue.overlap", config->issue.overlap, "s");
	tell_rate(t, "limits.key", &config->limits.key);
	tell_rate(t, "limits.failures", &config->limits.failures);
	tell_number(t, "expiry_warning", config->expiry_warning, "s");
	tell_list(t, "local_services", &config->local_services);
	tell_list(t, "cleartext_services", &config->cleartext_services);
	t->each(t->arg, "audit.facility", config->audit.facility);
	t->each(t->arg, "audit.format", config->audit.format);
}

AK_EXPORT int
apikey_check_config(const char *text, size_t len, const char *name,
    apikey_setting *each, void *arg, char message[APIKEY_MESSAGE_SIZE])
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct telling t = { each, arg };
	struct ak_config config;
	int code;

	code = ak_config_parse(text, len, name, &config, &fault);
	if (code == APIKEY_OK)
		tell_config(&t, &config);
	ak_config_clear(&config);
	return done(&fault, code, message);
}

AK_EXPORT int
apikey_check_record(const char *text, size_t len, const char *name,
    const char *id, int64_t at, apikey_key **ret_key,
    char message[APIKEY_MESSAGE_SIZE])
{
	const struct ak_state none = { .dir = AK_DIR_CLOSED,
	    .usage = AK_DIR_CLOSED };
	struct ak_fault fault = { APIKEY_OK, "" };
	apikey_key *key = ak_key_new(at);
	int code = APIKEY_OK;

	if (key == NULL)
		code = ak_fail(&fault, APIKEY_ERR_NO_MEMORY,
		    "%s: out of memory", name);
	else if (len > AK_RECORD_MAX)
		code = ak_fail(&fault, APIKEY_ERR_CORRUPT_RECORD,
		    "%s: is larger than %d bytes", name, AK_RECORD_MAX);
	else
		code = ak_record_parse(text, len, name, &key->record, &fault);
	if (code == APIKEY_OK && id != NULL &&
	    strcmp(key->record.id, id) != 0)
		code = ak_fail(&fault, APIKEY_ERR_CORRUPT_RECORD,
		    "%s: holds the id %s; the file must be named by its id",
		    name, key->record.id);
	if (code != APIKEY_OK) {
		apikey_key_free(key);
		return done(&fault, code, message);
	}
	ak_key_count_uses(key, &none);
	*ret_key = key;
	return done(&fault, code, message);
}

AK_EXPORT int
apikey_check_hash(const apikey_key *key, const char *pepper,
    int64_t max_memory, int64_t max_passes, char message[APIKEY_MESSAGE_SIZE])
{
	struct ak_hashing hashing = {
		.ceiling = { max_memory, max_passes },
	};
	struct ak_fault fault = { APIKEY_OK, "" };

	hashing.pepper.is_set = *pepper != '\0';
	(void)snprintf(hashing.pepper.id, sizeof(hashing.pepper.id), "%s",
	    pepper);
	return done(&fault, ak_hash_check(&hashing, key->record.hash, &fault),
	    message);
}

AK_EXPORT int
apikey_check_pepper(const char *text, size_t len, const char *name,
    char ret_id[APIKEY_PEPPER_ID_SIZE], char message[APIKEY_MESSAGE_SIZE])
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_pepper pepper = { .is_set = false };
	int code;

	if ((code = ak_mem_init()) != APIKEY_OK)
		(void)ak_fail(&fault, code, "libsodium does not start");
	else
		code = ak_pepper_parse(text, len, name, &pepper, &fault);
	if (code == APIKEY_OK)
		memcpy(ret_id, pepper.id, sizeof(pepper.id));
	ak_wipe(&pepper, sizeof(pepper));
	return done(&fault, code, message);
}

AK_EXPORT int
apikey_check_usage(const char *text, size_t len, const char *name,
    char message[APIKEY_MESSAGE_SIZE])
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_usage usage;
	int code = APIKEY_OK;

	if (!ak_usage_decode((const unsigned char *)text, len, &usage))
		code = ak_fail(&fault, APIKEY_ERR_CORRUPT_RECORD,
		    "%s: is no record of a key's usage", name);
	return done(&fault, code, message);
}
