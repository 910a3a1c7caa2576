/*
 * cmd_show.c - apikeyctl show: everything on record about one key.
 */
#include <stdio.h>

#include "args.h"
#include "exit.h"
#include "json.h"
#include "output.h"

static const struct option options[] = { CMD_OPTIONS_EVERYWHERE };

static int
run(struct cmd_env *env, int argc, char **argv)
{
	apikey_key *key;
	int status;

	if (cmd_args_next(env, argc, argv, options) == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind != 1)
		return cmd_usage(env, "it takes one id");
	status = cmd_open(env);
	if (status == CMD_EXIT_DONE)
		status = cmd_get(env, argv[optind], &key);
	if (status != CMD_EXIT_DONE)
		return status;
	if (env->json)
		cmd_json_one(stdout, key);
	else
		cmd_put_block(stdout, key, apikey_now(env->ctx),
		    env->tty ? CMD_TERMINAL : CMD_TSV);
	apikey_key_free(key);
	return CMD_EXIT_DONE;
}

const struct cmd_command cmd_show = {
	.name = "show",
	.summary = "show one key",
	.run = run,
	.help =
"usage: apikeyctl show ID [--config FILE] [--json] [--help]\n"
"\n"
"Show one key: two columns on a terminal, name<TAB>value in a pipe.\n"
};
