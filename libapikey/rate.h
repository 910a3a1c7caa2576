/*
 * L1: rates, by the generic cell rate algorithm (GCRA; ITU-T I.371,
 * annex A, the virtual scheduling form).  Pure: integers in nanoseconds.
 */
#ifndef AK_RATE_H
#define AK_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* limit 0: no bound. */
struct ak_rate {
	int64_t	 limit;		/* events a period */
	int64_t	 period;	/* nanoseconds */
	int64_t	 burst;		/* events at once */
};

/* No event so far. */
#define AK_RATE_FRESH	INT64_C(0)

/* "30/1m", "30/1m:5": N/DURATION[:BURST], all of at least 1, BURST being
 * N when absent.  False too when it would not fit into 64 bits. */
bool	 ak_rate_parse(const char *text, struct ak_rate *ret);

/* As it is written: "30/1m", with ":BURST" only when that is not N.  "" for
 * no bound. */
#define AK_RATE_SIZE	72
void	 ak_rate_text(const struct ak_rate *, char ret_text[AK_RATE_SIZE]);

/*
 * May one more event happen at now?  tat is the theoretical arrival time
 * of the event before; ret_tat that behind this one, set only when it may
 * and to be stored then.  A tat beyond what the rate can reach from now
 * (the clock went back, or the rate was lowered) leaves room for one event.
 */
bool	 ak_rate_allows(const struct ak_rate *, int64_t tat, int64_t now,
	    int64_t *ret_tat);

/* The time from which a tat means nothing any more, with the same care
 * for one that is too far ahead. */
int64_t	 ak_rate_expiry(const struct ak_rate *, int64_t tat, int64_t now);

#endif
