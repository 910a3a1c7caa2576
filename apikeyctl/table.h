/*
 * table.h - fields of keys as lines, blocks and tables.
 */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stdbool.h>

#include "fields.h"

/* One column of a table for people. */
struct cmd_column {
	const char *head;
	enum cmd_field field;
	bool relative;		/* a time is shown as "in 90 days" */
};

#define CMD_COLUMNS_MAX	10

/* One line of tab-separated fields. */
void	cmd_put_line(FILE *f, const apikey_key *, const enum cmd_field *,
	    size_t count);

/* One field a line: two columns for people, name<TAB>value for pipes.
 * For people, what does not apply is left out, and family (or NULL) says
 * how the key was rotated. */
void	cmd_put_block(FILE *f, const apikey_key *, int64_t now,
	    enum cmd_style, const char *family);

/* A table with a header; nothing when there is no key.  A column for what
 * no key has (a successor) is left out. */
void	cmd_put_table(FILE *f, apikey_key *const *keys, size_t count,
	    const struct cmd_column *, size_t columns, int64_t now);

#endif /* CMD_TABLE_H */
