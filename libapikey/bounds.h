/*
 * L4: bounds that somebody asks for, put into a record.
 */
#ifndef AK_BOUNDS_H
#define AK_BOUNDS_H

#include "config.h"
#include "record.h"
#include "spec.h"

/* What the spec gives; durations count from now (seconds).  INVALID with a
 * sentence, NO_MEMORY. */
int	 ak_bounds_put(struct ak_record *, const apikey_spec *, int64_t now,
	    struct ak_fault *);

/* The expiry of a key that nothing is said about. */
void	 ak_bounds_put_ttl(struct ak_record *, const struct ak_config *,
	    int64_t now);

/* Is the key good for a while, and not for longer than issue.max_ttl?
 * INVALID, POLICY. */
int	 ak_bounds_check_expiry(const struct ak_record *,
	    const struct ak_config *, int64_t now, struct ak_fault *);

/* Does it begin before it ends?  INVALID. */
int	 ak_bounds_check_order(const struct ak_record *, struct ak_fault *);

#endif
