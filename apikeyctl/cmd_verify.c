/*
 * cmd_verify.c - apikeyctl verify: would this key be accepted?  The
 * answer is yes or no; why not stands in the audit trail alone.
 */
#include <stdio.h>
#include <string.h>

#include "asked.h"
#include "exit.h"
#include "json.h"
#include "output.h"
#include "text.h"
#include "token_io.h"

enum { OPT_TOKEN_FILE = CMD_OPT_FIRST, OPT_CONSUME };

static const struct option options[] = {
	CMD_OPTIONS_ASKED,
	{ "token-file", required_argument, NULL, OPT_TOKEN_FILE },
	{ "consume", no_argument, NULL, OPT_CONSUME },
	CMD_OPTIONS_EVERYWHERE
};

struct verify {
	apikey_request *request;
	const char *path;
	bool service;		/* one was named */
};

static int
take_option(struct verify *v, int opt)
{
	switch (opt) {
	case OPT_CONSUME:
		apikey_request_set_consume(v->request, 1);
		return CMD_EXIT_DONE;
	case OPT_TOKEN_FILE:
		v->path = optarg;
		return CMD_EXIT_DONE;
	default:
		v->service |= opt == CMD_OPT_SERVICE;
		return cmd_asked_take(v->request, opt);
	}
}

static int
take_options(struct cmd_env *env, struct verify *v, int argc, char **argv)
{
	int opt, status;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0) {
		status = take_option(v, opt);
		if (status != CMD_EXIT_DONE)
			return status;
	}
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (optind < argc)
		return cmd_usage(env, "'%s' belongs to no option",
		    argv[optind]);
	return CMD_EXIT_DONE;
}

static void
put_json(const apikey_result *result)
{
	size_t i;

	fputs("{\"version\":1,\"granted\":true,\"id\":", stdout);
	cmd_json_text(stdout, apikey_result_id(result));
	fputs(",\"user\":", stdout);
	cmd_json_text(stdout, apikey_result_user(result));
	fputs(",\"label\":", stdout);
	cmd_json_text(stdout, apikey_result_label(result));
	fputs(",\"expires\":", stdout);
	cmd_json_time(stdout, apikey_result_expires(result));
	fputs(",\"scopes\":[", stdout);
	for (i = 0; i < apikey_result_scope_count(result); i++) {
		if (i > 0)
			fputc(',', stdout);
		cmd_json_text(stdout, apikey_result_scope(result, i));
	}
	fputs("]}\n", stdout);
}

static void
put_granted(const struct cmd_env *env, const apikey_result *result)
{
	if (env->json) {
		put_json(result);
		return;
	}
	if (env->tty)
		fputs("granted: key ", stdout);
	fputs(apikey_result_id(result), stdout);
	fputs(env->tty ? " of user " : "\t", stdout);
	cmd_put(stdout, apikey_result_user(result),
	    env->tty ? CMD_TERMINAL : CMD_TSV);
	fputc('\n', stdout);
}

static int
put_refused(const struct cmd_env *env, const struct verify *v, int code)
{
	int status = cmd_exit(code);

	if (status != CMD_EXIT_DENIED) {
		cmd_error("there is no answer: %s; the audit trail says "
		    "where, and so does apikeyctl explain ID",
		    apikey_error_text(code));
		return status;
	}
	if (env->json)
		fputs("{\"version\":1,\"granted\":false}\n", stdout);
	cmd_error("denied");
	/* Of every such question, so that it tells nothing of the key. */
	if (!v->service)
		cmd_warn("no --service was given, and without it every key "
		    "that is bound to services is denied");
	return status;
}

static int
verify(struct cmd_env *env, const struct verify *v)
{
	apikey_result *result = NULL;
	char token[1024];
	size_t len;
	int code;

	if (!cmd_token_read(v->path, token, sizeof(token), &len))
		return CMD_EXIT_IO;
	code = apikey_verify(env->ctx, token, len, v->request, &result);
	explicit_bzero(token, sizeof(token));
	if (code != APIKEY_OK) {
		/* Most likely something went wrong with a variable. */
		if (len == 0)
			cmd_error("there is no key in %s", v->path != NULL ?
			    v->path : "standard input");
		return put_refused(env, v, code);
	}
	put_granted(env, result);
	apikey_result_free(result);
	return CMD_EXIT_DONE;
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct verify v = { .request = apikey_request_new() };
	int status;

	if (v.request == NULL)
		return cmd_no_memory();
	apikey_request_set_consume(v.request, 0);
	status = take_options(env, &v, argc, argv);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = cmd_open(env);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = verify(env, &v);
	apikey_request_free(v.request);
	return status;
}

const struct cmd_command cmd_verify = {
	.name = "verify",
	.summary = "would a key be accepted?",
	.run = run,
	.help =
"usage: apikeyctl verify [OPTION...]\n"
"\n"
"Read a key from standard input, or from a prompt that does not show it,\n"
"and say whether it would be accepted: exit status 0 or 4.  Why not\n"
"stands in the audit trail.  In a pipe it prints id<TAB>user.  It is no\n"
"use of the key, and counts nowhere, unless --consume says so.  An empty\n"
"line is denied as any other that is no key.\n"
"\n"
"  --user USER        for this user; else for the key's own\n"
"  --service NAME     for this PAM service; without it, a key that is\n"
"                     bound to services is denied\n"
"  --rhost ADDRESS    from this address; else locally\n"
"  --scope NAME       a scope that the key must have; may be repeated\n"
"  --token-file FILE  the first line of FILE is the key\n"
"  --consume          take a use of the key, as a login does\n"
"  --config FILE  --json  --help\n"
};
