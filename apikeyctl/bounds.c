/*
 * bounds.c - the options that bound a key.
 *
 * To change a key, an empty value clears a bound.  A new key that is
 * given one comes from a script whose variable was empty: it would be
 * good for more than was meant.
 */
#include "bounds.h"
#include "exit.h"
#include "output.h"

static const struct option options[] = {
	CMD_OPTIONS_BOUNDS, CMD_OPTIONS_EVERYWHERE
};

static const char *
name(int opt)
{
	size_t i;

	for (i = 0; (options[i].val & ~CMD_OPT_AGAIN) != opt; i++)
		continue;
	return options[i].name;
}

bool
cmd_bound_given(const struct cmd_bounds *bounds, enum apikey_bound bound)
{
	return (bounds->given & 1U << bound) != 0;
}

static int
clear(struct cmd_env *env, struct cmd_bounds *bounds, int opt)
{
	enum apikey_bound bound = (enum apikey_bound)(opt - CMD_OPT_BOUND);

	if (bound == APIKEY_USER ||
	    (!bounds->may_clear && bound != APIKEY_LABEL))
		return cmd_usage(env, "--%s is empty", name(opt));
	bounds->cleared |= 1U << bound;
	return CMD_EXIT_DONE;
}

int
cmd_bound_set(struct cmd_env *env, struct cmd_bounds *bounds, int opt,
    const char *value)
{
	enum apikey_bound bound = (enum apikey_bound)(opt - CMD_OPT_BOUND);
	int code, status = CMD_EXIT_DONE;

	if (*value == '\0')
		status = clear(env, bounds, opt);
	if (status != CMD_EXIT_DONE)
		return status;
	if (cmd_bound_given(bounds, bound) &&
	    (bounds->cleared & 1U << bound) != 0)
		return cmd_usage(env, "--%s '' clears the list: it cannot be "
		    "given with another --%s", name(opt), name(opt));
	bounds->given |= 1U << bound;
	code = apikey_spec_set(bounds->spec, bound, value);
	if (code == APIKEY_ERR_INVALID)
		return cmd_usage(env, "--%s is too long, or given too often "
		    "(at most %d bytes, %d times)", name(opt),
		    APIKEY_TEXT_MAX, APIKEY_LIST_MAX);
	if (code != APIKEY_OK) {
		cmd_error("%s", apikey_error_text(code));
		return cmd_exit(code);
	}
	return CMD_EXIT_DONE;
}
