/*
 * pamrun.c - what libpam would make of a stack: controls, and the answer
 * that comes out (as _pam_dispatch_aux in its pam_dispatch.c).
 */
#include <stdlib.h>
#include <string.h>

#include "pamstack.h"

/* ---- Controls ------------------------------------------------------- */

#define IGN	CMD_PAM_DO_IGNORE
#define OK	CMD_PAM_DO_OK
#define DONE	CMD_PAM_DO_DONE
#define BAD	CMD_PAM_DO_BAD
#define DIE	CMD_PAM_DO_DIE

/* In the order of enum cmd_pam_answer. */
static const struct {
	const char *name;
	int action[CMD_PAM_ANSWERS];
} words[] = {
	{ "required", { OK, OK, IGN, BAD, BAD, BAD } },
	{ "requisite", { OK, OK, IGN, DIE, DIE, DIE } },
	{ "sufficient", { DONE, DONE, IGN, IGN, IGN, IGN } },
	{ "optional", { OK, OK, IGN, IGN, IGN, IGN } }
};

static const char *const answers[CMD_PAM_ANSWERS] = {
	[CMD_PAM_SUCCESS] = "success",
	[CMD_PAM_NEW_AUTHTOK] = "new_authtok_reqd",
	[CMD_PAM_IGNORED] = "ignore", [CMD_PAM_UNKNOWN] = "module_unknown",
	[CMD_PAM_DENIED] = "auth_err",
	[CMD_PAM_UNAVAILABLE] = "authinfo_unavail"
};

static bool
parse_action(const char *text, int *ret)
{
	static const char *const names[] = {
		[CMD_PAM_DO_IGNORE] = "ignore", [CMD_PAM_DO_OK] = "ok",
		[CMD_PAM_DO_DONE] = "done", [CMD_PAM_DO_BAD] = "bad",
		[CMD_PAM_DO_DIE] = "die", [CMD_PAM_DO_RESET] = "reset"
	};
	unsigned long jump;
	char *end;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			*ret = (int)i;
			return true;
		}
	jump = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || jump > 1000)
		return false;
	*ret = jump == 0 ? CMD_PAM_DO_IGNORE : CMD_PAM_JUMP + (int)jump - 1;
	return true;
}

/* One "value=action"; values that our module never gives are passed over,
 * and -1 stands for what is not set. */
static bool
parse_pair(char *pair, int ret[CMD_PAM_ANSWERS], int *ret_default)
{
	char *value = strchr(pair, '=');
	int action = -1;
	size_t i;

	if (value == NULL)
		return false;
	*value++ = '\0';
	if (!parse_action(value, &action))
		return false;
	if (strcmp(pair, "default") == 0)
		*ret_default = action;
	for (i = 0; i < CMD_PAM_ANSWERS; i++)
		if (strcmp(pair, answers[i]) == 0)
			ret[i] = action;
	return true;
}

bool
cmd_pam_control(const char *control, int ret[CMD_PAM_ANSWERS])
{
	char *copy = cmd_text("%s", control), *pair, *rest;
	int fallback = CMD_PAM_DO_BAD;	/* what libpam makes of no answer */
	bool good = strchr(control, '=') != NULL;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(control, words[i].name) == 0) {
			memcpy(ret, words[i].action, sizeof(words[i].action));
			free(copy);
			return true;
		}
	for (i = 0; i < CMD_PAM_ANSWERS; i++)
		ret[i] = -1;
	for (pair = strtok_r(copy, " \t", &rest); good && pair != NULL;
	    pair = strtok_r(NULL, " \t", &rest))
		good = parse_pair(pair, ret, &fallback);
	for (i = 0; i < CMD_PAM_ANSWERS; i++)
		if (ret[i] == -1)
			ret[i] = fallback;
	free(copy);
	return good;
}

/* ---- Running -------------------------------------------------------- */

static const char *
base_name(const char *module)
{
	const char *slash = strrchr(module, '/');

	return slash == NULL ? module : slash + 1;
}

/* Modules that say yes or no to a password, a card or a finger. */
static const char *const deciding[] = {
	"pam_unix.so", "pam_unix2.so", "pam_sss.so", "pam_sss_gss.so",
	"pam_winbind.so", "pam_ldap.so", "pam_krb5.so", "pam_permit.so",
	"pam_deny.so", "pam_systemd_home.so", "pam_pwdfile.so",
	"pam_userdb.so", "pam_mysql.so", "pam_pgsql.so",
	"pam_radius_auth.so", "pam_radius.so", "pam_tacplus.so",
	"pam_oath.so", "pam_google_authenticator.so", "pam_u2f.so",
	"pam_yubico.so", "pam_fprintd.so", "pam_pkcs11.so",
	"pam_ssh_agent_auth.so", "pam_duo.so", "pam_localuser.so"
};

bool
cmd_pam_decides(const struct cmd_pam_entry *entry)
{
	const char *name;
	size_t i;

	if (entry->module == NULL)
		return true;
	name = base_name(entry->module);
	for (i = 0; i < sizeof(deciding) / sizeof(deciding[0]); i++)
		if (strcmp(name, deciding[i]) == 0)
			return true;
	return false;
}

static enum cmd_pam_answer
answer_of(const struct cmd_pam_entry *entry, enum cmd_pam_answer ours)
{
	const char *name = base_name(entry->module);

	if (cmd_pam_is_ours(name))
		return ours;
	if (strcmp(name, "pam_permit.so") == 0)
		return CMD_PAM_SUCCESS;
	if (strcmp(name, "pam_localuser.so") == 0)
		return CMD_PAM_IGNORED;
	return cmd_pam_decides(entry) || strcmp(name, "pam_rootok.so") == 0 ?
	    CMD_PAM_DENIED : CMD_PAM_IGNORED;
}

/* The next line behind a whole substack, or behind the line itself. */
static size_t
behind(const struct cmd_pam_stack *s, size_t i, int level)
{
	for (i++; i < s->count && s->entry[i].level > level; i++)
		;
	return i;
}

/* Done or dead: the stack ends, or the substack that the line is in. */
static size_t
leave(const struct cmd_pam_stack *s, size_t i)
{
	int level = s->entry[i].level;

	return level == 0 ? s->count : behind(s, i, level - 1);
}

static size_t
jump(const struct cmd_pam_stack *s, size_t i, int lines)
{
	int level = s->entry[i].level;

	for (i++; lines > 0 && i < s->count && s->entry[i].level >= level;
	    lines--)
		i = behind(s, i, level);
	return i;
}

bool
cmd_pam_permits(const struct cmd_pam_stack *s, enum cmd_pam_answer ours,
    const struct cmd_pam_entry **ret_by)
{
	enum { NONE, YES, NO } verdict = NONE;
	const struct cmd_pam_entry *entry, *by = NULL;
	enum cmd_pam_answer answer;
	size_t i = 0, next;
	int action;

	while (i < s->count) {
		entry = &s->entry[i];
		next = i + 1;
		if (entry->module == NULL) {
			i = next;
			continue;
		}
		answer = answer_of(entry, ours);
		action = entry->action[answer];
		if (action == OK || action == DONE) {
			if (verdict == NONE && answer <= CMD_PAM_NEW_AUTHTOK) {
				verdict = YES;
				by = entry;
			} else if (answer > CMD_PAM_IGNORED)
				verdict = NO;	/* its answer counts */
			if (verdict == YES && action == DONE)
				next = leave(s, i);
		} else if (action == BAD || action == DIE) {
			verdict = NO;
			if (action == DIE)
				next = leave(s, i);
		} else if (action == CMD_PAM_DO_RESET)
			verdict = NONE;
		else if (action >= CMD_PAM_JUMP)
			next = jump(s, i, action - CMD_PAM_JUMP + 1);
		i = next;
	}
	if (verdict == YES && ret_by != NULL)
		*ret_by = by;
	return verdict == YES;
}
