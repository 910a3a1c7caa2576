/*
 * What libconfig would misread.
 */
#include <stdbool.h>
#include <string.h>

#include "libconfig_text.h"

/* "\x00" in a string would end it early, unless the \ is itself escaped. */
static bool
has_nul_escape(const char *line, size_t len)
{
	if (memchr(line, '\\', len) == NULL)
		return false;
	for (size_t i = 0; i + 3 < len; i++) {
		if (line[i] != '\\')
			continue;
		if ((line[i + 1] == 'x' || line[i + 1] == 'X') &&
		    memcmp(line + i + 2, "00", 2) == 0)
			return true;
		i++;
	}
	return false;
}

/* Past the text in quotes or the comment that p is at; p if at neither. */
static const char *
skip(const char *p)
{
	const char *end;

	if (*p == '#' || (*p == '/' && p[1] == '/'))
		return p + strcspn(p, "\n");
	if (*p == '/' && p[1] == '*') {
		end = strstr(p + 2, "*/");
		return end == NULL ? p + strlen(p) : end + 2;
	}
	if (*p != '"')
		return p;
	for (p++; *p != '\0' && *p != '"'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return p + (*p == '"');
}

/* The digits of a number with L that fit into 64 bits however they are
 * read; libconfig wraps what is larger without a word. */
#define DIGITS_MAX	18

/* An integer that libconfig would wrap, at 32 bits where it has no L. */
static bool
has_long_number(const char *p)
{
	const char *past;
	size_t n;

	while (*p != '\0') {
		if ((past = skip(p)) != p) {
			p = past;
			continue;
		}
		n = *p < '0' || *p > '9' ? 0 :
		    strspn(p, "0123456789abcdefABCDEFxX");
		if (n > DIGITS_MAX || (n > 9 && p[n] != 'L'))
			return true;
		p += n == 0 ? 1 : n;
	}
	return false;
}

int
ak_libconfig_text(const char *text, size_t len, const char *path, int code,
    struct ak_fault *fault)
{
	const char *line = text, *end;
	unsigned number = 1;

	if (memchr(text, '\0', len) != NULL)
		return ak_fail(fault, code, "%s: holds a NUL byte", path);
	for (; *line != '\0'; line = end + (*end == '\n'), number++) {
		end = strchrnul(line, '\n');
		if (strncmp(line + strspn(line, " \t"), "@include", 8) == 0)
			return ak_fail(fault, code,
			    "%s:%u: @include is not allowed", path, number);
		if (has_nul_escape(line, (size_t)(end - line)))
			return ak_fail(fault, code,
			    "%s:%u: \\x00 is not allowed", path, number);
	}
	if (has_long_number(text))
		return ak_fail(fault, code,
		    "%s: holds a number that is too large", path);
	return APIKEY_OK;
}
