/*
 * L3: what is counted of each key: one small file of fixed size a key,
 * in the folder `usage' of the state.
 */
#ifndef AK_USAGE_H
#define AK_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "rate.h"
#include "usage_file.h"

/* One use that somebody asks for. */
struct ak_use {
	const struct ak_rate	*rate;
	int64_t			 max_uses;	/* 0: no bound */
	const struct ak_clock	*clock;		/* read under the lock */
	const char		*source;	/* or NULL */
	const char		*service;	/* or NULL */
};

/*
 * Read without a lock; a write that is under way is waited for by reading
 * again.  NOT_FOUND (never used), CORRUPT_RECORD (not such a file; an
 * empty one, too), INSECURE_STORE, UNAVAILABLE, NO_MEMORY.  Here as below,
 * INVALID for what is no id.
 */
int	 ak_usage_read(const struct ak_dir *, const char *id,
	    struct ak_usage *ret, struct ak_fault *);

/*
 * Take one use, or refuse it: RATE; EXHAUSTED, whatever the rate.  Without
 * a bound of uses the state may fail: then it is APIKEY_OK, ret_degraded
 * tells, and the fault says why (a file that is no such file is replaced).
 * With one, the file must be there and good, and the use is on the disk
 * when this returns: UNAVAILABLE otherwise, with a sentence that names the
 * mend.  dir may be closed.  A refusal writes nothing.
 */
int	 ak_usage_take(const struct ak_dir *, const char *id,
	    const struct ak_use *, bool *ret_degraded, struct ak_fault *);

/* What ak_usage_take would say as far as it is known without writing or
 * locking anything. */
int	 ak_usage_peek(const struct ak_dir *, const char *id,
	    const struct ak_use *, bool *ret_degraded, struct ak_fault *);

/* Is it time to put the coming end of a key on record?  True at most once
 * in interval seconds, which is noted; false when it cannot be noted, also
 * in a file that is not there: none is made. */
bool	 ak_usage_announce(const struct ak_dir *, const char *id,
	    int64_t now_s, int64_t interval_s);

/*
 * Have a file there, good and on the disk with its folder; a good one
 * stays as it is, and an empty one is begun.  CORRUPT_RECORD when there
 * is another sort of file, INSECURE_STORE, UNAVAILABLE, NO_MEMORY.
 */
int	 ak_usage_create(const struct ak_dir *, const char *id,
	    struct ak_fault *);

/* Begin anew at nothing, whatever was there (a link or an empty folder
 * goes); on the disk.  UNAVAILABLE, also when somebody holds the lock for
 * more than a second; NO_MEMORY. */
int	 ak_usage_reset(const struct ak_dir *, const char *id,
	    struct ak_fault *);

/* APIKEY_OK also when there is none.  Otherwise as ak_usage_reset. */
int	 ak_usage_remove(const struct ak_dir *, const char *id,
	    struct ak_fault *);

#endif
