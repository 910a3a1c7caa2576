/*
 * timing.c - can attempts of different kinds be told apart by how long they
 * take?
 *
 *	timing [-s SEED] ROUNDS <LIST
 *	timing -1 NUMBER <LIST
 *
 * The list has a line for each kind of attempt: the set that it belongs
 * to, a name, a folder of PAM stacks, a user and a reply, with tabs between
 * them.  Each round has one attempt of each kind, in an order drawn by
 * chance, all of them in one process that is warm.  Each set is compared
 * with its own first line, and all of its lines with each other.
 *
 * -1: one attempt of this kind, counted from 1, behind two of each, within
 * two calls of getppid(2) and in a function that a profiler can look for.
 */
#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attempts.h"
#include "stats.h"

#define WARM		50	/* rounds that are not counted */
#define KINDS_MAX	64

/* The path to the server: its standard deviation, in microseconds. */
static const double jitters[] = { 0, 10, 100, 1000 };
#define JITTERS	(sizeof(jitters) / sizeof(jitters[0]))

static void
shuffle(size_t *order, size_t count)
{
	size_t other, kept;

	for (size_t i = count; i > 1; i--) {
		other = stats_random() % i;
		kept = order[i - 1];
		order[i - 1] = order[other];
		order[other] = kept;
	}
}

static void
run(struct kind *kinds, size_t count, size_t rounds)
{
	size_t order[KINDS_MAX];
	double took;

	for (size_t i = 0; i < count; i++) {
		order[i] = i;
		kinds[i].times = calloc(rounds, sizeof(*kinds[i].times));
		if (kinds[i].times == NULL)
			err(1, "times");
		memset(kinds[i].times, 1, rounds * sizeof(*kinds[i].times));
	}
	for (size_t round = 0; round < WARM + rounds; round++) {
		shuffle(order, count);
		for (size_t i = 0; i < count; i++) {
			took = attempt(&kinds[order[i]]);
			if (round >= WARM)
				kinds[order[i]].times[round - WARM] = took;
		}
	}
}

/* At most three digits that count; what nobody can do is a line. */
static void
print_needed(double needed)
{
	if (needed < 2)
		needed = 2;
	if (needed > 1e15)
		printf(" %9s", "-");
	else if (needed >= 1e6)
		printf(" %9.0e", needed);
	else
		printf(" %9.0f", needed);
}

/* Against the first of the set, with the largest difference that the
 * figures leave room for. */
static void
print_line(const struct kind *kind, const struct stats *stats,
    const struct difference *d, bool is_first)
{
	double most = fmax(fabs(d->low), fabs(d->high));
	char interval[48];

	printf("%-29s %7.1f %8.1f %6.1f", kind->name, stats->median / 1000,
	    stats->p99 / 1000, stats->sd / 1000);
	if (is_first) {
		printf("\n");
		return;
	}
	(void)snprintf(interval, sizeof(interval), "[%+.2f, %+.2f]",
	    d->low / 1000, d->high / 1000);
	printf(" %+7.2f %-18s %+7.2f %+6.1f ", d->medians / 1000, interval,
	    d->means / 1000, d->t);
	for (size_t i = 0; i < JITTERS; i++)
		print_needed(stats_needed(most, stats->sd,
		    jitters[i] * 1000));
	printf("\n");
}

static void
print_head(const struct kind *kind)
{
	printf("\n%s\n%-52s | %-26s | %-14s | attempts needed, by jitter\n",
	    kind->set, "microseconds", "median apart, 99 % within",
	    "mean apart, t");
	printf("%-29s %7s %8s %6s %42s", "", "median", "99 %", "sd", "");
	for (size_t i = 0; i < JITTERS; i++)
		printf(" %9.0f", jitters[i]);
	printf("\n");
}

/* Each with each other. */
static void
print_widest(const struct kind *kinds, const struct stats *stats,
    size_t count, size_t rounds)
{
	struct difference d, widest = { 0 };
	size_t a = 0, b = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++) {
			stats_compare(kinds[i].times, kinds[j].times, rounds,
			    &stats[i], &stats[j], &d);
			if (fabs(d.medians) < fabs(widest.medians) ||
			    d.medians == 0)
				continue;
			widest = d;
			a = i;
			b = j;
		}
	printf("Widest apart: %s, %s: %+.2f [%+.2f, %+.2f]\n",
	    kinds[a].name, kinds[b].name, widest.medians / 1000,
	    widest.low / 1000, widest.high / 1000);
}

static void
report(struct kind *kinds, size_t count, size_t rounds)
{
	struct stats stats[KINDS_MAX];
	double *times[KINDS_MAX] = { NULL }, cut;
	struct difference d;

	for (size_t i = 0; i < count; i++)
		times[i] = kinds[i].times;
	cut = stats_cut(times, count, rounds);
	print_head(&kinds[0]);
	for (size_t i = 0; i < count; i++) {
		stats_of(kinds[i].times, rounds, cut, &stats[i]);
		stats_compare(kinds[0].times, kinds[i].times, rounds,
		    &stats[0], &stats[i], &d);
		print_line(&kinds[i], &stats[i], &d, i == 0);
	}
	print_widest(kinds, stats, count, rounds);
}

static void
report_all(struct kind *kinds, size_t count, size_t rounds)
{
	unsigned least, most;
	size_t end;
	long shared;

	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count &&
		    strcmp(kinds[end].set, kinds[i].set) == 0; end++)
			continue;
		report(kinds + i, end - i, rounds);
	}
	delays(&least, &most, &shared);
	printf("\nDelay that libpam made of what was asked for: %.2f to %.2f "
	    "s; the same for all\nkinds in each of %ld seconds.\n",
	    least / 1e6, most / 1e6, shared);
}

/* What a profiler looks into. */
__attribute__((__noinline__)) static void
counted(const struct kind *kind)
{
	(void)getppid();
	(void)attempt(kind);
	(void)getppid();
}

static void
run_one(const struct kind *kinds, size_t count, size_t number)
{
	for (size_t i = 0; i < 2 * count; i++)
		(void)attempt(&kinds[i % count]);
	(void)attempt(&kinds[number - 1]);
	counted(&kinds[number - 1]);
}

static size_t
number(const char *name, const char *text, size_t min, size_t max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n < min || n > max)
		errx(2, "%s: \"%s\" is no number from %zu to %zu", name,
		    text, min, max);
	return n;
}

int
main(int argc, char **argv)
{
	size_t count, one = 0, rounds, seed = (size_t)time(NULL);
	struct kind *kinds;
	int opt;

	while ((opt = getopt(argc, argv, "1:s:")) != -1) {
		if (opt == '1')
			one = number("-1", optarg, 1, KINDS_MAX);
		else if (opt == 's')
			seed = number("-s", optarg, 1, SIZE_MAX);
		else
			return 2;
	}
	if (argc - optind != (one == 0))
		errx(2, "usage: timing [-s SEED] ROUNDS | -1 NUMBER");
	count = kinds_read(&kinds);
	if (count > KINDS_MAX || one > count)
		errx(2, "the list has %zu lines", count);
	if (one > 0) {
		run_one(kinds, count, one);
		return 0;
	}
	rounds = number("ROUNDS", argv[optind], 100, 10000000);
	stats_seed(seed);
	run(kinds, count, rounds);
	printf("%zu attempts of each kind; seed %zu\n", rounds, seed);
	report_all(kinds, count, rounds);
	return 0;
}
