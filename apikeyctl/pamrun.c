/*
 * pamrun.c - what may come out of a stack (as _pam_dispatch_aux in libpam's
 * pam_dispatch.c): all ways through it are gone, since most modules may
 * answer this or that.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pamstack.h"

/* ---- What modules answer -------------------------------------------- */

#define BIT(answer)	((uint32_t)1 << (answer))
#define GOOD		(BIT(CMD_PAM_SUCCESS) | BIT(CMD_PAM_NEW_AUTHTOK))
#define ANYTHING	(UINT32_MAX & ~BIT(CMD_PAM_INCOMPLETE))
#define NO_YES		(ANYTHING & ~GOOD)
#define A_NO		(NO_YES & ~(BIT(CMD_PAM_IGNORED) | \
			BIT(CMD_PAM_UNKNOWN)))

enum manner {
	DECIDES,	/* on a password, a card or a finger */
	KNOWS,		/* by other means, that are no matter of passwords */
	SILENT,		/* never says yes, but with the option */
	ASKS_NOT,	/* for anything, and may say yes */
	STRANGE		/* is not known here */
};

static const struct {
	const char *name;
	enum manner manner;
	const char *option;
} modules[] = {
	{ "pam_unix.so", DECIDES, NULL },
	{ "pam_unix2.so", DECIDES, NULL },
	{ "pam_sss.so", DECIDES, NULL },
	{ "pam_sss_gss.so", DECIDES, NULL },
	{ "pam_winbind.so", DECIDES, NULL },
	{ "pam_ldap.so", DECIDES, NULL },
	{ "pam_krb5.so", DECIDES, NULL },
	{ "pam_permit.so", DECIDES, NULL },
	{ "pam_deny.so", DECIDES, NULL },
	{ "pam_systemd_home.so", DECIDES, NULL },
	{ "pam_pwdfile.so", DECIDES, NULL },
	{ "pam_userdb.so", DECIDES, NULL },
	{ "pam_mysql.so", DECIDES, NULL },
	{ "pam_pgsql.so", DECIDES, NULL },
	{ "pam_radius_auth.so", DECIDES, NULL },
	{ "pam_radius.so", DECIDES, NULL },
	{ "pam_tacplus.so", DECIDES, NULL },
	{ "pam_oath.so", DECIDES, NULL },
	{ "pam_google_authenticator.so", DECIDES, NULL },
	{ "pam_u2f.so", DECIDES, NULL },
	{ "pam_yubico.so", DECIDES, NULL },
	{ "pam_fprintd.so", DECIDES, NULL },
	{ "pam_pkcs11.so", DECIDES, NULL },
	{ "pam_p11.so", DECIDES, NULL },
	{ "pam_ssh.so", DECIDES, NULL },
	{ "pam_ssh_agent_auth.so", DECIDES, NULL },
	{ "pam_duo.so", DECIDES, NULL },
	{ "pam_usb.so", DECIDES, NULL },
	{ "pam_himmelblau.so", DECIDES, NULL },
	{ "pam_kanidm.so", DECIDES, NULL },
	{ "pam_centrifydc.so", DECIDES, NULL },
	{ "pam_vas3.so", DECIDES, NULL },
	{ "pam_lsass.so", DECIDES, NULL },
	{ "pam_rootok.so", KNOWS, NULL },
	{ "pam_rhosts.so", KNOWS, NULL },
	{ "pam_timestamp.so", KNOWS, NULL },
	{ "pam_selinux_permit.so", KNOWS, NULL },
	{ "pam_env.so", SILENT, NULL },
	{ "pam_faildelay.so", SILENT, NULL },
	{ "pam_group.so", SILENT, NULL },
	{ "pam_issue.so", SILENT, NULL },
	{ "pam_keyinit.so", SILENT, NULL },
	{ "pam_limits.so", SILENT, NULL },
	{ "pam_loginuid.so", SILENT, NULL },
	{ "pam_mail.so", SILENT, NULL },
	{ "pam_mkhomedir.so", SILENT, NULL },
	{ "pam_motd.so", SILENT, NULL },
	{ "pam_namespace.so", SILENT, NULL },
	{ "pam_nologin.so", SILENT, "successok" },
	{ "pam_selinux.so", SILENT, NULL },
	{ "pam_systemd.so", SILENT, NULL },
	{ "pam_umask.so", SILENT, NULL },
	{ "pam_warn.so", SILENT, NULL },
	{ "pam_wheel.so", SILENT, "trust" },
	{ "pam_xauth.so", SILENT, NULL },
	{ "pam_access.so", ASKS_NOT, NULL },
	{ "pam_cap.so", ASKS_NOT, NULL },
	{ "pam_debug.so", ASKS_NOT, NULL },
	{ "pam_echo.so", ASKS_NOT, NULL },
	{ "pam_exec.so", ASKS_NOT, NULL },
	{ "pam_faillock.so", ASKS_NOT, NULL },
	{ "pam_ftp.so", ASKS_NOT, NULL },
	{ "pam_lastlog.so", ASKS_NOT, NULL },
	{ "pam_listfile.so", ASKS_NOT, NULL },
	{ "pam_localuser.so", ASKS_NOT, NULL },
	{ "pam_script.so", ASKS_NOT, NULL },
	{ "pam_securetty.so", ASKS_NOT, NULL },
	{ "pam_sepermit.so", ASKS_NOT, NULL },
	{ "pam_shells.so", ASKS_NOT, NULL },
	{ "pam_succeed_if.so", ASKS_NOT, NULL },
	{ "pam_tally2.so", ASKS_NOT, NULL },
	{ "pam_time.so", ASKS_NOT, NULL },
	{ "pam_usertype.so", ASKS_NOT, NULL }
};

#define MODULES	(sizeof(modules) / sizeof(modules[0]))

static const char *
base_name(const char *module)
{
	const char *slash = strrchr(module, '/');

	return slash == NULL ? module : slash + 1;
}

static enum manner
manner_of(const struct cmd_pam_entry *entry)
{
	const char *name = base_name(entry->module);
	size_t i;

	for (i = 0; i < MODULES; i++)
		if (strcmp(name, modules[i].name) == 0)
			break;
	if (i == MODULES)
		return STRANGE;
	return modules[i].option != NULL &&
	    cmd_words_has(&entry->args, modules[i].option) ? ASKS_NOT :
	    modules[i].manner;
}

bool
cmd_pam_decides(const struct cmd_pam_entry *entry)
{
	return entry->module != NULL && manner_of(entry) == DECIDES;
}

bool
cmd_pam_may_ask(const struct cmd_pam_entry *entry)
{
	static const char *const others[] = { "pam_exec.so", "pam_ftp.so",
	    "pam_script.so", NULL };
	const char *const *other = others;
	const char *name;

	if (entry->module == NULL)
		return false;
	name = base_name(entry->module);
	if (strcmp(name, "pam_permit.so") == 0 ||
	    strcmp(name, "pam_deny.so") == 0)
		return false;
	while (*other != NULL && strcmp(name, *other) != 0)
		other++;
	return *other != NULL || manner_of(entry) == DECIDES ||
	    manner_of(entry) == STRANGE;
}

bool
cmd_pam_is_strange(const struct cmd_pam_entry *entry)
{
	return manner_of(entry) == STRANGE;
}

/* To somebody who knows a password, or none. */
static uint32_t
answers_of(const struct cmd_pam_entry *entry, bool password)
{
	const char *name;

	if (entry->module == NULL)
		return BIT(CMD_PAM_REFUSED);
	name = base_name(entry->module);
	if (strchr(name, '\r') != NULL)
		return BIT(CMD_PAM_UNKNOWN);
	if (strcmp(name, "pam_permit.so") == 0)
		return BIT(CMD_PAM_SUCCESS);
	if (strcmp(name, "pam_deny.so") == 0)
		return BIT(CMD_PAM_DENIED);
	switch (manner_of(entry)) {
	case DECIDES:
		return password ? ANYTHING : A_NO;
	case KNOWS:
		return A_NO;
	case SILENT:
		return NO_YES;
	case ASKS_NOT:
	case STRANGE:
		break;
	}
	return ANYTHING;
}

/* ---- Running -------------------------------------------------------- */

/* Nothing yet; yes; an answer that counts and is no yes; no. */
enum verdict { NONE, YES, NEITHER, NO, VERDICTS };

/* Of the lines from one on, to the end of its (sub)stack: which verdicts
 * may come out of one that goes in, and the line that a yes is owed to. */
struct outcome {
	bool known;
	unsigned int out;	/* bits of verdicts */
	const struct cmd_pam_entry *by;
};

struct run {
	const struct cmd_pam_stack *stack;
	enum cmd_pam_answer ours;
	bool past;		/* only ways that come not to our lines */
	struct outcome (*memo)[VERDICTS];
};

/* One substack: what may have come to each of its lines, and behind it. */
struct walk {
	size_t first, end;
	enum verdict in;	/* what a reset goes back to */
	struct outcome *at;
};

static size_t
behind(const struct cmd_pam_stack *s, size_t i)
{
	int level = s->entry[i].level;

	for (i++; i < s->count && s->entry[i].level > level; i++)
		;
	return i;
}

static void
reach(struct walk *w, size_t i, enum verdict v,
    const struct cmd_pam_entry *by)
{
	struct outcome *at = &w->at[i - w->first];

	if (v == YES && at->by == NULL)
		at->by = by;
	at->out |= 1U << v;
}

/* One action on one verdict: on to where it leads. */
static void
act(const struct run *r, struct walk *w, size_t i, enum verdict v,
    bool is_success, int action, const struct cmd_pam_entry *by)
{
	size_t next = i + 1;
	int lines;

	if (action == CMD_PAM_DO_OK || action == CMD_PAM_DO_DONE) {
		if (v == NONE || (v == YES && !is_success) ||
		    (v == YES && action == CMD_PAM_DO_DONE)) {
			v = is_success ? YES : NEITHER;
			by = &r->stack->entry[i];
		}
		if (action == CMD_PAM_DO_DONE && v != NO)
			next = w->end;
	} else if (action == CMD_PAM_DO_BAD || action == CMD_PAM_DO_DIE) {
		v = NO;
		if (action == CMD_PAM_DO_DIE)
			next = w->end;
	} else if (action == CMD_PAM_DO_RESET) {
		v = w->in;
	} else if (action >= CMD_PAM_JUMP) {
		lines = action - CMD_PAM_JUMP + 1;
		for (; lines > 0 && next < w->end; lines--)
			next = behind(r->stack, next);
		if (lines > 0)
			v = NO;		/* there is nothing to jump over */
	}
	reach(w, next, v, by);
}

static struct outcome	walk(const struct run *, size_t first, int level,
			    enum verdict in);

/* One line, at which there may have been this verdict. */
static void
step(const struct run *r, struct walk *w, size_t i, enum verdict v)
{
	const struct cmd_pam_entry *entry = &r->stack->entry[i];
	const struct cmd_pam_entry *by = w->at[i - w->first].by;
	struct outcome inner;
	uint32_t answers;
	unsigned int a;

	if (entry->is_substack) {
		inner = walk(r, i + 1, entry->level + 1, v);
		for (a = 0; a < VERDICTS; a++)
			if ((inner.out & 1U << a) != 0)
				reach(w, behind(r->stack, i),
				    (enum verdict)a, v == YES ? by :
				    inner.by);
		return;
	}
	if (entry->module == NULL || !cmd_pam_is_ours(entry->module))
		answers = answers_of(entry, r->past);
	else
		answers = r->past ? 0 : BIT(r->ours);
	for (a = 0; a < CMD_PAM_ANSWERS; a++)
		if ((answers & BIT(a)) != 0)
			act(r, w, i, v, a == CMD_PAM_SUCCESS,
			    entry->action[a], by);
}

static struct outcome
walk(const struct run *r, size_t first, int level, enum verdict in)
{
	struct walk w = { .first = first, .end = first, .in = in };
	struct outcome *memo = &r->memo[first][in];
	size_t i;
	unsigned int v;

	if (memo->known)
		return *memo;
	while (w.end < r->stack->count &&
	    r->stack->entry[w.end].level >= level)
		w.end++;
	w.at = cmd_memory(calloc(w.end - first + 1, sizeof(w.at[0])));
	reach(&w, first, in, NULL);
	for (i = first; i < w.end; i++)
		for (v = 0; v < VERDICTS; v++)
			if ((w.at[i - first].out & 1U << v) != 0)
				step(r, &w, i, (enum verdict)v);
	*memo = w.at[w.end - first];
	memo->known = true;
	free(w.at);
	return *memo;
}

static bool
permits(const struct cmd_pam_stack *s, enum cmd_pam_answer ours, bool past,
    const struct cmd_pam_entry **ret_by)
{
	struct run r = { .stack = s, .ours = ours, .past = past };
	struct outcome outcome;

	if (s->dead)
		return false;
	r.memo = cmd_memory(calloc(s->count + 1, sizeof(r.memo[0])));
	outcome = walk(&r, 0, 0, NONE);
	free(r.memo);
	if ((outcome.out & 1U << YES) == 0)
		return false;
	if (ret_by != NULL)
		*ret_by = outcome.by;
	return true;
}

bool
cmd_pam_permits(const struct cmd_pam_stack *s, enum cmd_pam_answer ours,
    const struct cmd_pam_entry **ret_by)
{
	return permits(s, ours, false, ret_by);
}

bool
cmd_pam_leads_past(const struct cmd_pam_stack *s)
{
	return permits(s, CMD_PAM_SUCCESS, true, NULL);
}
