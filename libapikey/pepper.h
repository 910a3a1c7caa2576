/*
 * L2: the file that the pepper is kept in: 64 hexadecimal digits and a
 * newline, readable by its owner alone.
 */
#ifndef AK_PEPPER_H
#define AK_PEPPER_H

#include "hash.h"

/* UNAVAILABLE (with the mend when it is missing), INSECURE_STORE,
 * BAD_CONFIG (not such a file), NO_MEMORY. */
int	 ak_pepper_load(const char *path, struct ak_pepper *ret,
	    struct ak_fault *);

/* The text of such a file.  BAD_CONFIG. */
int	 ak_pepper_parse(const char *text, size_t len, const char *path,
	    struct ak_pepper *ret, struct ak_fault *);

/* Draw a pepper into a new file, on the disk with its folder.  CONFLICT
 * when there is a file already, which stays as it is. */
int	 ak_pepper_create(const char *path, struct ak_pepper *ret,
	    struct ak_fault *);

#endif
