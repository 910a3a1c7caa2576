/*
 * Medians, means, and what their difference is worth.
 *
 * Two ways, since each can be fooled: the medians with a bootstrap (Efron
 * 1979), which asks nothing of the distribution; and Welch's t of the means
 * without the slowest tenth, as Reparaz, Balasch and Verbauwhede do in
 * "Dude, is my code constant time?" (DATE 2017), who call times different
 * when t is beyond 4.5.
 */
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define SAMPLES	1000	/* of the bootstrap */
#define TAIL	5	/* of them at each end: 99 % */
/* Once in a hundred times wrong on either side. */
#define SURE	(2 * 2.3263)

static uint64_t state = 1;

void
stats_seed(uint64_t seed)
{
	state = seed | 1;
}

/* Marsaglia's xorshift64*. */
uint64_t
stats_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(2685821657736338717);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
stats_of(double *times, size_t count, double cut, struct stats *ret)
{
	double sum = 0, squares = 0;
	size_t n = 0;

	qsort(times, count, sizeof(*times), ascending);
	for (; n < count && times[n] <= cut; n++)
		sum += times[n];
	ret->median = times[count / 2];
	ret->p99 = times[count * 99 / 100];
	ret->count = (double)n;
	ret->mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (times[i] - ret->mean) * (times[i] - ret->mean);
	ret->sd = sqrt(squares / (double)(n - 1));
}

double
stats_cut(double *const *times, size_t kinds, size_t count)
{
	double *all = calloc(kinds * count, sizeof(*all)), cut;

	if (all == NULL)
		err(1, "times");
	for (size_t i = 0; i < kinds; i++)
		memcpy(all + i * count, times[i], count * sizeof(*all));
	qsort(all, kinds * count, sizeof(*all), ascending);
	cut = all[kinds * count * 9 / 10];
	free(all);
	return cut;
}

/*
 * The median of a sample drawn with replacement from sorted times: each
 * draw is counted where it falls, and the median is where half of them are.
 */
static double
drawn_median(const double *times, size_t count, uint32_t *drawn)
{
	size_t below = 0, i = 0;

	memset(drawn, 0, count * sizeof(*drawn));
	for (size_t n = 0; n < count; n++)
		drawn[stats_random() % count]++;
	while ((below += drawn[i]) <= count / 2)
		i++;
	return times[i];
}

void
stats_compare(const double *first, const double *second, size_t count,
    const struct stats *a, const struct stats *b, struct difference *ret)
{
	uint32_t *drawn = calloc(count, sizeof(*drawn));
	double samples[SAMPLES];

	if (drawn == NULL)
		err(1, "times");
	for (size_t i = 0; i < SAMPLES; i++) {
		samples[i] = drawn_median(second, count, drawn);
		samples[i] -= drawn_median(first, count, drawn);
	}
	qsort(samples, SAMPLES, sizeof(samples[0]), ascending);
	free(drawn);
	ret->medians = b->median - a->median;
	ret->low = samples[TAIL];
	ret->high = samples[SAMPLES - 1 - TAIL];
	ret->means = b->mean - a->mean;
	ret->t = ret->means / sqrt(a->sd * a->sd / a->count +
	    b->sd * b->sd / b->count);
}

double
stats_needed(double difference, double sd, double jitter)
{
	double noise = 2 * (sd * sd + jitter * jitter);

	return SURE * SURE * noise / (difference * difference);
}
