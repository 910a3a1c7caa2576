/*
 * check_pam.c - the PAM stacks of one service: where our lines stand, what
 * they lead to, and which are missing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "exit.h"
#include "output.h"
#include "pamstack.h"

/* Files that are only there to be included. */
static bool
is_part(const char *service)
{
	static const char *const parts[] = {
		"system-auth", "password-auth", "postlogin",
		"fingerprint-auth", "smartcard-auth", "system-login",
		"system-local-login", "system-remote-login", "config-util"
	};
	size_t i;

	if (strncmp(service, "common-", 7) == 0)
		return true;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(service, parts[i]) == 0)
			return true;
	return false;
}

static bool
is_ours(const struct cmd_pam_entry *e)
{
	return e->module != NULL && cmd_pam_is_ours(e->module);
}

/* ---- One stack ------------------------------------------------------ */

/* Ours must come before what decides: find the first that does not. */
static bool
check_order(struct cmd_check *c, const struct cmd_pam_stack *s,
    enum cmd_pam_kind kind)
{
	static const enum cmd_severity severity[] = {
		[CMD_PAM_AUTH] = CMD_ERROR, [CMD_PAM_ACCOUNT] = CMD_WARNING,
		[CMD_PAM_SESSION] = CMD_NOTE
	};
	static const char *const so[] = {
		[CMD_PAM_AUTH] = "so the password decides, and the key is "
		    "never asked for",
		[CMD_PAM_ACCOUNT] = "so nobody asks whether the key still "
		    "holds, if that ends the stack",
		[CMD_PAM_SESSION] = "so the key goes not on record, if that "
		    "ends the stack"
	};
	const struct cmd_pam_entry *before = NULL;
	size_t i;

	for (i = 0; i < s->count && !is_ours(&s->entry[i]); i++)
		if (before == NULL && cmd_pam_decides(&s->entry[i]))
			before = &s->entry[i];
	if (i == s->count || before == NULL)
		return true;
	cmd_find(&c->findings, severity[kind], s->entry[i].where,
	    "move the line up, before it", "the %s line comes after %s, %s",
	    cmd_pam_kind_name(kind), before->by != NULL ? before->by :
	    before->module, so[kind]);
	return false;
}

static bool
has_option(const struct cmd_pam_stack *s, const char *option)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (is_ours(&s->entry[i]) &&
		    cmd_words_has(&s->entry[i].args, option))
			return true;
	return false;
}

static void
find_open(struct cmd_check *c, const char *where, const char *who,
    const struct cmd_pam_entry *by)
{
	bool strange = cmd_pam_is_strange(by);

	cmd_find(&c->findings, strange ? CMD_WARNING : CMD_ERROR, where,
	    "let a pam_deny.so that is requisite come before, or take the "
	    "line out", "%s %s (%s), %s", who, by->module, by->where,
	    strange ? "unless that asks for a password" :
	    "which asks for no password");
}

/* Whom the stack lets in who shows nothing good. */
static void
check_open(struct cmd_check *c, const struct cmd_pam_stack *s,
    const struct cmd_pam_entry *ours, bool in_order)
{
	const char *where = ours->where;
	int success = ours->action[CMD_PAM_SUCCESS];
	const struct cmd_pam_entry *by = NULL;
	struct cmd_findings *f = &c->findings;

	if (cmd_pam_permits(s, CMD_PAM_IGNORED, &by))
		find_open(c, where, has_option(s, "mixed") ?
		    "mixed leaves what is no key to" :
		    "the stack fails open: who shows no key is let in by",
		    by);
	else if (in_order && cmd_pam_leads_past(s))
		cmd_find(f, CMD_WARNING, where, "move the line up: group= "
		    "says whom it is for", "a line before it can lead past "
		    "it: who goes that way is asked for no key");
	if (cmd_pam_permits(s, CMD_PAM_DENIED, &by) ||
	    cmd_pam_permits(s, CMD_PAM_UNAVAILABLE, &by))
		find_open(c, where, "the stack fails open: a refused key is "
		    "let in by", by);
	else if (in_order && !s->unread && !s->dead &&
	    (success == CMD_PAM_DO_DONE || success >= CMD_PAM_JUMP) &&
	    !cmd_pam_permits(s, CMD_PAM_SUCCESS, NULL))
		cmd_find(f, CMD_WARNING, where, "let success be done on our "
		    "line, outside of any substack", "a key alone is not "
		    "enough: later modules ask, too");
}

/* Who shows a key must have been asked by a line before. */
static void
check_first_pass(struct cmd_check *c, const struct cmd_pam_stack *s)
{
	const struct cmd_pam_entry *e;
	size_t i;

	for (i = 0; i < s->count && !s->unread; i++) {
		e = &s->entry[i];
		if (is_ours(e) && cmd_words_has(&e->args, "use_first_pass"))
			cmd_find(&c->findings, CMD_ERROR, e->where, "take "
			    "use_first_pass out, or use try_first_pass",
			    "use_first_pass takes what a line before has "
			    "asked for, and none asks: every key is refused "
			    "(malformed)");
		else if (is_ours(e) || cmd_pam_may_ask(e))
			return;
	}
}

static bool
check_stack(struct cmd_check *c, const struct cmd_pam_stack *s,
    enum cmd_pam_kind kind, const char **ret_where)
{
	const struct cmd_pam_entry *first = NULL;
	bool in_order;
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (!is_ours(&s->entry[i]))
			continue;
		cmd_check_pam_line(c, &s->entry[i], cmd_pam_kind_name(kind));
		if (first == NULL)
			first = &s->entry[i];
	}
	if (first == NULL)
		return false;
	*ret_where = first->where;
	in_order = check_order(c, s, kind);
	if (kind == CMD_PAM_AUTH) {
		check_open(c, s, first, in_order);
		check_first_pass(c, s);
	}
	return true;
}

/* ---- One service ---------------------------------------------------- */

static void
learn_line(struct cmd_check *c, const struct cmd_pam_entry *e,
    struct cmd_check_service *service)
{
	bool grouped = false;
	size_t i;

	for (i = 0; i < e->args.count; i++) {
		if (strncmp(e->args.item[i], "group=", 6) != 0)
			continue;
		grouped = true;
		cmd_words_once(&c->groups, e->args.item[i] + 6);
		if (service != NULL)
			cmd_words_once(&service->groups, e->args.item[i] + 6);
	}
	if (grouped)
		return;
	c->asks_all = true;
	if (service != NULL)
		service->asks_all = true;
	if (!cmd_words_has(&e->args, "mixed"))
		cmd_find(&c->findings, CMD_WARNING, e->where, "add "
		    "group=apikey", "without group= everybody is asked for a "
		    "key, root included");
}

static void
learn(struct cmd_check *c, const char *service,
    const struct cmd_pam_stack *auth)
{
	struct cmd_check_service *known = NULL;
	size_t i;

	if (strcmp(service, "sshd") == 0)
		known = &c->sshd;
	else if (strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0)
		known = &c->sudo;
	cmd_words_once(&c->services, service);
	if (known != NULL)
		known->asks = true;
	for (i = 0; i < auth->count; i++)
		if (is_ours(&auth->entry[i]))
			learn_line(c, &auth->entry[i], known);
}

static void
check_missing(struct cmd_check *c, const char *service,
    const char *const where[CMD_PAM_KINDS])
{
	static const char auth[] = "add the line before the others of auth: "
	    "auth " CMD_AUTH_CONTROL " pam_apikey.so group=apikey";
	static const char account[] = "add the line before the others of "
	    "account: account " CMD_ACCOUNT_CONTROL " pam_apikey.so";
	static const char session[] = "add the line before the others of "
	    "session: session optional pam_apikey.so";
	struct cmd_findings *f = &c->findings;

	if (is_part(service))
		return;
	if (where[CMD_PAM_AUTH] == NULL)
		cmd_find(f, CMD_ERROR, where[CMD_PAM_ACCOUNT] != NULL ?
		    where[CMD_PAM_ACCOUNT] : where[CMD_PAM_SESSION], auth,
		    "the auth line is missing: %s asks nobody for a key",
		    service);
	else if (where[CMD_PAM_ACCOUNT] == NULL)
		cmd_find(f, CMD_WARNING, where[CMD_PAM_AUTH], account,
		    "the account line of %s is missing: a key that is "
		    "revoked meanwhile gets in, and nobody is told that it "
		    "ends soon", service);
	if (where[CMD_PAM_AUTH] != NULL && where[CMD_PAM_SESSION] == NULL)
		cmd_find(f, CMD_WARNING, where[CMD_PAM_AUTH], session,
		    "the session line of %s is missing: it is not on record "
		    "which key opened which session", service);
}

/* What libpam would stumble over, if that is of interest; and what could
 * not be looked at, in any case. */
static void
check_faults(struct cmd_check *c, const struct cmd_pam_stack *s, bool all)
{
	const struct cmd_pam_fault *fault;
	char *sentence;
	size_t i;

	for (i = 0; i < s->faults; i++) {
		fault = &s->fault[i];
		if (fault->mend != NULL && all)
			cmd_find(&c->findings, CMD_ERROR, fault->where,
			    fault->mend, "%s", fault->what);
		if (fault->mend != NULL)
			continue;
		sentence = cmd_text("%s: %s", fault->where, fault->what);
		cmd_check_say(c, sentence);
		free(sentence);
	}
}

static void
check_others(struct cmd_check *c, const struct cmd_pam_stack *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->entry[i].module != NULL && !is_ours(&s->entry[i]))
			cmd_check_pam_other(c, &s->entry[i]);
}

void
cmd_check_pam_text(struct cmd_check *c, const char *name, const char *text,
    size_t len, const char *service, bool is_conf)
{
	struct cmd_pam_stack stack[CMD_PAM_KINDS];
	const char *where[CMD_PAM_KINDS] = { NULL };
	bool any = false, unread = false;
	int i;

	for (i = 0; i < CMD_PAM_KINDS; i++) {
		cmd_pam_stack(&stack[i], &c->tree, name, text, len,
		    is_conf ? service : NULL, (enum cmd_pam_kind)i);
		unread |= stack[i].unread;
		any |= check_stack(c, &stack[i], (enum cmd_pam_kind)i,
		    &where[i]);
	}
	for (i = 0; i < CMD_PAM_KINDS; i++) {
		check_faults(c, &stack[i], any || c->single);
		if (any)
			check_others(c, &stack[i]);
	}
	if (unread)
		cmd_words_once(&c->unread_services, service);
	else if (any)
		check_missing(c, service, where);
	if (where[CMD_PAM_AUTH] != NULL && !is_part(service))
		learn(c, service, &stack[CMD_PAM_AUTH]);
	for (i = 0; i < CMD_PAM_KINDS; i++)
		cmd_pam_stack_free(&stack[i]);
}
