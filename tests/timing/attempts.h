/*
 * Attempts to log in, and how long each took.
 */
#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include <stddef.h>

/* One kind of them: a line of the list. */
struct kind {
	char	*set, *name, *confdir, *user, *reply;
	double	*times;		/* ns, one for each round */
};

/* Ends the program when the list is none. */
size_t	 kinds_read(struct kind **ret);

/* The time that one takes, in nanoseconds.  Ends the program when it is
 * granted, when nothing was asked, or when it asks for another delay than
 * an earlier one of the same second did. */
double	 attempt(const struct kind *);

/* The delays that all of them asked for, in microseconds; and how many
 * seconds there were in which more than one did. */
void	 delays(unsigned *ret_least, unsigned *ret_most, long *ret_shared);

#endif
