/*
 * Lines of the audit trail: names, addresses and what else strangers say,
 * read back from the line in both formats.
 *
 * No value makes a line, a field or a name, none is longer than the line
 * has room for, none holds a secret, and what was not cut is what was
 * given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "libapikey/audit.h"
#include "libapikey/text.h"
#include "libapikey/token.h"

#define FIELDS_MAX	15
#define VALUE_MAX	512

static const char *const names[FIELDS_MAX] = {
	"reason", "key", "user", "service", "rhost", "tty", "ruser", "scopes",
	"detail", "count", "state", "pid", "ses", "by", "ends",
};

struct sent {
	size_t		 count;
	const char	*values[FIELDS_MAX];
	bool		 json;
	int		 lines;
};

static unsigned
hex(const char *at)
{
	unsigned value = 0;

	MUST(strspn(at, "0123456789ABCDEFabcdef") >= 2);
	MUST(sscanf(at, "%2x", &value) == 1);
	return value;
}

/* A value of name=value, to its bytes; its length, and where it ends. */
static size_t
plain_value(const char **at, char *ret)
{
	const char *p = *at;
	size_t len = 0;

	while (*p != '\0' && *p != ' ') {
		MUST(*p > 0x20 && *p < 0x7f && *p != '"' && *p != '=');
		if (*p != '\\') {
			ret[len++] = *p++;
			continue;
		}
		MUST(p[1] == 'x');
		ret[len++] = (char)hex(p + 2);
		p += 4;
	}
	*at = p;
	return len;
}

/* A text of JSON: what is not UTF-8 in what was given is U+FFFD. */
static size_t
json_value(const char **at, char *ret)
{
	const char *p = *at;
	size_t len = 0;

	MUST(*p++ == '"');
	while (*p != '"') {
		MUST((unsigned char)*p >= 0x20 && *p != 0x7f);
		if (*p != '\\') {
			ret[len++] = *p++;
			continue;
		}
		if (p[1] == '"' || p[1] == '\\') {
			ret[len++] = p[1];
			p += 2;
			continue;
		}
		MUST(p[1] == 'u');
		if (strncmp(p, "\\ufffd", 6) == 0) {
			ret[len++] = '\377';
		} else {
			MUST(hex(p + 2) == 0);
			if (hex(p + 4) >= 0x80)
				ret[len++] = '\302';
			ret[len++] = (char)hex(p + 4);
		}
		p += 6;
	}
	*at = p + 1;
	return len;
}

/* In JSON, a byte that is none of UTF-8 is told as that alone. */
static void
as_json(const char *value, char *ret)
{
	size_t len = strlen(value), n;

	for (; len > 0; value += n, len -= n) {
		if ((n = ak_utf8_sequence(value, len)) == 0) {
			*ret++ = '\377';
			n = 1;
			continue;
		}
		memcpy(ret, value, n);
		ret += n;
	}
	*ret = '\0';
}

/* All of it, or its beginning with dots behind. */
static void
check_value(const char *have, size_t len, const char *value, bool json)
{
	char *want = fuzz_block(strlen(value) + 1);
	const size_t secret = ak_token_find(value, strlen(value));

	if (json)
		as_json(value, want);
	else
		memcpy(want, value, strlen(value) + 1);
	MUST(len <= VALUE_MAX);
	if (secret == strlen(value) && len == strlen(want) &&
	    memcmp(have, want, len) == 0)
		return;
	MUST(len >= 3 && memcmp(have + len - 3, "...", 3) == 0);
	MUST(len - 3 <= strlen(want) && memcmp(have, want, len - 3) == 0);
	MUST(len - 3 <= secret && ak_token_find(have, len - 3) == len - 3);
}

static void
check_field(const char **at, const char *name, const char *value, bool json,
    bool first)
{
	char have[1024];
	size_t len = strlen(name);

	if (json) {
		MUST(*(*at)++ == (first ? '{' : ','));
		MUST(*(*at)++ == '"');
	} else if (!first)
		MUST(*(*at)++ == ' ');
	MUST(strncmp(*at, name, len) == 0);
	*at += len;
	MUST(!json || *(*at)++ == '"');
	MUST(*(*at)++ == (json ? ':' : '='));
	if (value == NULL && json) {
		MUST(strncmp(*at, "null", 4) == 0);
		*at += 4;
		return;
	}
	len = (json ? json_value : plain_value)(at, have);
	if (value == NULL)
		MUST(len == 1 && *have == '-');
	else
		check_value(have, len, value, json);
}

static void
sink(void *arg, int priority, const char *line)
{
	struct sent *sent = arg;
	const char *at = line;

	(void)priority;
	sent->lines++;
	MUST(strlen(line) <= AK_AUDIT_LINE);
	/* With many long ones, the last fields have no room. */
	MUST(strchr(line, '\n') == NULL);
	if (sent->count > 8)
		return;
	check_field(&at, "event", "auth.deny", sent->json, true);
	for (size_t i = 0; i < sent->count; i++)
		check_field(&at, names[i], sent->values[i], sent->json,
		    false);
	MUST(strcmp(at, sent->json ? "}" : "") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fuzz in = { bytes, len };
	const unsigned flags = fuzz_byte(&in);
	struct sent sent = { .json = (flags & 1) != 0 };
	const struct ak_audit audit = { sink, &sent, ak_audit_facility(NULL),
	    sent.json };
	struct ak_event event;
	const char *value;

	ak_event_init(&event, AK_NOTICE, "auth.deny");
	while (in.left > 0 && sent.count < FIELDS_MAX) {
		value = fuzz_text(&in);
		if (strcmp(value, "\1") == 0)
			value = NULL;
		sent.values[sent.count] = value;
		ak_event_add(&event, names[sent.count++], value);
	}
	ak_audit_write(&audit, &event);
	MUST(sent.lines == 1);
	fuzz_done();
	return 0;
}
