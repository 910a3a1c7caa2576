/*
 * Durations, rates, times, networks and UTF-8: each against a second
 * reading, its text against its value, and rates over a series of events.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "libapikey/clock.h"
#include "libapikey/netaddr.h"
#include "libapikey/rate.h"
#include "libapikey/text.h"

#define YEAR		(365 * INT64_C(86400))
#define TIME_MAX	INT64_C(253402300799)

__extension__ typedef __int128 wide;

static int64_t
unit_of(char c)
{
	switch (c) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 7 * 86400;
	case 'y':
		return YEAR;
	default:
		return 0;
	}
}

/* -1: none.  A number that is too large stays so. */
static wide
duration_of(const char *text)
{
	wide total = 0, n;

	if (*text == '\0')
		return -1;
	while (*text != '\0') {
		const size_t len = strspn(text, "0123456789");

		n = 0;
		for (size_t i = 0; i < len; i++)
			if (n < 1000 * YEAR + 1)
				n = n * 10 + (text[i] - '0');
		text += len;
		if (len == 0 || unit_of(*text) == 0)
			return -1;
		total += n * unit_of(*text++);
		if (total > 1000 * YEAR)
			return -1;
	}
	return total == 0 ? -1 : total;
}

static void
check_duration(struct fuzz *in)
{
	const int64_t now = fuzz_int64(in);
	const char *text = fuzz_text(in);
	const wide want = duration_of(text);
	char again[AK_DURATION_SIZE];
	int64_t s = -7, back, at = -7;

	MUST(ak_duration_parse(text, &s) == (want != -1));
	MUST(s == (want == -1 ? -7 : want));
	MUST((apikey_duration_parse(text, &back) == APIKEY_OK) ==
	    (want != -1));
	if (want == -1)
		return;
	ak_duration_text(s, again);
	MUST(ak_duration_parse(again, &back) && back == s);
	if (apikey_time_parse(text, now, &at) == APIKEY_OK)
		MUST(at == now + want);
	else
		MUST(at == -7 && now + want > INT64_MAX);
}

static void
check_time(struct fuzz *in)
{
	const int64_t any = fuzz_int64(in);
	const char *text = fuzz_text(in);
	char again[APIKEY_TIME_SIZE];
	struct tm tm = { .tm_year = 0 };
	int64_t at = -7;
	time_t t;

	apikey_time_text(any, again);
	if (any < 0 || any > TIME_MAX)
		MUST(*again == '\0');
	else
		MUST(ak_time_parse(again, &at) && at == any);
	if (!ak_time_parse(text, &at))
		return;
	apikey_time_text(at, again);
	MUST(strcmp(again, text) == 0);
	t = (time_t)at;
	MUST(gmtime_r(&t, &tm) != NULL);
	MUST(strftime(again, sizeof(again), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
	MUST(strcmp(again, text) == 0);
	MUST(apikey_time_parse(text, any, &at) == APIKEY_OK && at == t);
}

/* The same rule in wider numbers: no earlier than the burst allows. */
static bool
allows(const struct ak_rate *rate, int64_t tat, int64_t now, wide *ret)
{
	const wide step = rate->period / rate->limit;
	const wide reach = step * rate->burst;
	wide base = tat;

	if (base > now + reach)
		base = now + reach - step;
	if (base < now)
		base = now;
	*ret = base + step;
	return now >= base + step - reach && *ret <= INT64_MAX;
}

/* Events at times that go on and back. */
static void
check_events(struct fuzz *in, const struct ak_rate *rate)
{
	int64_t now = NOW_S * NS, tat = AK_RATE_FRESH, next;
	int64_t at_once = 0;
	wide want;

	for (int i = 0; i < 64 && in->left > 0; i++) {
		const unsigned how = fuzz_byte(in);

		if (how % 4 == 1)
			tat = fuzz_int64(in);
		else if (how % 4 == 2)
			now = fuzz_int64(in) & INT64_MAX;
		else if (how % 4 == 3)
			now = (int64_t)(((uint64_t)now + (uint64_t)
			    rate->period / (how + 1)) & INT64_MAX);
		at_once = how % 4 == 0 ? at_once + 1 : 0;
		next = -7;
		if (now > INT64_MAX - 2 * (rate->period / rate->limit *
		    rate->burst)) {
			(void)ak_rate_allows(rate, tat, now, &next);
			continue;
		}
		MUST(ak_rate_allows(rate, tat, now, &next) ==
		    allows(rate, tat, now, &want));
		MUST(next == -7 || next == want);
		MUST(at_once <= rate->burst || next == -7);
		MUST(ak_rate_expiry(rate, tat, now) <= now +
		    (wide)(rate->period / rate->limit) * rate->burst);
		if (next != -7)
			tat = next;
	}
}

static void
check_rate(struct fuzz *in)
{
	const char *text = fuzz_text(in);
	struct ak_rate rate = { -7, 0, 0 }, back;
	char again[AK_RATE_SIZE];

	if (!ak_rate_parse(text, &rate)) {
		MUST(rate.limit == -7);
		return;
	}
	MUST(rate.limit >= 1 && rate.period >= NS && rate.burst >= 1);
	MUST((wide)(rate.period / rate.limit) * rate.burst <=
	    INT64_C(3000000000000000000));
	MUST(rate.period / rate.limit >= 1);
	ak_rate_text(&rate, again);
	MUST(ak_rate_parse(again, &back));
	MUST(back.limit == rate.limit && back.period == rate.period &&
	    back.burst == rate.burst);
	check_events(in, &rate);
}

/* As 128 bits, IPv4 mapped, its zone cut off. */
static bool
address_of(const char *text, unsigned char ret[16])
{
	const char *zone = strchrnul(text, '%');
	char plain[INET6_ADDRSTRLEN];
	int n = snprintf(plain, sizeof(plain), "%.*s", (int)(zone - text),
	    text);

	if (n < 0 || n >= (int)sizeof(plain))
		return false;
	memcpy(ret, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	return inet_pton(AF_INET, plain, ret + 12) == 1 ||
	    inet_pton(AF_INET6, plain, ret) == 1;
}

static bool
bit(const unsigned char *bytes, unsigned i)
{
	return (bytes[i / 8] >> (7 - i % 8) & 1) != 0;
}

/* By what both write, as bits of 128. */
static bool
inside(const char *net, const struct ak_net *parsed, const char *address)
{
	const unsigned prefix = parsed->prefix +
	    (parsed->addr.bits == 32 ? 96 : 0);
	unsigned char a[16], b[16];
	char plain[64];

	(void)snprintf(plain, sizeof(plain), "%.*s",
	    (int)strcspn(net, "/"), net);
	MUST(address_of(plain, a) && address_of(address, b));
	for (unsigned i = 0; i < prefix; i++)
		if (bit(a, i) != bit(b, i))
			return false;
	for (unsigned i = prefix; i < 128; i++)
		MUST(!bit(a, i));
	return true;
}

/* A network of IPv6 that has the mapped addresses has no IPv4 address. */
static void
check_network(struct fuzz *in)
{
	const char *net_text = fuzz_text(in), *text = fuzz_text(in);
	struct ak_addr addr = { 0, { 0 } };
	struct ak_net net = { { 0, { 0 } }, 0 };
	unsigned char bytes[16];
	const bool is_address = ak_addr_parse(text, &addr);

	MUST(is_address == address_of(text, bytes));
	MUST(!is_address || addr.bits == 32 || addr.bits == 128);
	if (!ak_net_parse(net_text, &net))
		return;
	MUST(net.addr.bits == 32 || net.addr.bits == 128);
	MUST(net.prefix <= net.addr.bits);
	MUST(ak_net_has(&net, &net.addr));
	if (is_address && addr.bits == net.addr.bits)
		MUST(ak_net_has(&net, &addr) == inside(net_text, &net, text));
	else if (is_address)
		MUST(!ak_net_has(&net, &addr));
}

/* The length of a character by its value. */
static size_t
character(const unsigned char *p, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const size_t n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 :
	    p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
	uint32_t value;

	if (n < 2 || n > len)
		return n > len ? 0 : n;
	value = p[0] & (0xffU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	return value < least[n] || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff) ? 0 : n;
}

static void
check_utf8(struct fuzz *in)
{
	size_t len, n = 1;
	const char *text = fuzz_rest(in, &len);
	const unsigned char *p = (const unsigned char *)text;
	const char *exact = fuzz_exact(text, len);

	for (size_t i = 0; i < len && n > 0; i += n) {
		n = character(p + i, len - i);
		MUST(ak_utf8_sequence(exact + i, len - i) == n);
	}
	MUST(ak_utf8_sequence(exact, 0) == 0);
	if (strlen(text) == len)
		MUST(ak_utf8_valid(text) == (n > 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static void (*const ways[])(struct fuzz *) = {
		check_duration, check_time, check_rate, check_network,
		check_utf8,
	};
	struct fuzz in = { bytes, len };

	ways[fuzz_byte(&in) % COUNT(ways)](&in);
	fuzz_done();
	return 0;
}
