/*
 * The account phase: is the key that was shown still good?  A login that
 * was not ours (a public key, cron, a cached sudo) is none of its
 * business.
 */
#include "call.h"
#include "grant.h"
#include "phases.h"
#include "result.h"

static int
recheck(struct pamak_call *call, const struct pamak_grant *grant)
{
	const char *config = call->options.config;
	apikey_result *result = NULL;
	int error;

	if ((error = pamak_call_prepare(call)) != APIKEY_OK)
		return error;
	error = pamak_call_open(call, config != NULL ? config :
	    grant->config);
	if (error != APIKEY_OK)
		return error;
	error = apikey_recheck(call->ctx, grant->id, call->request, &result);
	apikey_result_free(result);
	return error;
}

int
pamak_account(pam_handle_t *pamh, int argc, const char **argv)
{
	const struct pamak_grant *grant = pamak_grant_get(pamh);
	struct pamak_call call;
	int error;

	if (grant == NULL)
		return pamak_result(PAMAK_NOT_OURS);
	pamak_call_begin(&call, pamh, "account", argc, argv);
	error = recheck(&call, grant);
	pamak_call_end(&call);
	if (error != APIKEY_OK && pamak_grant_clear(pamh) != APIKEY_OK)
		error = APIKEY_ERR_UNAVAILABLE;
	return pamak_result(error);
}
