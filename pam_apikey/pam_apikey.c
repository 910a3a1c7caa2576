/*
 * pam_apikey.so: API keys for sshd, sudo and every other PAM service.
 * The entry points, and nothing else; pam_apikey(8) says what they do.
 */
#include "phases.h"
#include "result.h"

#define ENTRY	__attribute__((__visibility__("default")))

ENTRY int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	(void)flags;
	return pamak_authenticate(pamh, argc, argv);
}

ENTRY int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return pamak_setcred(pamh, flags, argc, argv);
}

ENTRY int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return pamak_account(pamh, flags, argc, argv);
}

ENTRY int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	(void)flags;
	return pamak_session(pamh, 1, argc, argv);
}

ENTRY int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	(void)flags;
	return pamak_session(pamh, 0, argc, argv);
}

/* A key is changed with apikeyctl(8), and never at a login prompt. */
ENTRY int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return pamak_result(PAMAK_NOT_OURS);
}
