/*
 * check_sudoers.c - does sudo ask members for a key, each time?
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sudoers.h"

#define FILE_NAME	"/etc/sudoers"
#define MEMBERS_MAX	64

struct view {
	struct cmd_check *c;
	const struct cmd_sudoers *sudoers;
	struct cmd_sudoers_user user;
	const char *who;
	const char *where;	/* of the last timestamp_timeout, */
	char *timeout;		/* and its value */
	const char *no_question;	/* of the last "!authenticate" */
	struct cmd_words told;	/* lines that were found for others, too */
};

/* What is wrong for the whole group is not told again of each member. */
static bool
is_news(struct view *v, const char *where)
{
	if (cmd_words_has(&v->told, where))
		return false;
	cmd_words_add(&v->told, where);
	return true;
}

/* Who stands before the parameters: "Defaults:deploy".  NULL: not for
 * users, but for hosts, commands or targets.  ret_rest is behind it. */
static char *
defaults_for(const char *text, const char **ret_rest)
{
	const char *p = text;
	size_t len;

	if (*p == ':') {
		/* Blanks go with commas. */
		for (p++, len = 0; p[len] != '\0'; len++)
			if (isspace((unsigned char)p[len]) && len > 0 &&
			    p[len - 1] != ',' && p[len + strspn(p + len,
			    " \t")] != ',')
				break;
		*ret_rest = p + len;
		return cmd_text("%.*s", (int)len, p);
	}
	*ret_rest = p;
	return isspace((unsigned char)*p) ? cmd_text("ALL") : NULL;
}

static void
parameter(struct view *v, const char *where, const char *text)
{
	bool negated = *text == '!';
	size_t len;

	text += negated;
	text += strspn(text, " \t");
	len = strcspn(text, " \t=+-");
	if (len == 12 && strncmp(text, "authenticate", len) == 0)
		v->no_question = negated ? where : NULL;
	if (len != 17 || strncmp(text, "timestamp_timeout", len) != 0)
		return;
	text += len;
	text += strspn(text, " \t=\"");
	free(v->timeout);
	v->timeout = negated ? cmd_text("0") :
	    cmd_text("%.*s", (int)strcspn(text, " \t\""), text);
	v->where = where;
}

static void
check_defaults(struct view *v, const struct cmd_sudoers_line *line)
{
	const char *rest;
	char *list = defaults_for(line->text + strlen("Defaults"), &rest);
	struct cmd_words parameters = { 0 };
	size_t i;

	if (list != NULL && cmd_sudoers_names(v->sudoers, list, &v->user)) {
		cmd_words_split(&parameters, rest, ",");
		for (i = 0; i < parameters.count; i++)
			parameter(v, line->where, parameters.item[i] +
			    strspn(parameters.item[i], " \t"));
		cmd_words_free(&parameters);
	}
	free(list);
}

/* "deploy, %apikey ALL=(root) NOPASSWD: ALL" */
static void
check_rule(struct view *v, const struct cmd_sudoers_line *line)
{
	const char *equals = strchr(line->text, '=');
	char *list;
	size_t len;

	if (equals == NULL || strstr(line->text, "_Alias") != NULL ||
	    strstr(equals, "NOPASSWD:") == NULL)
		return;
	/* The hosts are the last word before the "=". */
	len = (size_t)(equals - line->text);
	while (len > 0 && isspace((unsigned char)line->text[len - 1]))
		len--;
	while (len > 0 && !isspace((unsigned char)line->text[len - 1]))
		len--;
	list = cmd_text("%.*s", (int)len, line->text);
	if (cmd_sudoers_names(v->sudoers, list, &v->user) &&
	    is_news(v, line->where))
		cmd_find(&v->c->findings, CMD_WARNING, line->where, "take "
		    "NOPASSWD out, for members", "sudo asks %s for no key "
		    "here (NOPASSWD)", v->who);
	free(list);
}

/* The default is five minutes, and of Debian fifteen. */
static bool
is_zero(const char *minutes)
{
	return *minutes != '\0' && minutes[strspn(minutes, "0.")] == '\0';
}

static void
judge(struct view *v, const char *name, bool whole)
{
	static const char mend[] = "install etc/sudoers.d/apikey: "
	    "Defaults:%apikey timestamp_timeout=0";

	if (v->no_question != NULL && is_news(v, v->no_question))
		cmd_find(&v->c->findings, CMD_WARNING, v->no_question,
		    "take !authenticate out, for members", "sudo asks %s "
		    "for no key (!authenticate)", v->who);
	if (v->timeout == NULL && whole)
		cmd_find(&v->c->findings, CMD_WARNING, name, mend, "sudo "
		    "remembers %s for some minutes (timestamp_timeout is not "
		    "set): a revoked key goes on working", v->who);
	else if (v->timeout != NULL && !is_zero(v->timeout) &&
	    is_news(v, v->where))
		cmd_find(&v->c->findings, CMD_WARNING, v->where, mend,
		    "sudo remembers %s (timestamp_timeout=%s): a revoked key "
		    "goes on working", v->who, v->timeout);
}

static void
check_user(struct view *v, const char *user, const struct cmd_words *groups,
    const char *name, bool whole)
{
	char *who = user == NULL ? cmd_text("members of %s",
	    groups->count > 0 ? groups->item[0] : "no group") :
	    cmd_text("%s", user);
	const struct cmd_sudoers_line *line;
	size_t i;

	v->user = (struct cmd_sudoers_user){ user, groups };
	v->who = who;
	v->where = v->no_question = NULL;
	v->timeout = NULL;
	for (i = 0; i < v->sudoers->count; i++) {
		line = &v->sudoers->line[i];
		if (strncmp(line->text, "Defaults", 8) == 0)
			check_defaults(v, line);
		else
			check_rule(v, line);
	}
	judge(v, name, whole);
	free(v->timeout);
	free(who);
}

static void
check_named(struct view *v, const char *user, const char *name, bool whole)
{
	struct cmd_words groups = { 0 };

	cmd_groups_of(&v->c->people, user, &groups);
	check_user(v, user, &groups, name, whole);
	cmd_words_free(&groups);
}

static void
check_text(struct cmd_check *c, const char *name, const char *text,
    bool whole)
{
	struct cmd_words members = { 0 }, one = { 0 };
	struct cmd_sudoers sudoers;
	struct view v = { .c = c, .sudoers = &sudoers };
	size_t i;

	cmd_sudoers_read(&sudoers, &c->tree, name, text);
	for (i = 0; i < sudoers.unread.count; i++)
		cmd_find(&c->findings, CMD_NOTE, name, "look at it yourself "
		    "(visudo -c)", "%s", sudoers.unread.item[i]);
	for (i = 0; i < c->sudo.groups.count; i++) {
		cmd_words_free(&one);
		cmd_words_add(&one, c->sudo.groups.item[i]);
		check_user(&v, NULL, &one, name, whole);
		cmd_members(&c->people, c->sudo.groups.item[i], &members);
	}
	for (i = 0; i < c->key_users.count && c->sudo.asks_all; i++)
		cmd_words_once(&members, c->key_users.item[i]);
	for (i = 0; i < members.count && i < MEMBERS_MAX; i++)
		check_named(&v, members.item[i], name,
		    whole && c->sudo.asks_all);
	cmd_words_free(&v.told);
	cmd_words_free(&members);
	cmd_words_free(&one);
	cmd_sudoers_free(&sudoers);
}

void
cmd_check_sudoers_text(struct cmd_check *c, const char *name,
    const char *text)
{
	check_text(c, name, text, false);
}

void
cmd_check_sudoers(struct cmd_check *c)
{
	char *name, *text = NULL;
	size_t len;
	int error;

	if (!c->sudo.asks)
		return;
	error = cmd_tree_read(&c->tree, FILE_NAME, &text, &len, NULL);
	name = cmd_tree_name(&c->tree, FILE_NAME);
	if (error == 0)
		cmd_check_nul(c, name, text, len);
	if (error == 0)
		check_text(c, name, text, true);
	else if (error != ENOENT)
		cmd_check_unread(c, FILE_NAME, error);
	free(name);
	free(text);
}
