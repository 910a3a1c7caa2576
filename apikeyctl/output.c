/*
 * output.c - keys and sentences as people and scripts read them.  The
 * fields of a key are measured and written by the same functions, so
 * that a table needs no copy of what it shows.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

#define SENTENCE_MAX	4096

static void	sentence(const char *kind, const char *format, va_list ap)
		    __attribute__((format(printf, 2, 0)));

static void
sentence(const char *kind, const char *format, va_list ap)
{
	char text[SENTENCE_MAX];

	vsnprintf(text, sizeof(text), format, ap);
	fprintf(stderr, "apikeyctl: %s", kind);
	cmd_put(stderr, text, CMD_TERMINAL);
	fputc('\n', stderr);
}

void
cmd_error(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	sentence("", format, ap);
	va_end(ap);
}

void
cmd_warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	sentence("warning: ", format, ap);
	va_end(ap);
}

/* ---- The fields of a key -------------------------------------------- */

static size_t
put_word(FILE *f, const char *word)
{
	if (f != NULL)
		fputs(word, f);
	return strlen(word);
}

/* In TSV a text that is "-" must not look like an absent one. */
static size_t
put_item(FILE *f, const char *text, enum cmd_style style)
{
	return style != CMD_TERMINAL && strcmp(text, "-") == 0 ?
	    put_word(f, "\\x2d") : cmd_put(f, text, style);
}

static size_t
put_text(FILE *f, const char *text, enum cmd_style style)
{
	return *text == '\0' ? put_word(f, "-") :
	    put_item(f, text, style);
}

static size_t
put_time(FILE *f, int64_t t, const char *absent)
{
	char text[APIKEY_TIME_SIZE];

	apikey_time_text(t, text);
	return put_word(f, *text == '\0' ? absent : text);
}

static size_t
put_list(FILE *f, const apikey_key *key, enum apikey_bound bound,
    enum cmd_style style)
{
	size_t i, count, width = 0;

	count = apikey_key_count(key, bound);
	if (count == 0)
		return put_word(f, style == CMD_TSV ||
		    bound == APIKEY_SCOPES ? "-" : "any");
	for (i = 0; i < count; i++) {
		if (i > 0)
			width += put_word(f, ",");
		width += put_item(f, apikey_key_item(key, bound, i),
		    style == CMD_TSV ? CMD_TSV_ITEM : style);
	}
	return width;
}

static const char *const field_names[CMD_FIELD_COUNT] = {
	"id", "user", "label", "status", "created", "created_by",
	"not_before", "expires", "services", "from", "hosts", "scopes",
	"revoked_at", "revoked_by", "revoked_reason", "revoked_note"
};

size_t
cmd_put_field(FILE *f, const apikey_key *key, enum cmd_field field,
    enum cmd_style style)
{
	switch (field) {
	case CMD_FIELD_ID:
		return put_text(f, apikey_key_id(key), style);
	case CMD_FIELD_USER:
		return put_text(f, apikey_key_user(key), style);
	case CMD_FIELD_LABEL:
		return put_text(f, apikey_key_label(key), style);
	case CMD_FIELD_STATUS:
		return put_word(f,
		    apikey_status_name(apikey_key_status(key)));
	case CMD_FIELD_CREATED:
		return put_time(f, apikey_key_created(key), "-");
	case CMD_FIELD_CREATED_BY:
		return put_text(f, apikey_key_created_by(key), style);
	case CMD_FIELD_NOT_BEFORE:
		return put_time(f, apikey_key_not_before(key), "-");
	case CMD_FIELD_EXPIRES:
		return put_time(f, apikey_key_expires(key),
		    style == CMD_TSV ? "-" : "never");
	case CMD_FIELD_SERVICES:
		return put_list(f, key, APIKEY_SERVICES, style);
	case CMD_FIELD_FROM:
		return put_list(f, key, APIKEY_FROM, style);
	case CMD_FIELD_HOSTS:
		return put_list(f, key, APIKEY_HOSTS, style);
	case CMD_FIELD_SCOPES:
		return put_list(f, key, APIKEY_SCOPES, style);
	case CMD_FIELD_REVOKED_AT:
		return put_time(f, apikey_key_revoked_at(key), "-");
	case CMD_FIELD_REVOKED_BY:
		return put_text(f, apikey_key_revoked_by(key), style);
	case CMD_FIELD_REVOKED_REASON:
		return put_text(f, apikey_key_revoked_reason(key), style);
	case CMD_FIELD_REVOKED_NOTE:
		return put_text(f, apikey_key_revoked_note(key), style);
	case CMD_FIELD_COUNT:
		break;
	}
	return 0;
}

size_t
cmd_put_relative(FILE *f, int64_t t, int64_t now)
{
	static const struct {
		int64_t least, seconds;
		const char *name;
	} units[] = {
		{ 2 * 86400, 86400, "days" }, { 2 * 3600, 3600, "hours" },
		{ 2 * 60, 60, "minutes" }, { 0, 1, "seconds" }
	};
	char text[64];
	int64_t left;
	size_t i = 0;

	if (t == APIKEY_TIME_NONE)
		return put_word(f, "never");
	left = t > now ? t - now : now - t;
	while (left < units[i].least)
		i++;
	snprintf(text, sizeof(text), "%s%lld %s%s", t > now ? "in " : "",
	    (long long)(left / units[i].seconds), units[i].name,
	    t > now ? "" : " ago");
	return put_word(f, text);
}

/* ---- Lines, blocks and tables --------------------------------------- */

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

void
cmd_put_block(FILE *f, const apikey_key *key, int64_t now,
    enum cmd_style style)
{
	bool revoked;
	int i;

	revoked = apikey_key_revoked_at(key) != APIKEY_TIME_NONE;
	for (i = 0; i < CMD_FIELD_COUNT; i++) {
		if (style == CMD_TERMINAL && !revoked &&
		    i >= CMD_FIELD_REVOKED_AT)
			break;
		if (style == CMD_TSV)
			fprintf(f, "%s\t", field_names[i]);
		else
			fprintf(f, "%-16s", field_names[i]);
		cmd_put_field(f, key, (enum cmd_field)i, style);
		if (style == CMD_TERMINAL && i == CMD_FIELD_EXPIRES &&
		    apikey_key_expires(key) != APIKEY_TIME_NONE) {
			fputs(" (", f);
			cmd_put_relative(f, apikey_key_expires(key), now);
			fputc(')', f);
		}
		fputc('\n', f);
	}
}

static const enum cmd_field columns[] = {
	CMD_FIELD_ID, CMD_FIELD_USER, CMD_FIELD_STATUS, CMD_FIELD_EXPIRES,
	CMD_FIELD_SERVICES, CMD_FIELD_LABEL
};

#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static size_t
put_cell(FILE *f, const apikey_key *key, size_t column, int64_t now)
{
	if (columns[column] == CMD_FIELD_EXPIRES)
		return cmd_put_relative(f, apikey_key_expires(key), now);
	return cmd_put_field(f, key, columns[column], CMD_TERMINAL);
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

static void
put_row(FILE *f, const apikey_key *key, const size_t width[COLUMNS],
    int64_t now, bool colored)
{
	size_t i, used;

	for (i = 0; i < COLUMNS; i++) {
		bool paint = colored && columns[i] == CMD_FIELD_STATUS;

		if (paint)
			fputs(color(key), f);
		used = put_cell(f, key, i, now);
		if (paint)
			fputs("\033[0m", f);
		if (i + 1 < COLUMNS)
			fprintf(f, "%*s", (int)(width[i] - used) + 2, "");
	}
	fputc('\n', f);
}

void
cmd_put_table(FILE *f, apikey_key *const *keys, size_t count, int64_t now)
{
	static const char *const head[COLUMNS] = {
		"ID", "USER", "STATUS", "EXPIRES", "SERVICES", "LABEL"
	};
	size_t i, row, used, width[COLUMNS];
	const char *plain;

	if (count == 0)
		return;
	for (i = 0; i < COLUMNS; i++) {
		width[i] = strlen(head[i]);
		for (row = 0; row < count; row++) {
			used = put_cell(NULL, keys[row], i, now);
			width[i] = used > width[i] ? used : width[i];
		}
	}
	for (i = 0; i + 1 < COLUMNS; i++)
		fprintf(f, "%-*s", (int)width[i] + 2, head[i]);
	fprintf(f, "%s\n", head[i]);
	plain = getenv("NO_COLOR");
	for (row = 0; row < count; row++)
		put_row(f, keys[row], width, now,
		    plain == NULL || *plain == '\0');
}

void
cmd_put_done(FILE *f, const char *what, const apikey_key *key)
{
	fprintf(f, "%s %s (", what, apikey_key_id(key));
	cmd_put(f, apikey_key_user(key), CMD_TERMINAL);
	fputs(")\n", f);
}
