/*
 * L4: the handle: what one apikey_ctx holds open.
 */
#ifndef AK_CONTEXT_H
#define AK_CONTEXT_H

#include <pthread.h>

#include "audit.h"
#include "clock.h"
#include "config.h"
#include "hash.h"
#include "keystore.h"
#include "policy.h"
#include "state.h"

/* What apikey_reload replaces as a whole.  Nobody changes it. */
struct ak_opened {
	size_t			 holders;	/* under the context's lock */
	struct ak_config	 config;
	struct ak_audit		 audit;
	struct ak_keystore	 keystore;
	struct ak_state		 state;
	struct ak_hashing	 hashing;
	struct ak_fault		 pepper_fault;	/* why there is none */
};

struct apikey_ctx {
	pthread_mutex_t		 lock;		/* of opened and fault */
	struct ak_clock		 clock;
	struct ak_audit		 audit;		/* while it is not open */
	char			*path;
	struct ak_opened	*opened;	/* NULL: not open */
	bool			 is_new;	/* nobody tried to open it */
	struct ak_fault		 fault;		/* of the last open */
};

/*
 * What is open, to be used without the lock, however long, and given back.
 * NULL, and why, when nothing is.
 */
struct ak_opened *ak_context_hold(apikey_ctx *,
	    struct ak_fault *ret_fault);
void	 ak_context_release(apikey_ctx *, struct ak_opened *);

/* Nobody has tried to open it: there is no fault to tell. */
bool	 ak_context_is_new(apikey_ctx *);

/* The time in nanoseconds.  UNAVAILABLE when the clock cannot be read. */
int	 ak_context_now(const apikey_ctx *, int64_t *ret_ns,
	    struct ak_fault *);

#define AK_HOST_SIZE	256

/* What a decision on the record depends on at a time in seconds; it
 * points to what is open, and to host.  UNAVAILABLE: the host's name is
 * needed and cannot be told. */
int	 ak_context_policy(const struct ak_opened *, const struct ak_record *,
	    int64_t now, char host[AK_HOST_SIZE], struct ak_policy *ret,
	    bool *ret_degraded);

/* Can the record's hash be verified?  UNAVAILABLE, with why there is no
 * pepper, if that is what it needs. */
int	 ak_context_hash(const struct ak_opened *, const struct ak_record *,
	    struct ak_fault *);

/* The rate that the record is held to. */
const struct ak_rate *ak_context_rate(const struct ak_opened *,
	    const struct ak_record *);

#endif
