/*
 * L4: the handle: what one apikey_ctx holds open.
 */
#ifndef AK_CONTEXT_H
#define AK_CONTEXT_H

#include <pthread.h>

#include "audit.h"
#include "clock.h"
#include "config.h"
#include "keystore.h"
#include "policy.h"

/* What apikey_reload replaces as a whole. */
struct ak_opened {
	struct ak_config	 config;
	struct ak_keystore	 keystore;
};

struct apikey_ctx {
	/* Held for reading while `opened` or `audit` is in use. */
	pthread_rwlock_t	 lock;
	struct ak_clock		 clock;
	struct ak_audit		 audit;
	char			*path;
	struct ak_opened	*opened;	/* NULL: not open */
	struct ak_fault		 fault;		/* of the last open */
};

#endif
