/*
 * cmd_list.c - apikeyctl list: the keys of the keystore.
 */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "exit.h"
#include "idle.h"
#include "json.h"
#include "keys.h"
#include "output.h"
#include "table.h"

enum { OPT_USER = CMD_OPT_FIRST, OPT_STATUS, OPT_EXPIRING, OPT_UNUSED,
    OPT_SYSLOG };

static const struct option options[] = {
	{ "user", required_argument, NULL, OPT_USER },
	{ "status", required_argument, NULL, OPT_STATUS },
	{ "expiring", required_argument, NULL, OPT_EXPIRING },
	{ "unused", required_argument, NULL, OPT_UNUSED },
	{ "syslog", no_argument, NULL, OPT_SYSLOG },
	CMD_OPTIONS_EVERYWHERE
};

struct filter {
	const char *user, *status, *expiring, *unused;
	bool syslog;
	int64_t now, until, since;
	size_t unknown;		/* keys of which nobody can tell, */
	char last[APIKEY_ID_SIZE];	/* and one of them */
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
	case OPT_SYSLOG:
		f->syslog = true;
		return CMD_EXIT_DONE;
	default:
		f->unused = optarg;
		return apikey_duration_parse(optarg, &t) == APIKEY_OK ?
		    CMD_EXIT_DONE : cmd_usage(env, "'%s' is no duration "
		    "(30d)", optarg);
	}
}

/* Not those whose end has come already, in whatever way. */
static bool
ends_soon(const struct filter *f, const apikey_key *key)
{
	enum apikey_status status = apikey_key_status(key);
	int64_t end = apikey_key_expires(key);
	int64_t replaced = apikey_key_superseded_at(key);

	if (replaced != APIKEY_TIME_NONE &&
	    (end == APIKEY_TIME_NONE || replaced < end))
		end = replaced;
	return end != APIKEY_TIME_NONE && end >= f->now &&
	    end <= f->until && (status == APIKEY_STATUS_ACTIVE ||
	    status == APIKEY_STATUS_PENDING ||
	    status == APIKEY_STATUS_DISABLED);
}

static bool
lies_idle(struct filter *f, const apikey_key *key)
{
	enum cmd_idle idle = cmd_idle(key, f->since);

	if (idle == CMD_IDLE_UNKNOWN) {
		f->unknown++;
		snprintf(f->last, sizeof(f->last), "%s", apikey_key_id(key));
	}
	return idle == CMD_IDLE_YES;
}

static bool
wanted(void *arg, const apikey_key *key)
{
	struct filter *f = arg;

	if (f->user != NULL && strcmp(f->user, apikey_key_user(key)) != 0)
		return false;
	if (f->status != NULL && strcmp(f->status,
	    apikey_status_name(apikey_key_status(key))) != 0)
		return false;
	if (f->expiring != NULL && !ends_soon(f, key))
		return false;
	return f->unused == NULL || lies_idle(f, key);
}

static void
put(const struct cmd_env *env, const struct cmd_keys *keys, int64_t now)
{
	static const enum cmd_field fields[] = {
		CMD_FIELD_ID, CMD_FIELD_USER, CMD_FIELD_STATUS,
		CMD_FIELD_CREATED, CMD_FIELD_EXPIRES, CMD_FIELD_SERVICES,
		CMD_FIELD_FROM, CMD_FIELD_HOSTS, CMD_FIELD_SCOPES,
		CMD_FIELD_LABEL, CMD_FIELD_USES, CMD_FIELD_LAST_USED,
		CMD_FIELD_ROTATED_FROM, CMD_FIELD_SUPERSEDED_BY,
		CMD_FIELD_SUPERSEDED_AT
	};
	static const struct cmd_column columns[] = {
		{ "ID", CMD_FIELD_ID, false },
		{ "USER", CMD_FIELD_USER, false },
		{ "STATUS", CMD_FIELD_STATUS, false },
		{ "ENDS", CMD_FIELD_EXPIRES, true },
		{ "LAST USED", CMD_FIELD_LAST_USED, true },
		{ "SERVICES", CMD_FIELD_SERVICES, false },
		{ "SUCCESSOR", CMD_FIELD_SUPERSEDED_BY, false },
		{ "LABEL", CMD_FIELD_LABEL, false }
	};
	size_t i;

	if (env->json)
		cmd_json_keys(stdout, keys->key, keys->count);
	else if (env->tty)
		cmd_put_table(stdout, keys->key, keys->count, columns,
		    sizeof(columns) / sizeof(columns[0]), now);
	else
		for (i = 0; i < keys->count; i++)
			cmd_put_line(stdout, keys->key[i], fields,
			    sizeof(fields) / sizeof(fields[0]));
}

/* For a timer: each of them is a line of the audit trail. */
static int
report(const struct cmd_env *env, const struct cmd_keys *keys)
{
	size_t i;
	int code;

	for (i = 0; i < keys->count; i++) {
		code = apikey_audit_expiring(env->admin, keys->key[i]);
		if (code != APIKEY_OK)
			return cmd_failed(env, code);
	}
	return CMD_EXIT_DONE;
}

/* A key of which nobody can tell whether it was used is not revoked for
 * having been idle. */
static int
tell_unknown(const struct filter *f, int status)
{
	if (f->unknown == 0)
		return status;
	cmd_error("it cannot be told when %zu of the keys were last used; "
	    "they are not listed ('apikeyctl explain %s' says why)",
	    f->unknown, f->last);
	return cmd_exit_worst(status, CMD_EXIT_IO);
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
	if (f.syslog && (f.expiring == NULL || env->json))
		return cmd_usage(env, "--syslog goes with --expiring, and "
		    "not with --json");
	status = cmd_open(env);
	if (status != CMD_EXIT_DONE)
		return status;
	f.now = apikey_now(env->ctx);
	if (f.expiring != NULL)
		(void)apikey_time_parse(f.expiring, f.now, &f.until);
	if (f.unused != NULL) {
		(void)apikey_duration_parse(f.unused, &f.since);
		f.since = f.now - f.since;
	}
	status = cmd_keys_read(env, wanted, &f, &keys);
	if (f.syslog)
		status = cmd_exit_worst(status, report(env, &keys));
	else
		put(env, &keys, f.now);
	status = tell_unknown(&f, status);
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
"scopes, label, uses, last_used, rotated_from, superseded_by and\n"
"superseded_at, \"-\" for what is absent or unknown, and \\t \\n \\\\ \\xHH\n"
"for what would break the line.  Later versions may have more fields\n"
"behind these.  A bad file is named on standard error, and the exit\n"
"status is 7.\n"
"\n"
"  --user USER      keys of this user\n"
"  --status STATUS  active, pending, disabled, expired, revoked,\n"
"                   superseded or exhausted\n"
"  --expiring WHEN  keys that expire within a duration (14d), or before a\n"
"                   time\n"
"  --syslog         with --expiring: a line key.expiring in the audit trail\n"
"                   for each, and nothing on standard output\n"
"  --unused DUR     active keys that were not used for this long (30d), and\n"
"                   are older than that; exit status 1 when it cannot be\n"
"                   told of some\n"
"  --config FILE  --json  --help\n"
};
