/*
 * check_sshd_access.c - does sshd let members in at all?  It asks DenyUsers,
 * AllowUsers, DenyGroups and AllowGroups, in this order.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "check_sshd.h"

enum answer { NO, PERHAPS, YES };

static const struct directive {
	const char *keyword, *name;
	bool allows, of_groups;
} directives[] = {
	{ "denyusers", "DenyUsers", false, false },
	{ "allowusers", "AllowUsers", true, false },
	{ "denygroups", "DenyGroups", false, true },
	{ "allowgroups", "AllowGroups", true, true }
};

/* What the lines of one directive say of one user: those that hold, and
 * those that may, by some Match block. */
struct access {
	struct cmd_check *c;
	const struct cmd_sshd_user *user;
	const struct directive *directive;
	const struct cmd_sshd_setting *line, *maybe_line;
	enum answer answer, maybe;
};

static bool
fits(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, FNM_NOESCAPE) == 0;
}

/* Behind the last "@" is where from, of which nobody can tell here. */
static enum answer
user_fits(const char *pattern, const char *name)
{
	const char *at = strrchr(pattern, '@');
	enum answer answer;
	char *user;

	if (at == NULL)
		return name == NULL ? (strcmp(pattern, "*") == 0 ? YES : NO) :
		    fits(pattern, name) ? YES : NO;
	user = cmd_text("%.*s", (int)(at - pattern), pattern);
	answer = name != NULL && fits(user, name) ? PERHAPS : NO;
	free(user);
	return answer;
}

/* The groups that are known are those of the files: of others, one can be
 * asked for by its name. */
static enum answer
group_fits(const struct access *a, const char *pattern)
{
	struct cmd_people *people = &a->c->people;
	size_t i;

	for (i = 0; i < a->user->groups->count; i++)
		if (fits(pattern, a->user->groups->item[i]))
			return YES;
	if (a->user->name == NULL || !people->ask)
		return NO;
	if (strpbrk(pattern, "*?") != NULL)
		return a->directive->allows ? PERHAPS : NO;
	return cmd_is_in(people, a->user->name, pattern) ? YES : NO;
}

static void
take_line(void *arg, const struct cmd_sshd_setting *s, bool perhaps)
{
	struct access *a = arg;
	const struct cmd_sshd_setting **line = perhaps ? &a->maybe_line :
	    &a->line;
	enum answer *answer = perhaps ? &a->maybe : &a->answer, one;
	struct cmd_words patterns = { 0 };
	size_t i;

	if (*line == NULL)
		*line = s;
	cmd_words_quoted(&patterns, s->value, " \t");
	for (i = 0; i < patterns.count; i++) {
		one = a->directive->of_groups ?
		    group_fits(a, patterns.item[i]) :
		    user_fits(patterns.item[i], a->user->name);
		if (one <= *answer)
			continue;
		*answer = one;
		if (!a->directive->allows)
			*line = s;
	}
	cmd_words_free(&patterns);
}

/* The line that refuses, or may do so; or NULL.  Lines of blocks add up,
 * and go before all that stand outside of them. */
static const struct cmd_sshd_setting *
refusing(const struct access *a, bool *ret_perhaps)
{
	bool in_block = a->line != NULL && a->line->match != NULL;

	*ret_perhaps = true;
	if (!a->directive->allows) {
		*ret_perhaps = a->answer != YES;
		return a->answer != NO ? a->line :
		    a->maybe != NO ? a->maybe_line : NULL;
	}
	if (a->line != NULL && a->answer != YES) {
		*ret_perhaps = a->answer == PERHAPS || a->maybe != NO;
		return a->line;
	}
	return a->maybe == NO && !in_block ? a->maybe_line : NULL;
}

static void
find(const struct access *a, const struct cmd_sshd_setting *s, bool perhaps,
    const char *who)
{
	const struct directive *d = a->directive;
	char *mend = d->allows ? cmd_text("let %s name %s, too", d->name,
	    d->of_groups ? "the group that is asked for keys" : "the user") :
	    cmd_text("take out of %s what names members", d->name);

	cmd_find(&a->c->findings, perhaps ? CMD_NOTE : CMD_ERROR, s->where,
	    mend, "sshd %s %s, whatever the key: %s %s", perhaps ?
	    "may refuse" : "refuses", who, d->name, d->allows ?
	    "names others only" : s->value);
	free(mend);
}

void
cmd_check_sshd_access(struct cmd_check *c, const struct cmd_sshd *sshd,
    const struct cmd_sshd_user *user, const char *who, bool whole,
    struct cmd_words *told)
{
	const struct cmd_sshd_setting *s;
	struct access a;
	bool perhaps;
	size_t i;

	for (i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		a = (struct access){ .c = c, .user = user,
		    .directive = &directives[i] };
		/* Another name, group or file may be what allows. */
		if (a.directive->allows && (user->name == NULL || !whole))
			continue;
		cmd_sshd_lines(sshd, a.directive->keyword, user, take_line,
		    &a);
		s = refusing(&a, &perhaps);
		if (s != NULL && cmd_words_once(told, s->where))
			find(&a, s, perhaps, who);
		if (s != NULL && !perhaps)
			break;
	}
}
