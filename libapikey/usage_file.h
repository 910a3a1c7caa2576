/*
 * L2: the file of a key's usage: its layout, its lock, and how it is
 * read and written.  What is counted in it is the matter of usage.
 */
#ifndef AK_USAGE_FILE_H
#define AK_USAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fileio.h"

#define AK_USAGE_SIZE	256
#define AK_USAGE_TEXT	64	/* source and service, NUL included; longer
				 * ones are cut */

struct ak_usage {
	int64_t	 count;
	int64_t	 first;		/* seconds; APIKEY_TIME_NONE: never */
	int64_t	 last;
	int64_t	 tat;		/* of the key's rate, nanoseconds */
	int64_t	 warned;	/* seconds: its end was last announced */
	char	 from[AK_USAGE_TEXT];		/* of the last use; or "" */
	char	 service[AK_USAGE_TEXT];
};

/* dir and id belong to the caller.  One byte more than a record has tells
 * a longer file. */
struct ak_usage_file {
	const struct ak_dir	*dir;
	const char		*id;
	int			 fd;
	struct ak_usage		 usage;	/* fresh where there is no record */
	bool			 is_good;
	unsigned char		 bytes[AK_USAGE_SIZE + 1];
	size_t			 len;
};

/*
 * Open it to change it, and lock it, for a second at most.  flags is 0 or
 * O_CREAT.  NOT_FOUND, INVALID (not an id), INSECURE_STORE, UNAVAILABLE,
 * NO_MEMORY.
 */
int	 ak_usage_file_open(struct ak_usage_file *, const struct ak_dir *,
	    const char *id, int flags, struct ak_fault *);

/* Read it under the lock.  CORRUPT_RECORD, also when it is empty;
 * UNAVAILABLE. */
int	 ak_usage_file_load(struct ak_usage_file *, struct ak_fault *);

/* The bytes of such a file; false when they are none. */
bool	 ak_usage_decode(const unsigned char *bytes, size_t len,
	    struct ak_usage *ret);

/* Was it just made, or did its maker die before anything was written? */
bool	 ak_usage_file_is_empty(const struct ak_usage_file *);

/*
 * Write its usage.  UNAVAILABLE; then it is as it was, or no record.  One
 * that was no record becomes ours alone first.
 */
int	 ak_usage_file_save(struct ak_usage_file *, struct ak_fault *);

/* Begin anew at nothing; the caller saves. */
void	 ak_usage_file_clear(struct ak_usage_file *);

/* Have it on the disk; with its folder, too. */
int	 ak_usage_file_sync(const struct ak_usage_file *, struct ak_fault *);
int	 ak_usage_file_sync_all(const struct ak_usage_file *,
	    struct ak_fault *);

/* Unlock and close. */
void	 ak_usage_file_close(struct ak_usage_file *);

/*
 * Open, read and close it without a lock; a write that is under way is
 * waited for by reading again.  The errors of open and load.
 */
int	 ak_usage_file_read(struct ak_usage_file *, const struct ak_dir *,
	    const char *id, struct ak_fault *);

#endif
