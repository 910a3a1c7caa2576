/*
 * L3: failures, counted by who fails.
 *
 * A table of fixed size in the file `throttle' of the state, so that no
 * attacker can make it grow.  It never decides alone: the right secret
 * wins however many wrong ones were shown.
 */
#ifndef AK_THROTTLE_H
#define AK_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "fileio.h"
#include "rate.h"

/* Who fails. */
struct ak_failure {
	const char	*source;	/* remote address, or NULL: local */
	const char	*caller;	/* of a local request; or NULL */
	const char	*id;		/* the key id shown; NULL: none */
	int64_t		 now;		/* nanoseconds */
};

/* Of all failures from a source, ten times as many are let pass as of
 * those with one key id. */
#define AK_THROTTLE_SOURCE	10

/*
 * Has it failed too often already?  Without a lock.  False when the state
 * cannot tell, which ret_degraded says.
 */
bool	 ak_throttle_over(const struct ak_dir *state, const struct ak_rate *,
	    const struct ak_failure *, bool *ret_degraded);

/* Count one failure that was not over the limit.  False when the state
 * could not take it. */
bool	 ak_throttle_charge(const struct ak_dir *state,
	    const struct ak_rate *, const struct ak_failure *);

/*
 * Take as long as counting a failure does, or noting one that was over the
 * limit, and wait for the same locks, but change no count: whose secret
 * was right has not failed, and a refusal must not tell that.
 */
void	 ak_throttle_idle(const struct ak_dir *state, const struct ak_rate *,
	    const struct ak_failure *, bool over);

/*
 * Note one that was over it.  How many such failures of the source a line
 * now speaks for: 0 when a line was written less than a minute ago; at
 * least 1, also when the state fails.
 */
int64_t	 ak_throttle_report(const struct ak_dir *state,
	    const struct ak_rate *, const struct ak_failure *);

#endif
