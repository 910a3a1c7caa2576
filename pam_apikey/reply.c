/*
 * What a reply looks like.  Both tests read each byte of it a bounded
 * number of times, and neither asks the locale what a letter is: sudo
 * has set one.
 */
#include <stddef.h>

#include "reply.h"

#define SECRET_RUN	38

static bool
is_base62(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

static bool
has_prefix(const char *text)
{
	static const char prefix[] = "apik_";

	for (size_t i = 0; prefix[i] != '\0'; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != prefix[i])
			return false;
	}
	return true;
}

bool
pamak_reply_key_like(const char *text)
{
	size_t run = 0;

	for (; *text != '\0'; text++) {
		run = is_base62(*text) ? run + 1 : 0;
		if (run == SECRET_RUN || has_prefix(text))
			return true;
	}
	return false;
}

/* auth-pam.c of OpenSSH: this text over and over, cut to the length of
 * the password that the client sent. */
bool
pamak_reply_is_sshd_refusal(const char *text)
{
	static const char junk[] = "\b\n\r\177INCORRECT";
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if (text[i] != junk[i % (sizeof(junk) - 1)])
			return false;
	return i > 0;
}
