/*
 * check_config.c - the configuration, and paths that a login must trust.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "exit.h"
#include "output.h"

/* More failures a minute than this do not slow down any guessing. */
#define FAILURES_MAX	1000.0

/* More KiB for a stranger's login than this may exhaust a machine. */
#define MEMORY_MAX	1048576

void
cmd_check_say(struct cmd_check *c, const char *sentence)
{
	if (cmd_words_once(&c->unread, sentence))
		cmd_error("%s", sentence);
	c->denied |= strstr(sentence, strerror(EACCES)) != NULL;
	c->findings.status = cmd_exit_worst(c->findings.status, CMD_EXIT_IO);
}

void
cmd_check_unread(struct cmd_check *c, const char *path, int error)
{
	char *name = cmd_tree_name(&c->tree, path);
	char *sentence = cmd_text("%s: %s", name, error == EINVAL ?
	    "is no regular file" : strerror(error));

	cmd_check_say(c, sentence);
	free(sentence);
	free(name);
}

/* A folder on the way was at fault: the file itself may be, too, which a
 * login would not come to see. */
static void
check_last(struct cmd_check *c, const char *path, const char *name)
{
	struct stat st;

	if (cmd_tree_stat(&c->tree, path, &st) != 0 || S_ISLNK(st.st_mode))
		return;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		cmd_find(&c->findings, CMD_ERROR, name, "chown root {}",
		    "belongs to uid %u", (unsigned int)st.st_uid);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		cmd_find(&c->findings, CMD_ERROR, name, "chmod go-w {}",
		    "is writable by %s", (st.st_mode & S_IWOTH) != 0 ?
		    "everybody" : "its group");
}

/* The library would open it, which can make a device act. */
static bool
is_device(struct cmd_check *c, const char *path)
{
	struct stat st;
	char *name;

	if (cmd_tree_stat(&c->tree, path, &st) != 0 ||
	    (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
		return false;
	name = cmd_tree_name(&c->tree, path);
	cmd_find(&c->findings, CMD_ERROR, name, "put the file itself there",
	    "is a device");
	free(name);
	return true;
}

bool
cmd_check_path(struct cmd_check *c, const char *path, bool is_folder)
{
	char message[APIKEY_MESSAGE_SIZE], *sentence, *name, *full;
	const char *colon;
	int code;

	if (is_device(c, path))
		return false;
	code = apikey_check_path(cmd_tree_root(&c->tree), path, is_folder,
	    message);
	if (code == APIKEY_OK || code == APIKEY_ERR_NOT_FOUND)
		return code == APIKEY_OK;
	sentence = cmd_text("%s%s", c->tree.root, message);
	if (code == APIKEY_ERR_UNAVAILABLE || code == APIKEY_ERR_NO_MEMORY)
		cmd_check_say(c, sentence);
	else {
		/* It may be a folder on the way. */
		colon = strstr(sentence, ": ");
		name = colon == NULL ? cmd_tree_name(&c->tree, path) :
		    cmd_text("%.*s", (int)(colon - sentence), sentence);
		cmd_find_sentence(&c->findings, CMD_ERROR, name, sentence,
		    "give another path, or put the file itself there");
		full = cmd_tree_name(&c->tree, path);
		if (strcmp(name, full) != 0)
			check_last(c, path, full);
		free(full);
		free(name);
	}
	free(sentence);
	return false;
}

static void
set(char **slot, const char *value)
{
	free(*slot);
	*slot = cmd_text("%s", value);
}

static void
take_setting(void *arg, const char *name, const char *value)
{
	struct cmd_check_settings *s = arg;
	const struct {
		const char *name;
		char **slot;
	} texts[] = {
		{ "keystore", &s->keystore }, { "state", &s->state },
		{ "pepper", &s->pepper }, { "issue.ttl", &s->ttl },
		{ "issue.max_ttl", &s->max_ttl },
		{ "limits.failures", &s->failures }
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(name, texts[i].name) == 0)
			set(texts[i].slot, value);
	if (strcmp(name, "local_services") == 0)
		cmd_words_add(&s->local_services, value);
	else if (strcmp(name, "argon2id.max_memory") == 0)
		s->max_memory = strtoll(value, NULL, 10);
	else if (strcmp(name, "argon2id.max_passes") == 0)
		s->max_passes = strtoll(value, NULL, 10);
}

static double
per_minute(const char *rate)
{
	int64_t seconds = 0;
	char *end, *duration;
	double count;

	count = (double)strtoll(rate, &end, 10);
	if (*end != '/')
		return 0;
	duration = cmd_text("%.*s", (int)strcspn(end + 1, ":"), end + 1);
	(void)apikey_duration_parse(duration, &seconds);
	free(duration);
	return seconds > 0 ? count * 60 / (double)seconds : 0;
}

/* Settings that are valid, and that one should know of. */
static void
judge(struct cmd_check *c, const char *name,
    const struct cmd_check_settings *s)
{
	struct cmd_findings *f = &c->findings;
	size_t len = strlen(s->keystore);

	if (strcmp(s->ttl, "never") == 0)
		cmd_find(f, CMD_WARNING, name, "set issue.ttl to a duration "
		    "such as 90d", "keys never end unless they are told to "
		    "(issue.ttl is \"never\")");
	else if (strcmp(s->max_ttl, "never") == 0)
		cmd_find(f, CMD_WARNING, name, "set issue.max_ttl to a "
		    "duration such as 365d", "keys may be made that never "
		    "end (issue.max_ttl is \"never\")");
	if (per_minute(s->failures) > FAILURES_MAX)
		cmd_find(f, CMD_WARNING, name, "leave limits.failures at "
		    "10/1m, the default", "limits.failures is %s, which "
		    "slows nobody down", s->failures);
	if (s->max_memory > MEMORY_MAX)
		cmd_find(f, CMD_WARNING, name, "set argon2id.max_memory to "
		    "what new keys take (argon2id.memory)", "argon2id."
		    "max_memory lets one login take %lld KiB",
		    (long long)s->max_memory);
	if (cmd_words_has(&s->local_services, "sshd"))
		cmd_find(f, CMD_WARNING, name, "take sshd out of "
		    "local_services", "sshd is among local_services: a login "
		    "whose address is not known would count as local");
	if (s->pepper != NULL && strncmp(s->pepper, s->keystore, len) == 0 &&
	    s->pepper[len] == '/')
		cmd_find(f, CMD_WARNING, name, "move the pepper out of the "
		    "keystore", "the pepper is in the keystore's own folder, "
		    "and would be copied and stolen with it");
}

static void
settings_free(struct cmd_check_settings *s)
{
	free(s->keystore);
	free(s->state);
	free(s->pepper);
	free(s->ttl);
	free(s->max_ttl);
	free(s->failures);
	cmd_words_free(&s->local_services);
}

static bool
read_config(struct cmd_check *c, const char *name, const char *text,
    size_t len, struct cmd_check_settings *s)
{
	char message[APIKEY_MESSAGE_SIZE];

	if (apikey_check_config(text, len, name, take_setting, s, message) !=
	    APIKEY_OK) {
		cmd_find_sentence(&c->findings, CMD_ERROR, name, message,
		    "mend the line: until then every key is refused "
		    "(apikey.conf(5))");
		return false;
	}
	judge(c, name, s);
	return true;
}

void
cmd_check_config_text(struct cmd_check *c, const char *name,
    const char *text, size_t len)
{
	struct cmd_check_settings s = { 0 };

	(void)read_config(c, name, text, len, &s);
	settings_free(&s);
}

/* Half a pepper is no use, and the half of a secret. */
static void
check_leftover(struct cmd_check *c, const char *pepper)
{
	const char *slash = strrchr(pepper, '/');
	char *path = cmd_text("%.*s/.apikey.new", (int)(slash - pepper),
	    pepper);
	char *name = cmd_tree_name(&c->tree, path);

	if (cmd_tree_has(&c->tree, path))
		cmd_find(&c->findings, CMD_NOTE, name, "remove it, when no "
		    "apikeyctl is running", "a pepper that was not finished "
		    "was left behind");
	free(name);
	free(path);
}

static void
check_pepper(struct cmd_check *c, struct cmd_check_settings *s)
{
	char message[APIKEY_MESSAGE_SIZE], *name, *text = NULL;
	struct stat st;
	size_t len;
	int error;

	if (s->pepper == NULL)
		return;
	name = cmd_tree_name(&c->tree, s->pepper);
	check_leftover(c, s->pepper);
	(void)cmd_check_path(c, s->pepper, false);
	error = cmd_tree_read(&c->tree, s->pepper, &text, &len, &st);
	if (error == ENOENT)
		cmd_find(&c->findings, CMD_ERROR, name, "restore it from "
		    "your backup, or, if no key needs it, make one with "
		    "'apikeyctl pepper init'", "the pepper is missing, and "
		    "no key can be made");
	else if (error != 0 && error != ELOOP)
		cmd_check_unread(c, s->pepper, error);
	if (error == 0 && (st.st_mode & 077) != 0)
		cmd_find(&c->findings, CMD_ERROR, name, "chmod 600 {}",
		    "the pepper can be read by others, and is not used");
	if (error == 0 && apikey_check_pepper(text, len, name, s->pepper_id,
	    message) != APIKEY_OK)
		cmd_find_sentence(&c->findings, CMD_ERROR, name, message,
		    "restore it from your backup");
	if (text != NULL)
		explicit_bzero(text, len);
	free(text);
	free(name);
}

/* Where the file is missing, what an empty one would lack is missing, too. */
void
cmd_check_config(struct cmd_check *c, const char *path)
{
	struct cmd_check_settings s = { 0 };
	char *name = cmd_tree_name(&c->tree, path), *text = NULL;
	size_t len = 0;
	int error;

	(void)cmd_check_path(c, path, false);
	error = cmd_tree_read(&c->tree, path, &text, &len, NULL);
	if (error == ENOENT)
		cmd_find(&c->findings, CMD_ERROR, name, "install -D -m 644 "
		    "/dev/null {} # an empty file will do", "there is no "
		    "configuration: every key is refused");
	else if (error != 0)
		cmd_check_unread(c, path, error);
	if ((error == 0 || error == ENOENT) &&
	    read_config(c, name, text == NULL ? "" : text, len, &s)) {
		check_pepper(c, &s);
		cmd_check_store(c, &s);
		cmd_check_state(c, &s);
	}
	free(text);
	free(name);
	settings_free(&s);
}
