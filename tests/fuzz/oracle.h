/*
 * oracle.h - a second opinion on configurations, records and requests.
 *
 * It looks settings up by name, where the library walks a table, and
 * judges them with code of its own.  It is asked only about texts that the
 * library has accepted: whether that was right in form is not its matter.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ask {
	int64_t		 now_s;
	const char	*user;		/* NULL: anybody's key will do */
	const char	*service;
	const char	*source;	/* NULL: a local request */
	const char	*const *scopes;
	size_t		 scope_count;
	const char	*host;
	const char	*used_successor;	/* the id of one, or NULL */
};

struct opinion {
	bool	 parsed;
	bool	 within;	/* every bound that stands there is met */
	int64_t	 max_uses;	/* 0: no bound */
	char	 id[256];
	char	 hash[256];
};

/* What the configuration says of services matters; "" for the defaults. */
void	 oracle(const char *record, const char *config, const struct ask *,
	    struct opinion *ret);

#endif
