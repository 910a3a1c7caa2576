/*
 * L5: somebody who changes keys.
 */
#ifndef AK_ADMIN_H
#define AK_ADMIN_H

#include "context.h"
#include "key.h"

struct apikey_admin {
	apikey_ctx	*ctx;
	char		*by;
	struct ak_fault	 fault;
};

/* Put a change on record: event is "key.create" and so on. */
void	 ak_admin_audit(const apikey_admin *, const char *event,
	    const struct ak_record *);

/* APIKEY_OK when the keystore is open.  The context's lock is held for
 * reading between the two. */
int	 ak_admin_begin(apikey_admin *);
void	 ak_admin_end(apikey_admin *);

#endif
