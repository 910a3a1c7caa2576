/*
 * people.c - users and groups.  The files are read first; what they do not
 * know is asked of the name service switch, but never about an image.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "people.h"

#define GROUPS_MAX	65536

/* The name is the first member of both structures. */
static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct cmd_person *
add_person(struct cmd_people *people, const struct passwd *pw)
{
	struct cmd_person *person = cmd_memory(malloc(sizeof(*person)));

	person->name = cmd_text("%s", pw->pw_name);
	person->shell = cmd_text("%s", pw->pw_shell);
	person->uid = pw->pw_uid;
	person->gid = pw->pw_gid;
	people->person = cmd_one_more(people->person, people->persons,
	    sizeof(people->person[0]));
	people->person[people->persons++] = person;
	cmd_memory(tsearch(person, &people->by_name, compare));
	return person;
}

static struct cmd_team *
add_team(struct cmd_people *people, const struct group *gr)
{
	struct cmd_team *team = cmd_memory(calloc(1, sizeof(*team)));
	char **member;

	team->name = cmd_text("%s", gr->gr_name);
	team->gid = gr->gr_gid;
	for (member = gr->gr_mem; *member != NULL; member++)
		cmd_words_add(&team->members, *member);
	people->team = cmd_one_more(people->team, people->teams,
	    sizeof(people->team[0]));
	people->team[people->teams++] = team;
	cmd_memory(tsearch(team, &people->teams_by_name, compare));
	return team;
}

/* The next line of a file to where it belongs; false at its end. */
typedef bool	 take_line(struct cmd_people *, FILE *);

static bool
take_person(struct cmd_people *people, FILE *f)
{
	const struct passwd *pw = fgetpwent(f);

	return pw != NULL && add_person(people, pw) != NULL;
}

static bool
take_team(struct cmd_people *people, FILE *f)
{
	const struct group *gr = fgetgrent(f);

	return gr != NULL && add_team(people, gr) != NULL;
}

static int
read_lines(struct cmd_people *people, const struct cmd_tree *tree,
    const char *path, take_line *take)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f;
	int error;

	error = cmd_tree_read_users(tree, path, &text, &len);
	if (len > 0) {
		f = cmd_memory(fmemopen(text, len, "r"));
		while (take(people, f))
			;
		fclose(f);
	}
	free(text);
	return error == ENOENT ? 0 : error;
}

int
cmd_people_read(struct cmd_people *people, const struct cmd_tree *tree,
    const char **ret_path)
{
	int error, group_error;

	*people = (struct cmd_people){ .ask = cmd_tree_root(tree) == NULL };
	error = read_lines(people, tree, "/etc/passwd", take_person);
	group_error = read_lines(people, tree, "/etc/group", take_team);
	*ret_path = error != 0 ? "/etc/passwd" : "/etc/group";
	error = error != 0 ? error : group_error;
	people->whole = error == 0;
	return error;
}

void
cmd_people_free(struct cmd_people *people)
{
	size_t i;

	tdestroy(people->by_name, cmd_no_free);
	tdestroy(people->teams_by_name, cmd_no_free);
	for (i = 0; i < people->persons; i++) {
		free(people->person[i]->name);
		free(people->person[i]->shell);
		free(people->person[i]);
	}
	for (i = 0; i < people->teams; i++) {
		free(people->team[i]->name);
		cmd_words_free(&people->team[i]->members);
		free(people->team[i]);
	}
	free(people->person);
	free(people->team);
}

const struct cmd_person *
cmd_person(struct cmd_people *people, const char *name)
{
	const char *key = name;
	struct cmd_person **found = tfind(&key, &people->by_name, compare);
	const struct passwd *pw;

	if (found != NULL)
		return *found;
	pw = people->ask ? getpwnam(name) : NULL;
	return pw == NULL ? NULL : add_person(people, pw);
}

const struct cmd_team *
cmd_team(struct cmd_people *people, const char *name)
{
	const char *key = name;
	struct cmd_team **found = tfind(&key, &people->teams_by_name,
	    compare);
	const struct group *gr;

	if (found != NULL)
		return *found;
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
		if (people->person[i]->gid == team->gid)
			cmd_words_once(ret, people->person[i]->name);
}

void
cmd_groups_of(struct cmd_people *people, const char *user,
    struct cmd_words *ret)
{
	const struct cmd_person *person = cmd_person(people, user);
	const struct cmd_team *team;
	size_t i;

	for (i = 0; i < people->teams; i++) {
		team = people->team[i];
		if (cmd_words_has(&team->members, user) ||
		    (person != NULL && person->gid == team->gid))
			cmd_words_once(ret, team->name);
	}
}
