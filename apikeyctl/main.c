/*
 * main.c - apikeyctl: the whole life of a key, for administrators.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "exit.h"
#include "output.h"

static const struct cmd_command cmd_help;

static const struct cmd_command *const commands[] = {
	&cmd_create, &cmd_list, &cmd_show, &cmd_verify, &cmd_explain,
	&cmd_rotate, &cmd_renew, &cmd_set, &cmd_disable, &cmd_enable,
	&cmd_revoke, &cmd_delete, &cmd_gc, &cmd_counts, &cmd_metrics,
	&cmd_pepper, &cmd_check, &cmd_help
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const struct cmd_command program = {
	.help =
"usage: apikeyctl [--config FILE] [--json] COMMAND [OPTION...]\n"
"\n"
"The whole life of API keys for logins by ssh, sudo and PAM.\n"
"\n"
"Options, before or behind the command:\n"
"  --config FILE  another configuration than /etc/apikey/apikey.conf\n"
"  --json         one JSON object on standard output\n"
"  --help         help, also on each command\n"
"  --version      the version of this program\n"
"\n"
"Exit status: 0 done, 1 I/O, 2 usage, 3 not found, 4 denied, 5 conflict,\n"
"6 refused by policy, 7 insecure or corrupt store, 8 check found something.\n"
"\n"
"Commands:\n"
};

static void
help(void)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		printf("  %-9s %s\n", commands[i]->name,
		    commands[i]->summary);
}

/*
 * A closed standard descriptor must not become the keystore's, where a
 * sentence or a key would be written.  Opened the wrong way round, it
 * fails as the closed one would.
 */
static bool
hold_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
		if (fd == STDIN_FILENO) {
			close(fd);
			fd = open("/dev/null", O_WRONLY);
		}
	} while (fd != -1 && fd <= STDERR_FILENO);
	if (fd == -1)
		return false;
	close(fd);
	return true;
}

static const struct cmd_command *
find(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	return NULL;
}

/* "help", which people try first. */
static int
run_help(struct cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = { CMD_OPTIONS_EVERYWHERE };
	const struct cmd_command *command;

	if (cmd_args_next(env, argc, argv, options) == CMD_ARGS_STOP)
		return env->status;
	if (argc == optind) {
		fputs(program.help, stdout);
		help();
		return CMD_EXIT_DONE;
	}
	/* What a command has of its own, as "pepper init", is in its help. */
	command = find(argv[optind]);
	if (command == NULL) {
		env->command = &program;
		return cmd_usage(env, "unknown command '%s'", argv[optind]);
	}
	fputs(command->help, stdout);
	return CMD_EXIT_DONE;
}

static const struct cmd_command cmd_help = {
	.name = "help",
	.summary = "say what a command takes",
	.run = run_help,
	.help =
"usage: apikeyctl help [COMMAND]\n"
"\n"
"Say what apikeyctl, or the command, takes, as --help does.\n"
"\n"
"  --config FILE  --json  --help\n"
};

static int
dispatch(struct cmd_env *env, int argc, char **argv)
{
	const struct cmd_command *command;
	int status;

	if (argc == 0)
		return cmd_usage(env, "a command is missing");
	command = find(argv[0]);
	if (command == NULL)
		return cmd_usage(env, "unknown command '%s'", argv[0]);
	env->command = command;
	env->given = 0;
	if (command->keeps_on)
		signal(SIGPIPE, SIG_IGN);
	optind = 0;
	status = command->run(env, argc, argv);
	apikey_admin_free(env->admin);
	apikey_free(env->ctx);
	return status;
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = {
		{ "version", no_argument, NULL, CMD_OPT_VERSION },
		CMD_OPTIONS_EVERYWHERE
	};

	switch (cmd_args_next(env, argc, argv, options)) {
	case CMD_OPT_VERSION:
		printf("apikeyctl %s\n", APIKEY_VERSION);
		return CMD_EXIT_DONE;
	case CMD_ARGS_STOP:
		if (env->status == CMD_EXIT_DONE)
			help();
		return env->status;
	default:
		return dispatch(env, argc - optind, argv + optind);
	}
}

int
main(int argc, char **argv)
{
	struct cmd_env env = { .command = &program };
	int status;

	if (!hold_descriptors())
		return CMD_EXIT_IO;
	setlocale(LC_CTYPE, "");
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	if (cmd_args_wipe(argc, argv) > 0)
		return CMD_EXIT_USAGE;
	env.tty = isatty(STDOUT_FILENO) == 1;
	status = run(&env, argc, argv);
	if (status != CMD_EXIT_IO &&
	    (fflush(stdout) == EOF || ferror(stdout))) {
		cmd_error("cannot write to standard output: %s",
		    strerror(errno));
		status = cmd_exit_worst(status, CMD_EXIT_IO);
	}
	return status;
}
