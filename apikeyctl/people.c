/*
 * people.c - users and groups.  The files are read first; what they do not
 * know is asked of the name service switch, but never about an image.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "people.h"

#define GROUPS_MAX	65536

static struct cmd_person *
add_person(struct cmd_people *people, const struct passwd *pw)
{
	struct cmd_person *person;

	people->person = cmd_memory(reallocarray(people->person,
	    people->persons + 1, sizeof(people->person[0])));
	person = &people->person[people->persons++];
	person->name = cmd_text("%s", pw->pw_name);
	person->shell = cmd_text("%s", pw->pw_shell);
	person->uid = pw->pw_uid;
	person->gid = pw->pw_gid;
	return person;
}

static struct cmd_team *
add_team(struct cmd_people *people, const struct group *gr)
{
	struct cmd_team *team;
	char **member;

	people->team = cmd_memory(reallocarray(people->team,
	    people->teams + 1, sizeof(people->team[0])));
	team = &people->team[people->teams++];
	*team = (struct cmd_team){ .gid = gr->gr_gid };
	team->name = cmd_text("%s", gr->gr_name);
	for (member = gr->gr_mem; *member != NULL; member++)
		cmd_words_add(&team->members, *member);
	return team;
}

static FILE *
open_text(const struct cmd_tree *tree, const char *path, char **text)
{
	size_t len;

	if (cmd_tree_read(tree, path, text, &len, NULL) != 0)
		return NULL;
	return len == 0 ? NULL : fmemopen(*text, len, "r");
}

void
cmd_people_read(struct cmd_people *people, const struct cmd_tree *tree)
{
	const struct passwd *pw;
	const struct group *gr;
	char *text = NULL;
	FILE *f;

	*people = (struct cmd_people){ .ask = cmd_tree_root(tree) == NULL };
	f = open_text(tree, "/etc/passwd", &text);
	while (f != NULL && (pw = fgetpwent(f)) != NULL)
		(void)add_person(people, pw);
	if (f != NULL)
		fclose(f);
	free(text);
	text = NULL;
	f = open_text(tree, "/etc/group", &text);
	while (f != NULL && (gr = fgetgrent(f)) != NULL)
		(void)add_team(people, gr);
	if (f != NULL)
		fclose(f);
	free(text);
}

void
cmd_people_free(struct cmd_people *people)
{
	size_t i;

	for (i = 0; i < people->persons; i++) {
		free(people->person[i].name);
		free(people->person[i].shell);
	}
	for (i = 0; i < people->teams; i++) {
		free(people->team[i].name);
		cmd_words_free(&people->team[i].members);
	}
	free(people->person);
	free(people->team);
}

const struct cmd_person *
cmd_person(struct cmd_people *people, const char *name)
{
	const struct passwd *pw;
	size_t i;

	for (i = 0; i < people->persons; i++)
		if (strcmp(people->person[i].name, name) == 0)
			return &people->person[i];
	pw = people->ask ? getpwnam(name) : NULL;
	return pw == NULL ? NULL : add_person(people, pw);
}

const struct cmd_team *
cmd_team(struct cmd_people *people, const char *name)
{
	const struct group *gr;
	size_t i;

	for (i = 0; i < people->teams; i++)
		if (strcmp(people->team[i].name, name) == 0)
			return &people->team[i];
	gr = people->ask ? getgrnam(name) : NULL;
	return gr == NULL ? NULL : add_team(people, gr);
}

/* What the login itself asks. */
static bool
ask_membership(const struct cmd_person *person, gid_t gid)
{
	gid_t *groups = cmd_memory(calloc(GROUPS_MAX, sizeof(*groups)));
	int i, count = GROUPS_MAX;
	bool found = false;

	if (getgrouplist(person->name, person->gid, groups, &count) == -1)
		count = GROUPS_MAX;
	for (i = 0; i < count && !found; i++)
		found = groups[i] == gid;
	free(groups);
	return found;
}

bool
cmd_is_in(struct cmd_people *people, const char *user, const char *group)
{
	const struct cmd_person *person = cmd_person(people, user);
	const struct cmd_team *team = cmd_team(people, group);

	if (person == NULL || team == NULL)
		return false;
	return person->gid == team->gid ||
	    cmd_words_has(&team->members, user) ||
	    (people->ask && ask_membership(person, team->gid));
}

void
cmd_members(struct cmd_people *people, const char *group,
    struct cmd_words *ret)
{
	const struct cmd_team *team = cmd_team(people, group);
	size_t i;

	if (team == NULL)
		return;
	for (i = 0; i < team->members.count; i++)
		cmd_words_once(ret, team->members.item[i]);
	for (i = 0; i < people->persons; i++)
		if (people->person[i].gid == team->gid)
			cmd_words_once(ret, people->person[i].name);
}

void
cmd_groups_of(struct cmd_people *people, const char *user,
    struct cmd_words *ret)
{
	const struct cmd_person *person = cmd_person(people, user);
	size_t i;

	for (i = 0; i < people->teams; i++)
		if (cmd_words_has(&people->team[i].members, user) ||
		    (person != NULL && person->gid == people->team[i].gid))
			cmd_words_once(ret, people->team[i].name);
}
