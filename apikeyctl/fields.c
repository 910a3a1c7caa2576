/*
 * fields.c - the fields of a key as people and scripts read them.  They
 * are measured and written by the same functions, so that a table needs
 * no copy of what it shows.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "fields.h"

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
put_count(FILE *f, int64_t count, const char *absent, bool is_absent)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, count);
	return put_word(f, is_absent ? absent : text);
}

/* What there is instead of a time. */
static const char *
no_time(const apikey_key *key, enum cmd_field field)
{
	if (field == CMD_FIELD_FIRST_USED || field == CMD_FIELD_LAST_USED)
		return apikey_key_uses(key) < 0 ? "unknown" : "never";
	return field == CMD_FIELD_EXPIRES ? "never" : "-";
}

static size_t
put_time(FILE *f, const apikey_key *key, enum cmd_field field,
    enum cmd_style style)
{
	char text[APIKEY_TIME_SIZE];

	apikey_time_text(cmd_field_time(key, field), text);
	if (*text != '\0')
		return put_word(f, text);
	return put_word(f, style == CMD_TERMINAL ? no_time(key, field) :
	    "-");
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

static size_t
put_until_first_use(FILE *f, const apikey_key *key)
{
	if (*apikey_key_superseded_by(key) == '\0')
		return put_word(f, "-");
	return put_word(f, apikey_key_until_first_use(key) ? "true" :
	    "false");
}

const char *
cmd_field_name(enum cmd_field field)
{
	static const char *const names[CMD_FIELD_COUNT] = {
		"id", "user", "label", "status", "created", "created_by",
		"not_before", "expires", "services", "from", "hosts",
		"scopes", "max_uses", "rate", "uses", "first_used",
		"last_used", "last_from", "last_service", "rotated_from",
		"superseded_by", "superseded_at",
		"superseded_until_first_use", "revoked_at", "revoked_by",
		"revoked_reason", "revoked_note", "hash", "pepper"
	};

	return names[field];
}

int64_t
cmd_field_time(const apikey_key *key, enum cmd_field field)
{
	static const struct {
		enum cmd_field field;
		int64_t (*get)(const apikey_key *);
	} times[] = {
		{ CMD_FIELD_CREATED, apikey_key_created },
		{ CMD_FIELD_NOT_BEFORE, apikey_key_not_before },
		{ CMD_FIELD_EXPIRES, apikey_key_expires },
		{ CMD_FIELD_FIRST_USED, apikey_key_first_used },
		{ CMD_FIELD_LAST_USED, apikey_key_last_used },
		{ CMD_FIELD_SUPERSEDED_AT, apikey_key_superseded_at },
		{ CMD_FIELD_REVOKED_AT, apikey_key_revoked_at }
	};
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i].field == field)
			return times[i].get(key);
	return APIKEY_TIME_NONE;
}

static const char *
text_of(const apikey_key *key, enum cmd_field field)
{
	static const struct {
		enum cmd_field field;
		const char *(*get)(const apikey_key *);
	} texts[] = {
		{ CMD_FIELD_ID, apikey_key_id },
		{ CMD_FIELD_USER, apikey_key_user },
		{ CMD_FIELD_LABEL, apikey_key_label },
		{ CMD_FIELD_CREATED_BY, apikey_key_created_by },
		{ CMD_FIELD_RATE, apikey_key_rate },
		{ CMD_FIELD_LAST_FROM, apikey_key_last_from },
		{ CMD_FIELD_LAST_SERVICE, apikey_key_last_service },
		{ CMD_FIELD_ROTATED_FROM, apikey_key_rotated_from },
		{ CMD_FIELD_SUPERSEDED_BY, apikey_key_superseded_by },
		{ CMD_FIELD_REVOKED_BY, apikey_key_revoked_by },
		{ CMD_FIELD_REVOKED_REASON, apikey_key_revoked_reason },
		{ CMD_FIELD_REVOKED_NOTE, apikey_key_revoked_note },
		{ CMD_FIELD_HASH, apikey_key_hash },
		{ CMD_FIELD_PEPPER, apikey_key_pepper }
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].field == field)
			return texts[i].get(key);
	return "";
}

size_t
cmd_put_field(FILE *f, const apikey_key *key, enum cmd_field field,
    enum cmd_style style)
{
	bool people = style == CMD_TERMINAL;
	int64_t count;

	switch (field) {
	case CMD_FIELD_STATUS:
		return put_word(f,
		    apikey_status_name(apikey_key_status(key)));
	case CMD_FIELD_CREATED:
	case CMD_FIELD_NOT_BEFORE:
	case CMD_FIELD_EXPIRES:
	case CMD_FIELD_FIRST_USED:
	case CMD_FIELD_LAST_USED:
	case CMD_FIELD_SUPERSEDED_AT:
	case CMD_FIELD_REVOKED_AT:
		return put_time(f, key, field, style);
	case CMD_FIELD_SERVICES:
		return put_list(f, key, APIKEY_SERVICES, style);
	case CMD_FIELD_FROM:
		return put_list(f, key, APIKEY_FROM, style);
	case CMD_FIELD_HOSTS:
		return put_list(f, key, APIKEY_HOSTS, style);
	case CMD_FIELD_SCOPES:
		return put_list(f, key, APIKEY_SCOPES, style);
	case CMD_FIELD_MAX_USES:
		count = apikey_key_max_uses(key);
		return put_count(f, count, people ? "any" : "-", count == 0);
	case CMD_FIELD_USES:
		count = apikey_key_uses(key);
		return put_count(f, count, people ? "unknown" : "-",
		    count < 0);
	case CMD_FIELD_UNTIL_FIRST_USE:
		return put_until_first_use(f, key);
	case CMD_FIELD_ID:
	case CMD_FIELD_USER:
	case CMD_FIELD_LABEL:
	case CMD_FIELD_CREATED_BY:
	case CMD_FIELD_RATE:
	case CMD_FIELD_LAST_FROM:
	case CMD_FIELD_LAST_SERVICE:
	case CMD_FIELD_ROTATED_FROM:
	case CMD_FIELD_SUPERSEDED_BY:
	case CMD_FIELD_REVOKED_BY:
	case CMD_FIELD_REVOKED_REASON:
	case CMD_FIELD_REVOKED_NOTE:
	case CMD_FIELD_HASH:
	case CMD_FIELD_PEPPER:
	case CMD_FIELD_COUNT:
		break;
	}
	return put_text(f, text_of(key, field), style);
}

/* ---- Times for people ----------------------------------------------- */

size_t
cmd_put_relative(FILE *f, int64_t t, int64_t now)
{
	static const struct {
		int64_t least, seconds;
		const char *name;
	} units[] = {
		{ 2 * 86400, 86400, "day" }, { 2 * 3600, 3600, "hour" },
		{ 2 * 60, 60, "minute" }, { 0, 1, "second" }
	};
	int64_t left, count;
	char text[64];
	size_t i = 0;

	if (t == APIKEY_TIME_NONE)
		return 0;
	left = t > now ? t - now : now - t;
	while (left < units[i].least)
		i++;
	count = (left + units[i].seconds / 2) / units[i].seconds;
	snprintf(text, sizeof(text), "%s%" PRId64 " %s%s%s",
	    t > now ? "in " : "", count, units[i].name,
	    count == 1 ? "" : "s", t > now ? "" : " ago");
	return put_word(f, text);
}

size_t
cmd_put_when(FILE *f, const apikey_key *key, enum cmd_field field,
    int64_t now)
{
	int64_t t = cmd_field_time(key, field);

	return t == APIKEY_TIME_NONE ? put_word(f, no_time(key, field)) :
	    cmd_put_relative(f, t, now);
}

void
cmd_put_dated(FILE *f, const apikey_key *key, enum cmd_field field,
    int64_t now)
{
	int64_t t = cmd_field_time(key, field);

	cmd_put_field(f, key, field, CMD_TERMINAL);
	if (t == APIKEY_TIME_NONE)
		return;
	fputs(" (", f);
	cmd_put_relative(f, t, now);
	fputc(')', f);
}
