/*
 * setcred: was this login granted by us?  In sshd's monitor, which has
 * not seen the auth phase, it comes first and settles that for the
 * session.
 */
#include <string.h>

#include "call.h"
#include "grant.h"
#include "phases.h"
#include "result.h"

/* Whether the id belongs to the user is looked up; that a key of theirs
 * was shown is what sshd's child has told, and the key's owner is the
 * only one who could tell a lie in their own environment. */
static int
adopt(struct pamak_call *call, const char *claim)
{
	char id[APIKEY_ID_SIZE];
	int error;

	if (strnlen(claim, APIKEY_ID_SIZE) != APIKEY_ID_LEN)
		return PAMAK_NOT_OURS;
	memcpy(id, claim, sizeof(id));
	if ((error = pamak_call_prepare(call)) != APIKEY_OK ||
	    (error = pamak_call_open(call, call->options.config)) !=
	    APIKEY_OK)
		return error;
	error = apikey_belongs(call->ctx, id, call->request);
	if (error != APIKEY_OK)
		return error < APIKEY_ERR_BAND ? PAMAK_NOT_OURS : error;
	error = pamak_grant_put(call->pamh, id, call->options.config);
	return error == APIKEY_OK ? error : pamak_call_deny(call, error);
}

/* Taking credentials away or refreshing them admits nobody. */
static bool
may_adopt(int flags)
{
	return ((unsigned)flags & (PAM_DELETE_CRED | PAM_REFRESH_CRED)) == 0;
}

int
pamak_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *claim = pamak_grant_claim(pamh);
	const struct pamak_grant *grant;
	struct pamak_call call;
	int error = pamak_grant_get(pamh, &grant);

	if (error == APIKEY_OK || (error == PAMAK_NOT_OURS &&
	    !may_adopt(flags)))
		return pamak_result(error);
	pamak_call_begin(&call, pamh, "setcred", argc, argv);
	if (error != PAMAK_NOT_OURS)
		error = pamak_call_fail(&call, error, PAMAK_GRANT_UNKNOWN);
	else if (claim != NULL)
		error = adopt(&call, claim);
	if (error != APIKEY_OK && pamak_grant_clear(pamh) != APIKEY_OK)
		error = pamak_call_fail(&call, APIKEY_ERR_UNAVAILABLE,
		    PAMAK_GRANT_STAYS);
	pamak_call_end(&call);
	return pamak_result(error);
}
