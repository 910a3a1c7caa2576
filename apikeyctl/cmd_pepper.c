/*
 * cmd_pepper.c - apikeyctl pepper: the secret that all hashes share.
 */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "exit.h"
#include "json.h"
#include "output.h"

static const struct option options[] = { CMD_OPTIONS_EVERYWHERE };

static int
run(struct cmd_env *env, int argc, char **argv)
{
	char id[APIKEY_PEPPER_ID_SIZE];
	int code, status;

	if (cmd_args_next(env, argc, argv, options) == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind != 1 || strcmp(argv[optind], "init") != 0)
		return cmd_usage(env, "it takes the word init");
	status = cmd_open(env);
	if (status != CMD_EXIT_DONE)
		return status;
	code = apikey_pepper_init(env->admin, id);
	if (code != APIKEY_OK)
		return cmd_failed(env, code);
	if (env->json) {
		fputs("{\"version\":1,\"pepper\":{\"id\":", stdout);
		cmd_json_text(stdout, id);
		fputs("}}\n", stdout);
	} else
		printf(env->tty ? "made the pepper %s\n" : "%s\n", id);
	if (env->tty && !env->json)
		cmd_error("keys that are made from now on need it: keep a "
		    "copy, apart from that of the keystore");
	return CMD_EXIT_DONE;
}

const struct cmd_command cmd_pepper = {
	.name = "pepper",
	.summary = "make the pepper file",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl pepper init [--config FILE] [--json] [--help]\n"
"\n"
"Draw a pepper into the new file that the configuration names (pepper),\n"
"for its owner alone, and print its id, which stands in the hashes of the\n"
"keys that are made from now on.  Without the file they cannot be\n"
"verified: keep a copy, apart from that of the keystore.  Older keys go\n"
"on working.\n"
};
