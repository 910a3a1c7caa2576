/*
 * L0: UTF-8.
 */
#ifndef AK_TEXT_H
#define AK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Length in bytes of the well-formed sequence (RFC 3629) that text of
 * len bytes begins with; 0 when there is none. */
size_t	 ak_utf8_sequence(const char *text, size_t len);

bool	 ak_utf8_valid(const char *text);

#endif
