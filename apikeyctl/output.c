/*
 * output.c - sentences for people: on standard error, and on a terminal
 * what was done.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "output.h"
#include "text.h"

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

void
cmd_put_done(const struct cmd_env *env, const char *what,
    const apikey_key *key)
{
	if (env->json)
		cmd_json_one(stdout, key);
	else if (env->tty) {
		printf("%s %s (", what, apikey_key_id(key));
		cmd_put(stdout, apikey_key_user(key), CMD_TERMINAL);
		fputs(")\n", stdout);
	}
}

bool
cmd_colored(void)
{
	const char *plain = getenv("NO_COLOR");

	return plain == NULL || *plain == '\0';
}
