/*
 * output.h - keys and sentences for people and scripts.
 */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include <stdint.h>
#include <stdio.h>

#include "apikey.h"
#include "text.h"

/* What there is to say of a key, in the order in which it is shown. */
enum cmd_field {
	CMD_FIELD_ID, CMD_FIELD_USER, CMD_FIELD_LABEL, CMD_FIELD_STATUS,
	CMD_FIELD_CREATED, CMD_FIELD_CREATED_BY, CMD_FIELD_NOT_BEFORE,
	CMD_FIELD_EXPIRES, CMD_FIELD_SERVICES, CMD_FIELD_FROM,
	CMD_FIELD_HOSTS, CMD_FIELD_SCOPES, CMD_FIELD_REVOKED_AT,
	CMD_FIELD_REVOKED_BY, CMD_FIELD_REVOKED_REASON,
	CMD_FIELD_REVOKED_NOTE,
	CMD_FIELD_COUNT
};

/* "apikeyctl: sentence" on standard error, safe for a terminal. */
void	cmd_error(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
void	cmd_warn(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));

/*
 * Write one field of a key; f may be NULL to measure it.  Returns the
 * columns it takes.  What is absent is "-" in TSV (and a text that is
 * "-" is not), and a word for people on a terminal.
 */
size_t	cmd_put_field(FILE *f, const apikey_key *, enum cmd_field,
	    enum cmd_style);

/* "in 89 days", "3 hours ago", "never"; as cmd_put_field. */
size_t	cmd_put_relative(FILE *f, int64_t t, int64_t now);

/* One line of tab-separated fields. */
void	cmd_put_line(FILE *f, const apikey_key *, const enum cmd_field *,
	    size_t count);

/* One field a line: two columns for people, name<TAB>value for pipes. */
void	cmd_put_block(FILE *f, const apikey_key *, int64_t now,
	    enum cmd_style);

/* A table with a header for people. */
void	cmd_put_table(FILE *f, apikey_key *const *keys, size_t count,
	    int64_t now);

/* "disabled 7k2m9q4t8w (deploy)": what was done to a key. */
void	cmd_put_done(FILE *f, const char *what, const apikey_key *);

#endif /* CMD_OUTPUT_H */
