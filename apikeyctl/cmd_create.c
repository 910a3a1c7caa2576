/*
 * cmd_create.c - apikeyctl create: issue a key.
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

#include "args.h"
#include "exit.h"
#include "json.h"
#include "output.h"
#include "token_io.h"
#include "warn.h"

/* An option's number is that of its bound from here. */
enum {
	OPT_BOUND = CMD_OPT_FIRST, OPT_ONCE = OPT_BOUND + 100, OPT_OUTPUT,
	OPT_OWNER
};

static const struct option options[] = {
	{ "user", required_argument, NULL, OPT_BOUND + APIKEY_USER },
	{ "label", required_argument, NULL, OPT_BOUND + APIKEY_LABEL },
	{ "expires", required_argument, NULL, OPT_BOUND + APIKEY_EXPIRES },
	{ "not-before", required_argument, NULL,
	    OPT_BOUND + APIKEY_NOT_BEFORE },
	{ "service", required_argument, NULL, OPT_BOUND + APIKEY_SERVICES },
	{ "from", required_argument, NULL, OPT_BOUND + APIKEY_FROM },
	{ "host", required_argument, NULL, OPT_BOUND + APIKEY_HOSTS },
	{ "scope", required_argument, NULL, OPT_BOUND + APIKEY_SCOPES },
	{ "max-uses", required_argument, NULL, OPT_BOUND + APIKEY_MAX_USES },
	{ "rate", required_argument, NULL, OPT_BOUND + APIKEY_RATE },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "owner", required_argument, NULL, OPT_OWNER },
	CMD_OPTIONS_EVERYWHERE
};

struct create {
	apikey_spec *spec;
	struct cmd_token_file file;
	const char *owner;
	bool has_user;
	char token[APIKEY_TOKEN_SIZE];
	apikey_key *key;
};

static const char *
option_name(int opt)
{
	size_t i;

	for (i = 0; options[i].val != opt; i++)
		continue;
	return options[i].name;
}

/*
 * To change a key, an empty value clears a bound.  A new key that is
 * given one comes from a script whose variable was empty: it would be
 * good for more than was meant.
 */
static int
set_bound(struct cmd_env *env, struct create *c, int opt)
{
	enum apikey_bound bound = (enum apikey_bound)(opt - OPT_BOUND);
	int code;

	if (*optarg == '\0' && bound == APIKEY_LABEL)
		return CMD_EXIT_DONE;
	if (*optarg == '\0')
		return cmd_usage(env, "--%s is empty", option_name(opt));
	code = apikey_spec_set(c->spec, bound, optarg);
	if (code == APIKEY_ERR_INVALID)
		return cmd_usage(env, "--%s is too long, or given too often "
		    "(at most %d bytes, %d times)", option_name(opt),
		    APIKEY_TEXT_MAX, APIKEY_LIST_MAX);
	if (code != APIKEY_OK) {
		cmd_error("%s", apikey_error_text(code));
		return cmd_exit(code);
	}
	c->has_user |= bound == APIKEY_USER;
	return CMD_EXIT_DONE;
}

static int
take_option(struct cmd_env *env, struct create *c, int opt)
{
	switch (opt) {
	case OPT_BOUND + APIKEY_MAX_USES:
	case OPT_ONCE:
		return cmd_unsupported(option_name(opt),
		    "this version does not count the uses of a key");
	case OPT_BOUND + APIKEY_RATE:
		return cmd_unsupported(option_name(opt),
		    "this version does not limit the rate of a key");
	case OPT_OUTPUT:
		if (*optarg == '\0')
			return cmd_usage(env, "--output is empty");
		c->file.path = optarg;
		return CMD_EXIT_DONE;
	case OPT_OWNER:
		c->owner = optarg;
		return CMD_EXIT_DONE;
	default:
		return set_bound(env, c, opt);
	}
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
	if (!c->has_user)
		return cmd_usage(env, "--user is missing");
	if (c->owner != NULL && c->file.path == NULL)
		return cmd_usage(env, "--owner needs --output");
	if (c->owner != NULL && !cmd_token_file_owner(&c->file, c->owner))
		return CMD_EXIT_USAGE;
	return CMD_EXIT_DONE;
}

/* ---- The token's way out -------------------------------------------- */

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
put_result(const struct cmd_env *env, const struct create *c)
{
	bool in_file = c->file.path != NULL;

	if (env->json) {
		fputs("{\"version\":1,\"key\":", stdout);
		cmd_json_key(stdout, c->key);
		return in_file ? fputs("}\n", stdout) != EOF &&
		    fflush(stdout) != EOF :
		    put_token(",\"token\":\"", c->token, "\"}\n");
	}
	if (!in_file)
		return put_token("", c->token, "\n");
	return env->tty || (printf("%s\n", apikey_key_id(c->key)) > 0 &&
	    fflush(stdout) != EOF);
}

/* For somebody at a terminal; a script has asked for the token alone. */
static void
put_summary(const struct cmd_env *env, const struct create *c)
{
	static const enum cmd_field fields[] = {
		CMD_FIELD_USER, CMD_FIELD_EXPIRES, CMD_FIELD_SERVICES,
		CMD_FIELD_FROM
	};
	static const char *const names[] = {
		"user", "expires", "services", "from"
	};
	size_t i;

	fprintf(stderr, "\n  %-10s%s\n", "id", apikey_key_id(c->key));
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		fprintf(stderr, "  %-10s", names[i]);
		cmd_put_field(stderr, c->key, fields[i], CMD_TERMINAL);
		if (fields[i] == CMD_FIELD_EXPIRES &&
		    apikey_key_expires(c->key) != APIKEY_TIME_NONE) {
			fputs(" (", stderr);
			cmd_put_relative(stderr, apikey_key_expires(c->key),
			    apikey_now(env->ctx));
			fputc(')', stderr);
		}
		fputc('\n', stderr);
	}
	fputs("\n", stderr);
	if (c->file.path != NULL)
		cmd_error("the key is in %s", c->file.path);
	else
		cmd_error("the key is shown once; store it now");
}

static int
lost(const struct create *c, int why)
{
	cmd_error("cannot write to standard output: %s; key %s is stored and "
	    "%s: revoke it if you do not have it (apikeyctl revoke %s)",
	    strerror(why), apikey_key_id(c->key),
	    apikey_status_name(apikey_key_status(c->key)),
	    apikey_key_id(c->key));
	return CMD_EXIT_IO;
}

static int
issue(struct cmd_env *env, struct create *c)
{
	int code;

	/* A zero-byte write to what cannot be written to says so. */
	if (write(STDOUT_FILENO, "", 0) == -1) {
		cmd_error("no key was made: cannot write to standard "
		    "output: %s", strerror(errno));
		return CMD_EXIT_IO;
	}
	code = apikey_create(env->admin, c->spec,
	    c->file.path != NULL ? cmd_token_deliver : NULL, &c->file,
	    c->token, &c->key);
	if (code == APIKEY_OK)
		return put_result(env, c) ? CMD_EXIT_DONE : lost(c, errno);
	cmd_token_file_remove(&c->file);
	return c->file.failed ? CMD_EXIT_IO : cmd_failed(env, code);
}

static int
issue_undisturbed(struct cmd_env *env, struct create *c)
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
	status = issue(env, c);
	if (status == CMD_EXIT_DONE && env->tty && !env->json)
		put_summary(env, c);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (c->key != NULL)
		cmd_warn_key(c->key);
	return status;
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct create c = { .spec = apikey_spec_new() };
	int status;

	if (c.spec == NULL) {
		cmd_error("%s", apikey_error_text(APIKEY_ERR_NO_MEMORY));
		return CMD_EXIT_IO;
	}
	status = take_options(env, &c, argc, argv);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = cmd_open(env);
	if (status == CMD_EXIT_DONE && !env->stop)
		status = issue_undisturbed(env, &c);
	explicit_bzero(c.token, sizeof(c.token));
	apikey_key_free(c.key);
	apikey_spec_free(c.spec);
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
"  --user USER         the account that it logs in to\n"
"  --label TEXT        what it is for\n"
"  --expires WHEN      a duration (90d, 12h, 1y), a time\n"
"                      (2027-02-21T22:00:00Z) or never\n"
"  --not-before WHEN   a duration or a time\n"
"  --service NAME      a PAM service; may be repeated\n"
"  --from SOURCE       a network, an address or local; may be repeated\n"
"  --host PATTERN      a host to log in to; may be repeated\n"
"  --scope NAME        a scope; may be repeated\n"
"  --output FILE       put the token into a new file and print the id\n"
"  --owner USER        give that file to USER\n"
"  --config FILE  --json  --help\n"
"\n"
"--max-uses N, --once and --rate R are refused in this version.\n"
};
