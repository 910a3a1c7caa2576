/*
 * args.h - options and mistakes, the same for all commands.
 */
#ifndef CMD_ARGS_H
#define CMD_ARGS_H

#include <getopt.h>

#include "cmds.h"

/*
 * Numbers of options that several commands share; that of a bound is
 * CMD_OPT_BOUND and its enum apikey_bound.  A command numbers its own
 * from CMD_OPT_FIRST.
 */
enum {
	CMD_OPT_CONFIG = 256, CMD_OPT_JSON, CMD_OPT_HELP, CMD_OPT_VERSION,
	CMD_OPT_OUTPUT, CMD_OPT_OWNER,
	CMD_OPT_USER, CMD_OPT_SERVICE, CMD_OPT_RHOST, CMD_OPT_SCOPE,
	CMD_OPT_BOUND, CMD_OPT_FIRST = CMD_OPT_BOUND + 64
};

/* Goes with the number of an option that may be given several times. */
#define CMD_OPT_AGAIN	0x10000

/* The end of every command's table of options. */
#define CMD_OPTIONS_EVERYWHERE						\
	{ "config", required_argument, NULL, CMD_OPT_CONFIG },		\
	{ "json", no_argument, NULL, CMD_OPT_JSON },			\
	{ "help", no_argument, NULL, CMD_OPT_HELP },			\
	{ NULL, 0, NULL, 0 }

/* Neither is the number of an option. */
#define CMD_ARGS_END	(-1)	/* operands are at argv[optind] */
#define CMD_ARGS_STOP	(-2)	/* end now, with env->status */

/*
 * The next option of a command, without CMD_OPT_AGAIN, its value in
 * optarg.  Options that every command takes are dealt with here, mistakes
 * and --help included.  A value that is given twice is a mistake.
 */
int	cmd_args_next(struct cmd_env *, int argc, char **argv,
	    const struct option *);

/* For a command without options of its own: its operands, which must be
 * one id, at argv[optind].  The exit status; with env->stop, end now. */
int	cmd_args_id(struct cmd_env *, int argc, char **argv);

/* Say what is wrong with the arguments; returns the exit status. */
int	cmd_usage(const struct cmd_env *, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/*
 * Everybody on the machine can read arguments: wipe every token in them
 * and say which keys must be revoked.  Returns how many there were.
 */
int	cmd_args_wipe(int argc, char **argv);

#endif /* CMD_ARGS_H */
