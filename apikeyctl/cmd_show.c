/*
 * cmd_show.c - apikeyctl show: everything on record about one key.
 */
#include <stdio.h>
#include <stdlib.h>

#include "args.h"
#include "exit.h"
#include "family.h"
#include "json.h"
#include "table.h"

static int
run(struct cmd_env *env, int argc, char **argv)
{
	apikey_key *key = NULL;
	char *family = NULL;
	int status;

	status = cmd_args_id(env, argc, argv);
	if (status != CMD_EXIT_DONE || env->stop)
		return status;
	status = cmd_open_key(env, argv[optind], &key);
	if (status != CMD_EXIT_DONE)
		return status;
	if (env->json)
		cmd_json_one(stdout, key);
	else {
		if (env->tty)
			family = cmd_family(env, key);
		cmd_put_block(stdout, key, apikey_now(env->ctx),
		    env->tty ? CMD_TERMINAL : CMD_TSV, family);
	}
	free(family);
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
"Show one key: name<TAB>value in a pipe; on a terminal two columns, and\n"
"the keys that it came from by rotation, and those that came from it,\n"
"from the oldest to the newest.\n"
};
