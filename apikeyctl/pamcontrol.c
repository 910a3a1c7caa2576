/*
 * pamcontrol.c - the controls of PAM lines (as _pam_parse_control in
 * libpam's pam_misc.c).
 */
#include <ctype.h>
#include <string.h>

#include "pamstack.h"

#define UNSET		(-1)
#define FAR		100000	/* a jump that is too far in any stack */

/* In the order of libpam's numbers. */
static const char *const answers[CMD_PAM_ANSWERS] = {
	"success", "open_err", "symbol_err", "service_err", "system_err",
	"buf_err", "perm_denied", "auth_err", "cred_insufficient",
	"authinfo_unavail", "user_unknown", "maxtries", "new_authtok_reqd",
	"acct_expired", "session_err", "cred_unavail", "cred_expired",
	"cred_err", "no_module_data", "conv_err", "authtok_err",
	"authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging",
	"try_again", "ignore", "abort", "authtok_expired", "module_unknown",
	"bad_item", "conv_again", "incomplete"
};

static const char *const actions[] = {
	[CMD_PAM_DO_IGNORE] = "ignore", [CMD_PAM_DO_OK] = "ok",
	[CMD_PAM_DO_DONE] = "done", [CMD_PAM_DO_BAD] = "bad",
	[CMD_PAM_DO_DIE] = "die", [CMD_PAM_DO_RESET] = "reset"
};

static const struct {
	const char *name;
	int success, ignore, others;
} words[] = {
	{ "required", CMD_PAM_DO_OK, CMD_PAM_DO_IGNORE, CMD_PAM_DO_BAD },
	{ "requisite", CMD_PAM_DO_OK, CMD_PAM_DO_IGNORE, CMD_PAM_DO_DIE },
	{ "sufficient", CMD_PAM_DO_DONE, CMD_PAM_DO_IGNORE,
	    CMD_PAM_DO_IGNORE },
	{ "optional", CMD_PAM_DO_OK, CMD_PAM_DO_IGNORE, CMD_PAM_DO_IGNORE }
};

static void
set_rest(int ret[CMD_PAM_ANSWERS], int action)
{
	size_t i;

	for (i = 0; i < CMD_PAM_ANSWERS; i++)
		if (ret[i] == UNSET)
			ret[i] = action;
}

static void
skip_blanks(const char **at)
{
	while (isspace((unsigned char)**at))
		(*at)++;
}

/* Which of the names the text begins with, or -1; libpam does not ask what
 * comes behind it. */
static int
find_name(const char **at, const char *const *names, size_t count)
{
	size_t i, len;

	for (i = 0; i < count; i++) {
		len = strlen(names[i]);
		if (strncmp(*at, names[i], len) == 0) {
			*at += len;
			return (int)i;
		}
	}
	return -1;
}

/* "ok", or how many lines to jump over. */
static bool
parse_action(const char **at, int *ret)
{
	int action = find_name(at, actions,
	    sizeof(actions) / sizeof(actions[0]));
	int lines = 0;

	if (action == -1) {
		for (; isdigit((unsigned char)**at); (*at)++)
			lines = lines < FAR ? lines * 10 + (**at - '0') : FAR;
		if (lines == 0)
			return false;
		action = CMD_PAM_JUMP + lines - 1;
	}
	*ret = action;
	return true;
}

/* "value = action", and the blanks around it. */
static bool
parse_pair(const char **at, int ret[CMD_PAM_ANSWERS])
{
	static const char *const rest = "default";
	int answer, action;

	answer = find_name(at, answers, CMD_PAM_ANSWERS);
	if (answer == -1 && find_name(at, &rest, 1) == -1)
		return false;
	skip_blanks(at);
	if (*(*at)++ != '=')
		return false;
	skip_blanks(at);
	if (!parse_action(at, &action))
		return false;
	skip_blanks(at);
	if (answer == -1)
		set_rest(ret, action);
	else
		ret[answer] = action;
	return true;
}

void
cmd_pam_control_all(int ret[CMD_PAM_ANSWERS], int action)
{
	size_t i;

	for (i = 0; i < CMD_PAM_ANSWERS; i++)
		ret[i] = action;
}

bool
cmd_pam_control(const char *control, int ret[CMD_PAM_ANSWERS])
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(control, words[i].name) != 0)
			continue;
		cmd_pam_control_all(ret, words[i].others);
		ret[CMD_PAM_SUCCESS] = words[i].success;
		ret[CMD_PAM_NEW_AUTHTOK] = words[i].success;
		ret[CMD_PAM_IGNORED] = words[i].ignore;
		return true;
	}
	cmd_pam_control_all(ret, UNSET);
	skip_blanks(&control);
	while (*control != '\0')
		if (!parse_pair(&control, ret)) {
			cmd_pam_control_all(ret, CMD_PAM_DO_BAD);
			return false;
		}
	set_rest(ret, CMD_PAM_DO_BAD);
	return true;
}
