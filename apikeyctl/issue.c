/*
 * issue.c - the way out of a new token.
 *
 * Rules it keeps: the token leaves this program once, and only when the
 * key is stored (into a file: before it is active); a key whose token
 * did not get out is named, so that it can be revoked; no signal comes
 * between storing and telling.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exit.h"
#include "fields.h"
#include "issue.h"
#include "json.h"
#include "output.h"

int
cmd_issue_take(struct cmd_env *env, struct cmd_issue *issue, int opt)
{
	if (opt == CMD_OPT_OWNER)
		issue->owner = optarg;
	else if (*optarg == '\0')
		return cmd_usage(env, "--output is empty");
	else
		issue->file.path = optarg;
	return CMD_EXIT_DONE;
}

int
cmd_issue_check(struct cmd_env *env, struct cmd_issue *issue)
{
	if (issue->owner == NULL)
		return CMD_EXIT_DONE;
	if (issue->file.path == NULL)
		return cmd_usage(env, "--owner needs --output");
	return cmd_token_file_owner(&issue->file, issue->owner) ?
	    CMD_EXIT_DONE : CMD_EXIT_USAGE;
}

/* Not through stdio, which would keep a copy. */
static bool
put_token(const char *before, const char *token, const char *after)
{
	char line[APIKEY_TOKEN_SIZE + 32];
	const char *p = line;
	size_t len;
	ssize_t done;

	if (fflush(stdout) == EOF)
		return false;
	len = (size_t)snprintf(line, sizeof(line), "%s%s%s", before, token,
	    after);
	while (len > 0) {
		done = write(STDOUT_FILENO, p, len);
		if (done == -1 && errno == EINTR)
			continue;
		if (done == -1)
			break;
		p += done;
		len -= (size_t)done;
	}
	explicit_bzero(line, sizeof(line));
	return len == 0;
}

static bool
put_result(const struct cmd_env *env, const struct cmd_issue *issue)
{
	bool in_file = issue->file.path != NULL;

	if (env->json) {
		fputs("{\"version\":1,\"key\":", stdout);
		cmd_json_key(stdout, issue->key);
		return in_file ? fputs("}\n", stdout) != EOF &&
		    fflush(stdout) != EOF :
		    put_token(",\"token\":\"", issue->token, "\"}\n");
	}
	if (!in_file)
		return put_token("", issue->token, "\n");
	return env->tty || (printf("%s\n", apikey_key_id(issue->key)) > 0 &&
	    fflush(stdout) != EOF);
}

/* How long may the old key still be used? */
static void
put_old(const apikey_key *old, int64_t now)
{
	fprintf(stderr, "  %-10s%s ", "old key", apikey_key_id(old));
	if (apikey_key_superseded_at(old) <= now) {
		fputs("does not work any more\n", stderr);
		return;
	}
	fputs("works until ", stderr);
	cmd_put_dated(stderr, old, CMD_FIELD_SUPERSEDED_AT, now);
	if (apikey_key_until_first_use(old))
		fputs(", or until the new one is first used", stderr);
	fputc('\n', stderr);
}

/* For somebody at a terminal; a script has asked for the token alone. */
static void
put_summary(const struct cmd_env *env, const struct cmd_issue *issue)
{
	static const struct {
		enum cmd_field field;
		const char *name;
	} lines[] = {
		{ CMD_FIELD_ID, "id" }, { CMD_FIELD_USER, "user" },
		{ CMD_FIELD_EXPIRES, "expires" },
		{ CMD_FIELD_SERVICES, "services" }, { CMD_FIELD_FROM, "from" }
	};
	int64_t now = apikey_now(env->ctx);
	size_t i;

	fputc('\n', stderr);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fprintf(stderr, "  %-10s", lines[i].name);
		cmd_put_dated(stderr, issue->key, lines[i].field, now);
		fputc('\n', stderr);
	}
	if (issue->old != NULL)
		put_old(issue->old, now);
	fputc('\n', stderr);
	if (issue->file.path != NULL)
		cmd_error("the key is in %s", issue->file.path);
	else
		cmd_error("the key is shown once; store it now");
}

static int
lost(const struct cmd_issue *issue, int why)
{
	const char *id = apikey_key_id(issue->key);

	cmd_error("cannot write to standard output: %s; key %s is stored and "
	    "%s: revoke it if you do not have it (apikeyctl revoke %s)",
	    strerror(why), id,
	    apikey_status_name(apikey_key_status(issue->key)), id);
	if (issue->old != NULL)
		cmd_error("then rotate %s again",
		    apikey_key_id(issue->old));
	return CMD_EXIT_IO;
}

static int
make(struct cmd_env *env, struct cmd_issue *issue, cmd_issue_make *call,
    void *arg)
{
	int code;

	/* A zero-byte write to what cannot be written to says so. */
	if (write(STDOUT_FILENO, "", 0) == -1) {
		cmd_error("no key was made: cannot write to standard "
		    "output: %s", strerror(errno));
		return CMD_EXIT_IO;
	}
	code = call(env, issue, issue->file.path != NULL ?
	    cmd_token_deliver : NULL, arg);
	if (code == APIKEY_OK)
		return put_result(env, issue) ? CMD_EXIT_DONE :
		    lost(issue, errno);
	cmd_token_file_remove(&issue->file);
	return issue->file.failed ? CMD_EXIT_IO :
	    cmd_failed_option(env, code);
}

int
cmd_issue(struct cmd_env *env, struct cmd_issue *issue,
    cmd_issue_make *call, void *arg)
{
	sigset_t held, before;
	int status;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGQUIT);
	sigaddset(&held, SIGTSTP);
	sigprocmask(SIG_BLOCK, &held, &before);
	status = make(env, issue, call, arg);
	if (status == CMD_EXIT_DONE && env->tty && !env->json)
		put_summary(env, issue);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

void
cmd_issue_clear(struct cmd_issue *issue)
{
	explicit_bzero(issue->token, sizeof(issue->token));
	apikey_key_free(issue->key);
	apikey_key_free(issue->old);
}
