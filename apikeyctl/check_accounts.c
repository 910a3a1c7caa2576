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

/* As pam_unix judges it (its check_shadow_expiry). */
static void
check_ageing(struct cmd_check *c, const struct spwd *sp, const char *where)
{
	static const char mend[] = "chage -M -1 -I -1 -E -1 it, and no "
	    "chage -d 0";
	struct cmd_findings *f = &c->findings;
	long today = (long)(c->now / DAY);
	long left;

	if (sp->sp_expire >= 0 && today >= sp->sp_expire)
		cmd_find(f, CMD_WARNING, where, "chage -E -1 it, if it is to "
		    "be used", "the account has expired: logins with a key "
		    "are refused");
	else if (sp->sp_lstchg == 0)
		cmd_find(f, CMD_WARNING, where, "chage -d \"$(date +%F)\" "
		    "it", "the password must be changed at once: logins with "
		    "a key are refused");
	else if (sp->sp_lstchg < 0 || sp->sp_max < 0 ||
	    __builtin_add_overflow(sp->sp_lstchg - today, sp->sp_max, &left))
		return;
	else if (left < 0)
		cmd_find(f, CMD_WARNING, where, mend, "the password has "
		    "expired: logins with a key are refused, too");
	else if (left <= SOON)
		cmd_find(f, CMD_WARNING, where, mend, "the password expires "
		    "in %ld days: then logins with a key are refused, too",
		    left);
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

static void
check_member(struct cmd_check *c, const char *name)
{
	const struct cmd_person *person = cmd_person(&c->people, name);
	struct cmd_findings *f = &c->findings;
	char *where = cmd_text("user %s", name);
	const char *shell;

	if (person == NULL)
		cmd_find(f, CMD_NOTE, where, "take the name out of the group, "
		    "or make the user", "is in a group that is asked for "
		    "keys, but unknown here");
	else if (person->uid == 0)
		cmd_find(f, CMD_ERROR, where, "gpasswd -d it from the group, "
		    "and give keys to accounts of their own", "root is asked "
		    "for a key: without one, nobody can mend this machine");
	else {
		shell = strrchr(person->shell, '/');
		shell = shell == NULL ? person->shell : shell + 1;
		if (strcmp(shell, "nologin") == 0 ||
		    strcmp(shell, "false") == 0)
			cmd_find(f, CMD_NOTE, where, "usermod -s /bin/bash it, "
			    "if it is to log in", "its shell is %s: keys are "
			    "accepted, and sessions end at once",
			    person->shell);
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
check_holder(struct cmd_check *c, const char *user)
{
	char *where = cmd_text("user %s", user);

	if (cmd_person(&c->people, user) == NULL)
		cmd_find(&c->findings, CMD_NOTE, where, "revoke the keys, or "
		    "leave them if they are for other machines", "has keys, "
		    "but is unknown here");
	else if (!in_any_group(c, user))
		cmd_find(&c->findings, CMD_NOTE, where, "usermod -aG the "
		    "group, or revoke the keys", "has keys, but is not in a "
		    "group that is asked for them (%s)", c->groups.item[0]);
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
