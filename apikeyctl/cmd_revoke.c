/*
 * cmd_revoke.c - apikeyctl revoke: the end of keys.  A revocation wins
 * against any other change, and one key that cannot be revoked keeps no
 * other from being so.
 */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "exit.h"
#include "json.h"
#include "keys.h"
#include "output.h"

#define TRIES	4

enum { OPT_USER = CMD_OPT_FIRST, OPT_REASON, OPT_NOTE };

static const struct option options[] = {
	{ "user", required_argument, NULL, OPT_USER },
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "note", required_argument, NULL, OPT_NOTE },
	CMD_OPTIONS_EVERYWHERE
};

struct revoke {
	const char *user, *reason, *note;
	struct cmd_keys done;
};

static bool
is_reason(const char *text)
{
	static const char *const reasons[] = {
		"leaked", "superseded", "offboarded", "other"
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(text, reasons[i]) == 0)
			return true;
	return false;
}

static int
take_options(struct cmd_env *env, struct revoke *r, int argc, char **argv)
{
	int opt;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0) {
		if (opt == OPT_USER)
			r->user = optarg;
		else if (opt == OPT_REASON)
			r->reason = optarg;
		else
			r->note = optarg;
	}
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (r->user != NULL && *r->user == '\0')
		return cmd_usage(env, "--user is empty");
	if (r->user != NULL && optind < argc)
		return cmd_usage(env, "it takes ids or --user, not both");
	if (r->user == NULL && optind == argc)
		return cmd_usage(env, "it takes at least one id, or --user");
	if (!is_reason(r->reason))
		return cmd_usage(env, "--reason is leaked, superseded, "
		    "offboarded or other");
	return CMD_EXIT_DONE;
}

/* A change that came between is read, and the key revoked again. */
static int
revoke_id(struct cmd_env *env, struct revoke *r, const char *id)
{
	apikey_key *key = NULL;
	bool before = false;
	int code, tries = TRIES;

	do {
		apikey_key_free(key);
		key = NULL;
		code = apikey_get(env->admin, id, &key);
		if (code == APIKEY_OK) {
			before = apikey_key_revoked_at(key) !=
			    APIKEY_TIME_NONE;
			code = apikey_revoke(env->admin, key, r->reason,
			    r->note);
		}
	} while (code == APIKEY_ERR_CONFLICT && --tries > 0);
	if (code != APIKEY_OK) {
		apikey_key_free(key);
		return cmd_failed(env, code);
	}
	if (before)
		cmd_warn("key %s was revoked before: its reason (%s) and "
		    "note stay as they were", id,
		    apikey_key_revoked_reason(key));
	else if (!env->json)
		cmd_put_done(env, "revoked", key);
	if (!env->json || !cmd_keys_add(&r->done, key))
		apikey_key_free(key);
	return CMD_EXIT_DONE;
}

static int
revoke_ids(struct cmd_env *env, struct revoke *r, int count, char **ids)
{
	int i, status = CMD_EXIT_DONE;

	for (i = 0; i < count; i++)
		status = cmd_exit_worst(status, revoke_id(env, r, ids[i]));
	return status;
}

static bool
of_user(void *arg, const apikey_key *key)
{
	const struct revoke *r = arg;

	return strcmp(apikey_key_user(key), r->user) == 0 &&
	    apikey_key_status(key) != APIKEY_STATUS_REVOKED;
}

static int
revoke_user(struct cmd_env *env, struct revoke *r)
{
	struct cmd_keys keys = { 0 };
	int status;
	size_t i;

	status = cmd_keys_read(env, of_user, r, &keys);
	if (keys.count == 0)
		cmd_error("user '%s' has no key to revoke", r->user);
	for (i = 0; i < keys.count; i++)
		status = cmd_exit_worst(status,
		    revoke_id(env, r, apikey_key_id(keys.key[i])));
	cmd_keys_free(&keys);
	return status;
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct revoke r = { .reason = "other" };
	int count, status;

	status = take_options(env, &r, argc, argv);
	if (status != CMD_EXIT_DONE || env->stop)
		return status;
	status = cmd_open(env);
	if (status != CMD_EXIT_DONE)
		return status;
	count = argc - optind;
	status = r.user != NULL ? revoke_user(env, &r) :
	    revoke_ids(env, &r, count, argv + optind);
	if (env->json && count == 1 && r.done.count == 1)
		cmd_json_one(stdout, r.done.key[0]);
	else if (env->json && count != 1)
		cmd_json_keys(stdout, r.done.key, r.done.count);
	else if (env->tty && status == CMD_EXIT_DONE)
		cmd_error("sessions that are open, and what sudo has cached, "
		    "go on (loginctl terminate-user, sudo -K)");
	cmd_keys_free(&r.done);
	return status;
}

const struct cmd_command cmd_revoke = {
	.name = "revoke",
	.summary = "end keys for good",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl revoke ID... [OPTION...]\n"
"       apikeyctl revoke --user USER [OPTION...]\n"
"\n"
"End keys for good, from the next login on.  Sessions that are open, and\n"
"what sudo has cached, go on.  Of several keys all that can be are\n"
"revoked, and the exit status is the worst: from the least, 0 3 2 4 6 5\n"
"1 7.\n"
"\n"
"  --user USER    every key of USER that is not revoked yet\n"
"  --reason WHY   leaked, superseded, offboarded or other\n"
"  --note TEXT    to stay with the key\n"
"  --config FILE  --json  --help\n"
};
