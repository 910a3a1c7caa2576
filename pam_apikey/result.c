/*
 * The one place where codes become PAM's.  Every refusal gets the same
 * code, so that nobody can tell an unknown key from an expired one, and
 * nothing but PAMAK_NOT_OURS ever becomes PAM_IGNORE.
 */
#include <security/pam_modules.h>

#include "apikey.h"
#include "result.h"

int
pamak_result(int error)
{
	if (error == APIKEY_OK)
		return PAM_SUCCESS;
	if (error == PAMAK_NOT_OURS)
		return PAM_IGNORE;
	if (error > APIKEY_OK && error < APIKEY_ERR_BAND)
		return PAM_AUTH_ERR;
	return PAM_AUTHINFO_UNAVAIL;
}

int
pamak_result_session(int error)
{
	if (error == APIKEY_OK)
		return PAM_SUCCESS;
	if (error == PAMAK_NOT_OURS)
		return PAM_IGNORE;
	return PAM_SESSION_ERR;
}
