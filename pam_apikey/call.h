/*
 * One call of the module: what all phases have in common.
 */
#ifndef PAMAK_CALL_H
#define PAMAK_CALL_H

#include <security/pam_modules.h>

#include "apikey.h"
#include "log.h"
#include "options.h"

struct pamak_call {
	pam_handle_t		*pamh;
	struct pamak_log	 log;
	struct pamak_options	 options;
	apikey_ctx		*ctx;
	apikey_request		*request;
};

/* Reads the options; takes nothing that must be given back. */
void	 pamak_call_begin(struct pamak_call *ret, pam_handle_t *,
	    const char *phase, int argc, const char **argv);
void	 pamak_call_end(struct pamak_call *);

/*
 * The request, from the handle's items, and a context that is not open
 * yet.  An error is on record when this returns: NO_MEMORY, UNAVAILABLE.
 */
int	 pamak_call_request(struct pamak_call *);

/* The same, and what may not be missing or wrong: BAD_CONFIG (an
 * option), MALFORMED (no user). */
int	 pamak_call_prepare(struct pamak_call *);

/* Opens the keystore; config as for apikey_open.  An error is on record
 * when this returns. */
int	 pamak_call_open(struct pamak_call *, const char *config);

/* Puts on record that the answer is no, for a reason that only the
 * module knows; returns error. */
int	 pamak_call_deny(struct pamak_call *, int error);

/* The same, with a sentence of why, where there may be no request yet. */
int	 pamak_call_fail(struct pamak_call *, int error, const char *why);

#endif
