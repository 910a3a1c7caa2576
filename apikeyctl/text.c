/*
 * text.c - texts that somebody else chose (labels, names, messages that
 * quote them) on their way to a terminal or into a field of a line.
 * They must not be able to move the cursor, hide a line or forge one.
 */
#include <string.h>
#include <wchar.h>

#include "text.h"

size_t
cmd_utf8(const char *s, uint32_t *ret_char)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)s;
	uint32_t c;
	size_t i, len;

	if (u[0] < 0x80) {
		*ret_char = u[0];
		return 1;
	}
	if ((u[0] & 0xe0) == 0xc0)
		len = 2;
	else if ((u[0] & 0xf0) == 0xe0)
		len = 3;
	else if ((u[0] & 0xf8) == 0xf0)
		len = 4;
	else
		return 0;
	c = u[0] & (0x7fU >> len);
	for (i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3fU);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret_char = c;
	return len;
}

int
cmd_printable(uint32_t c)
{
	/* Controls, and what changes the direction or shows nothing. */
	static const struct {
		uint32_t from, to;
	} bad[] = {
		{ 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad },
		{ 0x61c, 0x61c }, { 0x180e, 0x180e }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
		{ 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff }
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (c >= bad[i].from && c <= bad[i].to)
			return 0;
	return (c & 0xfffe) != 0xfffe;
}

static size_t
columns(uint32_t c)
{
	int width;

	/* The locale may know nothing of it; most characters take one. */
	width = c < 0x80 ? 1 : wcwidth((wchar_t)c);
	return width < 0 ? 1 : (size_t)width;
}

static size_t
put_escaped(FILE *f, const char *s, size_t len, enum cmd_style style)
{
	size_t i, width = 0;
	char short_form = 0;

	if (style != CMD_TERMINAL && len == 1)
		short_form = *s == '\t' ? 't' : *s == '\n' ? 'n' :
		    *s == '\\' ? '\\' : 0;
	if (short_form != 0) {
		if (f != NULL)
			fprintf(f, "\\%c", short_form);
		return 2;
	}
	for (i = 0; i < len; i++, width += 4)
		if (f != NULL)
			fprintf(f, "\\x%02x", (unsigned char)s[i]);
	return width;
}

/* The bytes from here on that stand for themselves in every style. */
static size_t
plain(const char *text)
{
	size_t len = 0;

	while (text[len] >= ' ' && text[len] <= '~' && text[len] != '\\' &&
	    text[len] != ',')
		len++;
	return len;
}

size_t
cmd_put(FILE *f, const char *text, enum cmd_style style)
{
	size_t len, width = 0;
	uint32_t c = 0;

	for (; *text != '\0'; text += len) {
		if ((len = plain(text)) > 0) {
			if (f != NULL)
				fwrite(text, 1, len, f);
			width += len;
			continue;
		}
		len = cmd_utf8(text, &c);
		if (len == 0 || !cmd_printable(c) ||
		    (style != CMD_TERMINAL && c == '\\') ||
		    (style == CMD_TSV_ITEM && c == ',')) {
			len += len == 0;
			width += put_escaped(f, text, len, style);
		} else {
			if (f != NULL)
				fwrite(text, 1, len, f);
			width += columns(c);
		}
	}
	return width;
}
