/*
 * L1: what libconfig 1.5 would misread without a word, and what it must
 * not be given: NUL bytes, also as an escape, @include, and numbers that
 * it wraps.
 */
#ifndef AK_LIBCONFIG_TEXT_H
#define AK_LIBCONFIG_TEXT_H

#include <stddef.h>

#include "error.h"

/* Is nothing of that in len bytes at text (NUL-terminated)?  code, with a
 * sentence that begins with path, if there is. */
int	 ak_libconfig_text(const char *text, size_t len, const char *path,
	    int code, struct ak_fault *);

#endif
