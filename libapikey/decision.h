/*
 * L4: one decision on its way, and how it goes on record.
 */
#ifndef AK_DECISION_H
#define AK_DECISION_H

#include "context.h"
#include "token.h"

/* One decision on its way. */
struct ak_decision {
	apikey_ctx		*ctx;
	struct ak_opened	*opened;	/* NULL: nothing is */
	const apikey_request	*req;
	struct ak_token		 token;
	struct ak_record	 record;
	struct ak_fault		 fault;
	int64_t			 now;		/* nanoseconds */
	bool			 right;		/* the secret is */
	bool			 over;		/* too many failures before */
	bool			 degraded;	/* the state failed us */
	bool			 uncounted;	/* so did the usage's file */
	int64_t			 failures;	/* its line speaks for; 0: no
						 * line */
};

/* Holds what is open, which ak_decision_end gives back in any case.  The
 * error of a context that is not open; UNAVAILABLE. */
int	 ak_decision_begin(struct ak_decision *, apikey_ctx *,
	    const apikey_request *);
void	 ak_decision_end(struct ak_decision *);

/* The state, if the request is one that counts; else NULL. */
const struct ak_dir *ak_decision_state(const struct ak_decision *);

/*
 * A decision that does not grant goes on record, and the caller's answer
 * is made of it: APIKEY_OK, DENIED, or that there is none.  id may be
 * NULL.  A grant is put on record by the other one.
 */
int	 ak_decision_conclude(struct ak_decision *, const char *id, int code);
void	 ak_decision_grant(const struct ak_decision *,
	    const apikey_result *);

/* Put on record when a key ends. */
void	 ak_decision_expiring(const struct ak_audit *,
	    const struct ak_record *);

#endif
