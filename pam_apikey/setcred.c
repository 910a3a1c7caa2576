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
	const void *user = NULL;
	char id[APIKEY_ID_SIZE];
	int error;

	if (strnlen(claim, APIKEY_ID_SIZE) != APIKEY_ID_LEN)
		return PAMAK_NOT_OURS;
	memcpy(id, claim, sizeof(id));
	if ((error = pamak_call_prepare(call)) != APIKEY_OK ||
	    (error = pamak_call_open(call, call->options.config)) !=
	    APIKEY_OK)
		return error;
	if (pam_get_item(call->pamh, PAM_USER, &user) != PAM_SUCCESS)
		return APIKEY_ERR_UNAVAILABLE;
	error = apikey_belongs(call->ctx, id, user);
	if (error == APIKEY_OK)
		return pamak_grant_put(call->pamh, id, call->options.config);
	return error < APIKEY_ERR_BAND ? PAMAK_NOT_OURS : error;
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
	struct pamak_call call;
	int error = PAMAK_NOT_OURS;

	if (pamak_grant_get(pamh) != NULL)
		return pamak_result(APIKEY_OK);
	if (!may_adopt(flags))
		return pamak_result(PAMAK_NOT_OURS);
	pamak_call_begin(&call, pamh, "setcred", argc, argv);
	if (claim != NULL)
		error = adopt(&call, claim);
	pamak_call_end(&call);
	if (error != APIKEY_OK && pamak_grant_clear(pamh) != APIKEY_OK)
		error = APIKEY_ERR_UNAVAILABLE;
	return pamak_result(error);
}
