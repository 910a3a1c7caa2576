/*
 * check_pam_line.c - one line of pam_apikey: its control and its options.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pamstack.h"

/* ---- Control -------------------------------------------------------- */

struct complaint {
	const char *control;		/* the word, or NULL for brackets */
	enum cmd_severity severity;
	const char *what;
};

static const struct complaint auth_words[] = {
	{ "required", CMD_WARNING, "a key alone is not enough (a later module "
	    "asks for a password as well), a refused key goes on to later "
	    "modules, and without the module everybody is refused" },
	{ "requisite", CMD_WARNING, "a key alone is not enough (a later "
	    "module asks for a password as well), and without the module "
	    "everybody is refused" },
	{ "sufficient", CMD_WARNING, "a refused key goes on to later modules, "
	    "which get it as a password" },
	{ "optional", CMD_WARNING, "the answer of the module decides nothing: "
	    "later modules ask for a password, too" }
};

static const struct complaint account_words[] = {
	{ "required", CMD_WARNING, "without the module everybody is "
	    "refused" },
	{ "requisite", CMD_WARNING, "without the module everybody is "
	    "refused" },
	{ "sufficient", CMD_WARNING, "with a key the account itself is not "
	    "judged any more: an expired one gets in" },
	{ "optional", CMD_WARNING, "a key that was revoked meanwhile is let "
	    "in" }
};

static const struct complaint session_words[] = {
	{ "required", CMD_WARNING, "without the module everybody is "
	    "refused" },
	{ "requisite", CMD_WARNING, "without the module everybody is "
	    "refused" },
	{ "sufficient", CMD_WARNING, "the session modules behind it are left "
	    "out" }
};

static void
complain(struct cmd_check *c, const struct cmd_pam_entry *e,
    enum cmd_severity severity, const char *kind, const char *what)
{
	const char *best = strcmp(kind, "auth") == 0 ? CMD_AUTH_CONTROL :
	    strcmp(kind, "account") == 0 ? CMD_ACCOUNT_CONTROL : "optional";
	char *mend = cmd_text("use %s", best);

	cmd_find(&c->findings, severity, e->where, mend, "%s line with "
	    "control '%s': %s", kind, e->control, what);
	free(mend);
}

static bool
check_word(struct cmd_check *c, const struct cmd_pam_entry *e,
    const char *kind)
{
	const struct complaint *list = strcmp(kind, "auth") == 0 ?
	    auth_words : strcmp(kind, "account") == 0 ? account_words :
	    session_words;
	size_t i, count = list == session_words ? 3 : 4;

	for (i = 0; i < count; i++)
		if (strcasecmp(e->control, list[i].control) == 0) {
			complain(c, e, list[i].severity, kind,
			    list[i].what);
			return true;
		}
	return false;
}

static bool
lets_in(int action)
{
	return action == CMD_PAM_DO_OK || action == CMD_PAM_DO_DONE;
}

static bool
stops(int action)
{
	return action == CMD_PAM_DO_BAD || action == CMD_PAM_DO_DIE;
}

static void
check_auth(struct cmd_check *c, const struct cmd_pam_entry *e)
{
	int denied = e->action[CMD_PAM_DENIED];
	int unavailable = e->action[CMD_PAM_UNAVAILABLE];

	if (denied != CMD_PAM_DO_DIE)
		complain(c, e, CMD_WARNING, "auth", "a refused key goes on "
		    "to later modules, which get it as a password (default "
		    "must be die)");
	else if (unavailable != CMD_PAM_DO_DIE)
		complain(c, e, CMD_WARNING, "auth", "when the keystore "
		    "cannot be read, the key goes on to later modules "
		    "(default must be die)");
	if (e->action[CMD_PAM_SUCCESS] != CMD_PAM_DO_DONE &&
	    e->action[CMD_PAM_SUCCESS] < CMD_PAM_JUMP)
		complain(c, e, CMD_WARNING, "auth", "a key alone is not "
		    "enough: later modules ask, too (success must be done)");
	if (stops(e->action[CMD_PAM_IGNORED]))
		complain(c, e, CMD_ERROR, "auth", "who is not in the group "
		    "is refused (ignore must be ignore)");
}

/* What holds for all kinds: who is not ours, and a module that is gone. */
static void
check_common(struct cmd_check *c, const struct cmd_pam_entry *e,
    const char *kind)
{
	if (stops(e->action[CMD_PAM_UNKNOWN]))
		complain(c, e, CMD_WARNING, kind, "without the module "
		    "everybody is refused (module_unknown must be ignore)");
	if (lets_in(e->action[CMD_PAM_UNKNOWN]))
		complain(c, e, CMD_WARNING, kind, "a missing module counts "
		    "as a yes (module_unknown must be ignore)");
}

static void
check_account(struct cmd_check *c, const struct cmd_pam_entry *e)
{
	if (!stops(e->action[CMD_PAM_DENIED]))
		complain(c, e, CMD_WARNING, "account", "a key that was "
		    "revoked meanwhile is let in (default must be bad)");
	if (e->action[CMD_PAM_SUCCESS] == CMD_PAM_DO_DONE ||
	    e->action[CMD_PAM_SUCCESS] >= CMD_PAM_JUMP)
		complain(c, e, CMD_WARNING, "account", "with a key the "
		    "account itself is not judged any more: an expired one "
		    "gets in (success must be ok)");
	if (stops(e->action[CMD_PAM_IGNORED]))
		complain(c, e, CMD_ERROR, "account", "whoever logs in "
		    "without a key is refused (ignore must be ignore)");
}

static void
check_control(struct cmd_check *c, const struct cmd_pam_entry *e,
    const char *kind)
{
	int action[CMD_PAM_ANSWERS];

	/* What libpam does not know was found already. */
	if (!cmd_pam_control(e->control, action) || check_word(c, e, kind))
		return;
	check_common(c, e, kind);
	if (strcmp(kind, "auth") == 0)
		check_auth(c, e);
	else if (strcmp(kind, "account") == 0)
		check_account(c, e);
	else if (stops(e->action[CMD_PAM_IGNORED]))
		complain(c, e, CMD_ERROR, kind, "whoever logs in without a "
		    "key is refused (ignore must be ignore)");
}

/* ---- Options -------------------------------------------------------- */

enum value { NO_VALUE, ONE, MANY };

static const struct {
	const char *name;
	enum value value;
} options[] = {
	{ "config", ONE }, { "group", ONE }, { "prompt", ONE },
	{ "scope", MANY }, { "use_first_pass", NO_VALUE },
	{ "try_first_pass", NO_VALUE }, { "mixed", NO_VALUE },
	{ "nodelay", NO_VALUE }, { "debug", NO_VALUE }
};

#define OPTIONS	(sizeof(options) / sizeof(options[0]))

/* What is wrong with it, or NULL. */
static const char *
judge_option(const char *arg, bool seen[OPTIONS])
{
	size_t i, len = strcspn(arg, "=");

	for (i = 0; i < OPTIONS; i++)
		if (strlen(options[i].name) == len &&
		    strncmp(options[i].name, arg, len) == 0)
			break;
	if (i == OPTIONS)
		return "is unknown";
	if (options[i].value == NO_VALUE)
		return arg[len] == '=' ? "takes no value" : NULL;
	if (arg[len] != '=' || arg[len + 1] == '\0')
		return "needs a value";
	if (options[i].value == ONE && seen[i])
		return "is given twice";
	seen[i] = true;
	return NULL;
}

static const char *
value_of(const struct cmd_pam_entry *e, const char *option)
{
	size_t i, len = strlen(option);

	for (i = 0; i < e->args.count; i++)
		if (strncmp(e->args.item[i], option, len) == 0 &&
		    e->args.item[i][len] == '=')
			return e->args.item[i] + len + 1;
	return NULL;
}

static void
check_options(struct cmd_check *c, const struct cmd_pam_entry *e)
{
	bool seen[OPTIONS] = { false };
	const char *wrong, *group, *config;
	char *mend;
	size_t i;

	for (i = 0; i < e->args.count; i++) {
		wrong = judge_option(e->args.item[i], seen);
		if (wrong != NULL)
			cmd_find(&c->findings, CMD_ERROR, e->where, "mend the "
			    "option (pam_apikey(8)): until then every key is "
			    "refused here", "option '%s' %s",
			    e->args.item[i], wrong);
	}
	group = value_of(e, "group");
	if (c->people.whole && group != NULL && *group != '\0' &&
	    cmd_team(&c->people, group) == NULL) {
		mend = cmd_check_account(c, "groupadd", "--system",
		    cmd_harmless(group) ? group : "it");
		cmd_find(&c->findings, CMD_ERROR, e->where, mend, "there is "
		    "no group '%s': nobody is asked for a key", group);
		free(mend);
	}
	config = value_of(e, "config");
	if (config != NULL && *config == '/')
		cmd_words_once(&c->configs, config);
	else if (config != NULL)
		cmd_find(&c->findings, CMD_ERROR, e->where, "give an "
		    "absolute path", "option 'config=%s' is no absolute path: "
		    "every key is refused here", config);
}

void
cmd_check_pam_line(struct cmd_check *c, const struct cmd_pam_entry *e,
    const char *kind)
{
	check_control(c, e, kind);
	check_options(c, e);
	cmd_check_pam_module(c, e);
}
