/*
 * json.h - a checker of flat JSON objects of strings and null (RFC 8259),
 * strict enough for one audit line.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <string.h>

#include "text.h"

/* Past the string that p is at, NULL when it is none. */
static inline const char *
json_string(const char *p)
{
	size_t n;

	if (*p++ != '"')
		return NULL;
	while (*p != '"') {
		if ((unsigned char)*p < 0x20 ||
		    (n = ak_utf8_sequence(p, strlen(p))) == 0)
			return NULL;
		if (*p != '\\') {
			p += n;
			continue;
		}
		if (*++p == '\0' || strchr("\"\\/bfnrtu", *p) == NULL)
			return NULL;
		if (*p++ != 'u')
			continue;
		if (strspn(p, "0123456789abcdefABCDEF") < 4)
			return NULL;
		p += 4;
	}
	return p + 1;
}

static inline bool
json_is_flat_object(const char *p)
{
	if (*p++ != '{')
		return false;
	for (;;) {
		if ((p = json_string(p)) == NULL || *p++ != ':')
			return false;
		if (strncmp(p, "null", 4) == 0)
			p += 4;
		else if ((p = json_string(p)) == NULL)
			return false;
		if (*p == '}')
			return p[1] == '\0';
		if (*p++ != ',')
			return false;
	}
}

#endif
