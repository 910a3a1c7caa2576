/*
 * L2: the record of a key, as one libconfig file holds it.
 */
#ifndef AK_RECORD_H
#define AK_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "mem.h"
#include "rate.h"

/* The most bytes that the file of a record may have. */
#define AK_RECORD_MAX	16384

/* Absent text is NULL, an absent time APIKEY_TIME_NONE, an absent list
 * empty. */
struct ak_record {
	char		*id;
	char		*user;
	char		*label;
	char		*hash;
	int64_t		 created;
	char		*created_by;
	int64_t		 not_before;
	int64_t		 expires;
	struct ak_list	 services;
	struct ak_list	 from;
	struct ak_list	 hosts;
	struct ak_list	 scopes;
	int64_t		 max_uses;	/* 0: no bound */
	struct ak_rate	 rate;		/* no bound: the configuration's */
	bool		 disabled;
	bool		 is_revoked;
	struct {
		int64_t	 at;
		char	*by;
		char	*reason;
		char	*note;
	} revoked;
	char		*rotated_from;	/* the key that it replaces */
	bool		 is_superseded;
	struct {
		char	*by;			/* the key that replaces it */
		int64_t	 at;			/* dead from then on */
		bool	 until_first_use;	/* or from by's first use */
	} superseded;
};

void	 ak_record_init(struct ak_record *);

/* A copy of its own; NO_MEMORY. ret is initialised here. */
int	 ak_record_copy(struct ak_record *ret, const struct ak_record *);
void	 ak_record_clear(struct ak_record *);

/* CORRUPT_RECORD, NO_MEMORY.  ret is initialised here, and the caller
 * clears it in any case.  path is for messages. */
int	 ak_record_parse(const char *text, size_t len, const char *path,
	    struct ak_record *ret, struct ak_fault *);

/*
 * The text of a record, which has been parsed again and found to say the
 * same; the caller frees.  INVALID when it cannot be stored.
 */
int	 ak_record_encode(const struct ak_record *, char **ret_text,
	    size_t *ret_len, struct ak_fault *);

/* Set one bound, a list by one element; a time is absolute here.  "" clears
 * it.  INVALID with a sentence, NO_MEMORY. */
int	 ak_record_put(struct ak_record *, enum apikey_bound,
	    const char *text, struct ak_fault *);

/* The name of the bound's setting; NULL for what is no bound. */
const char *ak_record_bound_name(enum apikey_bound);

bool	 ak_record_equal(const struct ak_record *, const struct ak_record *);

/* NULL when the bound is not a list. */
const struct ak_list *ak_record_list(const struct ak_record *,
	    enum apikey_bound);

bool	 ak_revoke_reason_valid(const char *);

#endif
