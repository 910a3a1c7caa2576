/*
 * UTF-8 (RFC 3629).
 */
#include <string.h>

#include "text.h"

size_t
ak_utf8_sequence(const char *text, size_t len)
{
	/* First bytes, and what the second byte may be after them: the
	 * table of RFC 3629, section 4. */
	static const struct {
		unsigned char	 first, last, low, high;
		size_t		 size;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *p = (const unsigned char *)text;

	if (len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (p[0] < forms[i].first || p[0] > forms[i].last)
			continue;
		if (len < forms[i].size ||
		    p[1] < forms[i].low || p[1] > forms[i].high)
			return 0;
		for (size_t j = 2; j < forms[i].size; j++)
			if ((p[j] & 0xc0) != 0x80)
				return 0;
		return forms[i].size;
	}
	return 0;
}

bool
ak_utf8_valid(const char *text)
{
	size_t len = strlen(text), n;

	for (; len > 0; text += n, len -= n)
		if ((n = ak_utf8_sequence(text, len)) == 0)
			return false;
	return true;
}
