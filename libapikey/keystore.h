/*
 * L3: the folder of records, one file a key.
 */
#ifndef AK_KEYSTORE_H
#define AK_KEYSTORE_H

#include <sys/types.h>

#include <time.h>

#include "fileio.h"
#include "record.h"

struct ak_keystore {
	struct ak_dir	 dir;
};

/* Which writing of a record was read. */
struct ak_stamp {
	dev_t		 dev;
	ino_t		 ino;
	struct timespec	 ctime;
};

/* near: as for ak_dir_open_near. */
int	 ak_keystore_open(struct ak_keystore *, const char *path,
	    const struct ak_dir *near, struct ak_fault *);
void	 ak_keystore_close(struct ak_keystore *);

/*
 * Read a record.  ret is initialised here, and the caller clears it in
 * any case.  NOT_FOUND, CORRUPT_RECORD, INSECURE_STORE, UNAVAILABLE,
 * NO_MEMORY.
 */
int	 ak_keystore_get(const struct ak_keystore *, const char *id,
	    struct ak_record *ret, struct ak_stamp *ret_stamp,
	    struct ak_fault *);

/* Ask of the kernel what reading a record asks beyond finding none. */
void	 ak_keystore_idle(const struct ak_keystore *);

/* Store a new record; CONFLICT when the id is taken. */
int	 ak_keystore_add(const struct ak_keystore *,
	    const struct ak_record *, struct ak_stamp *ret_stamp,
	    struct ak_fault *);

/* Store a record that was changed after the reading that stamp tells.
 * CONFLICT when somebody else has changed it since. */
int	 ak_keystore_replace(const struct ak_keystore *,
	    const struct ak_record *, struct ak_stamp *stamp,
	    struct ak_fault *);

/* Remove the record that stamp tells; CONFLICT as above. */
int	 ak_keystore_remove(const struct ak_keystore *, const char *id,
	    const struct ak_stamp *, struct ak_fault *);

/* The file must still be the one that stamp tells, and is synced: who wrote
 * it may have died before.  CONFLICT, NOT_FOUND, UNAVAILABLE. */
int	 ak_keystore_settle(const struct ak_keystore *, const char *id,
	    const struct ak_stamp *, struct ak_fault *);

/* Call each for every file of the folder: with an id, or, where the name is
 * not that of a record, with NULL and the name.  It ends when each returns
 * non-zero. */
int	 ak_keystore_each(const struct ak_keystore *,
	    int (*each)(void *arg, const char *id, const char *name),
	    void *arg, struct ak_fault *);

#endif
