/*
 * cmd_rotate.c - apikeyctl rotate: another key in the place of one, and
 * time to put it where the old one is.
 */
#include "exit.h"
#include "issue.h"

enum { OPT_OVERLAP = CMD_OPT_FIRST, OPT_UNTIL_FIRST_USE, OPT_EXPIRES };

static const struct option options[] = {
	{ "overlap", required_argument, NULL, OPT_OVERLAP },
	{ "until-first-use", no_argument, NULL, OPT_UNTIL_FIRST_USE },
	{ "expires", required_argument, NULL, OPT_EXPIRES },
	CMD_OPTIONS_ISSUE,
	CMD_OPTIONS_EVERYWHERE
};

struct rotate {
	struct cmd_issue issue;
	const char *overlap, *expires;
	bool until_first_use;
};

/* An empty value comes from a script whose variable was empty. */
static int
take_text(struct cmd_env *env, const char *name, const char **ret)
{
	if (*optarg == '\0')
		return cmd_usage(env, "--%s is empty", name);
	*ret = optarg;
	return CMD_EXIT_DONE;
}

static int
take_option(struct cmd_env *env, struct rotate *r, int opt)
{
	switch (opt) {
	case OPT_OVERLAP:
		return take_text(env, "overlap", &r->overlap);
	case OPT_EXPIRES:
		return take_text(env, "expires", &r->expires);
	case OPT_UNTIL_FIRST_USE:
		r->until_first_use = true;
		return CMD_EXIT_DONE;
	default:
		return cmd_issue_take(env, &r->issue, opt);
	}
}

static int
take_options(struct cmd_env *env, struct rotate *r, int argc, char **argv)
{
	int opt, status;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0) {
		status = take_option(env, r, opt);
		if (status != CMD_EXIT_DONE)
			return status;
	}
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind != 1)
		return cmd_usage(env, "it takes one id");
	return cmd_issue_check(env, &r->issue);
}

static int
make(struct cmd_env *env, struct cmd_issue *issue, apikey_deliver *deliver,
    void *arg)
{
	const struct rotate *r = arg;

	return apikey_rotate(env->admin, issue->old, r->overlap,
	    r->until_first_use, r->expires, deliver, &issue->file,
	    issue->token, &issue->key);
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct rotate r = { 0 };
	int status;

	status = take_options(env, &r, argc, argv);
	if (status != CMD_EXIT_DONE || env->stop)
		return status;
	status = cmd_open_key(env, argv[optind], &r.issue.old);
	if (status == CMD_EXIT_DONE)
		status = cmd_issue(env, &r.issue, make, &r);
	cmd_issue_clear(&r.issue);
	return status;
}

const struct cmd_command cmd_rotate = {
	.name = "rotate",
	.summary = "issue a key in the place of another",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl rotate ID [OPTION...]\n"
"\n"
"Issue a key with the bounds of another and print its token, once, alone\n"
"on its line.  The old key goes on working until the end of the overlap.\n"
"\n"
"  --overlap DUR       how long (7d, 12h; 0s: not at all); else the\n"
"                      configuration's issue.overlap\n"
"  --until-first-use   not longer than until the new key is first used\n"
"  --expires WHEN      of the new key: a duration, a time or never; else\n"
"                      issue.ttl from now\n"
CMD_HELP_ISSUE
"  --config FILE  --json  --help\n"
"\n"
"A key that cannot be used, or has been rotated before, is refused (6);\n"
"after its successor was revoked, a key can be rotated again.\n"
};
