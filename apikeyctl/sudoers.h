/*
 * sudoers.h - what sudoers says, and whom it is for.
 */
#ifndef CMD_SUDOERS_H
#define CMD_SUDOERS_H

#include "include.h"

/* One parameter of Defaults, or one command of a rule.  Names and lists are
 * as they stand there, without quotes, blanks only where they part words,
 * and "\" before what would be special. */
struct cmd_sudoers_entry {
	bool is_rule;
	char *where;
	char *users;	/* whom it is for */
	char *name;	/* of the parameter; the command */
	char *value;	/* of the parameter; whom the command runs as */
	char *hosts;	/* of a rule */
	bool negated;	/* "!" before parameter or command */
	bool perhaps;	/* parameter of some hosts, targets or commands */
	bool nopasswd;
};

struct cmd_sudoers_alias {
	char *name, *users;
};

struct cmd_sudoers {
	struct cmd_sudoers_entry *entry;	/* in order */
	size_t count;
	void *aliases;				/* a tree, by name */
	struct cmd_include include;
};

/* Take in a text with its includes; name is for messages. */
void	 cmd_sudoers_read(struct cmd_sudoers *, const struct cmd_tree *,
	    const char *name, const char *text);
void	 cmd_sudoers_free(struct cmd_sudoers *);

/* Take in one line, without comments. */
void	 cmd_sudoers_line(struct cmd_sudoers *, const char *where,
	    const char *line);

/* The list of an alias; NULL when there is none. */
const char *cmd_sudoers_alias(const struct cmd_sudoers *, const char *name);
void	 cmd_sudoers_alias_free(void *alias);

/* The first of the characters that no "\" stands before, or the end. */
const char *cmd_sudoers_find(const char *text, const char *characters);

/*
 * Does a list of users, groups and aliases have a user in it?  By what
 * names he goes there is for the caller to say: "deploy", "#998",
 * "%apikey", "%#997".
 */
bool	 cmd_sudoers_names(const struct cmd_sudoers *, const char *list,
	    const struct cmd_words *user);

#endif /* CMD_SUDOERS_H */
