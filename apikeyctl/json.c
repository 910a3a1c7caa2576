/*
 * json.c - keys as JSON, written as they come: a keystore of a million
 * keys needs no tree of a million objects.  Members and their order are
 * a contract.
 */
#include <inttypes.h>
#include <stdbool.h>

#include "json.h"
#include "text.h"

static void
put_char(FILE *f, uint32_t c, const char *bytes, size_t len)
{
	if (c == '"' || c == '\\')
		fprintf(f, "\\%c", (int)c);
	else if (cmd_printable(c))
		fwrite(bytes, 1, len, f);
	else if (c < 0x10000)
		fprintf(f, "\\u%04x", (unsigned int)c);
	else
		fprintf(f, "\\u%04x\\u%04x",
		    0xd800 + (unsigned int)((c - 0x10000) >> 10),
		    0xdc00 + (unsigned int)((c - 0x10000) & 0x3ff));
}

void
cmd_json_text(FILE *f, const char *text)
{
	uint32_t c = 0;
	size_t len;

	if (text == NULL || *text == '\0') {
		fputs("null", f);
		return;
	}
	fputc('"', f);
	for (; *text != '\0'; text += len) {
		len = cmd_utf8(text, &c);
		if (len == 0) {
			/* JSON has no way to say a stray byte. */
			len = 1;
			fputs("\\ufffd", f);
		} else
			put_char(f, c, text, len);
	}
	fputc('"', f);
}

void
cmd_json_time(FILE *f, int64_t t)
{
	char text[APIKEY_TIME_SIZE];

	apikey_time_text(t, text);
	cmd_json_text(f, text);
}

static void
put_text(FILE *f, const char *name, const char *text)
{
	fprintf(f, "\"%s\":", name);
	cmd_json_text(f, text);
	fputc(',', f);
}

static void
put_time(FILE *f, const char *name, int64_t t)
{
	fprintf(f, "\"%s\":", name);
	cmd_json_time(f, t);
	fputc(',', f);
}

static void
put_list(FILE *f, const char *name, const apikey_key *key,
    enum apikey_bound bound)
{
	size_t i, count;

	fprintf(f, "\"%s\":[", name);
	count = apikey_key_count(key, bound);
	for (i = 0; i < count; i++) {
		if (i > 0)
			fputc(',', f);
		cmd_json_text(f, apikey_key_item(key, bound, i));
	}
	fputs("],", f);
}

static void
put_revoked(FILE *f, const apikey_key *key)
{
	fputs("\"revoked\":", f);
	if (apikey_key_revoked_at(key) == APIKEY_TIME_NONE) {
		fputs("null", f);
		return;
	}
	fputc('{', f);
	put_time(f, "at", apikey_key_revoked_at(key));
	put_text(f, "by", apikey_key_revoked_by(key));
	put_text(f, "reason", apikey_key_revoked_reason(key));
	fputs("\"note\":", f);
	cmd_json_text(f, apikey_key_revoked_note(key));
	fputc('}', f);
}

/* A count, or null for what is none. */
static void
put_count(FILE *f, const char *name, int64_t count, bool is_null)
{
	if (is_null)
		fprintf(f, "\"%s\":null,", name);
	else
		fprintf(f, "\"%s\":%" PRId64 ",", name, count);
}

static void
put_superseded(FILE *f, const apikey_key *key)
{
	fputs("\"superseded\":", f);
	if (*apikey_key_superseded_by(key) == '\0') {
		fputs("null,", f);
		return;
	}
	fputc('{', f);
	put_text(f, "by", apikey_key_superseded_by(key));
	put_time(f, "at", apikey_key_superseded_at(key));
	fprintf(f, "\"until_first_use\":%s},",
	    apikey_key_until_first_use(key) ? "true" : "false");
}

void
cmd_json_key(FILE *f, const apikey_key *key)
{
	fputc('{', f);
	put_text(f, "id", apikey_key_id(key));
	put_text(f, "user", apikey_key_user(key));
	put_text(f, "label", apikey_key_label(key));
	put_text(f, "status", apikey_status_name(apikey_key_status(key)));
	put_time(f, "created", apikey_key_created(key));
	put_text(f, "created_by", apikey_key_created_by(key));
	put_time(f, "not_before", apikey_key_not_before(key));
	put_time(f, "expires", apikey_key_expires(key));
	put_list(f, "services", key, APIKEY_SERVICES);
	put_list(f, "from", key, APIKEY_FROM);
	put_list(f, "hosts", key, APIKEY_HOSTS);
	put_list(f, "scopes", key, APIKEY_SCOPES);
	put_count(f, "max_uses", apikey_key_max_uses(key),
	    apikey_key_max_uses(key) == 0);
	put_text(f, "rate", apikey_key_rate(key));
	put_count(f, "uses", apikey_key_uses(key), apikey_key_uses(key) < 0);
	put_time(f, "first_used", apikey_key_first_used(key));
	put_time(f, "last_used", apikey_key_last_used(key));
	put_text(f, "last_from", apikey_key_last_from(key));
	put_text(f, "last_service", apikey_key_last_service(key));
	put_text(f, "rotated_from", apikey_key_rotated_from(key));
	put_superseded(f, key);
	put_revoked(f, key);
	fputc(',', f);
	put_text(f, "hash", apikey_key_hash(key));
	fputs("\"pepper\":", f);
	cmd_json_text(f, apikey_key_pepper(key));
	fputc('}', f);
}

void
cmd_json_one(FILE *f, const apikey_key *key)
{
	fputs("{\"version\":1,\"key\":", f);
	cmd_json_key(f, key);
	fputs("}\n", f);
}

void
cmd_json_keys(FILE *f, apikey_key *const *keys, size_t count)
{
	size_t i;

	fputs("{\"version\":1,\"keys\":[", f);
	for (i = 0; i < count; i++) {
		if (i > 0)
			fputc(',', f);
		cmd_json_key(f, keys[i]);
	}
	fputs("]}\n", f);
}
