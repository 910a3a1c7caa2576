/*
 * output.h - sentences for people.
 */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "cmds.h"

/* "apikeyctl: sentence" on standard error, safe for a terminal. */
void	cmd_error(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
void	cmd_warn(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));

/* What was done to a key: JSON of it, "disabled 7k2m9q4t8w (deploy)" on a
 * terminal, nothing in a pipe. */
void	cmd_put_done(const struct cmd_env *, const char *what,
	    const apikey_key *);

/* Does the user want colors? */
bool	cmd_colored(void);

#endif /* CMD_OUTPUT_H */
