/*
 * The auth phase: whom it is about, a reply, the library's verdict.  The
 * keystore is opened behind the prompt, so that its state changes
 * nothing of what a stranger sees, and passwords that `mixed' leaves to
 * the next module never depend on it.
 */
#include <security/pam_ext.h>

#include "call.h"
#include "grant.h"
#include "member.h"
#include "phases.h"
#include "prompt.h"
#include "result.h"

#define FAIL_DELAY_USEC	2000000

/* Is the user one whom we decide on?  Who cannot be named is no member. */
static int
is_ours(struct pamak_call *call)
{
	const char *group = call->options.group;
	const char *user = NULL;
	int error = pam_get_user(call->pamh, &user, NULL);

	if (error == PAM_BUF_ERR || error == PAM_SYSTEM_ERR)
		return APIKEY_ERR_UNAVAILABLE;
	if (group == NULL)
		return APIKEY_OK;
	if (*group == '\0') {
		pamak_log_warning(&call->log, "group= names no group: it has "
		    "no members");
		return PAMAK_NOT_OURS;
	}
	if (error != PAM_SUCCESS || user == NULL || *user == '\0')
		return PAMAK_NOT_OURS;
	return pamak_member(&call->log, user, group);
}

static int
grant(struct pamak_call *call, const apikey_result *result)
{
	int error = pamak_grant_put(call->pamh, apikey_result_id(result),
	    call->options.config);

	if (error == APIKEY_OK)
		error = pamak_grant_export(call->pamh, result);
	return error == APIKEY_OK ? error : pamak_call_deny(call, error);
}

static int
decide(struct pamak_call *call)
{
	__attribute__((__cleanup__(pamak_reply_wipe)))
	    struct pamak_reply reply = { 0, { '\0' } };
	apikey_result *result = NULL;
	int error, reply_error;

	reply_error = pamak_prompt(&call->log, &call->options, &reply);
	if (reply_error == PAMAK_NOT_OURS)
		return PAMAK_NOT_OURS;
	error = pamak_call_open(call, call->options.config);
	if (error != APIKEY_OK)
		return error;
	if (reply_error != APIKEY_OK)
		return pamak_call_deny(call, reply_error);
	error = apikey_verify(call->ctx, reply.text, reply.len,
	    call->request, &result);
	if (error == APIKEY_OK)
		error = grant(call, result);
	apikey_result_free(result);
	return error;
}

static int
run(struct pamak_call *call)
{
	/* Of an earlier attempt on the same connection. */
	int error = pamak_grant_clear(call->pamh);

	if (error != APIKEY_OK)
		return pamak_call_fail(call, error, PAMAK_GRANT_STAYS);
	error = is_ours(call);
	if (error == PAMAK_NOT_OURS) {
		pamak_log_debug(&call->log, "not a member of the group");
		return error;
	}
	if (error != APIKEY_OK)
		return pamak_call_fail(call, error,
		    "whom this is about cannot be told");
	if ((error = pamak_call_prepare(call)) != APIKEY_OK)
		return error;
	return decide(call);
}

int
pamak_authenticate(pam_handle_t *pamh, int argc, const char **argv)
{
	struct pamak_call call;
	int error;

	pamak_call_begin(&call, pamh, "auth", argc, argv);
	error = run(&call);
	pamak_call_end(&call);
	if (error == APIKEY_OK || error == PAMAK_NOT_OURS)
		return pamak_result(error);
	if (pamak_grant_clear(pamh) != APIKEY_OK)
		pamak_log_error(&call.log, "%s", PAMAK_GRANT_STAYS);
	if (!call.options.nodelay)
		(void)pam_fail_delay(pamh, FAIL_DELAY_USEC);
	return pamak_result(error);
}
