/*
 * cmd_gc.c - apikeyctl gc and delete: away with keys that have ended.
 */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "exit.h"
#include "json.h"
#include "keys.h"
#include "output.h"
#include "table.h"

enum { OPT_OLDER_THAN = CMD_OPT_FIRST, OPT_DRY_RUN, OPT_FORCE };

static const struct option options[] = {
	{ "older-than", required_argument, NULL, OPT_OLDER_THAN },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	CMD_OPTIONS_EVERYWHERE
};

static void
put(const struct cmd_env *env, const struct cmd_keys *keys, bool dry_run)
{
	static const struct cmd_column columns[] = {
		{ "ID", CMD_FIELD_ID, false },
		{ "USER", CMD_FIELD_USER, false },
		{ "STATUS", CMD_FIELD_STATUS, false },
		{ "EXPIRES", CMD_FIELD_EXPIRES, true },
		{ "LABEL", CMD_FIELD_LABEL, false }
	};
	size_t i;

	if (env->json)
		cmd_json_keys(stdout, keys->key, keys->count);
	else if (env->tty) {
		cmd_put_table(stdout, keys->key, keys->count, columns,
		    sizeof(columns) / sizeof(columns[0]),
		    apikey_now(env->ctx));
		cmd_error("%zu key%s %s deleted", keys->count,
		    keys->count == 1 ? "" : "s", dry_run ? "would be" :
		    keys->count == 1 ? "was" : "were");
	} else
		for (i = 0; i < keys->count; i++)
			printf("%s\n", apikey_key_id(keys->key[i]));
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct cmd_keys keys = { 0 };
	const char *older = "90d";
	bool dry_run = false;
	int opt, status;
	int64_t age;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0) {
		if (opt == OPT_DRY_RUN)
			dry_run = true;
		else
			older = optarg;
	}
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (optind < argc)
		return cmd_usage(env, "'%s' belongs to no option",
		    argv[optind]);
	if (strcmp(older, "0s") == 0)
		age = 0;
	else if (apikey_duration_parse(older, &age) != APIKEY_OK)
		return cmd_usage(env, "'%s' is no duration (90d)", older);
	status = cmd_open(env);
	if (status != CMD_EXIT_DONE)
		return status;
	status = cmd_keys_gc(env, apikey_now(env->ctx) - age, dry_run,
	    &keys);
	put(env, &keys, dry_run);
	cmd_keys_free(&keys);
	return status;
}

const struct cmd_command cmd_gc = {
	.name = "gc",
	.summary = "delete keys that ended long ago",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl gc [OPTION...]\n"
"\n"
"Delete the keys that were revoked or replaced, or have expired, long\n"
"ago, and what was counted of keys that are gone.  In a pipe it prints\n"
"their ids, one a line.  A key that is deleted cannot raise an alarm any\n"
"more when somebody shows it.  A bad file is named on standard error and\n"
"left alone, and the exit status is 7.\n"
"\n"
"  --older-than DUR  how long ago they must have ended (90d, which is the\n"
"                    default; 0s: all that have)\n"
"  --dry-run         only say which keys these are\n"
"  --config FILE  --json  --help\n"
};

/* ---- One key -------------------------------------------------------- */

static const struct option delete_options[] = {
	{ "force", no_argument, NULL, OPT_FORCE },
	CMD_OPTIONS_EVERYWHERE
};

static int
run_delete(struct cmd_env *env, int argc, char **argv)
{
	apikey_key *key = NULL;
	bool force = false;
	int code, opt, status;

	while ((opt = cmd_args_next(env, argc, argv, delete_options)) >= 0)
		force = true;
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind != 1)
		return cmd_usage(env, "it takes one id");
	status = cmd_open_key(env, argv[optind], &key);
	if (status != CMD_EXIT_DONE)
		return status;
	code = apikey_delete(env->admin, key, force);
	if (code == APIKEY_OK)
		cmd_put_done(env, "deleted", key);
	else if (code == APIKEY_ERR_POLICY && !force) {
		cmd_error("%s, or delete it with --force",
		    apikey_admin_message(env->admin));
		status = cmd_exit(code);
	} else
		status = cmd_failed(env, code);
	apikey_key_free(key);
	return status;
}

const struct cmd_command cmd_delete = {
	.name = "delete",
	.summary = "delete a key that has ended",
	.keeps_on = true,
	.run = run_delete,
	.help =
"usage: apikeyctl delete ID [--force]\n"
"\n"
"Delete a key that was revoked or replaced, or has expired, and what was\n"
"counted of it.  A key that is deleted cannot raise an alarm any more\n"
"when somebody shows it: 'apikeyctl revoke' ends a key, too.\n"
"\n"
"  --force   also a key that could still be used\n"
"  --config FILE  --json  --help\n"
};
