/*
 * Calls of libpam that fail, as they do when memory is short.
 */
#include <dlfcn.h>
#include <errno.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "inject.h"

#define WRAP(name, parameters, arguments)				\
	int								\
	name parameters							\
	{								\
		static __typeof__(name) *next;				\
		const int error = fault_due(FAULT_PAM, #name, -1,	\
		    NULL);						\
									\
		if (next == NULL)					\
			*(void **)&next = dlsym(RTLD_NEXT, #name);	\
		if (error != 0)						\
			return error == ENOMEM ? PAM_BUF_ERR :		\
			    PAM_SYSTEM_ERR;				\
		return next arguments;					\
	}

WRAP(pam_get_item, (const pam_handle_t *pamh, int type, const void **ret),
    (pamh, type, ret))
WRAP(pam_set_item, (pam_handle_t *pamh, int type, const void *item),
    (pamh, type, item))
WRAP(pam_get_user, (pam_handle_t *pamh, const char **ret,
    const char *prompt), (pamh, ret, prompt))
WRAP(pam_putenv, (pam_handle_t *pamh, const char *value), (pamh, value))
WRAP(pam_set_data, (pam_handle_t *pamh, const char *name, void *data,
    void (*cleanup)(pam_handle_t *, void *, int)),
    (pamh, name, data, cleanup))
WRAP(pam_fail_delay, (pam_handle_t *pamh, unsigned usec), (pamh, usec))
WRAP(pam_get_data, (const pam_handle_t *pamh, const char *name,
    const void **ret), (pamh, name, ret))
