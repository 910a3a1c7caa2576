/*
 * L2: the file `throttle' of the state: entries found by name.
 *
 * Its size is fixed: a new name takes the entry that is the nearest to
 * its end.  Names are hashed with a key that only the file has, so nobody
 * can choose names that drive one entry out.
 */
#ifndef AK_THROTTLE_TABLE_H
#define AK_THROTTLE_TABLE_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "fileio.h"
#include "rate.h"

#define AK_TABLE_KEY		16
#define AK_TABLE_TAG		16
#define AK_TABLE_NAME_MAX	520
#define AK_TABLE_LINE_S		60	/* one line speaks for that long */

struct ak_table {
	int		 fd;
	unsigned char	 key[AK_TABLE_KEY];
	int64_t		 wait_ns;	/* for a lock; 0 once one failed */
};

/* Any bytes; two names that differ never share an entry. */
struct ak_table_name {
	size_t		 len;
	unsigned char	 bytes[AK_TABLE_NAME_MAX];
};

struct ak_table_entry {
	int64_t		 tat;		/* nanoseconds; AK_RATE_FRESH */
	int64_t		 line_at;	/* seconds; APIKEY_TIME_NONE: never */
	uint32_t	 suppressed;	/* failures since that line */
};

/* An entry while its set is locked. */
struct ak_table_slot {
	struct ak_table_entry	 entry;
	unsigned char		 tag[AK_TABLE_TAG];
	off_t			 set;
	off_t			 at;
};

/*
 * For reading, which needs no lock.  NOT_FOUND: there is none yet;
 * CORRUPT_RECORD: it is no such table; INSECURE_STORE, UNAVAILABLE.
 */
int	 ak_table_open(struct ak_table *, const struct ak_dir *state);

/* For changing; a missing or a bad one is made anew.  INSECURE_STORE,
 * UNAVAILABLE. */
int	 ak_table_open_to_change(struct ak_table *,
	    const struct ak_dir *state);
void	 ak_table_close(struct ak_table *);

/* A fresh entry when there is none of this name.  UNAVAILABLE. */
int	 ak_table_read(const struct ak_table *, const struct ak_table_name *,
	    struct ak_table_entry *ret);

/*
 * Lock the set of the name and have its entry, or a fresh one in place of
 * that which the rate says ends first.  UNAVAILABLE, and then unlocked,
 * when another holds the lock for more than 20 ms; what is locked later
 * in this table is then not waited for.
 */
int	 ak_table_lock(struct ak_table *, const struct ak_table_name *,
	    const struct ak_rate *, int64_t now, struct ak_table_slot *ret);
int	 ak_table_write(const struct ak_table *,
	    const struct ak_table_slot *);
void	 ak_table_unlock(const struct ak_table *,
	    const struct ak_table_slot *);

#endif
