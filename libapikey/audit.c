/*
 * Events to lines.
 *
 * No value can forge a field or a line: in name=value lines every byte
 * outside printable ASCII, and space, quote, = and backslash, is
 * written \xHH; in JSON (RFC 8259) what is not plain text is escaped and
 * what is not UTF-8 becomes U+FFFD.  A line that would be too long has
 * its longest values cut, never a field.  What could be a secret is cut
 * before anything else is done with the value.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "audit.h"
#include "text.h"
#include "token.h"

#define ELLIPSIS	"..."
#define VALUE_MIN	48
#define VALUE_MAX	512

/* Text that grows in place; what does not fit is not written at all. */
struct line {
	char	 text[AK_AUDIT_LINE + 1];
	size_t	 len;
	bool	 overflow;
};

static void
put(struct line *line, const char *text, size_t len)
{
	if (len > AK_AUDIT_LINE - line->len) {
		line->overflow = true;
		return;
	}
	memcpy(line->text + line->len, text, len);
	line->len += len;
	line->text[line->len] = '\0';
}

static void
puts_line(struct line *line, const char *text)
{
	put(line, text, strlen(text));
}

/* One byte of a value; the source bytes that it took.  Nearly all of them
 * stand for themselves, and are not worth a format. */
static size_t
unit_plain(const char *text, size_t len, char ret[16])
{
	unsigned char c = (unsigned char)text[0];

	(void)len;
	if (c > 0x20 && c < 0x7f && c != '"' && c != '=' && c != '\\') {
		ret[0] = text[0];
		ret[1] = '\0';
	} else
		(void)snprintf(ret, 16, "\\x%02X", (unsigned)c);
	return 1;
}

static size_t
unit_json(const char *text, size_t len, char ret[16])
{
	unsigned char c = (unsigned char)text[0];
	size_t n = ak_utf8_sequence(text, len);

	if (n == 0) {
		(void)snprintf(ret, 16, "\\ufffd");
		return 1;
	}
	if (n == 1 && (c == '"' || c == '\\'))
		(void)snprintf(ret, 16, "\\%c", c);
	else if (n == 1 && (c < 0x20 || c == 0x7f))
		(void)snprintf(ret, 16, "\\u%04x", (unsigned)c);
	else if (n == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0)
		/* A terminal may take the C1 controls for commands. */
		(void)snprintf(ret, 16, "\\u%04x",
		    (unsigned)(unsigned char)text[1]);
	else
		(void)snprintf(ret, 16, "%.*s", (int)n, text);
	return n;
}

/* At most max bytes of an escaped value. */
static void
put_value(struct line *line, const char *value, size_t max, bool json)
{
	size_t len = strnlen(value, 4 * VALUE_MAX), used = 0, step;
	size_t end = ak_token_find(value, len);
	bool cut = end < len;
	char unit[16];

	for (size_t i = 0; i < end; i += step) {
		step = (json ? unit_json : unit_plain)(value + i, end - i,
		    unit);
		used += strlen(unit);
		if (used > max - strlen(ELLIPSIS)) {
			cut = true;
			break;
		}
		puts_line(line, unit);
	}
	if (cut)
		puts_line(line, ELLIPSIS);
}

static void
render(struct line *line, const struct ak_event *event, size_t max, bool json)
{
	const char *value;

	line->len = 0;
	line->overflow = false;
	puts_line(line, json ? "{" : "");
	for (size_t i = 0; i < event->count; i++) {
		value = event->field[i].value;
		if (i > 0)
			puts_line(line, json ? "," : " ");
		puts_line(line, json ? "\"" : "");
		puts_line(line, event->field[i].name);
		puts_line(line, json ? "\":" : "=");
		if (value == NULL) {
			puts_line(line, json ? "null" : "-");
			continue;
		}
		puts_line(line, json ? "\"" : "");
		put_value(line, value, max, json);
		puts_line(line, json ? "\"" : "");
	}
	puts_line(line, json ? "}" : "");
}

void
ak_audit_syslog(void *arg, int priority, const char *line)
{
	(void)arg;
	syslog(priority, "%s", line);
}

int
ak_audit_facility(const char *name)
{
	static const struct {
		const char	*name;
		int		 facility;
	} table[] = {
		{ "auth", LOG_AUTH }, { "daemon", LOG_DAEMON },
		{ "user", LOG_USER },
		{ "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 },
		{ "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 },
		{ "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 },
		{ "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (name != NULL && strcmp(table[i].name, name) == 0)
			return table[i].facility;
	return LOG_AUTHPRIV;
}

void
ak_event_init(struct ak_event *event, enum ak_level level, const char *name)
{
	event->level = level;
	event->count = 0;
	ak_event_add(event, "event", name);
}

void
ak_event_add(struct ak_event *event, const char *name, const char *value)
{
	if (event->count == AK_FIELDS_MAX)
		return;
	event->field[event->count].name = name;
	event->field[event->count].value = value;
	event->count++;
}

void
ak_audit_write(const struct ak_audit *audit, const struct ak_event *event)
{
	static const int levels[] = {
		[AK_ALERT] = LOG_ALERT, [AK_NOTICE] = LOG_NOTICE,
		[AK_INFO] = LOG_INFO,
	};
	struct line line;
	size_t max = VALUE_MAX;

	do {
		render(&line, event, max, audit->json);
		max /= 2;
	} while (line.overflow && max >= VALUE_MIN);
	audit->sink(audit->arg, audit->facility | levels[event->level],
	    line.text);
}
