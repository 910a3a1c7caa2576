/*
 * L0: what went wrong, as a code and one sentence.
 */
#ifndef AK_ERROR_H
#define AK_ERROR_H

#include "apikey.h"

/*
 * The public entry points are marked so that -fvisibility=hidden leaves
 * them to the symbol map.
 */
#define AK_EXPORT	__attribute__((visibility("default")))

/* A sentence says where, what and the mend; never a secret or a hash. */
struct ak_fault {
	int	 code;
	char	 text[512];
};

/* Fills the fault (which may be NULL) and returns code. */
int	 ak_fail(struct ak_fault *, int code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
