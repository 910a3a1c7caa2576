/*
 * table.c - fields of keys as lines for scripts, and as blocks and tables
 * for people.
 */
#include <stdbool.h>
#include <string.h>

#include "output.h"
#include "table.h"

void
cmd_put_line(FILE *f, const apikey_key *key, const enum cmd_field *fields,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0)
			fputc('\t', f);
		cmd_put_field(f, key, fields[i], CMD_TSV);
	}
	fputc('\n', f);
}

/* ---- Blocks --------------------------------------------------------- */

/* Does the field say anything to people? */
static bool
applies(const apikey_key *key, enum cmd_field field)
{
	if (field == CMD_FIELD_PEPPER)
		return *apikey_key_pepper(key) != '\0';
	if (field >= CMD_FIELD_REVOKED_AT && field <= CMD_FIELD_REVOKED_NOTE)
		return apikey_key_revoked_at(key) != APIKEY_TIME_NONE;
	if (field == CMD_FIELD_UNTIL_FIRST_USE)
		return false;	/* it is told with the time */
	if (field == CMD_FIELD_SUPERSEDED_BY ||
	    field == CMD_FIELD_SUPERSEDED_AT)
		return *apikey_key_superseded_by(key) != '\0';
	if (field == CMD_FIELD_ROTATED_FROM)
		return *apikey_key_rotated_from(key) != '\0';
	if (field >= CMD_FIELD_FIRST_USED && field <= CMD_FIELD_LAST_SERVICE)
		return apikey_key_uses(key) > 0;
	return true;
}

static void
put_row(FILE *f, const apikey_key *key, enum cmd_field field, int64_t now)
{
	fprintf(f, "%-16s", cmd_field_name(field));
	if (field == CMD_FIELD_EXPIRES || field == CMD_FIELD_FIRST_USED ||
	    field == CMD_FIELD_LAST_USED || field == CMD_FIELD_SUPERSEDED_AT)
		cmd_put_dated(f, key, field, now);
	else
		cmd_put_field(f, key, field, CMD_TERMINAL);
	if (field == CMD_FIELD_SUPERSEDED_AT &&
	    apikey_key_until_first_use(key))
		fprintf(f, ", or when %s is first used",
		    apikey_key_superseded_by(key));
	fputc('\n', f);
}

void
cmd_put_block(FILE *f, const apikey_key *key, int64_t now,
    enum cmd_style style, const char *family)
{
	enum cmd_field field;
	int i;

	for (i = 0; i < CMD_FIELD_COUNT; i++) {
		field = (enum cmd_field)i;
		if (style == CMD_TSV) {
			fprintf(f, "%s\t", cmd_field_name(field));
			cmd_put_line(f, key, &field, 1);
		} else if (applies(key, field))
			put_row(f, key, field, now);
	}
	if (style == CMD_TERMINAL && family != NULL)
		fprintf(f, "%-16s%s\n", "family", family);
}

/* ---- Tables --------------------------------------------------------- */

struct table {
	const struct cmd_column *column;
	size_t columns;
	size_t width[CMD_COLUMNS_MAX];	/* 0: the column is not there */
	int64_t now;
	bool colored;
};

/* What ends the key first. */
static enum cmd_field
end_of(const apikey_key *key)
{
	int64_t replaced = apikey_key_superseded_at(key);
	int64_t expires = apikey_key_expires(key);

	return replaced != APIKEY_TIME_NONE && (expires == APIKEY_TIME_NONE ||
	    replaced < expires) ? CMD_FIELD_SUPERSEDED_AT : CMD_FIELD_EXPIRES;
}

static size_t
put_cell(FILE *f, const struct table *table, size_t i,
    const apikey_key *key)
{
	const struct cmd_column *column = &table->column[i];

	enum cmd_field field = column->field == CMD_FIELD_EXPIRES ?
	    end_of(key) : column->field;

	return column->relative ?
	    cmd_put_when(f, key, field, table->now) :
	    cmd_put_field(f, key, column->field, CMD_TERMINAL);
}

static const char *
color(const apikey_key *key)
{
	switch (apikey_key_status(key)) {
	case APIKEY_STATUS_ACTIVE:
		return "\033[32m";
	case APIKEY_STATUS_PENDING:
	case APIKEY_STATUS_DISABLED:
		return "\033[33m";
	case APIKEY_STATUS_EXPIRED:
	case APIKEY_STATUS_REVOKED:
	case APIKEY_STATUS_SUPERSEDED:
	case APIKEY_STATUS_EXHAUSTED:
		break;
	}
	return "\033[31m";
}

/* The last column is not filled up: it would break on narrow screens. */
static void
put_gap(FILE *f, const struct table *table, size_t i, size_t used)
{
	if (i + 1 < table->columns)
		fprintf(f, "%*s", (int)(table->width[i] - used) + 2, "");
	else
		fputc('\n', f);
}

static void
put_key(FILE *f, const struct table *table, const apikey_key *key)
{
	size_t i, used;
	bool paint;

	for (i = 0; i < table->columns; i++) {
		if (table->width[i] == 0)
			continue;
		paint = table->colored &&
		    table->column[i].field == CMD_FIELD_STATUS;
		if (paint)
			fputs(color(key), f);
		used = put_cell(f, table, i, key);
		if (paint)
			fputs("\033[0m", f);
		put_gap(f, table, i, used);
	}
}

static bool
is_absent(const struct cmd_column *column, const apikey_key *key)
{
	return column->field == CMD_FIELD_SUPERSEDED_BY &&
	    *apikey_key_superseded_by(key) == '\0';
}

static size_t
width(const struct table *table, size_t i, apikey_key *const *keys,
    size_t count)
{
	const struct cmd_column *column = &table->column[i];
	size_t row, used, most = strlen(column->head);
	bool there = false;

	for (row = 0; row < count; row++) {
		used = put_cell(NULL, table, i, keys[row]);
		most = used > most ? used : most;
		there |= !is_absent(column, keys[row]);
	}
	return there ? most : 0;
}

void
cmd_put_table(FILE *f, apikey_key *const *keys, size_t count,
    const struct cmd_column *column, size_t columns, int64_t now)
{
	struct table table = { .column = column, .columns = columns,
	    .now = now, .colored = cmd_colored() };
	size_t i;

	if (count == 0)
		return;
	for (i = 0; i < columns; i++)
		table.width[i] = width(&table, i, keys, count);
	for (i = 0; i < columns; i++) {
		if (table.width[i] == 0)
			continue;
		fputs(column[i].head, f);
		put_gap(f, &table, i, strlen(column[i].head));
	}
	for (i = 0; i < count; i++)
		put_key(f, &table, keys[i]);
}
