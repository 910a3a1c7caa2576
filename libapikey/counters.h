/*
 * L3: how many grants and refusals there were, by reason: the file
 * `counters' of the state, of fixed size.
 */
#ifndef AK_COUNTERS_H
#define AK_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "fileio.h"

/* One for every code of enum apikey_error that an answer can have. */
#define AK_COUNTERS	128

/* One more with this code (APIKEY_OK: a grant).  A file that is no file of
 * counters is made anew.  False when the state could not take it. */
bool	 ak_counters_add(const struct ak_dir *state, int code);

/* All zero when there is no such file yet.  CORRUPT_RECORD (not such a
 * file), INSECURE_STORE, UNAVAILABLE, NO_MEMORY. */
int	 ak_counters_read(const struct ak_dir *state,
	    int64_t ret[AK_COUNTERS], struct ak_fault *);

#endif
