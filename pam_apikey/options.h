/*
 * The options of a PAM line.
 */
#ifndef PAMAK_OPTIONS_H
#define PAMAK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "apikey.h"

struct pamak_options {
	const char	*config;	/* NULL: the library's own */
	const char	*group;		/* NULL: everybody; "": nobody */
	const char	*prompt;
	const char	*scopes[APIKEY_LIST_MAX];
	size_t		 scope_count;
	bool		 use_first_pass;
	bool		 try_first_pass;
	bool		 mixed;
	bool		 nodelay;
	bool		 debug;

	/* The first option that is wrong, and what is wrong with it: NULL
	 * when all are right. */
	const char	*bad;
	const char	*complaint;
};

/* The texts stay in argv.  Options behind a wrong one are read all the
 * same: group= decides whom a mistake concerns. */
void	 pamak_options_parse(struct pamak_options *ret, int argc,
	    const char **argv);

#endif
