/*
 * The account phase: is the key that was shown still good?  A login that
 * was not ours (a public key, cron, a cached sudo) is none of its
 * business.  Whose key ends soon is told so.
 */
#include <stdio.h>

#include <security/pam_ext.h>

#include "call.h"
#include "grant.h"
#include "phases.h"
#include "result.h"

#define DAY	86400
#define HOUR	3600

/* "3 days", "1 hour"; nobody plans by the second. */
static void
left_text(int64_t seconds, char *ret, size_t size)
{
	int64_t unit = seconds >= 2 * DAY ? DAY : HOUR;
	int64_t count = (seconds + unit / 2) / unit;

	if (count < 1)
		count = 1;
	(void)snprintf(ret, size, "%lld %s%s", (long long)count,
	    unit == DAY ? "day" : "hour", count == 1 ? "" : "s");
}

/* Who does not hear it loses nothing: whether it was shown is not asked. */
static void
tell_end(struct pamak_call *call, const apikey_result *result)
{
	int64_t end = apikey_result_ends_soon(result);
	char at[APIKEY_TIME_SIZE], left[40];

	if (end == APIKEY_TIME_NONE)
		return;
	apikey_time_text(end, at);
	left_text(end - apikey_now(call->ctx), left, sizeof(left));
	(void)pam_info(call->pamh, "The API key %s ends in %s (%s).",
	    apikey_result_id(result), left, at);
}

static int
recheck(struct pamak_call *call, const struct pamak_grant *grant, int flags)
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
	if (error == APIKEY_OK && ((unsigned)flags & PAM_SILENT) == 0)
		tell_end(call, result);
	apikey_result_free(result);
	return error;
}

int
pamak_account(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const struct pamak_grant *grant = NULL;
	struct pamak_call call;
	int error = pamak_grant_get(pamh, &grant);

	if (error == PAMAK_NOT_OURS)
		return pamak_result(error);
	pamak_call_begin(&call, pamh, "account", argc, argv);
	error = error == APIKEY_OK ? recheck(&call, grant, flags) :
	    pamak_call_fail(&call, error, PAMAK_GRANT_UNKNOWN);
	pamak_call_end(&call);
	if (error != APIKEY_OK && pamak_grant_clear(pamh) != APIKEY_OK)
		pamak_log_error(&call.log, "%s", PAMAK_GRANT_STAYS);
	return pamak_result(error);
}
