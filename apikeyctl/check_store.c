/*
 * check_store.c - the keystore and every record in it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define SUFFIX	".conf"
#define OLD	((int64_t)365 * 86400)

struct store {
	struct cmd_check *c;
	const struct cmd_check_settings *settings;
	size_t old;			/* records that ended long ago, */
	char last[APIKEY_ID_SIZE];	/* and one of them */
};

static void
learn(struct cmd_check *c, const apikey_key *key)
{
	bool for_sshd = false;
	size_t i, count = apikey_key_count(key, APIKEY_SERVICES);
	const char *service;

	for (i = 0; i < count; i++) {
		service = apikey_key_item(key, APIKEY_SERVICES, i);
		cmd_words_once(&c->key_services, service);
		for_sshd |= strcmp(service, "sshd") == 0;
	}
	c->key_anywhere |= count == 0;
	cmd_words_once(&c->key_users, apikey_key_user(key));
	if (strcmp(apikey_key_user(key), "root") == 0)
		c->sshd.root_key |= for_sshd || count == 0;
}

static void
judge_hash(struct store *s, const char *name, const apikey_key *key)
{
	const struct cmd_check_settings *set = s->settings;
	char message[APIKEY_MESSAGE_SIZE];
	bool pepper;

	if (apikey_check_hash(key, set->pepper_id, set->max_memory,
	    set->max_passes, message) == APIKEY_OK)
		return;
	pepper = strstr(message, "pepper") != NULL;
	if (pepper && set->pepper != NULL && *set->pepper_id == '\0')
		snprintf(message, sizeof(message), "its hash needs the "
		    "pepper, which is missing or no good");
	cmd_find(&s->c->findings, CMD_ERROR, name, pepper ?
	    "restore that pepper, or issue a new key" :
	    "raise the ceiling, or issue a new key",
	    "the key is refused: %s", message);
}

static void
judge(struct store *s, const char *name, const apikey_key *key)
{
	int64_t ended = apikey_key_ended(key);

	if (ended != APIKEY_TIME_NONE) {
		if (ended > s->c->now - OLD)
			return;
		s->old++;
		snprintf(s->last, sizeof(s->last), "%s", apikey_key_id(key));
		return;
	}
	judge_hash(s, name, key);
	if (apikey_key_max_uses(key) > 0)
		cmd_check_count(s->c, s->settings, apikey_key_id(key));
	if (apikey_key_status(key) != APIKEY_STATUS_DISABLED)
		learn(s->c, key);
}

static void
check_text(struct cmd_check *c, const char *name, const char *text,
    size_t len, const char *id, apikey_key **ret_key)
{
	char message[APIKEY_MESSAGE_SIZE];

	if (apikey_check_record(text, len, name, id, c->now, ret_key,
	    message) != APIKEY_OK)
		cmd_find_sentence(&c->findings, CMD_ERROR, name, message,
		    "mend the line, or restore the file: until then the key "
		    "is refused (apikey.conf(5))");
}

void
cmd_check_record_text(struct cmd_check *c, const char *name,
    const char *text, size_t len, const char *id)
{
	apikey_key *key = NULL;

	check_text(c, name, text, len, id, &key);
	apikey_key_free(key);
}

static bool
begins_with_id(const char *file)
{
	return strspn(file, "0123456789abcdefghjkmnpqrstvwxyz") >=
	    APIKEY_ID_LEN;
}

/* The id in a record's name; false when it is no such name. */
static bool
id_of(const char *file, char ret[APIKEY_ID_SIZE])
{
	size_t len = strlen(file);

	if (len != APIKEY_ID_LEN + sizeof(SUFFIX) - 1 ||
	    strcmp(file + APIKEY_ID_LEN, SUFFIX) != 0 ||
	    !begins_with_id(file))
		return false;
	snprintf(ret, APIKEY_ID_SIZE, "%.*s", APIKEY_ID_LEN, file);
	return true;
}

static void
check_record(struct store *s, const char *path, const char *name,
    const char *id)
{
	apikey_key *key = NULL;
	char *text = NULL;
	size_t len;
	int error;

	(void)cmd_check_path(s->c, path, false);
	error = cmd_tree_read(&s->c->tree, path, &text, &len, NULL);
	/* What is no file was found already. */
	if (error != 0 && error != ENOENT && error != EINVAL &&
	    error != EISDIR)
		cmd_check_unread(s->c, path, error);
	if (error == 0)
		check_text(s->c, name, text, len, id, &key);
	if (key != NULL)
		judge(s, name, key);
	apikey_key_free(key);
	free(text);
}

/* If it holds a key, and that has no file, it needs its name back. */
static void
find_misnamed(struct store *s, const char *path, const char *name)
{
	char message[APIKEY_MESSAGE_SIZE], *text = NULL, *mend = NULL;
	char *right = NULL, *full = NULL;
	apikey_key *key = NULL;
	size_t len;

	if (cmd_tree_read(&s->c->tree, path, &text, &len, NULL) == 0 &&
	    apikey_check_record(text, len, name, NULL, s->c->now, &key,
	    message) == APIKEY_OK) {
		right = cmd_text("%s/%s" SUFFIX, s->settings->keystore,
		    apikey_key_id(key));
		full = cmd_tree_name(&s->c->tree, right);
		if (cmd_tree_has(&s->c->tree, right))
			mend = cmd_text("move it away: the key %s has a file",
			    apikey_key_id(key));
		else if (cmd_harmless(full) && cmd_harmless(name))
			mend = cmd_text("mv -n {} %s", full);
		else
			mend = cmd_text("rename it to %s" SUFFIX ", the id "
			    "that it holds", apikey_key_id(key));
	}
	cmd_find(&s->c->findings, CMD_ERROR, name, mend == NULL ?
	    "move it away" : mend, "is not named by the id of a key and "
	    SUFFIX);
	apikey_key_free(key);
	free(text);
	free(mend);
	free(right);
	free(full);
}

static void
check_name(struct store *s, const char *file)
{
	char *path = cmd_text("%s/%s", s->settings->keystore, file);
	char *name = cmd_tree_name(&s->c->tree, path);
	char id[APIKEY_ID_SIZE];

	if (id_of(file, id))
		check_record(s, path, name, id);
	else if (strcmp(file, ".apikey.new") == 0)
		cmd_find(&s->c->findings, CMD_NOTE, name, "remove it, when no "
		    "apikeyctl is running", "a change that was not finished "
		    "left this behind; the record itself is whole");
	else if (strcmp(file, ".lock") == 0)
		(void)cmd_check_path(s->c, path, false);
	else if (*file != '.')
		find_misnamed(s, path, name);
	free(name);
	free(path);
}

/* Nobody needs to see the hashes and the bounds. */
static void
check_mode(struct cmd_check *c, const char *path, const char *what)
{
	char *name, *self = cmd_text("%s/.", path);
	struct stat st;

	name = cmd_tree_name(&c->tree, path);
	if (cmd_tree_stat(&c->tree, self, &st) == 0 &&
	    (st.st_mode & 077 & ~022u) != 0)
		cmd_find(&c->findings, CMD_WARNING, name, "chmod 700 {}",
		    "%s can be read by others", what);
	free(name);
	free(self);
}

void
cmd_check_store(struct cmd_check *c, const struct cmd_check_settings *set)
{
	struct store s = { .c = c, .settings = set };
	struct cmd_words names = { 0 };
	char *name = cmd_tree_name(&c->tree, set->keystore);
	size_t i;
	int error;

	(void)cmd_check_path(c, set->keystore, true);
	check_mode(c, set->keystore, "the keystore");
	error = cmd_tree_list(&c->tree, set->keystore, &names);
	if (error == ENOENT)
		cmd_find(&c->findings, CMD_ERROR, name, "install -d -m 700 "
		    "{}", "there is no keystore: every key is refused");
	else if (error != 0 && error != ENOTDIR)
		cmd_check_unread(c, set->keystore, error);
	for (i = 0; i < names.count; i++)
		check_name(&s, names.item[i]);
	if (s.old > 0)
		cmd_find(&c->findings, CMD_NOTE, name, "apikeyctl gc "
		    "--older-than 1y", "%zu keys ended more than a year ago, "
		    "one of them %s", s.old, s.last);
	cmd_words_free(&names);
	free(name);
}

/* ---- The state ------------------------------------------------------ */

static void
check_usage_file(struct cmd_check *c, const char *path, const char *id)
{
	char message[APIKEY_MESSAGE_SIZE], *mend, *text = NULL, *name;
	size_t len;
	int error, tries = 0, code = APIKEY_OK;

	name = cmd_tree_name(&c->tree, path);
	if (!begins_with_id(id) || strlen(id) != APIKEY_ID_LEN) {
		cmd_find(&c->findings, CMD_NOTE, name, "move it away",
		    "is not named by the id of a key");
		free(name);
		return;
	}
	mend = cmd_text("apikeyctl usage --reset %s", id);
	(void)cmd_check_path(c, path, false);
	/* A login may be writing it. */
	do {
		free(text);
		text = NULL;
		error = cmd_tree_read(&c->tree, path, &text, &len, NULL);
		if (error == 0 && len > 0)
			code = apikey_check_usage(text, len, name, message);
	} while (code != APIKEY_OK && ++tries < 3);
	if (code != APIKEY_OK)
		cmd_find_sentence(&c->findings, CMD_WARNING, name, message,
		    mend);
	free(text);
	free(mend);
	free(name);
}

void
cmd_check_count(struct cmd_check *c, const struct cmd_check_settings *set,
    const char *id)
{
	char *path = cmd_text("%s/usage/%s", set->state, id), *mend, *where;
	char *text = NULL;
	size_t len = 0;

	(void)cmd_tree_read(&c->tree, path, &text, &len, NULL);
	where = cmd_text("key %s", id);
	mend = cmd_text("apikeyctl usage --reset %s # it has all its uses "
	    "again", id);
	if (len == 0)
		cmd_find(&c->findings, CMD_ERROR, where, mend, "the count of "
		    "its uses is missing, and it is refused");
	free(text);
	free(where);
	free(mend);
	free(path);
}

static const struct state_file {
	const char *name, *what, *head;
	size_t head_len, size;
} state_files[] = {
	{ "throttle", "failures", "apikthrt", 8, 512 + 1024 * 512 },
	{ "counters", "decisions", "apikcnt\n\1", 9, 16 + 128 * 8 }
};

/* A login that makes it anew may be at it: then it is empty, or begins with
 * zeros. */
static void
check_state_file(struct cmd_check *c, const char *state,
    const struct state_file *file)
{
	char *path = cmd_text("%s/%s", state, file->name), *text = NULL;
	char *name = cmd_tree_name(&c->tree, path);
	size_t len = 0;
	int error = ENOENT;

	if (cmd_check_path(c, path, false))
		error = cmd_tree_read(&c->tree, path, &text, &len, NULL);
	if (error != ENOENT && error != 0 && error != EFBIG)
		cmd_check_unread(c, path, error);
	else if (error == EFBIG || (len > 0 && (len != file->size ||
	    (*text != '\0' &&
	    memcmp(text, file->head, file->head_len) != 0))))
		cmd_find(&c->findings, CMD_WARNING, name, "nothing: the next "
		    "login makes it anew, and the counts begin at 0",
		    "is no file that counts %s: what it counted is lost",
		    file->what);
	free(text);
	free(name);
	free(path);
}

void
cmd_check_state(struct cmd_check *c, const struct cmd_check_settings *set)
{
	char *name = cmd_tree_name(&c->tree, set->state), *path;
	struct cmd_words names = { 0 };
	size_t i;
	int error;

	if (!cmd_tree_has(&c->tree, set->state))
		cmd_find(&c->findings, CMD_WARNING, name, "install -d -m 700 "
		    "{}", "there is no state: uses are not counted, failures "
		    "not slowed down, keys with max_uses refused");
	else if (cmd_check_path(c, set->state, true))
		check_mode(c, set->state, "the state");
	for (i = 0; i < sizeof(state_files) / sizeof(state_files[0]); i++)
		check_state_file(c, set->state, &state_files[i]);
	path = cmd_text("%s/usage", set->state);
	(void)cmd_check_path(c, path, true);
	error = cmd_tree_list(&c->tree, path, &names);
	if (error != 0 && error != ENOENT && error != ENOTDIR)
		cmd_check_unread(c, path, error);
	free(path);
	for (i = 0; i < names.count; i++) {
		path = cmd_text("%s/usage/%s", set->state, names.item[i]);
		check_usage_file(c, path, names.item[i]);
		free(path);
	}
	cmd_words_free(&names);
	free(name);
}
