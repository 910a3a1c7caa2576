/*
 * cmds.h - the commands, and what they run with.
 */
#ifndef CMD_CMDS_H
#define CMD_CMDS_H

#include <stdbool.h>
#include <stdint.h>

#include "apikey.h"

struct cmd_command;

/* What a command runs with. */
struct cmd_env {
	const struct cmd_command *command;
	const char *config;	/* --config, or NULL */
	bool json;		/* --json */
	bool tty;		/* standard output is a terminal */
	uint64_t given;		/* options of the command, by their place */
	bool stop;		/* cmd_args_next wants the program to end */
	int status;		/* and with this exit status */
	apikey_ctx *ctx;	/* from cmd_open */
	apikey_admin *admin;
};

/*
 * A command of the table: argv[0] is its name; it returns the exit
 * status.  The program itself is one without a name.  keeps_on: a reader
 * of its output who goes away must not end it half-way.
 */
struct cmd_command {
	const char *name, *summary, *help;
	bool keeps_on;
	int (*run)(struct cmd_env *, int argc, char **argv);
};

/* cmd_counts is "usage": a mistake has that name. */
extern const struct cmd_command cmd_create, cmd_list, cmd_show, cmd_verify,
    cmd_explain, cmd_rotate, cmd_renew, cmd_set, cmd_disable, cmd_enable,
    cmd_revoke, cmd_delete, cmd_gc, cmd_counts, cmd_metrics,
    cmd_pepper, cmd_check;

/*
 * The library takes absolute paths only, for it looks at every folder on
 * the way; people type what is short.  The caller frees the path; NULL
 * when memory is short.
 */
char	*cmd_absolute(const char *path);

/* Open the keystore; says what is wrong and returns the exit status. */
int	cmd_open(struct cmd_env *);

/* Say what the last call for the administrator had to say; returns the
 * exit status of its code. */
int	cmd_failed(const struct cmd_env *, int code);

/* The same for mistakes in the options of a key: the sentence names the
 * option rather than the setting. */
int	cmd_failed_option(const struct cmd_env *, int code);

/* There is no memory: say so; returns the exit status. */
int	cmd_no_memory(void);

/* Read one key; says what is wrong and returns the exit status. */
int	cmd_get(struct cmd_env *, const char *id, apikey_key **ret_key);

/* Open the keystore for one key, and read that. */
int	cmd_open_key(struct cmd_env *, const char *id, apikey_key **ret_key);

#endif /* CMD_CMDS_H */
