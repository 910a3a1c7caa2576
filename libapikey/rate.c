/*
 * Rates, by the generic cell rate algorithm.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "rate.h"

/* About 95 years: twice this fits into 64 bits. */
#define REACH_MAX	INT64_C(3000000000000000000)
/* An event takes a nanosecond at least, as a second is the shortest
 * period. */
#define EVENTS_MAX	AK_NS_PER_S

/* The number from 1 that text begins with; what is behind it. */
static bool
parse_events(const char *text, int64_t *ret, const char **ret_end)
{
	int64_t value = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if ((value = value * 10 + (*text - '0')) > EVENTS_MAX)
			return false;
	if (value == 0)
		return false;
	*ret = value;
	*ret_end = text;
	return true;
}

static int64_t
interval(const struct ak_rate *rate)
{
	return rate->period / rate->limit;
}

/* How far ahead of the time now an arrival time can lie. */
static int64_t
reach(const struct ak_rate *rate)
{
	return interval(rate) * rate->burst;
}

bool
ak_rate_parse(const char *text, struct ak_rate *ret)
{
	char duration[AK_DURATION_SIZE];
	struct ak_rate rate;
	int64_t seconds;
	size_t len;

	if (!parse_events(text, &rate.limit, &text) || *text++ != '/')
		return false;
	len = strcspn(text, ":");
	if (len >= sizeof(duration))
		return false;
	memcpy(duration, text, len);
	duration[len] = '\0';
	if (!ak_duration_parse(duration, &seconds) ||
	    seconds > REACH_MAX / AK_NS_PER_S)
		return false;
	rate.period = seconds * AK_NS_PER_S;
	rate.burst = rate.limit;
	text += len;
	if (*text == ':' && (!parse_events(text + 1, &rate.burst, &text) ||
	    *text != '\0'))
		return false;
	if (rate.burst > REACH_MAX / interval(&rate))
		return false;
	*ret = rate;
	return true;
}

void
ak_rate_text(const struct ak_rate *rate, char ret_text[AK_RATE_SIZE])
{
	char period[AK_DURATION_SIZE];
	int n;

	ret_text[0] = '\0';
	if (rate->limit == 0)
		return;
	ak_duration_text(rate->period / AK_NS_PER_S, period);
	n = snprintf(ret_text, AK_RATE_SIZE, "%lld/%s",
	    (long long)rate->limit, period);
	if (rate->burst != rate->limit)
		(void)snprintf(ret_text + n, AK_RATE_SIZE - (size_t)n,
		    ":%lld", (long long)rate->burst);
}

/* No arrival time that was stored can lie beyond the reach; one that does
 * is cut so that one event has room. */
static int64_t
sane(const struct ak_rate *rate, int64_t tat, int64_t now)
{
	int64_t last;

	if (__builtin_add_overflow(now, reach(rate), &last))
		last = INT64_MAX;
	return tat > last ? last - interval(rate) : tat;
}

bool
ak_rate_allows(const struct ak_rate *rate, int64_t tat, int64_t now,
    int64_t *ret_tat)
{
	int64_t next;

	if (rate->limit == 0) {
		*ret_tat = tat;
		return true;
	}
	tat = sane(rate, tat, now);
	/* A clock that cannot be read tells the end of time, behind which
	 * nothing can be stored. */
	if (__builtin_add_overflow(tat > now ? tat : now, interval(rate),
	    &next))
		return false;
	if (next - now > reach(rate))
		return false;
	*ret_tat = next;
	return true;
}

int64_t
ak_rate_expiry(const struct ak_rate *rate, int64_t tat, int64_t now)
{
	return rate->limit == 0 ? now : sane(rate, tat, now);
}
