/*
 * cmd_usage.c - apikeyctl usage: what this host has counted of keys.
 */
#include <stdio.h>

#include "args.h"
#include "exit.h"
#include "json.h"
#include "keys.h"
#include "output.h"
#include "table.h"

enum { OPT_RESET = CMD_OPT_FIRST };

static const struct option options[] = {
	{ "reset", no_argument, NULL, OPT_RESET },
	CMD_OPTIONS_EVERYWHERE
};

static const struct cmd_column columns[] = {
	{ "ID", CMD_FIELD_ID, false },
	{ "USER", CMD_FIELD_USER, false },
	{ "USES", CMD_FIELD_USES, false },
	{ "FIRST USED", CMD_FIELD_FIRST_USED, true },
	{ "LAST USED", CMD_FIELD_LAST_USED, true },
	{ "FROM", CMD_FIELD_LAST_FROM, false },
	{ "SERVICE", CMD_FIELD_LAST_SERVICE, false }
};

#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static void
put_lines(const struct cmd_keys *keys)
{
	enum cmd_field fields[COLUMNS];
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		fields[i] = columns[i].field;
	for (i = 0; i < keys->count; i++)
		cmd_put_line(stdout, keys->key[i], fields, COLUMNS);
}

/* It is what was asked for, so that its absence is a failure. */
static int
tell_unknown(const struct cmd_keys *keys)
{
	const apikey_key *key = NULL;
	size_t i, unknown = 0;

	for (i = 0; i < keys->count; i++)
		if (apikey_key_uses(keys->key[i]) < 0) {
			key = keys->key[i];
			unknown++;
		}
	if (unknown == 0)
		return CMD_EXIT_DONE;
	cmd_error("what was counted of %zu of %zu keys cannot be read "
	    "('apikeyctl explain %s' says why)", unknown, keys->count,
	    apikey_key_id(key));
	return CMD_EXIT_IO;
}

static int
reset(struct cmd_env *env, const char *id)
{
	apikey_key *key = NULL;
	int code, status;

	status = cmd_get(env, id, &key);
	if (status != CMD_EXIT_DONE)
		return status;
	code = apikey_usage_reset(env->admin, key);
	if (code == APIKEY_OK)
		cmd_put_done(env, "reset", key);
	else
		status = cmd_failed(env, code);
	apikey_key_free(key);
	return status;
}

static int
read_keys(struct cmd_env *env, const char *id, struct cmd_keys *keys)
{
	apikey_key *key = NULL;
	int status;

	if (id == NULL)
		return cmd_keys_read(env, NULL, NULL, keys);
	status = cmd_get(env, id, &key);
	if (status == CMD_EXIT_DONE && !cmd_keys_add(keys, key)) {
		apikey_key_free(key);
		status = CMD_EXIT_IO;
	}
	return status;
}

static int
tell(struct cmd_env *env, const char *id)
{
	struct cmd_keys keys = { 0 };
	int status;

	status = read_keys(env, id, &keys);
	if (env->json && id == NULL)
		cmd_json_keys(stdout, keys.key, keys.count);
	else if (env->json && keys.count == 1)
		cmd_json_one(stdout, keys.key[0]);
	else if (env->tty && !env->json)
		cmd_put_table(stdout, keys.key, keys.count, columns, COLUMNS,
		    apikey_now(env->ctx));
	else if (!env->json)
		put_lines(&keys);
	status = cmd_exit_worst(status, tell_unknown(&keys));
	cmd_keys_free(&keys);
	return status;
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	bool start_anew = false;
	int opt, status;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0)
		start_anew = true;
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind > 1 || (start_anew && optind == argc))
		return cmd_usage(env, "it takes %s", start_anew ?
		    "one id with --reset" : "one id, or none");
	status = cmd_open(env);
	if (status != CMD_EXIT_DONE)
		return status;
	return start_anew ? reset(env, argv[optind]) :
	    tell(env, optind < argc ? argv[optind] : NULL);
}

const struct cmd_command cmd_counts = {
	.name = "usage",
	.summary = "show how often keys were used, and when last",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl usage [ID]\n"
"       apikeyctl usage --reset ID\n"
"\n"
"Show how often keys were used on this host, and when: a table on a\n"
"terminal; in a pipe one line a key with tabs between id, user, uses,\n"
"first_used, last_used, last_from and last_service, \"-\" for what is\n"
"absent or unknown.  When something cannot be read, the exit status is 1.\n"
"\n"
"  --reset   count anew from nothing; a key that is limited to a number of\n"
"            uses has all of them again, also when its count was lost\n"
"  --config FILE  --json  --help\n"
};
