/*
 * bounds.h - the options that bound a key, for create and set.
 */
#ifndef CMD_BOUNDS_H
#define CMD_BOUNDS_H

#include "args.h"

#define CMD_BOUND_LIST(name, bound)					\
	{ name, required_argument, NULL,				\
	    (CMD_OPT_BOUND + (bound)) | CMD_OPT_AGAIN }
#define CMD_BOUND_ONE(name, bound)					\
	{ name, required_argument, NULL, CMD_OPT_BOUND + (bound) }

#define CMD_OPTIONS_BOUNDS						\
	CMD_BOUND_ONE("user", APIKEY_USER),				\
	CMD_BOUND_ONE("label", APIKEY_LABEL),				\
	CMD_BOUND_ONE("expires", APIKEY_EXPIRES),			\
	CMD_BOUND_ONE("not-before", APIKEY_NOT_BEFORE),			\
	CMD_BOUND_LIST("service", APIKEY_SERVICES),			\
	CMD_BOUND_LIST("from", APIKEY_FROM),				\
	CMD_BOUND_LIST("host", APIKEY_HOSTS),				\
	CMD_BOUND_LIST("scope", APIKEY_SCOPES),				\
	CMD_BOUND_ONE("max-uses", APIKEY_MAX_USES),			\
	CMD_BOUND_ONE("rate", APIKEY_RATE)

#define CMD_HELP_BOUNDS							\
"  --user USER         the account that it logs in to\n"		\
"  --label TEXT        what it is for\n"				\
"  --expires WHEN      a duration (90d, 12h, 1y), a time\n"		\
"                      (2027-02-21T22:00:00Z) or never\n"		\
"  --not-before WHEN   a duration or a time\n"				\
"  --service NAME      a PAM service; may be repeated\n"		\
"  --from SOURCE       a network, an address or local; may be repeated\n" \
"  --host PATTERN      a host to log in to; may be repeated\n"		\
"  --scope NAME        a scope; may be repeated\n"			\
"  --max-uses N        how often it may be used, on each host\n"	\
"  --rate N/DUR        how often within a duration (30/1m), at most; with\n" \
"                      N/DUR:BURST, not more than BURST at once\n"

struct cmd_bounds {
	apikey_spec *spec;
	bool may_clear;		/* '' clears a bound */
	unsigned int given, cleared;	/* 1 << enum apikey_bound */
};

bool	cmd_bound_given(const struct cmd_bounds *, enum apikey_bound);

/* Set a bound; opt is the option that it came by.  Says what is wrong and
 * returns the exit status. */
int	cmd_bound_set(struct cmd_env *, struct cmd_bounds *, int opt,
	    const char *value);

#endif /* CMD_BOUNDS_H */
