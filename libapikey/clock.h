/*
 * L0: time: the injected clock, RFC 3339 times and durations.
 */
#ifndef AK_CLOCK_H
#define AK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "apikey.h"

#define AK_NS_PER_S	INT64_C(1000000000)

/* A duration without an end, written "never". */
#define AK_FOREVER	INT64_MAX

struct ak_clock {
	apikey_clock	*now;
	void		*arg;
};

/* CLOCK_REALTIME; INT64_MAX, at which every key has expired, when the
 * clock cannot be read. */
int64_t	 ak_clock_real(void *);

int64_t	 ak_clock_ns(const struct ak_clock *);
int64_t	 ak_clock_s(const struct ak_clock *);

/* "2026-11-24T00:00:00Z", the profile of RFC 3339 with Z and without
 * fractions, from 1970 to 9999. */
bool	 ak_time_parse(const char *text, int64_t *ret_s);

/* "90d", "1d12h": s m h d w y, a year having 365 days; from one second
 * to a thousand years. */
bool	 ak_duration_parse(const char *text, int64_t *ret_s);

/* The longest unit that divides it, as in "90d"; "never". */
#define AK_DURATION_SIZE	24
void	 ak_duration_text(int64_t s, char ret_text[AK_DURATION_SIZE]);

#endif
