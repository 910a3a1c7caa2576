/*
 * cmd_explain.c - apikeyctl explain: what would happen to a key, check by
 * check.  No secret is needed, and nothing is counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "exit.h"
#include "json.h"
#include "output.h"
#include "text.h"

enum { OPT_AT = CMD_OPT_FIRST };

static const struct option options[] = {
	CMD_OPTIONS_ASKED,
	{ "at", required_argument, NULL, OPT_AT },
	CMD_OPTIONS_EVERYWHERE
};

struct explain {
	const struct cmd_env *env;
	apikey_request *request;
	const char *id, *at;
	FILE *rows;		/* as they come; what goes before them is
				 * only known in the end */
	size_t count;
	bool not_asked;		/* some check was not */
	int refusal;		/* the first, or APIKEY_OK */
};

static int
take_options(struct cmd_env *env, struct explain *e, int argc, char **argv)
{
	int opt, status;
	int64_t t;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0) {
		if (opt == OPT_AT) {
			e->at = optarg;
			continue;
		}
		status = cmd_asked_take(e->request, opt);
		if (status != CMD_EXIT_DONE)
			return status;
	}
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind != 1)
		return cmd_usage(env, "it takes one id");
	e->id = argv[optind];
	if (e->at != NULL && apikey_time_parse(e->at, 0, &t) != APIKEY_OK)
		return cmd_usage(env, "'%s' is neither a time "
		    "(2027-02-21T22:00:00Z) nor a duration from now (30d)",
		    e->at);
	return CMD_EXIT_DONE;
}

static const char *
word(int verdict)
{
	return verdict == APIKEY_OK ? "ok" :
	    verdict == APIKEY_NOT_ASKED ? "not-asked" : "refused";
}

static void
put_json(FILE *f, const char *name, int verdict, const char *detail)
{
	fputs("{\"check\":", f);
	cmd_json_text(f, name);
	fprintf(f, ",\"verdict\":\"%s\",\"reason\":", word(verdict));
	cmd_json_text(f, verdict > APIKEY_OK ? apikey_error_name(verdict) :
	    NULL);
	fputs(",\"detail\":", f);
	cmd_json_text(f, detail);
	fputc('}', f);
}

static void
put_tsv(FILE *f, const char *name, int verdict, const char *detail)
{
	fprintf(f, "%s\t%s\t", name, word(verdict));
	cmd_put(f, *detail == '\0' ? "-" : detail, CMD_TSV);
	fputc('\n', f);
}

static void
put_row(FILE *f, const char *name, int verdict, const char *detail)
{
	const char *mark, *color;

	mark = verdict == APIKEY_OK ? "ok" :
	    verdict == APIKEY_NOT_ASKED ? "not asked" : "NO";
	color = !cmd_colored() || verdict == APIKEY_NOT_ASKED ? NULL :
	    verdict == APIKEY_OK ? "\033[32m" : "\033[31m";
	fprintf(f, "%-14s%s%s%s%*s", name, color != NULL ? color : "", mark,
	    color != NULL ? "\033[0m" : "", 11 - (int)strlen(mark), "");
	cmd_put(f, detail, CMD_TERMINAL);
	fputc('\n', f);
}

static int
take(void *arg, const char *name, int verdict, const char *detail)
{
	struct explain *e = arg;

	if (detail == NULL)
		detail = "";
	if (e->count++ > 0 && e->env->json)
		fputc(',', e->rows);
	e->not_asked |= verdict == APIKEY_NOT_ASKED;
	if (verdict > APIKEY_OK && e->refusal == APIKEY_OK)
		e->refusal = verdict;
	if (e->env->json)
		put_json(e->rows, name, verdict, detail);
	else if (e->env->tty)
		put_row(e->rows, name, verdict, detail);
	else
		put_tsv(e->rows, name, verdict, detail);
	return 0;
}

static void
put(const struct explain *e, const char *rows)
{
	if (e->env->json) {
		fputs("{\"version\":1,\"id\":", stdout);
		cmd_json_text(stdout, e->id);
		printf(",\"granted\":%s,\"complete\":%s,\"checks\":[%s]}\n",
		    e->refusal == APIKEY_OK ? "true" : "false",
		    e->not_asked ? "false" : "true", rows);
		return;
	}
	if (e->env->tty)
		printf("%-14s%-11s%s\n", "CHECK", "VERDICT", "DETAIL");
	fputs(rows, stdout);
	if (e->env->tty && e->refusal != APIKEY_OK)
		cmd_error("refused: %s", apikey_error_text(e->refusal));
	else if (e->env->tty)
		cmd_error(e->not_asked ? "granted, as far as was asked" :
		    "granted");
}

static int
explain(struct cmd_env *env, struct explain *e)
{
	int64_t at = APIKEY_TIME_NONE;
	char *rows = NULL;
	size_t size;
	int code;

	if (e->at != NULL)
		(void)apikey_time_parse(e->at, apikey_now(env->ctx), &at);
	e->rows = open_memstream(&rows, &size);
	if (e->rows == NULL)
		return cmd_no_memory();
	code = apikey_explain(env->admin, e->id, e->request, at, take, e);
	if (fclose(e->rows) == EOF || rows == NULL) {
		free(rows);
		return cmd_no_memory();
	}
	/* Some checks refuse with what is elsewhere no answer at all. */
	if (code != e->refusal) {
		free(rows);
		return cmd_failed(env, code);
	}
	put(e, rows);
	free(rows);
	return code == APIKEY_OK ? CMD_EXIT_DONE : CMD_EXIT_DENIED;
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct explain e = { .env = env, .request = apikey_request_new() };
	int status;

	if (e.request == NULL)
		return cmd_no_memory();
	status = take_options(env, &e, argc, argv);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = cmd_open(env);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = explain(env, &e);
	apikey_request_free(e.request);
	return status;
}

const struct cmd_command cmd_explain = {
	.name = "explain",
	.summary = "say why a key would be accepted or not",
	.run = run,
	.help =
"usage: apikeyctl explain ID [OPTION...]\n"
"\n"
"Say what would happen if the right key were shown: every check with its\n"
"verdict and what it compared.  Nothing is counted.  In a pipe it prints\n"
"check<TAB>verdict<TAB>detail; verdicts are ok, refused and not-asked.\n"
"Exit status 0, or 4 if it would be refused.\n"
"\n"
"  --user USER        for this user; else for the key's own\n"
"  --service NAME     for this PAM service; without it, the checks that\n"
"                     need one are not asked\n"
"  --rhost ADDRESS    from this address; without it locally, if the\n"
"                     service is local; of others, it is not asked\n"
"  --scope NAME       with this scope required; may be repeated\n"
"  --at WHEN          at this time (2027-02-21T22:00:00Z), or after a\n"
"                     duration (30d); else now\n"
"  --config FILE  --json  --help\n"
};
