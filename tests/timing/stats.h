/*
 * What can be said of many measurements of a time.
 */
#ifndef STATS_H
#define STATS_H

#include <stddef.h>
#include <stdint.h>

/* Of some measurements in nanoseconds, without the slowest tenth. */
struct stats {
	double	 median, p99;	/* of all of them */
	double	 mean, sd;	/* of those that are left */
	double	 count;
};

struct difference {
	double	 medians, low, high;	/* with 99 % confidence */
	double	 means, t;		/* Welch's t */
};

/* Sorts them.  cut is the time up to which they count for the mean. */
void	 stats_of(double *times, size_t count, double cut,
	    struct stats *ret);

/* The time that nine tenths are below, of many kinds of measurements: the
 * kinds are sorted already. */
double	 stats_cut(double *const *times, size_t kinds, size_t count);

/* Of the second from the first; both are sorted. */
void	 stats_compare(const double *first, const double *second,
	    size_t count, const struct stats *of_first,
	    const struct stats *of_second, struct difference *ret);

/* How many measurements of each it takes to tell two times apart, and to
 * be wrong once in a hundred times, if to each the path there adds as much
 * as the deviation `jitter' says. */
double	 stats_needed(double difference, double sd, double jitter);

/* Numbers that are not secret, and the same for the same seed. */
uint64_t stats_random(void);
void	 stats_seed(uint64_t seed);

#endif
