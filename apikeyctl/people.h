/*
 * people.h - users and groups, of this machine or of an image.
 */
#ifndef CMD_PEOPLE_H
#define CMD_PEOPLE_H

#include <sys/types.h>

#include "tree.h"
#include "words.h"

struct cmd_person {
	char *name, *shell;
	uid_t uid;
	gid_t gid;
};

struct cmd_team {
	char *name;
	gid_t gid;
	struct cmd_words members;	/* without those by their own gid */
};

/* What the files know, and on this machine whoever else is asked for. */
struct cmd_people {
	bool ask;		/* the name service switch, too */
	bool whole;		/* the files could be read */
	struct cmd_person **person;
	size_t persons;
	struct cmd_team **team;
	size_t teams;
	void *by_name, *teams_by_name;	/* trees of the same */
};

/* 0, or an errno and the file that could not be read. */
int	 cmd_people_read(struct cmd_people *, const struct cmd_tree *,
	    const char **ret_path);
void	 cmd_people_free(struct cmd_people *);

/* NULL when there is none. */
const struct cmd_person *cmd_person(struct cmd_people *, const char *name);
const struct cmd_team *cmd_team(struct cmd_people *, const char *name);

/* Is the user in the group, by its list or as the user's own? */
bool	 cmd_is_in(struct cmd_people *, const char *user,
	    const char *group);

/* Everyone in a group; the groups that a user is in. */
void	 cmd_members(struct cmd_people *, const char *group,
	    struct cmd_words *ret);
void	 cmd_groups_of(struct cmd_people *, const char *user,
	    struct cmd_words *ret);

#endif /* CMD_PEOPLE_H */
