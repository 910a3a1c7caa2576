/*
 * cmd_set.c - apikeyctl set and renew: other bounds for a key that is in
 * use.  A change that met another one is not tried again: what it was
 * meant to change is no longer there.
 */
#include <stdio.h>

#include "bounds.h"
#include "exit.h"
#include "output.h"
#include "warn.h"

static const struct option options[] = {
	CMD_OPTIONS_BOUNDS, CMD_OPTIONS_EVERYWHERE
};

static int
take_options(struct cmd_env *env, struct cmd_bounds *bounds, int argc,
    char **argv)
{
	int opt, status;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0) {
		status = cmd_bound_set(env, bounds, opt, optarg);
		if (status != CMD_EXIT_DONE)
			return status;
	}
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind != 1)
		return cmd_usage(env, "it takes one id");
	if (bounds->given == 0)
		return cmd_usage(env, "there is nothing to set");
	return CMD_EXIT_DONE;
}

static int
change(struct cmd_env *env, const char *id, const apikey_spec *spec)
{
	apikey_key *key = NULL;
	int code, status;

	status = cmd_open_key(env, id, &key);
	if (status != CMD_EXIT_DONE)
		return status;
	code = apikey_set(env->admin, key, spec);
	if (code == APIKEY_OK) {
		cmd_put_done(env, "changed", key);
		cmd_warn_key(key);
		if (apikey_key_status(key) == APIKEY_STATUS_EXHAUSTED)
			cmd_warn("the key has no uses left: uses are counted "
			    "from the first one on (apikeyctl usage %s)", id);
	} else
		status = cmd_failed_option(env, code);
	apikey_key_free(key);
	return status;
}

static int
run_set(struct cmd_env *env, int argc, char **argv)
{
	struct cmd_bounds bounds = {
		.spec = apikey_spec_new(), .may_clear = true
	};
	int status;

	if (bounds.spec == NULL)
		return cmd_no_memory();
	status = take_options(env, &bounds, argc, argv);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = change(env, argv[optind], bounds.spec);
	apikey_spec_free(bounds.spec);
	return status;
}

const struct cmd_command cmd_set = {
	.name = "set",
	.summary = "change what a key is bound to",
	.keeps_on = true,
	.run = run_set,
	.help =
"usage: apikeyctl set ID OPTION...\n"
"\n"
"Change what a key is bound to.  A list replaces the one that was there,\n"
"and '' clears any bound but the user: the key is good for more then.\n"
"\n"
CMD_HELP_BOUNDS
"  --config FILE  --json  --help\n"
};

/* ---- Renewing ------------------------------------------------------- */

enum { OPT_EXPIRES = CMD_OPT_FIRST };

static const struct option renew_options[] = {
	{ "expires", required_argument, NULL, OPT_EXPIRES },
	CMD_OPTIONS_EVERYWHERE
};

static int
run_renew(struct cmd_env *env, int argc, char **argv)
{
	const char *expires = NULL;
	apikey_key *key = NULL;
	int code, opt, status;

	while ((opt = cmd_args_next(env, argc, argv, renew_options)) >= 0)
		expires = optarg;
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind != 1)
		return cmd_usage(env, "it takes one id");
	if (expires == NULL || *expires == '\0')
		return cmd_usage(env, "--expires is %s", expires == NULL ?
		    "missing" : "empty");
	status = cmd_open_key(env, argv[optind], &key);
	if (status != CMD_EXIT_DONE)
		return status;
	code = apikey_renew(env->admin, key, expires);
	if (code == APIKEY_OK)
		cmd_put_done(env, "renewed", key);
	else
		status = cmd_failed_option(env, code);
	apikey_key_free(key);
	return status;
}

const struct cmd_command cmd_renew = {
	.name = "renew",
	.summary = "give a key another expiry",
	.keeps_on = true,
	.run = run_renew,
	.help =
"usage: apikeyctl renew ID --expires WHEN\n"
"\n"
"Give a key another expiry, which the configuration's issue.max_ttl\n"
"limits, counted from now.  An expired key is good again then.\n"
"\n"
"  --expires WHEN   a duration (90d, 12h, 1y), a time\n"
"                   (2027-02-21T22:00:00Z) or never\n"
"  --config FILE  --json  --help\n"
};
