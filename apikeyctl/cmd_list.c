/*
 * cmd_list.c - apikeyctl list: the keys of the keystore.
 */
#include <string.h>

#include "args.h"
#include "exit.h"
#include "json.h"
#include "keys.h"
#include "output.h"

enum { OPT_USER = CMD_OPT_FIRST, OPT_STATUS, OPT_EXPIRING, OPT_UNUSED };

static const struct option options[] = {
	{ "user", required_argument, NULL, OPT_USER },
	{ "status", required_argument, NULL, OPT_STATUS },
	{ "expiring", required_argument, NULL, OPT_EXPIRING },
	{ "unused", required_argument, NULL, OPT_UNUSED },
	CMD_OPTIONS_EVERYWHERE
};

struct filter {
	const char *user, *status, *expiring;
	int64_t now, until;
};

static bool
is_status(const char *name)
{
	static const enum apikey_status all[] = {
#define APIKEY_X(code, text)	APIKEY_STATUS_##code,
		APIKEY_STATUS_MAP(APIKEY_X)
#undef APIKEY_X
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(name, apikey_status_name(all[i])) == 0)
			return true;
	return false;
}

static int
take_option(struct cmd_env *env, struct filter *f, int opt)
{
	int64_t t;

	switch (opt) {
	case OPT_USER:
		f->user = optarg;
		return CMD_EXIT_DONE;
	case OPT_STATUS:
		f->status = optarg;
		return is_status(optarg) ? CMD_EXIT_DONE :
		    cmd_usage(env, "'%s' is no status", optarg);
	case OPT_EXPIRING:
		f->expiring = optarg;
		return apikey_time_parse(optarg, 0, &t) == APIKEY_OK ?
		    CMD_EXIT_DONE : cmd_usage(env, "'%s' is neither a "
		    "duration (14d) nor a time", optarg);
	default:
		return cmd_unsupported("unused",
		    "this version does not record the uses of a key");
	}
}

/* Not those whose end has come already, in whatever way. */
static bool
ends_soon(const struct filter *f, const apikey_key *key)
{
	enum apikey_status status = apikey_key_status(key);
	int64_t expires = apikey_key_expires(key);

	return expires != APIKEY_TIME_NONE && expires >= f->now &&
	    expires <= f->until && (status == APIKEY_STATUS_ACTIVE ||
	    status == APIKEY_STATUS_PENDING ||
	    status == APIKEY_STATUS_DISABLED);
}

static bool
wanted(void *arg, const apikey_key *key)
{
	const struct filter *f = arg;

	if (f->user != NULL && strcmp(f->user, apikey_key_user(key)) != 0)
		return false;
	if (f->status != NULL && strcmp(f->status,
	    apikey_status_name(apikey_key_status(key))) != 0)
		return false;
	return f->expiring == NULL || ends_soon(f, key);
}

static void
put(const struct cmd_env *env, const struct cmd_keys *keys, int64_t now)
{
	static const enum cmd_field fields[] = {
		CMD_FIELD_ID, CMD_FIELD_USER, CMD_FIELD_STATUS,
		CMD_FIELD_CREATED, CMD_FIELD_EXPIRES, CMD_FIELD_SERVICES,
		CMD_FIELD_FROM, CMD_FIELD_HOSTS, CMD_FIELD_SCOPES,
		CMD_FIELD_LABEL
	};
	size_t i;

	if (env->json)
		cmd_json_keys(stdout, keys->key, keys->count);
	else if (env->tty)
		cmd_put_table(stdout, keys->key, keys->count, now);
	else
		for (i = 0; i < keys->count; i++)
			cmd_put_line(stdout, keys->key[i], fields,
			    sizeof(fields) / sizeof(fields[0]));
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct cmd_keys keys = { 0 };
	struct filter f = { 0 };
	int opt, status;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0) {
		status = take_option(env, &f, opt);
		if (status != CMD_EXIT_DONE)
			return status;
	}
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (optind < argc)
		return cmd_usage(env, "'%s' belongs to no option",
		    argv[optind]);
	status = cmd_open(env);
	if (status != CMD_EXIT_DONE)
		return status;
	f.now = apikey_now(env->ctx);
	if (f.expiring != NULL)
		(void)apikey_time_parse(f.expiring, f.now, &f.until);
	status = cmd_keys_read(env, wanted, &f, &keys);
	put(env, &keys, f.now);
	cmd_keys_free(&keys);
	return status;
}

const struct cmd_command cmd_list = {
	.name = "list",
	.summary = "list keys",
	.run = run,
	.help =
"usage: apikeyctl list [OPTION...]\n"
"\n"
"List keys: a table on a terminal; in a pipe one line a key with tabs\n"
"between id, user, status, created, expires, services, from, hosts,\n"
"scopes and label, \"-\" for what is absent, and \\t \\n \\\\ \\xHH for\n"
"what would break the line.  A bad file is named on standard error, and\n"
"the exit status is 7.\n"
"\n"
"  --user USER      keys of this user\n"
"  --status STATUS  active, pending, disabled, expired, revoked,\n"
"                   superseded or exhausted\n"
"  --expiring DUR   keys that expire within a duration (14d)\n"
"  --config FILE  --json  --help\n"
"\n"
"--unused DUR is refused in this version.\n"
};
