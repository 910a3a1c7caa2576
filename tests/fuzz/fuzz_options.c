/*
 * The options of a PAM line, and what replies look like: each compared
 * with a second reading that is written another way.
 */
#include <ctype.h>
#include <string.h>

#include "fuzz.h"
#include "pam_apikey/options.h"
#include "pam_apikey/reply.h"

#define ARGS_MAX	80

static const char *const flags[] = {
	"use_first_pass", "try_first_pass", "mixed", "nodelay", "debug",
};

/* How often an option is there, with its value or without. */
static int
times(const char *const *args, int count, const char *name)
{
	const size_t len = strlen(name);
	int found = 0;

	for (int i = 0; i < count; i++)
		if (strncmp(args[i], name, len) == 0 &&
		    (args[i][len] == '\0' || args[i][len] == '='))
			found++;
	return found;
}

/* The value of the first one; "" for none. */
static const char *
value(const char *const *args, int count, const char *name)
{
	const size_t len = strlen(name);

	for (int i = 0; i < count; i++)
		if (strncmp(args[i], name, len) == 0 &&
		    (args[i][len] == '\0' || args[i][len] == '='))
			return args[i][len] == '=' ? args[i] + len + 1 : "";
	return NULL;
}

static bool
is_flag(const char *arg)
{
	for (size_t i = 0; i < COUNT(flags); i++)
		if (strcmp(arg, flags[i]) == 0)
			return true;
	return false;
}

static bool
is_right(const char *const *args, int count)
{
	if (times(args, count, "config") > 1 ||
	    times(args, count, "group") > 1 ||
	    times(args, count, "prompt") > 1 ||
	    times(args, count, "scope") > APIKEY_LIST_MAX)
		return false;
	for (int i = 0; i < count; i++) {
		const char *equals = strchr(args[i], '=');

		if (is_flag(args[i]))
			continue;
		if (equals == NULL || equals[1] == '\0')
			return false;
		if (strncmp(args[i], "config=", 7) != 0 &&
		    strncmp(args[i], "group=", 6) != 0 &&
		    strncmp(args[i], "prompt=", 7) != 0 &&
		    strncmp(args[i], "scope=", 6) != 0)
			return false;
	}
	return true;
}

static void
same(const char *have, const char *want)
{
	MUST((have == NULL) == (want == NULL));
	MUST(have == NULL || strcmp(have, want) == 0);
}

static void
check_options(struct fuzz *in)
{
	const char *args[ARGS_MAX];
	struct pamak_options o;
	bool bad = false;
	int count = 0;

	while (in->left > 0 && count < ARGS_MAX)
		args[count++] = fuzz_text(in);
	pamak_options_parse(&o, count, args);
	MUST((o.complaint == NULL) == is_right(args, count));
	MUST((o.complaint == NULL) == (o.bad == NULL));
	same(o.config, value(args, count, "config"));
	same(o.group, value(args, count, "group"));
	same(o.prompt, times(args, count, "prompt") == 0 ? "Password: " :
	    value(args, count, "prompt"));
	MUST(o.scope_count <= APIKEY_LIST_MAX);
	for (size_t i = 0; i < o.scope_count; i++)
		MUST(*o.scopes[i] != '\0');
	if (o.complaint == NULL)
		MUST((int)o.scope_count == times(args, count, "scope"));
	for (int i = 0; i < count; i++)
		bad = bad || args[i] == o.bad;
	MUST(o.bad == NULL || bad);
	for (int i = 0; i < count; i++) {
		MUST(o.mixed || strcmp(args[i], "mixed") != 0);
		MUST(o.nodelay || strcmp(args[i], "nodelay") != 0);
		MUST(o.debug || strcmp(args[i], "debug") != 0);
		MUST(o.use_first_pass ||
		    strcmp(args[i], "use_first_pass") != 0);
		MUST(o.try_first_pass ||
		    strcmp(args[i], "try_first_pass") != 0);
	}
}

static bool
is_key_like(const char *text)
{
	size_t run = 0;

	if (strcasestr(text, "apik_") != NULL)
		return true;
	for (; *text != '\0'; text++) {
		run = isascii((unsigned char)*text) &&
		    isalnum((unsigned char)*text) ? run + 1 : 0;
		if (run == 38)
			return true;
	}
	return false;
}

static bool
is_refusal(const char *text, size_t len)
{
	static const char junk[] = "\b\n\r\177INCORRECT";

	for (size_t i = 0; i < len; i++)
		if (text[i] != junk[i % strlen(junk)])
			return false;
	return len > 0;
}

static void
check_reply(struct fuzz *in)
{
	const char *text = fuzz_text(in);

	MUST(pamak_reply_key_like(text) == is_key_like(text));
	MUST(pamak_reply_is_sshd_refusal(text) ==
	    is_refusal(text, strlen(text)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fuzz in = { bytes, len };

	(fuzz_byte(&in) % 2 == 0 ? check_options : check_reply)(&in);
	fuzz_done();
	return 0;
}
