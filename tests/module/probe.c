/*
 * pam_probe.so: an earlier or later module of a test's stack.  "set=TEXT"
 * leaves TEXT in PAM_AUTHTOK; "show" puts what is there into the PAM
 * environment, as PROBE; "ignored" gives a code that no other module
 * here gives, so that the application learns that all before it were
 * passed over (libpam never shows it a PAM_IGNORE).
 */
#include <stdio.h>
#include <string.h>

#include <security/pam_modules.h>

#define REACHED		PAM_TRY_AGAIN

static int
show(pam_handle_t *pamh)
{
	char text[1024];
	const void *item = NULL;

	if (pam_get_item(pamh, PAM_AUTHTOK, &item) != PAM_SUCCESS)
		return PAM_AUTH_ERR;
	snprintf(text, sizeof(text), "PROBE=%s",
	    item == NULL ? "(none)" : (const char *)item);
	return pam_putenv(pamh, text);
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	(void)flags;
	if (argc == 1 && strcmp(argv[0], "show") == 0)
		return show(pamh);
	if (argc == 1 && strncmp(argv[0], "set=", 4) == 0)
		return pam_set_item(pamh, PAM_AUTHTOK, argv[0] + 4);
	return REACHED;
}

#define PASSED(function)						\
	int								\
	function(pam_handle_t *pamh, int flags, int argc,		\
	    const char **argv)						\
	{								\
		(void)pamh;						\
		(void)flags;						\
		return argc == 1 && strcmp(argv[0], "ignored") == 0 ?	\
		    REACHED : PAM_IGNORE;				\
	}

PASSED(pam_sm_setcred)
PASSED(pam_sm_acct_mgmt)
PASSED(pam_sm_open_session)
PASSED(pam_sm_close_session)
PASSED(pam_sm_chauthtok)
