/*
 * text.h - texts of others, made harmless.
 */
#ifndef CMD_TEXT_H
#define CMD_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* For whom a text from a record is written. */
enum cmd_style {
	CMD_TERMINAL,	/* nothing in it may steer the terminal */
	CMD_TSV,	/* one field, one line, and the way back is clear */
	CMD_TSV_ITEM	/* one element of a field that is a list */
};

/*
 * Decode one character of UTF-8.  Returns its length in bytes, or 0 when
 * the bytes are not well-formed.  s is NUL-terminated.
 */
size_t	cmd_utf8(const char *s, uint32_t *ret_char);

/* Is the character something to look at, not something that steers? */
int	cmd_printable(uint32_t c);

/*
 * Write a text with what must not come out raw written as \xHH (in TSV
 * also \t, \n and \\, in a list's element the comma).  f may be NULL:
 * then it is only measured.  Returns the columns that it takes.
 */
size_t	cmd_put(FILE *f, const char *text, enum cmd_style style);

#endif /* CMD_TEXT_H */
