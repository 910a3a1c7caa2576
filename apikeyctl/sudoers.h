/*
 * sudoers.h - the lines of sudoers, and whom they are for.
 */
#ifndef CMD_SUDOERS_H
#define CMD_SUDOERS_H

#include "tree.h"
#include "words.h"

struct cmd_sudoers_line {
	char *where, *text;
};

struct cmd_sudoers {
	struct cmd_sudoers_line *line;
	size_t count;
	size_t files;			/* that were included */
	struct cmd_words unread;	/* "WHERE: what" */
};

/* Take in a text with its includes; name is for messages. */
void	 cmd_sudoers_read(struct cmd_sudoers *, const struct cmd_tree *,
	    const char *name, const char *text);
void	 cmd_sudoers_free(struct cmd_sudoers *);

/* A user; the name is NULL for a member whom nobody has named yet. */
struct cmd_sudoers_user {
	const char *name;
	const struct cmd_words *groups;
};

/* Does a list of users, groups and aliases have the user in it? */
bool	 cmd_sudoers_names(const struct cmd_sudoers *, const char *list,
	    const struct cmd_sudoers_user *);

#endif /* CMD_SUDOERS_H */
