/*
 * What a module must leave as it was in the process that it runs in.
 */
#ifndef CENSUS_H
#define CENSUS_H

#include <sys/types.h>

#include <signal.h>
#include <stdint.h>

#define CENSUS_DESCRIPTORS	128
#define CENSUS_SIGNALS		32

/* The C library leaves the rest of a struct sigaction to chance. */
struct census_action {
	void		(*handler)(int);
	int		 flags;
	uint64_t	 mask;
};

struct census {
	unsigned char	 open[CENSUS_DESCRIPTORS];
	struct census_action action[CENSUS_SIGNALS];
	sigset_t	 blocked;
	uint64_t	 environment;	/* a sum over all of it */
	char		 cwd[512];
	char		 locale[512];
	void		*thread_locale;
	mode_t		 mask;
	uid_t		 uid[3];
	gid_t		 gid[3];
};

void	 census_take(struct census *ret);

/* NULL, or what is not as it was. */
const char *census_differs(const struct census *, const struct census *);

unsigned census_descriptors(void);

#endif
