/*
 * What is counted: a usage file and a file of counters whose bytes the
 * input chooses, raw or with the right magic, version and sum, and a series
 * of uses and counts with a host that may fail.
 *
 * What is a record is taken as it is and counted on; what is none is
 * replaced, but never for a key whose uses are bounded; and a use that was
 * refused, or that could not be kept, leaves the file as it was or bad.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

#include "folder.h"
#include "fuzz.h"
#include "host.h"
#include "libapikey/bytes.h"
#include "libapikey/counters.h"
#include "libapikey/mem.h"
#include "libapikey/state.h"
#include "libapikey/usage.h"

#define USAGE		"usage/" VECTOR_ID
#define COUNTERS	"counters"
#define COUNTERS_SIZE	(16 + 8 * AK_COUNTERS)
#define MAGIC		"apikuse\n\1\0\0\0\0\0\0"
#define COUNTERS_MAGIC	"apikcnt\n\1\0\0\0\0\0\0"
#define SUM_AT		(AK_USAGE_SIZE - 4)
#define BYTES_MAX	2048

static const char *const names[] = {
	NULL, "", "sshd", "2001:db8:0:1:2:3:4:5%interface-name-0123456789",
	/* Cut inside of a character. */
	"01234567890123456789012345678901234567890123456789012345678901\303"
	"\251\303\251\303\251",
};
static const struct ak_rate rates[] = {
	{ 0, 0, 0 }, { 300, 60 * NS, 300 }, { 1, 60 * NS, 1 },
	{ 1, 86400 * NS, 2 }, { 1000000000, NS, 1000000000 },
};

static struct ak_state state;

static int64_t
now(void *arg)
{
	(void)arg;
	return host_now();
}

static void
set_up(void)
{
	if (state.dir.fd > 0)
		return;
	MUST(ak_mem_init() == APIKEY_OK);
	ak_state_open(&state, folder());
	MUST(state.dir.fd != -1 && state.usage.fd != -1);
}

/* A number that is often one of those at which something changes. */
static int64_t
number(struct fuzz *in)
{
	static const int64_t edges[] = {
		0, 1, NOW_S, NOW_S * NS, INT64_MAX, INT64_MAX - 1, -1,
		INT64_MIN, NOW_S * NS + 60 * NS,
	};
	const unsigned which = fuzz_byte(in) % 16;

	return which < COUNT(edges) ? edges[which] : fuzz_int64(in);
}

/* Bytes of a usage file: as they are, or with what makes it one. */
static void
write_usage(struct fuzz *in, unsigned how)
{
	unsigned char bytes[BYTES_MAX] = MAGIC;
	size_t len = AK_USAGE_SIZE;
	struct ak_usage usage;
	unsigned flaw;

	folder_remove(USAGE);
	if (how == 0)
		return;
	if (how == 1)
		len = fuzz_byte(in) * 2;
	for (size_t i = how == 1 ? 0 : 56; i < len && how != 3; i++)
		bytes[i] = (unsigned char)fuzz_byte(in);
	if (how == 2)	/* two texts that end */
		memset(bytes + 56 + fuzz_byte(in) % 64, 0, 64);
	if (how != 1) {
		for (size_t i = 16; i < 56; i += 8)
			ak_put64(bytes + i, number(in));
		memset(bytes + 183, 0, AK_USAGE_SIZE - 183);
		ak_put32(bytes + SUM_AT, fuzz_crc32(bytes, SUM_AT));
	}
	if (how == 1) {
		folder_write(USAGE, bytes, len);
		return;
	}
	/* With one bit that is wrong it is none. */
	flaw = fuzz_byte(in);
	if (flaw % 4 == 1)
		bytes[fuzz_byte(in)] ^= (unsigned char)(1 << flaw / 4 % 8);
	folder_write(USAGE, bytes, len);
	MUST(flaw % 4 != 1 || !ak_usage_decode(bytes, len, &usage));
	MUST(flaw % 4 == 1 || how != 3 || ak_get64(bytes + 16) < 0 ||
	    ak_usage_decode(bytes, len, &usage));
}

static void
write_counters(struct fuzz *in, unsigned how)
{
	unsigned char bytes[BYTES_MAX] = COUNTERS_MAGIC;
	size_t len = COUNTERS_SIZE;

	folder_remove(COUNTERS);
	if (how == 0)
		return;
	if (how == 1)
		len = (size_t)(fuzz_int64(in) & (BYTES_MAX - 1));
	for (size_t i = how == 1 ? 0 : 16; i < len && in->left > 0; i += 8)
		ak_put64(bytes + i, number(in));
	if (how == 3)
		bytes[fuzz_byte(in) % 16] ^= 1;
	folder_write(COUNTERS, bytes, len);
}

struct image {
	unsigned char	bytes[BYTES_MAX];
	ssize_t		len;
};

static bool
same_image(const struct image *a, const struct image *b)
{
	return a->len == b->len &&
	    (a->len <= 0 || memcmp(a->bytes, b->bytes, (size_t)a->len) == 0);
}

static void
look(const char *name, struct image *ret)
{
	ret->len = folder_read(name, ret->bytes, BYTES_MAX);
}

/* False when it is not such a file. */
static bool
decoded(const struct image *image, struct ak_usage *ret)
{
	return image->len >= 0 &&
	    ak_usage_decode(image->bytes, (size_t)image->len, ret);
}

static void
check_text(const char *have, const char *want)
{
	const size_t len = strlen(have);

	MUST(len < AK_USAGE_TEXT && strncmp(have, want, len) == 0);
	MUST(len + 2 >= AK_USAGE_TEXT || want[len] == '\0');
	MUST(((unsigned char)want[len] & 0xc0) != 0x80);
}

/* A use that is counted is counted whole. */
static void
check_counted(const struct ak_use *use, bool was_good,
    const struct ak_usage *before)
{
	struct ak_usage after = { .count = -1 };
	struct image image;

	look(USAGE, &image);
	MUST(decoded(&image, &after));
	MUST(after.count == (!was_good ? 1 : before->count == INT64_MAX ?
	    INT64_MAX : before->count + 1));
	MUST(after.last == host_now() / NS);
	if (was_good && before->first != APIKEY_TIME_NONE)
		MUST(after.first == before->first);
	else
		MUST(after.first == after.last);
	MUST(after.warned == (was_good ? before->warned : APIKEY_TIME_NONE));
	check_text(after.from, use->source == NULL ? "" : use->source);
	check_text(after.service, use->service == NULL ? "" : use->service);
}

static void
take(struct fuzz *in, bool may_fail)
{
	const struct ak_clock clock = { now, NULL };
	const unsigned what = fuzz_byte(in);
	const struct ak_use use = {
		.rate = &rates[what % COUNT(rates)],
		.max_uses = (what & 32) != 0 ? number(in) & INT64_MAX : 0,
		.clock = &clock, .source = names[fuzz_byte(in) % COUNT(names)],
		.service = names[fuzz_byte(in) % COUNT(names)],
	};
	struct ak_usage usage = { .count = 0 };
	bool degraded = false, good;
	struct image before, after;
	int code, peeked;

	look(USAGE, &before);
	good = decoded(&before, &usage);
	peeked = ak_usage_peek(&state.usage, VECTOR_ID, &use, &degraded, NULL);
	look(USAGE, &after);
	MUST(same_image(&before, &after));
	MUST(may_fail || degraded == (!good && before.len > 0 &&
	    peeked == APIKEY_OK));
	degraded = false;
	code = ak_usage_take(&state.usage, VECTOR_ID, &use, &degraded, NULL);
	look(USAGE, &after);
	MUST(code == APIKEY_OK || code == APIKEY_ERR_RATE ||
	    code == APIKEY_ERR_EXHAUSTED || code == APIKEY_ERR_UNAVAILABLE);
	if (use.max_uses != 0 && !good)
		MUST(code == APIKEY_ERR_UNAVAILABLE);
	if (use.max_uses != 0 && good && usage.count >= use.max_uses)
		MUST(code != APIKEY_OK);
	if (use.max_uses == 0)
		MUST(code == APIKEY_OK || code == APIKEY_ERR_RATE);
	MUST(may_fail || peeked == code);
	/* A refusal writes nothing, but for the file it has made. */
	if (code != APIKEY_OK && (!may_fail || code !=
	    APIKEY_ERR_UNAVAILABLE))
		MUST(same_image(&before, &after) || (before.len == -1 &&
		    after.len == 0 && use.max_uses == 0));
	if (code == APIKEY_OK && (!degraded || !may_fail))
		check_counted(&use, good, &usage);
	MUST(use.max_uses == 0 || !degraded);
}

static void
announce(bool may_fail)
{
	struct ak_usage before = { .count = 0 }, after = { .count = 0 };
	struct image image;
	bool good, said;

	look(USAGE, &image);
	good = decoded(&image, &before);
	said = ak_usage_announce(&state.usage, VECTOR_ID, host_now() / NS,
	    86400);
	look(USAGE, &image);
	if (said)
		MUST(good && decoded(&image, &after) &&
		    after.warned == host_now() / NS &&
		    after.count == before.count && after.tat == before.tat);
	if (said && !may_fail)
		MUST(!ak_usage_announce(&state.usage, VECTOR_ID,
		    host_now() / NS, 86400));
}

/* Once it is there and good; from nothing. */
static void
create_or_reset(unsigned what, bool may_fail)
{
	struct ak_usage usage, before = { .count = 0 };
	struct image was, image;
	int code;

	look(USAGE, &was);
	if ((what & 1) != 0)
		code = ak_usage_reset(&state.usage, VECTOR_ID, NULL);
	else
		code = ak_usage_create(&state.usage, VECTOR_ID, NULL);
	look(USAGE, &image);
	if (code == APIKEY_OK) {
		MUST(decoded(&image, &usage));
		if ((what & 1) == 0 && decoded(&was, &before))
			MUST(same_image(&was, &image));
		else
			MUST(usage.count == 0 && usage.tat == AK_RATE_FRESH);
	} else
		MUST(may_fail || ((what & 1) == 0 &&
		    code == APIKEY_ERR_CORRUPT_RECORD && was.len > 0));
}

static void
count(unsigned code, bool may_fail)
{
	int64_t before[AK_COUNTERS] = { 0 }, after[AK_COUNTERS] = { 0 };
	int was = ak_counters_read(&state.dir, before, NULL), is;
	const bool done = ak_counters_add(&state.dir, (int)code);
	int64_t want;

	MUST(!done || code < AK_COUNTERS);
	is = ak_counters_read(&state.dir, after, NULL);
	MUST(may_fail || was == APIKEY_OK || was == APIKEY_ERR_CORRUPT_RECORD);
	if (may_fail || !done) {
		MUST(may_fail || code >= AK_COUNTERS);
		return;
	}
	MUST(is == APIKEY_OK);
	for (size_t i = 0; i < AK_COUNTERS; i++) {
		want = was == APIKEY_OK ? before[i] : 0;
		MUST(want >= 0);
		if (i == code && want < INT64_MAX)
			want++;
		MUST(after[i] == want);
	}
}

/* One operation; those on a bad id change nothing. */
static void
operate(struct fuzz *in, bool may_fail)
{
	static const char *const bad[] = { "", "..", "7k2m9q4t8W", "a/b" };
	const unsigned what = fuzz_byte(in);

	switch (what % 8) {
	case 0:
	case 1:
	case 2:
		take(in, may_fail);
		break;
	case 3:
		announce(may_fail);
		break;
	case 4:
		create_or_reset(what >> 3, may_fail);
		break;
	case 5:
		count(fuzz_byte(in), may_fail);
		break;
	case 6:
		host_enter(number(in) & (INT64_MAX >> 1));
		break;
	default:
		MUST(ak_usage_create(&state.usage, bad[what >> 3 & 3], NULL) ==
		    APIKEY_ERR_INVALID);
		MUST(may_fail || ak_usage_remove(&state.usage, VECTOR_ID,
		    NULL) == APIKEY_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fuzz in = { bytes, len };
	unsigned how, part, nth, flags;
	int open_files;

	set_up();
	how = fuzz_byte(&in);
	part = fuzz_byte(&in) % (2 * HOST_PARTS);
	nth = fuzz_byte(&in) % 32;
	flags = fuzz_byte(&in);
	write_usage(&in, how & 3);
	write_counters(&in, how >> 2 & 3);
	open_files = folder_open_files();
	host_enter(NOW_S * NS);
	host_fail(part < HOST_PARTS ? (enum host_part)part : HOST_PARTS, nth,
	    (flags & 1) != 0);
	for (int i = 0; i < 12 && in.left > 0; i++)
		operate(&in, part < HOST_PARTS);
	host_fail(HOST_PARTS, 0, false);
	host_leave();
	MUST(folder_open_files() == open_files);
	fuzz_done();
	return 0;
}
