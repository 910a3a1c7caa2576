/*
 * cmd_state.c - apikeyctl disable and enable: a key out of use for a
 * while.  Unlike a revocation, a change that met another one is not
 * tried again: the other one may have meant the contrary.
 */
#include <stdio.h>

#include "args.h"
#include "exit.h"
#include "output.h"

static int
run(struct cmd_env *env, int argc, char **argv)
{
	bool disable = env->command == &cmd_disable;
	apikey_key *key = NULL;
	int code, status;

	status = cmd_args_id(env, argc, argv);
	if (status != CMD_EXIT_DONE || env->stop)
		return status;
	status = cmd_open_key(env, argv[optind], &key);
	if (status != CMD_EXIT_DONE)
		return status;
	code = disable ? apikey_disable(env->admin, key) :
	    apikey_enable(env->admin, key);
	if (code != APIKEY_OK)
		status = cmd_failed(env, code);
	else
		cmd_put_done(env, disable ? "disabled" : "enabled", key);
	apikey_key_free(key);
	return status;
}

const struct cmd_command cmd_disable = {
	.name = "disable",
	.summary = "take a key out of use, for a while",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl disable ID [--config FILE] [--json] [--help]\n"
"\n"
"Take a key out of use until 'apikeyctl enable'.\n"
};

const struct cmd_command cmd_enable = {
	.name = "enable",
	.summary = "put a disabled key back in use",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl enable ID [--config FILE] [--json] [--help]\n"
"\n"
"Put a disabled key back in use.  A revoked key stays revoked.\n"
};
