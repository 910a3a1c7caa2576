/*
 * Time: the injected clock, RFC 3339 times and durations.
 *
 * Calendar arithmetic is done here on plain integers: the C library's
 * own would read the environment and the time zone files of the host.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "error.h"

#define DAY		INT64_C(86400)
#define YEAR		(365 * DAY)
#define DURATION_MAX	(1000 * YEAR)
#define TIME_MAX	INT64_C(253402300799)	/* 9999-12-31T23:59:59Z */

static const struct {
	char	 unit;
	int64_t	 seconds;
} units[] = {
	{ 'y', YEAR }, { 'w', 7 * DAY }, { 'd', DAY },
	{ 'h', 3600 }, { 'm', 60 }, { 's', 1 },
};

#define UNITS	(sizeof(units) / sizeof(units[0]))

int64_t
ak_clock_real(void *arg)
{
	struct timespec ts;

	(void)arg;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return INT64_MAX;
	return ts.tv_sec * AK_NS_PER_S + ts.tv_nsec;
}

int64_t
ak_clock_ns(const struct ak_clock *clock)
{
	return clock->now(clock->arg);
}

int64_t
ak_clock_s(const struct ak_clock *clock)
{
	return ak_clock_ns(clock) / AK_NS_PER_S;
}

static bool
is_leap(int64_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int64_t
days_in_month(int64_t y, int64_t m)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30,
	    31, 31, 30, 31, 30, 31 };

	return m == 2 && is_leap(y) ? 29 : days[m - 1];
}

/* Days from 1970-01-01 to the first day of a year. */
static int64_t
days_before_year(int64_t y)
{
	y--;
	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

/* Exactly n digits as a number; -1 for anything else. */
static int64_t
digits(const char *text, size_t n)
{
	int64_t value = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

bool
ak_time_parse(const char *text, int64_t *ret_s)
{
	static const char shape[] = "0000-00-00T00:00:00Z";
	int64_t y, mon, d, h, min, s, days;

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] != '0' && shape[i] != text[i])
			return false;
	y = digits(text, 4);
	mon = digits(text + 5, 2);
	d = digits(text + 8, 2);
	h = digits(text + 11, 2);
	min = digits(text + 14, 2);
	s = digits(text + 17, 2);
	if (y < 1970 || mon < 1 || mon > 12 || d < 1 ||
	    d > days_in_month(y, mon) || h < 0 || h > 23 ||
	    min < 0 || min > 59 || s < 0 || s > 59)
		return false;
	days = days_before_year(y) + d - 1;
	for (int64_t m = 1; m < mon; m++)
		days += days_in_month(y, m);
	*ret_s = days * DAY + h * 3600 + min * 60 + s;
	return true;
}

AK_EXPORT void
apikey_time_text(int64_t t, char ret_text[APIKEY_TIME_SIZE])
{
	int64_t days, rest, y, m;
	char text[64];

	ret_text[0] = '\0';
	if (t < 0 || t > TIME_MAX)
		return;
	days = t / DAY;
	rest = t % DAY;
	/* A first guess that is never too late, then the year itself. */
	y = 1970 + days / 366;
	while (days_before_year(y + 1) <= days)
		y++;
	days -= days_before_year(y);
	for (m = 1; days >= days_in_month(y, m); m++)
		days -= days_in_month(y, m);
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    (int)y, (int)m, (int)days + 1, (int)(rest / 3600),
	    (int)(rest / 60 % 60), (int)(rest % 60));
	memcpy(ret_text, text, APIKEY_TIME_SIZE - 1);
	ret_text[APIKEY_TIME_SIZE - 1] = '\0';
}

static int64_t
unit_seconds(char unit)
{
	for (size_t i = 0; i < UNITS; i++)
		if (units[i].unit == unit)
			return units[i].seconds;
	return 0;
}

bool
ak_duration_parse(const char *text, int64_t *ret_s)
{
	int64_t total = 0, value, unit;

	if (*text == '\0')
		return false;
	while (*text != '\0') {
		value = 0;
		if (*text < '0' || *text > '9')
			return false;
		for (; *text >= '0' && *text <= '9'; text++)
			if ((value = value * 10 + (*text - '0')) > DURATION_MAX)
				return false;
		if ((unit = unit_seconds(*text)) == 0 ||
		    value > DURATION_MAX / unit)
			return false;
		if ((total += value * unit) > DURATION_MAX)
			return false;
		text++;
	}
	if (total == 0)
		return false;
	*ret_s = total;
	return true;
}

void
ak_duration_text(int64_t s, char ret_text[AK_DURATION_SIZE])
{
	size_t i = 0;

	if (s == AK_FOREVER) {
		(void)snprintf(ret_text, AK_DURATION_SIZE, "never");
		return;
	}
	while (i < UNITS - 1 && s % units[i].seconds != 0)
		i++;
	(void)snprintf(ret_text, AK_DURATION_SIZE, "%lld%c",
	    (long long)(s / units[i].seconds), units[i].unit);
}

AK_EXPORT int
apikey_duration_parse(const char *text, int64_t *ret_seconds)
{
	return ak_duration_parse(text, ret_seconds) ? APIKEY_OK :
	    APIKEY_ERR_INVALID;
}

AK_EXPORT int
apikey_time_parse(const char *text, int64_t now, int64_t *ret_time)
{
	int64_t s, sum;

	if (ak_duration_parse(text, &s)) {
		if (__builtin_add_overflow(now, s, &sum))
			return APIKEY_ERR_INVALID;
		*ret_time = sum;
		return APIKEY_OK;
	}
	return ak_time_parse(text, ret_time) ? APIKEY_OK : APIKEY_ERR_INVALID;
}
