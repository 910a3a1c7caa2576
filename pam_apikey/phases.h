/*
 * The phases.  Each returns a code of PAM's.
 */
#ifndef PAMAK_PHASES_H
#define PAMAK_PHASES_H

#include <security/pam_modules.h>

int	 pamak_authenticate(pam_handle_t *, int argc, const char **argv);
int	 pamak_setcred(pam_handle_t *, int flags, int argc,
	    const char **argv);
int	 pamak_account(pam_handle_t *, int flags, int argc,
	    const char **argv);
int	 pamak_session(pam_handle_t *, int opened, int argc,
	    const char **argv);

#endif
