/*
 * check_accounts.c - members of the groups, and users of keys: what their
 * accounts do to logins with a key.
 */
#include <errno.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define SHADOW_FILE	"/etc/shadow"
#define DAY	86400
#define SOON	14

char *
cmd_check_account(const struct cmd_check *c, const char *tool,
    const char *options, const char *name)
{
	const char *root = cmd_tree_root(&c->tree);

	if (root == NULL)
		return cmd_text("%s %s %s", tool, options, name);
	if (!cmd_harmless(root))
		return cmd_text("%s %s %s, in the image", tool, options,
		    name);
	return cmd_text("%s %s %s %s %s", tool, strcmp(tool, "gpasswd") == 0 ?
	    "-Q" : "-R", root, options, name);
}

static void
find(struct cmd_check *c, const char *where, enum cmd_severity severity,
    const char *tool, const char *options, const char *what)
{
	char *mend = cmd_check_account(c, tool, options, "{}");

	cmd_find(&c->findings, severity, where, mend, "%s", what);
	free(mend);
}

/* As pam_unix judges it (its check_shadow_expiry). */
static void
check_ageing(struct cmd_check *c, const struct spwd *sp, const char *where)
{
	static const char ageless[] = "-M -1 -I -1 -E -1";
	long today = (long)(c->now / DAY);
	char *what;
	long left;

	if (sp->sp_expire >= 0 && today >= sp->sp_expire)
		find(c, where, CMD_ERROR, "chage", "-E -1", "the account "
		    "has expired: logins with a key are refused");
	else if (sp->sp_lstchg == 0)
		find(c, where, CMD_ERROR, "chage", "-d \"$(date +%F)\"",
		    "the password must be changed at once: logins with a key "
		    "are refused");
	else if (sp->sp_lstchg < 0 || sp->sp_max < 0 ||
	    __builtin_add_overflow(sp->sp_lstchg - today, sp->sp_max, &left))
		return;
	else if (left < 0)
		find(c, where, CMD_ERROR, "chage", ageless, "the password "
		    "has expired: logins with a key are refused, too");
	else if (left <= SOON) {
		what = cmd_text("the password expires in %ld days: then "
		    "logins with a key are refused, too", left);
		find(c, where, CMD_WARNING, "chage", ageless, what);
		free(what);
	}
}

static void
check_shadow(struct cmd_check *c, const struct cmd_words *members)
{
	const struct spwd *sp;
	char *text = NULL, *where;
	size_t len = 0;
	FILE *f;
	int error;

	error = cmd_tree_read_users(&c->tree, SHADOW_FILE, &text, &len);
	if (error != 0 && error != ENOENT)
		cmd_check_unread(c, SHADOW_FILE, error);
	f = len == 0 ? NULL : fmemopen(text, len, "r");
	while (f != NULL && (sp = fgetspent(f)) != NULL) {
		if (!cmd_words_has(members, sp->sp_namp))
			continue;
		where = cmd_text("user %s", sp->sp_namp);
		check_ageing(c, sp, where);
		free(where);
	}
	if (f != NULL)
		fclose(f);
	if (text != NULL)
		explicit_bzero(text, len);
	free(text);
}

/* Nobody is locked out of what nobody is asked for. */
static void
find_root(struct cmd_check *c, const char *name, const char *where)
{
	const char *group;
	char *mend = NULL, *options;
	size_t i;

	for (i = 0; i < c->groups.count && mend == NULL; i++) {
		group = c->groups.item[i];
		if (!cmd_is_in(&c->people, name, group) ||
		    !cmd_harmless(group))
			continue;
		options = cmd_text("-d {} %s", group);
		mend = cmd_check_account(c, "gpasswd", options,
		    "# and give keys to accounts of their own");
		free(options);
	}
	cmd_find(&c->findings, CMD_ERROR, where, mend != NULL ? mend :
	    "take it out of the group, and give keys to accounts of their "
	    "own", "root is asked for a key: without one, nobody can mend "
	    "this machine");
	free(mend);
}

static void
check_member(struct cmd_check *c, const char *name)
{
	const struct cmd_person *person = cmd_person(&c->people, name);
	struct cmd_findings *f = &c->findings;
	char *where = cmd_text("user %s", name);
	const char *shell;
	char *what;

	if (person == NULL)
		cmd_find(f, CMD_NOTE, where, "take the name out of the group, "
		    "or make the user", "is in a group that is asked for "
		    "keys, but unknown here");
	else if (person->uid == 0)
		find_root(c, name, where);
	else {
		shell = strrchr(person->shell, '/');
		shell = shell == NULL ? person->shell : shell + 1;
		if (strcmp(shell, "nologin") == 0 ||
		    strcmp(shell, "false") == 0) {
			what = cmd_text("its shell is %s: keys are accepted, "
			    "and sessions end at once", person->shell);
			find(c, where, CMD_NOTE, "usermod", "-s /bin/bash",
			    what);
			free(what);
		}
	}
	free(where);
}

static bool
in_any_group(struct cmd_check *c, const char *user)
{
	size_t i;

	for (i = 0; i < c->groups.count; i++)
		if (cmd_is_in(&c->people, user, c->groups.item[i]))
			return true;
	return c->asks_all || c->groups.count == 0;
}

static void
find_outside(struct cmd_check *c, const char *where, bool is_root)
{
	const char *group = c->groups.item[0];
	char *options = cmd_text("-aG %s", cmd_harmless(group) ? group :
	    "THE-GROUP");
	char *mend = is_root ? cmd_text("revoke the key, and make one for "
	    "another user") : cmd_check_account(c, "usermod", options, "{}");

	cmd_find(&c->findings, CMD_WARNING, where, mend, "has keys, but is not "
	    "in a group that is asked for them (%s)", group);
	free(options);
	free(mend);
}

static void
check_holder(struct cmd_check *c, const char *user)
{
	const struct cmd_person *person = cmd_person(&c->people, user);
	char *where = cmd_text("user %s", user);

	if (person == NULL)
		cmd_find(&c->findings, CMD_NOTE, where, "revoke the keys, or "
		    "leave them if they are for other machines", "has keys, "
		    "but is unknown here");
	else if (!in_any_group(c, user))
		find_outside(c, where, person->uid == 0);
	free(where);
}

void
cmd_check_accounts(struct cmd_check *c)
{
	struct cmd_words members = { 0 };
	size_t i;

	if (!c->people.whole)
		return;
	for (i = 0; i < c->groups.count; i++)
		cmd_members(&c->people, c->groups.item[i], &members);
	for (i = 0; i < members.count; i++)
		check_member(c, members.item[i]);
	for (i = 0; i < c->key_users.count; i++) {
		check_holder(c, c->key_users.item[i]);
		if (c->asks_all)
			(void)cmd_words_once(&members, c->key_users.item[i]);
	}
	check_shadow(c, &members);
	cmd_words_free(&members);
}
