/*
 * fields.h - what there is to say of a key.
 */
#ifndef CMD_FIELDS_H
#define CMD_FIELDS_H

#include <stdint.h>
#include <stdio.h>

#include "apikey.h"
#include "text.h"

/* In the order in which they are shown. */
enum cmd_field {
	CMD_FIELD_ID, CMD_FIELD_USER, CMD_FIELD_LABEL, CMD_FIELD_STATUS,
	CMD_FIELD_CREATED, CMD_FIELD_CREATED_BY, CMD_FIELD_NOT_BEFORE,
	CMD_FIELD_EXPIRES, CMD_FIELD_SERVICES, CMD_FIELD_FROM,
	CMD_FIELD_HOSTS, CMD_FIELD_SCOPES, CMD_FIELD_MAX_USES,
	CMD_FIELD_RATE, CMD_FIELD_USES, CMD_FIELD_FIRST_USED,
	CMD_FIELD_LAST_USED, CMD_FIELD_LAST_FROM, CMD_FIELD_LAST_SERVICE,
	CMD_FIELD_ROTATED_FROM, CMD_FIELD_SUPERSEDED_BY,
	CMD_FIELD_SUPERSEDED_AT, CMD_FIELD_UNTIL_FIRST_USE,
	CMD_FIELD_REVOKED_AT, CMD_FIELD_REVOKED_BY,
	CMD_FIELD_REVOKED_REASON, CMD_FIELD_REVOKED_NOTE,
	CMD_FIELD_HASH, CMD_FIELD_PEPPER,
	CMD_FIELD_COUNT
};

const char *cmd_field_name(enum cmd_field);

/*
 * Write one field of a key; f may be NULL to measure it.  Returns the
 * columns it takes.  What is absent is "-" in TSV (and a text that is
 * "-" is not), and a word for people on a terminal.
 */
size_t	cmd_put_field(FILE *f, const apikey_key *, enum cmd_field,
	    enum cmd_style);

/* Of a field that is a time; APIKEY_TIME_NONE for any other. */
int64_t	cmd_field_time(const apikey_key *, enum cmd_field);

/* "in 90 days", "3 hours ago", rounded to the nearest; "" for no time; as
 * cmd_put_field. */
size_t	cmd_put_relative(FILE *f, int64_t t, int64_t now);

/* A time field as cmd_put_relative, or the word for its absence. */
size_t	cmd_put_when(FILE *f, const apikey_key *, enum cmd_field,
	    int64_t now);

/* For a terminal: the field, of a time also how far it is away. */
void	cmd_put_dated(FILE *f, const apikey_key *, enum cmd_field,
	    int64_t now);

#endif /* CMD_FIELDS_H */
