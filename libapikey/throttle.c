/*
 * Failures, counted by who fails.
 *
 * A failure has two counts: one of its source with the key id shown, and
 * one of its source alone.  Either may be over its limit.
 */
#include <string.h>

#include "clock.h"
#include "error.h"
#include "netaddr.h"
#include "throttle.h"
#include "throttle_table.h"

#define COUNTS_MAX	2
#define TEXT_MAX	255
/* No rate reaches further than this: see ak_rate_parse. */
#define REACH_MAX	INT64_C(3000000000000000000)
/* IPv6 hosts choose the second half of their addresses at will. */
#define IPV6_COUNTED	8
#define IPV4_COUNTED	4

_Static_assert(AK_TABLE_NAME_MAX >= 2 + 2 * (1 + TEXT_MAX),
    "kind, form and two texts are a name");

struct count {
	struct ak_table_name	 name;
	struct ak_rate		 rate;
};

static void
add(struct ak_table_name *name, const void *bytes, size_t len)
{
	memcpy(name->bytes + name->len, bytes, len);
	name->len += len;
}

static void
add_char(struct ak_table_name *name, char c)
{
	add(name, &c, 1);
}

/* With its length before it.  A longer text counts as its beginning. */
static void
add_text(struct ak_table_name *name, const char *text)
{
	size_t len = strnlen(text, TEXT_MAX);
	unsigned char byte = (unsigned char)len;

	add(name, &byte, 1);
	add(name, text, len);
}

/* Its form comes first: a caller, too, may be called 192.0.2.1. */
static void
add_source(struct ak_table_name *name, const struct ak_failure *failure)
{
	struct ak_addr addr;

	if (failure->source == NULL && failure->caller == NULL) {
		add_char(name, 'L');
	} else if (failure->source == NULL) {
		add_char(name, 'C');
		add_text(name, failure->caller);
	} else if (!ak_addr_parse(failure->source, &addr)) {
		add_char(name, 'T');
		add_text(name, failure->source);
	} else if (addr.bits == 32) {
		add_char(name, '4');
		add(name, addr.bytes, IPV4_COUNTED);
	} else {
		add_char(name, '6');
		add(name, addr.bytes, IPV6_COUNTED);
	}
}

static int64_t
times(int64_t n, int64_t max)
{
	return n > max / AK_THROTTLE_SOURCE ? max : n * AK_THROTTLE_SOURCE;
}

/*
 * That of a source alone: more events in the same time, at once and in
 * the long run.  They are never less than a nanosecond apart.
 */
static void
source_rate(const struct ak_rate *rate, struct ak_rate *ret)
{
	ret->limit = times(rate->limit, rate->period);
	ret->period = rate->period;
	ret->burst = times(rate->burst, REACH_MAX);
}

/* Can the rate be told at that time?  Of a clock that cannot be read, it
 * is the last there is. */
static bool
is_time(const struct ak_rate *rate, int64_t now)
{
	int64_t interval = rate->period / rate->limit;

	return now >= 0 && now <= INT64_MAX -
	    AK_TABLE_LINE_S * AK_NS_PER_S - interval * (rate->burst + 1);
}

/* How many there are, 0 at no time; that of the source alone is the
 * first. */
static size_t
counts_of(const struct ak_rate *rate, const struct ak_failure *failure,
    struct count ret[COUNTS_MAX])
{
	ret[0].name.len = 0;
	add_char(&ret[0].name, 'S');
	add_source(&ret[0].name, failure);
	source_rate(rate, &ret[0].rate);
	if (!is_time(rate, failure->now) ||
	    !is_time(&ret[0].rate, failure->now))
		return 0;
	if (failure->id == NULL)
		return 1;
	ret[1].name.len = 0;
	add_char(&ret[1].name, 'K');
	add_source(&ret[1].name, failure);
	add_text(&ret[1].name, failure->id);
	ret[1].rate = *rate;
	return 2;
}

static int
look(const struct ak_table *table, const struct count *count, int64_t now,
    bool *ret_over)
{
	struct ak_table_entry entry;
	int64_t tat;
	int code;

	code = ak_table_read(table, &count->name, &entry);
	if (code == APIKEY_OK)
		*ret_over = !ak_rate_allows(&count->rate, entry.tat, now,
		    &tat);
	return code;
}

bool
ak_throttle_over(const struct ak_dir *state, const struct ak_rate *rate,
    const struct ak_failure *failure, bool *ret_degraded)
{
	struct count counts[COUNTS_MAX];
	struct ak_table table;
	bool over = false;
	size_t n;
	int code;

	*ret_degraded = false;
	if (rate->limit == 0)
		return false;
	n = counts_of(rate, failure, counts);
	code = n == 0 ? APIKEY_ERR_UNAVAILABLE : ak_table_open(&table, state);
	/* A bad file is made anew at once: failures alone would leave it so
	 * for as long as nobody fails. */
	if (code == APIKEY_ERR_CORRUPT_RECORD &&
	    ak_table_open_to_change(&table, state) == APIKEY_OK)
		ak_table_close(&table);
	if (code != APIKEY_OK) {
		*ret_degraded = code != APIKEY_ERR_NOT_FOUND;
		return false;
	}
	for (size_t i = 0; i < n && code == APIKEY_OK && !over; i++)
		code = look(&table, &counts[i], failure->now, &over);
	ak_table_close(&table);
	*ret_degraded = code != APIKEY_OK;
	return over;
}

/* A count that is full stays as it is: failing on does not prolong it.
 * all is the rate whose reach is the longest in the table. */
static int
charge(struct ak_table *table, const struct count *count,
    const struct ak_rate *all, int64_t now, bool counts)
{
	struct ak_table_slot slot;
	int code;

	code = ak_table_lock(table, &count->name, all, now, &slot);
	if (code != APIKEY_OK)
		return code;
	if (ak_rate_allows(&count->rate, slot.entry.tat, now,
	    &slot.entry.tat) && counts)
		code = ak_table_write(table, &slot);
	ak_table_unlock(table, &slot);
	return code;
}

/* The first `most' of the failure's counts. */
static bool
charge_all(const struct ak_dir *state, const struct ak_rate *rate,
    const struct ak_failure *failure, size_t most, bool counted)
{
	struct count counts[COUNTS_MAX];
	struct ak_table table;
	bool all = true;
	size_t n;

	if (rate->limit == 0)
		return true;
	n = counts_of(rate, failure, counts);
	if (n == 0 || ak_table_open_to_change(&table, state) != APIKEY_OK)
		return false;
	/* Whoever holds one lock must not keep the other from counting. */
	for (size_t i = 0; i < n && i < most; i++)
		if (charge(&table, &counts[i], rate, failure->now,
		    counted) != APIKEY_OK)
			all = false;
	ak_table_close(&table);
	return all;
}

bool
ak_throttle_charge(const struct ak_dir *state, const struct ak_rate *rate,
    const struct ak_failure *failure)
{
	return charge_all(state, rate, failure, COUNTS_MAX, true);
}

void
ak_throttle_idle(const struct ak_dir *state, const struct ak_rate *rate,
    const struct ak_failure *failure, bool over)
{
	/* Of one that is over the limit, the source alone is noted. */
	(void)charge_all(state, rate, failure, over ? 1 : COUNTS_MAX, false);
}

/* How many failures a line of now speaks for; 0: none is due. */
static int64_t
note(struct ak_table_entry *entry, int64_t now_s)
{
	int64_t lines;

	if (entry->line_at > now_s - AK_TABLE_LINE_S &&
	    entry->line_at <= now_s) {
		if (entry->suppressed < UINT32_MAX)
			entry->suppressed++;
		return 0;
	}
	lines = (int64_t)entry->suppressed + 1;
	entry->line_at = now_s;
	entry->suppressed = 0;
	return lines;
}

int64_t
ak_throttle_report(const struct ak_dir *state, const struct ak_rate *rate,
    const struct ak_failure *failure)
{
	struct count counts[COUNTS_MAX];
	struct ak_table_slot slot;
	struct ak_table table;
	int64_t count = 1;

	if (rate->limit == 0 || counts_of(rate, failure, counts) == 0 ||
	    ak_table_open_to_change(&table, state) != APIKEY_OK)
		return 1;
	if (ak_table_lock(&table, &counts[0].name, rate, failure->now,
	    &slot) == APIKEY_OK) {
		count = note(&slot.entry, failure->now / AK_NS_PER_S);
		if (ak_table_write(&table, &slot) != APIKEY_OK)
			count = 1;
		ak_table_unlock(&table, &slot);
	}
	ak_table_close(&table);
	return count;
}
