/*
 * pam_armed.so MODULE OPTION...: a module of a test's stack that calls the
 * module named, and lets calls fail only below that one's functions.  The
 * program that runs the stack is told what it really returned: libpam
 * never shows a PAM_IGNORE.
 */
#include <dlfcn.h>
#include <string.h>

#include <security/pam_modules.h>

#include "inject.h"
#include "road.h"

typedef int	 function(pam_handle_t *, int, int, const char **);

/* A later module would take a key for a password.  Where there is no answer
 * it was not seen; and what failed in libpam may be that which takes it
 * away. */
static void
look_for_reply(pam_handle_t *pamh, int code)
{
	const void *reply = NULL;

	if ((code == PAM_SUCCESS || code == PAM_AUTH_ERR) &&
	    fault_page->kind != FAULT_PAM &&
	    pam_get_item(pamh, PAM_AUTHTOK, &reply) == PAM_SUCCESS &&
	    reply != NULL && strstr(reply, "apik_") != NULL)
		road_problem("a key is left in PAM_AUTHTOK");
}

static int
run(enum road_phase phase, const char *name, pam_handle_t *pamh, int flags,
    int argc, const char **argv)
{
	void *module = dlopen(argv[0], RTLD_NOW);
	function *call;
	int code;

	if (module == NULL)
		return PAM_SERVICE_ERR;
	*(void **)&call = dlsym(module, name);
	if (phase == ROAD_AUTH && road_stacked != NULL &&
	    pam_set_item(pamh, PAM_AUTHTOK, road_stacked) != PAM_SUCCESS)
		return PAM_SERVICE_ERR;
	road_enter(phase);
	fault_arm();
	code = call(pamh, flags, argc - 1, argv + 1);
	fault_disarm();
	look_for_reply(pamh, code);
	road_leave(phase, code);
	dlclose(module);
	return code;
}

#define PHASE(phase, name)						\
	int								\
	name(pam_handle_t *pamh, int flags, int argc, const char **argv) \
	{								\
		return run(phase, #name, pamh, flags, argc, argv);	\
	}

PHASE(ROAD_AUTH, pam_sm_authenticate)
PHASE(ROAD_ACCOUNT, pam_sm_acct_mgmt)
PHASE(ROAD_SETCRED, pam_sm_setcred)
PHASE(ROAD_OPEN, pam_sm_open_session)
PHASE(ROAD_CLOSE, pam_sm_close_session)
