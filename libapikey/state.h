/*
 * L3: the folder of what is counted.  A login never fails because it
 * cannot be used: it is open, or closed with the reason.
 */
#ifndef AK_STATE_H
#define AK_STATE_H

#include <stdbool.h>

#include "fileio.h"

struct ak_state {
	struct ak_dir	 dir;		/* closed when there is none */
	struct ak_dir	 usage;		/* in it; one file a key */
	struct ak_fault	 fault;		/* of what is closed */
};

/* What is open is the caller's to close. */
void	 ak_state_open(struct ak_state *ret, const char *path);
void	 ak_state_close(struct ak_state *);

/* Go on with what another has open, by descriptors of its own. */
void	 ak_state_keep(struct ak_state *, const struct ak_state *other);

/* Was the key used on this host?  No when it cannot be told, which
 * ret_degraded says. */
bool	 ak_state_was_used(const struct ak_state *, const char *id,
	    bool *ret_degraded);

#endif
