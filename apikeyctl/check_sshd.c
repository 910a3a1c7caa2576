/*
 * check_sshd.c - does sshd let members show a key at all?
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "check_sshd.h"

#define CONFIG		"/etc/ssh/sshd_config"

/* What is known of one user's settings. */
struct view {
	struct cmd_check *c;
	const struct cmd_sshd *sshd;
	struct cmd_sshd_user user;
	const char *name;	/* of the file, for what stands nowhere */
	bool whole;		/* it is not a part of another file */
	const char *who;

	const char *keyboard, *password;	/* the values that hold */
	const char *where;	/* of one that is a no */
	const char *keyword;	/* which is asked now */
	bool perhaps_no;
	struct cmd_words told;	/* places that were found for others, too */
};

static bool
is(const char *value, const char *what)
{
	return strcasecmp(value, what) == 0;
}

static void
method_value(void *arg, const struct cmd_sshd_setting *s, bool perhaps)
{
	struct view *v = arg;
	bool keyboard = strncmp(v->keyword, "kbd", 3) == 0;
	const char *value = s == NULL ? "yes" : s->value;

	if (s != NULL && is(value, "no"))
		v->where = s->where;
	if (perhaps)
		v->perhaps_no |= is(value, "no");
	else if (keyboard)
		v->keyboard = value;
	else
		v->password = value;
}

static bool
both_off(const struct view *v)
{
	return is(v->keyboard, "no") && is(v->password, "no");
}

/* Both methods are no; or, in some Match block, perhaps so. */
static void
check_methods(struct view *v)
{
	bool keyboard_may, password_may;
	char *mend;

	v->where = NULL;
	v->perhaps_no = false;
	v->keyword = "kbdinteractiveauthentication";
	cmd_sshd_values(v->sshd, v->keyword, &v->user, method_value, v);
	keyboard_may = v->perhaps_no;
	v->perhaps_no = false;
	v->keyword = "passwordauthentication";
	cmd_sshd_values(v->sshd, v->keyword, &v->user, method_value, v);
	password_may = v->perhaps_no;
	/* What is wrong for the whole group is not told of each member. */
	if (v->where == NULL || !cmd_words_once(&v->told, v->where))
		return;
	if (both_off(v)) {
		mend = cmd_check_example(v->c, "644", "sshd_config.d/"
		    "apikey.conf", "/etc/ssh/sshd_config.d/");
		cmd_find(&v->c->findings, CMD_ERROR, v->where, mend, "%s "
		    "cannot show a key: KbdInteractiveAuthentication and "
		    "PasswordAuthentication are both no", v->who);
		free(mend);
	} else if ((is(v->keyboard, "no") || keyboard_may) &&
	    (is(v->password, "no") || password_may))
		cmd_find(&v->c->findings, CMD_NOTE, v->where, "see that one "
		    "of both is yes for members", "where this Match block "
		    "holds, %s may not be able to show a key", v->who);
}

/* Does a list of methods have one that a key can be shown by?  ret_named:
 * or one that is off. */
static bool
can_show(const struct view *v, const char *list, bool *ret_named)
{
	struct cmd_words methods = { 0 };
	bool can = false, password, keyboard;
	size_t i;

	cmd_words_split(&methods, list, ",");
	for (i = 0; i < methods.count; i++) {
		methods.item[i][strcspn(methods.item[i], ":")] = '\0';
		password = is(methods.item[i], "password");
		keyboard = is(methods.item[i], "keyboard-interactive");
		*ret_named |= password || keyboard;
		can |= is(methods.item[i], "any") ||
		    (password && !is(v->password, "no")) ||
		    (keyboard && !is(v->keyboard, "no"));
	}
	cmd_words_free(&methods);
	return can;
}

static void
lists_value(void *arg, const struct cmd_sshd_setting *s, bool perhaps)
{
	struct view *v = arg;
	struct cmd_words lists = { 0 };
	bool can = false, named = false;
	size_t i;

	if (s == NULL)
		return;
	cmd_words_quoted(&lists, s->value, " \t");
	for (i = 0; i < lists.count; i++)
		can |= can_show(v, lists.item[i], &named);
	/* That both are off is told already. */
	if (!can && !(named && both_off(v)) &&
	    cmd_words_once(&v->told, s->where))
		cmd_find(&v->c->findings, perhaps ? CMD_NOTE : CMD_ERROR,
		    s->where, named ? "turn the method on, for members at "
		    "least, or name the other" : "add keyboard-interactive, "
		    "for members at least", "%s %s show a key: "
		    "AuthenticationMethods %s has %s", v->who, perhaps ?
		    "may not be able to" : "cannot", s->value, named ?
		    "of keyboard-interactive and password only the one that "
		    "is off" : "neither keyboard-interactive nor password");
	cmd_words_free(&lists);
}

static void
pam_value(void *arg, const struct cmd_sshd_setting *s, bool perhaps)
{
	struct view *v = arg;

	if (perhaps || (s == NULL && !v->whole) ||
	    (s != NULL && is(s->value, "yes")))
		return;
	cmd_find(&v->c->findings, CMD_ERROR, s == NULL ? v->name : s->where,
	    "UsePAM yes", "sshd asks PAM nothing: UsePAM is %s, and no key "
	    "is accepted", s == NULL ? "not set" : s->value);
}

static void
root_value(void *arg, const struct cmd_sshd_setting *s, bool perhaps)
{
	struct view *v = arg;
	const char *value = s == NULL ? "prohibit-password" : s->value;

	if (perhaps || (s == NULL && !v->whole))
		return;
	if (is(value, "yes"))
		cmd_find(&v->c->findings, CMD_WARNING, s == NULL ? v->name :
		    s->where, "PermitRootLogin no, and keys for accounts of "
		    "their own, with sudo", "root may log in with a key");
	else if (v->c->sshd.root_key)
		cmd_find(&v->c->findings, CMD_WARNING, s == NULL ? v->name :
		    s->where, "revoke the key: root needs none here",
		    "root has a key for sshd, but PermitRootLogin %s "
		    "refuses it", value);
}

static void
check_user(void *arg, const char *name, const struct cmd_words *groups)
{
	struct view *v = arg;
	char *who = name == NULL ? cmd_text("a member of %s",
	    groups->item[0]) : cmd_text("%s", name);

	v->user = (struct cmd_sshd_user){ name, groups };
	v->who = who;
	v->keyboard = v->password = "yes";
	check_methods(v);
	cmd_sshd_values(v->sshd, "authenticationmethods", &v->user,
	    lists_value, v);
	cmd_sshd_values(v->sshd, "usepam", &v->user, pam_value, v);
	if (name != NULL && strcmp(name, "root") == 0)
		cmd_sshd_values(v->sshd, "permitrootlogin", &v->user,
		    root_value, v);
	else
		cmd_check_sshd_access(v->c, v->sshd, &v->user, who, v->whole,
		    &v->told);
	v->who = NULL;
	free(who);
}

void
cmd_check_sshd_text(struct cmd_check *c, const char *name, const char *text,
    bool whole)
{
	struct cmd_sshd sshd;
	struct view v = { .c = c, .sshd = &sshd, .name = name,
	    .whole = whole };

	cmd_sshd_read(&sshd, &c->tree, name, text);
	if (cmd_check_included(c, name, &sshd.include, "look at it yourself "
	    "(sshd -T)"))
		cmd_check_members(c, &c->sshd, name, sshd.count, check_user,
		    &v);
	cmd_words_free(&v.told);
	cmd_sshd_free(&sshd);
}

void
cmd_check_sshd(struct cmd_check *c)
{
	if (c->sshd.asks)
		cmd_check_deployed(c, CONFIG, cmd_check_sshd_text);
}
