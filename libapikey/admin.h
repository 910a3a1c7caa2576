/*
 * L4: somebody who changes keys.
 */
#ifndef AK_ADMIN_H
#define AK_ADMIN_H

#include "context.h"
#include "key.h"

struct apikey_admin {
	apikey_ctx		*ctx;
	struct ak_opened	*opened;	/* in a call */
	int64_t			 now;		/* of the outermost call, in
						 * seconds */
	unsigned		 depth;		/* of calls in callbacks */
	char			*by;
	struct ak_fault		 fault;
};

/* The event of a change: name is "key.create" and so on. */
void	 ak_admin_event(struct ak_event *, const apikey_admin *,
	    const char *name, const struct ak_record *);

/* Put such a change, of which no more is to say, on record. */
void	 ak_admin_audit(const apikey_admin *, const char *name,
	    const struct ak_record *);

/* Is it an id at all?  INVALID. */
int	 ak_admin_check_id(apikey_admin *, const char *id);

/* Read a key, with what is counted of it; between begin and end, by any
 * thread. */
int	 ak_admin_read(const apikey_admin *, const char *id,
	    apikey_key **ret, struct ak_fault *);

/* The folder of what is counted of keys, or why it is closed. */
int	 ak_admin_usage(apikey_admin *, const struct ak_dir **ret_usage);

/* A key whose uses are bounded is refused where its count is missing: it
 * must be there before the record is. */
int	 ak_admin_make_count(apikey_admin *, const char *id);

/* Every file, as apikey_list; between begin and end. */
int	 ak_admin_each(apikey_admin *, apikey_each *each, void *arg);

/* APIKEY_OK when the keystore is open: admin->opened is, until the end, and
 * the clock was read.  What is called back in between may call again. */
int	 ak_admin_begin(apikey_admin *);
void	 ak_admin_end(apikey_admin *);

#endif
