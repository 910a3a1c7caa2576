/*
 * sshd.h - sshd_config, as sshd reads it, for one user at a time.
 */
#ifndef CMD_SSHD_H
#define CMD_SSHD_H

#include "include.h"

/* The conditions of the Match lines that a setting stands below. */
struct cmd_sshd_match {
	char *text;
	const struct cmd_sshd_match *outer;	/* of the file's Include */
	struct cmd_sshd_match *next;		/* in the list of all */
};

struct cmd_sshd_setting {
	char *keyword;			/* in lower case */
	char *value, *where;
	const struct cmd_sshd_match *match;	/* NULL: always */
};

struct cmd_sshd {
	struct cmd_sshd_setting *setting;
	size_t count;
	struct cmd_sshd_match *matches;
	struct cmd_include include;
};

/* Take in a text with its includes; name is for messages. */
void	 cmd_sshd_read(struct cmd_sshd *, const struct cmd_tree *,
	    const char *name, const char *text);
void	 cmd_sshd_free(struct cmd_sshd *);

/* For whom: the name is NULL for a member of the groups whom nobody has
 * named yet. */
struct cmd_sshd_user {
	const char *name;
	const struct cmd_words *groups;
};

/*
 * Call each for every value of a setting that the user may have: the ones
 * of Match blocks of which nobody can tell (an address, say) as perhaps,
 * and the one that holds otherwise.  NULL stands for sshd's default.
 */
typedef void	 cmd_sshd_value(void *arg, const struct cmd_sshd_setting *,
		    bool perhaps);
void	 cmd_sshd_values(const struct cmd_sshd *, const char *keyword,
	    const struct cmd_sshd_user *, cmd_sshd_value *, void *arg);

/* The same of a setting whose lines add up: those of blocks, if one of them
 * holds, or else those outside of them.  There is no default. */
void	 cmd_sshd_lines(const struct cmd_sshd *, const char *keyword,
	    const struct cmd_sshd_user *, cmd_sshd_value *, void *arg);

#endif /* CMD_SSHD_H */
