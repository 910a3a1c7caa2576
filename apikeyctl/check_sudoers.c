/*
 * check_sudoers.c - does sudo ask members for a key, each time?
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "sudoers.h"

#define FILE_NAME	"/etc/sudoers"

struct view {
	struct cmd_check *c;
	const struct cmd_sudoers *sudoers;
	const char *name;	/* of the file, for what stands nowhere */
	bool whole;		/* it is not a part of another file */
	struct cmd_words told;	/* what was found for others, too */

	/* Of one user: */
	struct cmd_words names;
	const char *who;
	const struct cmd_sudoers_entry *timeout, *authenticate, *exempt;
};

/* What is wrong for the whole group is not told again of each member. */
static bool
is_news(struct view *v, const struct cmd_sudoers_entry *e)
{
	char *what = cmd_text("%s %s", e->where, e->name);
	bool news = cmd_words_once(&v->told, what);

	free(what);
	return news;
}

static void
find_warning(struct view *v, const struct cmd_sudoers_entry *e,
    const char *mend, const char *what)
{
	if (is_news(v, e))
		cmd_find(&v->c->findings, CMD_WARNING, e->where, mend,
		    "sudo asks %s for no key %s", v->who, what);
}

/* ---- Defaults ------------------------------------------------------- */

/* The default is five minutes, and of Debian fifteen. */
static bool
is_zero(const struct cmd_sudoers_entry *e)
{
	return e->negated || (*e->value != '\0' &&
	    e->value[strspn(e->value, "0.")] == '\0');
}

/* Members of exempt_group are asked for nothing. */
static bool
is_exempt(const struct view *v, const struct cmd_sudoers_entry *e)
{
	char *group = cmd_text("%%%s", e->value);
	bool is = !e->negated && cmd_sudoers_names(v->sudoers, group,
	    &v->names);

	free(group);
	return is;
}

static bool
is_good(const struct view *v, const struct cmd_sudoers_entry *e)
{
	if (strcmp(e->name, "timestamp_timeout") == 0)
		return is_zero(e);
	if (strcmp(e->name, "authenticate") == 0)
		return !e->negated;
	return !is_exempt(v, e);
}

static void
take_default(struct view *v, const struct cmd_sudoers_entry *e)
{
	const struct cmd_sudoers_entry **slot =
	    strcmp(e->name, "timestamp_timeout") == 0 ? &v->timeout :
	    strcmp(e->name, "authenticate") == 0 ? &v->authenticate :
	    strcmp(e->name, "exempt_group") == 0 ? &v->exempt : NULL;

	if (slot == NULL || !cmd_sudoers_names(v->sudoers, e->users,
	    &v->names))
		return;
	if (!e->perhaps)
		*slot = e;
	else if (!is_good(v, e) && is_news(v, e))
		cmd_find(&v->c->findings, CMD_NOTE, e->where, "see that it is "
		    "not for members", "where this line holds, sudo may ask "
		    "%s for no key (%s)", v->who, e->name);
}

static void
judge_defaults(struct view *v, bool whole)
{
	struct cmd_findings *f = &v->c->findings;
	char *mend;

	if (v->authenticate != NULL && !is_good(v, v->authenticate))
		find_warning(v, v->authenticate, "take !authenticate out, "
		    "for members", "(!authenticate)");
	if (v->exempt != NULL && !is_good(v, v->exempt))
		find_warning(v, v->exempt, "take exempt_group out, or name "
		    "another group", "(exempt_group)");
	if (v->timeout == NULL && whole) {
		mend = cmd_check_example(v->c, "440", "sudoers.d/apikey",
		    "/etc/sudoers.d/");
		cmd_find(f, CMD_WARNING, v->name, mend, "sudo remembers %s "
		    "for some minutes (timestamp_timeout is not set): a "
		    "revoked key goes on working", v->who);
		free(mend);
	} else if (v->timeout != NULL && !is_good(v, v->timeout) &&
	    is_news(v, v->timeout))
		cmd_find(f, CMD_WARNING, v->timeout->where, "take "
		    "timestamp_timeout out of this line, or set it to 0: a "
		    "later line wins", "sudo remembers %s "
		    "(timestamp_timeout=%s): a revoked key goes on working",
		    v->who, v->timeout->value);
}

/* ---- Rules ---------------------------------------------------------- */

/* Does a rule hold wherever an earlier one does? */
static bool
covers(const struct cmd_sudoers_entry *later,
    const struct cmd_sudoers_entry *e)
{
	return (strcmp(later->name, "ALL") == 0 ||
	    strcmp(later->name, e->name) == 0) &&
	    (strcmp(later->hosts, "ALL") == 0 ||
	    strcmp(later->hosts, e->hosts) == 0) &&
	    (strcmp(later->value, e->value) == 0 ||
	    strcmp(later->value, "ALL:ALL") == 0 ||
	    (strcmp(later->value, "ALL") == 0 &&
	    strchr(e->value, ':') == NULL));
}

/* Is there a later rule, which goes before it, that asks or forbids? */
static bool
is_undone(const struct view *v, const struct cmd_sudoers_entry *e)
{
	const struct cmd_sudoers_entry *later = e + 1;
	const struct cmd_sudoers_entry *end = v->sudoers->entry +
	    v->sudoers->count;

	for (; later < end; later++)
		if (later->is_rule && (later->negated || !later->nopasswd) &&
		    covers(later, e) && cmd_sudoers_names(v->sudoers,
		    later->users, &v->names))
			return true;
	return false;
}

static void
take_rule(struct view *v, const struct cmd_sudoers_entry *e)
{
	if (e->nopasswd && !e->negated && cmd_sudoers_names(v->sudoers,
	    e->users, &v->names) && !is_undone(v, e))
		find_warning(v, e, "take NOPASSWD out, for members",
		    "here (NOPASSWD)");
}

/* ---- All ------------------------------------------------------------ */

/* What the user is called by in sudoers. */
static void
learn_names(struct view *v, const char *user, const struct cmd_words *groups)
{
	struct cmd_people *people = &v->c->people;
	const struct cmd_person *person;
	const struct cmd_team *team;
	char *name;
	size_t i;

	person = user == NULL ? NULL : cmd_person(people, user);
	if (user != NULL)
		cmd_words_add(&v->names, user);
	if (person != NULL) {
		name = cmd_text("#%u", (unsigned int)person->uid);
		cmd_words_add(&v->names, name);
		free(name);
	}
	for (i = 0; i < groups->count; i++) {
		name = cmd_text("%%%s", groups->item[i]);
		cmd_words_add(&v->names, name);
		free(name);
		team = cmd_team(people, groups->item[i]);
		if (team == NULL)
			continue;
		name = cmd_text("%%#%u", (unsigned int)team->gid);
		cmd_words_add(&v->names, name);
		free(name);
	}
}

static void
check_user(void *arg, const char *user, const struct cmd_words *groups)
{
	struct view *v = arg;
	const struct cmd_sudoers_entry *e;
	char *who = user == NULL ? cmd_text("members of %s",
	    groups->item[0]) : cmd_text("%s", user);
	size_t i;

	learn_names(v, user, groups);
	v->who = who;
	v->timeout = v->authenticate = v->exempt = NULL;
	for (i = 0; i < v->sudoers->count; i++) {
		e = &v->sudoers->entry[i];
		if (e->is_rule)
			take_rule(v, e);
		else
			take_default(v, e);
	}
	/* A group stands for its members. */
	judge_defaults(v, v->whole && (user == NULL || v->c->sudo.asks_all));
	cmd_words_free(&v->names);
	v->who = NULL;
	free(who);
}

/* What others could write is nothing that sudo reads, nor what is another's
 * than root's. */
static void
check_owner(struct cmd_check *c, const char *path, const char *what)
{
	struct stat st;
	char *name;

	if (cmd_tree_stat(&c->tree, path, &st) != 0)
		return;
	name = cmd_tree_name(&c->tree, path);
	if (st.st_uid != 0 && (cmd_tree_root(&c->tree) == NULL ||
	    st.st_uid != geteuid()))
		cmd_find(&c->findings, CMD_WARNING, name, "chown root {}",
		    "belongs to uid %u: %s", (unsigned int)st.st_uid, what);
	else if ((st.st_mode & S_IWOTH) != 0 ||
	    ((st.st_mode & S_IWGRP) != 0 && st.st_gid != 0))
		cmd_find(&c->findings, CMD_WARNING, name, "chmod go-w {}",
		    "is writable by %s: %s", (st.st_mode & S_IWOTH) != 0 ?
		    "everybody" : "its group", what);
	free(name);
}

static void
check_owners(struct cmd_check *c, const struct cmd_include *in)
{
	size_t i;

	check_owner(c, FILE_NAME, "sudo does not work at all");
	for (i = 0; i < in->opened.count; i++)
		check_owner(c, in->opened.item[i], "sudo leaves it out, and "
		    "what it says of members does not hold");
}

void
cmd_check_sudoers_text(struct cmd_check *c, const char *name,
    const char *text, bool whole)
{
	struct cmd_sudoers sudoers;
	struct view v = { .c = c, .sudoers = &sudoers, .name = name,
	    .whole = whole };

	cmd_sudoers_read(&sudoers, &c->tree, name, text);
	if (!c->single)
		check_owners(c, &sudoers.include);
	if (cmd_check_included(c, name, &sudoers.include, "look at it "
	    "yourself (visudo -c)"))
		cmd_check_members(c, &c->sudo, name, sudoers.count,
		    check_user, &v);
	cmd_words_free(&v.told);
	cmd_sudoers_free(&sudoers);
}

void
cmd_check_sudoers(struct cmd_check *c)
{
	if (c->sudo.asks)
		cmd_check_deployed(c, FILE_NAME, cmd_check_sudoers_text);
}
