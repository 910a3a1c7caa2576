/*
 * cmd_create.c - apikeyctl create: issue a key.
 */
#include <string.h>

#include "bounds.h"
#include "exit.h"
#include "issue.h"
#include "warn.h"

enum { OPT_ONCE = CMD_OPT_FIRST };

static const struct option options[] = {
	CMD_OPTIONS_BOUNDS,
	{ "once", no_argument, NULL, OPT_ONCE },
	CMD_OPTIONS_ISSUE,
	CMD_OPTIONS_EVERYWHERE
};

struct create {
	struct cmd_bounds bounds;
	struct cmd_issue issue;
	bool once;
};

static int
take_option(struct cmd_env *env, struct create *c, int opt)
{
	switch (opt) {
	case OPT_ONCE:
		c->once = true;
		return CMD_EXIT_DONE;
	case CMD_OPT_OUTPUT:
	case CMD_OPT_OWNER:
		return cmd_issue_take(env, &c->issue, opt);
	default:
		return cmd_bound_set(env, &c->bounds, opt, optarg);
	}
}

static int
take_once(struct cmd_env *env, struct create *c)
{
	if (!c->once)
		return CMD_EXIT_DONE;
	if (cmd_bound_given(&c->bounds, APIKEY_MAX_USES))
		return cmd_usage(env, "it takes --once or --max-uses, not "
		    "both");
	return cmd_bound_set(env, &c->bounds, CMD_OPT_BOUND +
	    APIKEY_MAX_USES, "1");
}

static int
take_options(struct cmd_env *env, struct create *c, int argc, char **argv)
{
	int opt, status;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0) {
		status = take_option(env, c, opt);
		if (status != CMD_EXIT_DONE)
			return status;
	}
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (optind < argc)
		return cmd_usage(env, "'%s' belongs to no option",
		    argv[optind]);
	if (!cmd_bound_given(&c->bounds, APIKEY_USER))
		return cmd_usage(env, "--user is missing");
	status = take_once(env, c);
	return status != CMD_EXIT_DONE ? status :
	    cmd_issue_check(env, &c->issue);
}

static int
make(struct cmd_env *env, struct cmd_issue *issue, apikey_deliver *deliver,
    void *arg)
{
	const struct cmd_bounds *bounds = arg;

	return apikey_create(env->admin, bounds->spec, deliver, &issue->file,
	    issue->token, &issue->key);
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct create c = { .bounds.spec = apikey_spec_new() };
	int status;

	if (c.bounds.spec == NULL)
		return cmd_no_memory();
	status = take_options(env, &c, argc, argv);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = cmd_open(env);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = cmd_issue(env, &c.issue, make, &c.bounds);
	if (c.issue.key != NULL)
		cmd_warn_key(c.issue.key);
	cmd_issue_clear(&c.issue);
	apikey_spec_free(c.bounds.spec);
	return status;
}

const struct cmd_command cmd_create = {
	.name = "create",
	.summary = "issue a key and print its token, once",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl create --user USER [OPTION...]\n"
"\n"
"Issue a key and print its token, once, alone on its line.\n"
"\n"
CMD_HELP_BOUNDS
"  --once              the same as --max-uses 1\n"
CMD_HELP_ISSUE
"  --config FILE  --json  --help\n"
"\n"
"Without --expires, --service and --rate, the configuration's issue.ttl,\n"
"issue.services and limits.key count; without --from, --host and --scope\n"
"the key is good for every source and host, and has no scope.\n"
};
