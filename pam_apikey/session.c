/*
 * Sessions: who is in with which key goes on record.  Only what setcred
 * or the auth phase has left in this process counts, never the
 * environment.
 */
#include "call.h"
#include "grant.h"
#include "phases.h"
#include "result.h"

static int
record(struct pamak_call *call, const struct pamak_grant *grant, int opened)
{
	const char *config = call->options.config;
	int error;

	if ((error = pamak_call_prepare(call)) != APIKEY_OK)
		return error;
	error = apikey_open(call->ctx, config != NULL ? config :
	    grant->config);
	if (error != APIKEY_OK)
		pamak_log_error(&call->log, "%s", apikey_message(call->ctx));
	/* The session is a fact all the same. */
	apikey_audit_session(call->ctx, call->request, grant->id, opened);
	return error;
}

int
pamak_session(pam_handle_t *pamh, int opened, int argc, const char **argv)
{
	const struct pamak_grant *grant = NULL;
	struct pamak_call call;
	int error = pamak_grant_get(pamh, &grant);

	if (error == PAMAK_NOT_OURS)
		return pamak_result_session(error);
	pamak_call_begin(&call, pamh, "session", argc, argv);
	if (error == APIKEY_OK)
		error = record(&call, grant, opened);
	else
		pamak_log_error(&call.log, "%s", PAMAK_GRANT_UNKNOWN);
	pamak_call_end(&call);
	return pamak_result_session(error);
}
