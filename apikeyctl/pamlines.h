/*
 * pamlines.h - the lines of PAM files, as libpam reads them.
 */
#ifndef CMD_PAMLINES_H
#define CMD_PAMLINES_H

#include <stdbool.h>
#include <stddef.h>

#define CMD_PAM_LINE	1024	/* libpam's buffer for a line, up to 1.5 */
#define CMD_PAM_ARGS	(CMD_PAM_LINE / 2)

/* One line; its texts are in the reader's buffer. */
struct cmd_pam_line {
	unsigned int number;		/* of its first line, from 1 */
	char *service;			/* in pam.conf */
	char *type, *control, *module;	/* NULL: missing */
	bool may_miss;			/* there was a "-" before the type */
	char *arg[CMD_PAM_ARGS];	/* without their brackets */
	size_t args;
};

/* Reads a text; all else is zero at first. */
struct cmd_pam_reader {
	const char *at, *end;
	bool has_service;	/* pam.conf: the service comes first */
	unsigned int number;

	/* The first thing in its form that libpam reads otherwise than it
	 * looks, or NULL, and in which line. */
	const char *odd;
	unsigned int odd_number;
	bool unfinished;	/* the text ends where a line goes on */
	bool odd_rest;		/* next is the rest of one that is too long */

	char line[CMD_PAM_LINE];
};

/*
 * The next line that says something; false at the end.  An include by
 * "@include" has that as its type and the name as its control; one by
 * "auth include NAME" has the name as its module.
 */
bool	 cmd_pam_next(struct cmd_pam_reader *, struct cmd_pam_line *ret);

/* Does the word name our module?  What a carriage return behind it has
 * made another name of is meant to be ours. */
bool	 cmd_pam_is_ours(const char *module);

/* Editors and dpkg leave copies behind, which libpam never reads. */
bool	 cmd_pam_is_copy(const char *name);

/* Called with each group that a line of /etc/pam.d has for pam_apikey,
 * once a group, and the path of the first file that names it. */
typedef void	cmd_pam_group(void *arg, const char *file,
		    const char *group);

void	cmd_pam_groups(cmd_pam_group *, void *arg);

#endif /* CMD_PAMLINES_H */
