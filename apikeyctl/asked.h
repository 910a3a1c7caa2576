/*
 * asked.h - the options that say what a key is shown for, for verify and
 * explain.
 */
#ifndef CMD_ASKED_H
#define CMD_ASKED_H

#include "args.h"

#define CMD_OPTIONS_ASKED						\
	{ "user", required_argument, NULL, CMD_OPT_USER },		\
	{ "service", required_argument, NULL, CMD_OPT_SERVICE },	\
	{ "rhost", required_argument, NULL, CMD_OPT_RHOST },		\
	{ "scope", required_argument, NULL,				\
	    CMD_OPT_SCOPE | CMD_OPT_AGAIN }

/* Take the value of one of them; the exit status. */
int	cmd_asked_take(apikey_request *, int opt);

#endif /* CMD_ASKED_H */
