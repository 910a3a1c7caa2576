/*
 * The table of failures: a file that the input writes, raw or with a right
 * header and entries that failures of the series find, and a series of
 * failures with a host that may fail.
 *
 * Whatever the file holds, a failure that is charged is counted as the
 * rate says, by a second reading of it in wider numbers; who is over the
 * limit is so by the entry that stands there; and what is no table is made
 * anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "folder.h"
#include "fuzz.h"
#include "host.h"
#include "libapikey/bytes.h"
#include "libapikey/clock.h"
#include "libapikey/mem.h"
#include "libapikey/throttle.h"
#include "libapikey/throttle_table.h"

#define NAME		"throttle"
#define SECTOR		512
#define SETS		1024
#define WAYS		12
#define ENTRY		40
#define SIZE		(SECTOR + SETS * SECTOR)
#define RAW_MAX		2048

__extension__ typedef __int128 wide;

static const struct ak_rate rates[] = {
	{ 10, 60 * NS, 10 }, { 3, 30 * NS, 1 }, { 0, 0, 0 },
	{ 1000000000, NS, 2 }, { 1, 3000000000 * NS, 1 },
	{ 1000000000, NS, 1000000000 },
};
static const char *const sources[] = {
	"192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::2", NULL,
	"host.example", "", "fe80::1%eth0",
};
static const char *const callers[] = { NULL, "root", "192.0.2.1", "" };
static const char *const ids[] = { VECTOR_ID, NULL, VECTOR_OTHER_ID, "" };

/* The key of the files that are made here. */
static const unsigned char key[AK_TABLE_KEY] = "0123456789abcde";

static struct ak_dir dir = AK_DIR_CLOSED;

static void
set_up(void)
{
	if (dir.fd != -1)
		return;
	MUST(ak_mem_init() == APIKEY_OK);
	MUST(ak_dir_open(&dir, folder(), NULL) == APIKEY_OK);
}

static int64_t
number(struct fuzz *in)
{
	static const int64_t edges[] = {
		0, NOW_S, NOW_S * NS, NOW_S * NS + 60 * NS, INT64_MAX, -1,
		INT64_MIN, NOW_S - 59, NOW_S - 60, NOW_S + 1,
	};
	const unsigned which = fuzz_byte(in) % 16;

	return which < COUNT(edges) ? edges[which] : fuzz_int64(in);
}

/* ---- The file ------------------------------------------------------- */

/* The name under which a failure of the first source is counted, alone or
 * with an id. */
static size_t
name_of(bool with_id, unsigned char ret[64])
{
	static const char alone[] = "S4\300\0\2\1";
	const size_t len = sizeof(alone) - 1;

	memcpy(ret, alone, len);
	if (!with_id)
		return len;
	ret[0] = 'K';
	ret[len] = APIKEY_ID_LEN;
	memcpy(ret + len + 1, VECTOR_ID, APIKEY_ID_LEN);
	return len + 1 + APIKEY_ID_LEN;
}

static void
put_entry(struct fuzz *in, unsigned char raw[ENTRY],
    const unsigned char tag[AK_TABLE_TAG], bool good)
{
	memcpy(raw, tag, AK_TABLE_TAG);
	ak_put64(raw + 16, number(in));
	ak_put64(raw + 24, number(in));
	ak_put32(raw + 32, (uint32_t)number(in));
	ak_put32(raw + 36, fuzz_crc32(raw, 36) + (good ? 0 : 1));
}

/* A set with the entry of a name, and what else the input says. */
static void
write_set(struct fuzz *in, int fd, bool with_id)
{
	unsigned char set[SECTOR] = { 0 }, tag[AK_TABLE_TAG], name[64];
	const size_t len = name_of(with_id, name);
	const unsigned filled = fuzz_byte(in) % (WAYS + 1);
	unsigned char other[AK_TABLE_TAG];
	unsigned how, at;

	MUST(crypto_shorthash_siphashx24(tag, name, len, key) == 0);
	at = SECTOR + ak_get32(tag) % SETS * SECTOR;
	for (unsigned i = 0; i < filled; i++) {
		how = fuzz_byte(in);
		memcpy(other, tag, sizeof(other));
		if (how % 4 != 0)
			other[4] = (unsigned char)(other[4] + i + 1);
		put_entry(in, set + i * ENTRY, other, how % 8 < 6);
	}
	MUST(pwrite(fd, set, sizeof(set), at) == (ssize_t)sizeof(set));
}

static void
write_table(struct fuzz *in, unsigned flaw)
{
	unsigned char header[32] = "apikthrt\1";
	char path[FOLDER_PATH];
	int fd;

	memcpy(header + 12, key, sizeof(key));
	ak_put32(header + 28, fuzz_crc32(header, 28));
	if (flaw != 0)
		header[flaw % sizeof(header)] ^= 0x10;
	folder_join(path, NAME);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	MUST(fd != -1);
	MUST(ftruncate(fd, flaw == 255 ? SIZE - 1 : SIZE) == 0);
	MUST(pwrite(fd, header, sizeof(header), 0) ==
	    (ssize_t)sizeof(header));
	write_set(in, fd, false);
	write_set(in, fd, true);
	MUST(close(fd) == 0);
}

static void
write_raw(struct fuzz *in)
{
	unsigned char bytes[RAW_MAX];
	const size_t len = fuzz_byte(in) * 8;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)fuzz_byte(in);
	folder_write(NAME, bytes, len);
}

/* Is it a table, as a reading of its first bytes says? */
static bool
is_table(void)
{
	unsigned char header[32];
	char path[FOLDER_PATH];
	off_t size = -1;
	int fd;

	folder_join(path, NAME);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	size = lseek(fd, 0, SEEK_END);
	if (pread(fd, header, sizeof(header), 0) != (ssize_t)sizeof(header))
		size = -1;
	(void)close(fd);
	return size == SIZE && memcmp(header, "apikthrt\1\0\0\0", 12) == 0 &&
	    ak_get32(header + 28) == fuzz_crc32(header, 28);
}

/* ---- The failures --------------------------------------------------- */

/* The entry of the first source, alone or with the id; fresh: none. */
static struct ak_table_entry
entry_of(bool with_id)
{
	struct ak_table_entry entry = { AK_RATE_FRESH, APIKEY_TIME_NONE, 0 };
	struct ak_table_name name = { .len = 0 };
	struct ak_table table;

	name.len = name_of(with_id, name.bytes);
	if (ak_table_open(&table, &dir) == APIKEY_OK) {
		MUST(ak_table_read(&table, &name, &entry) == APIKEY_OK);
		ak_table_close(&table);
	}
	return entry;
}

static bool
allows(const struct ak_rate *rate, int64_t times, int64_t tat, int64_t now,
    wide *ret)
{
	const wide limit = rate->limit > rate->period / times ?
	    rate->period : rate->limit * times;
	const wide step = rate->period / limit;
	const wide most = INT64_C(3000000000000000000);
	wide reach = step * (rate->burst > most / times ? most :
	    rate->burst * times);
	wide base = tat;

	if (base > now + reach)
		base = now + reach - step;
	if (base < now)
		base = now;
	*ret = base + step;
	return now >= *ret - reach;
}

/* Counts that are compared are those of a usual time. */
static bool
is_usual(const struct ak_failure *f)
{
	return f->source == sources[0] && f->id == ids[0] &&
	    f->now >= NOW_S * NS - 1000 * NS &&
	    f->now <= NOW_S * NS + 1000 * NS;
}

static void
check_over(const struct ak_rate *rate, const struct ak_failure *f, bool over)
{
	const struct ak_table_entry alone = entry_of(false);
	const struct ak_table_entry shown = entry_of(true);
	wide tat;

	if (is_usual(f) && rate->limit > 0)
		MUST(over == (!allows(rate, 10, alone.tat, f->now, &tat) ||
		    !allows(rate, 1, shown.tat, f->now, &tat)));
}

static void
check_charge(const struct ak_rate *rate, const struct ak_failure *f)
{
	const struct ak_table_entry alone = entry_of(false);
	const struct ak_table_entry shown = entry_of(true);
	wide tat;

	MUST(ak_throttle_charge(&dir, rate, f));
	if (!is_usual(f) || rate->limit == 0)
		return;
	MUST(is_table());
	if (!allows(rate, 10, alone.tat, f->now, &tat))
		tat = alone.tat;
	MUST(entry_of(false).tat == tat);
	if (!allows(rate, 1, shown.tat, f->now, &tat))
		tat = shown.tat;
	MUST(entry_of(true).tat == tat);
	MUST(entry_of(true).line_at == shown.line_at);
}

static void
check_report(const struct ak_rate *rate, const struct ak_failure *f)
{
	const struct ak_table_entry before = entry_of(false);
	const int64_t count = ak_throttle_report(&dir, rate, f);
	const struct ak_table_entry after = entry_of(false);
	const int64_t now_s = f->now / NS;
	const bool due = before.line_at <= now_s - 60 ||
	    before.line_at > now_s;

	MUST(count >= 0 && count <= INT64_C(1) + UINT32_MAX);
	if (!is_usual(f) || rate->limit == 0)
		return;
	MUST(count == (due ? (int64_t)before.suppressed + 1 : 0));
	MUST(after.tat == before.tat);
	MUST(after.suppressed == (due ? 0 : before.suppressed == UINT32_MAX ?
	    UINT32_MAX : before.suppressed + 1));
	MUST(after.line_at == (due ? now_s : before.line_at));
}

static bool
is_sane(const struct ak_rate *rate, const struct ak_failure *f)
{
	return rate->limit == 0 || (f->now >= 0 && f->now <= INT64_MAX / 4 &&
	    rate->burst < 1000000);
}

static void
fail_once(struct fuzz *in, struct ak_failure *f, bool may_fail)
{
	const unsigned what = fuzz_byte(in), who = fuzz_byte(in);
	const struct ak_rate *rate = &rates[what / 8 % COUNT(rates)];
	bool degraded = false, over;

	f->source = sources[who & 7];
	f->caller = callers[who >> 3 & 3];
	f->id = ids[who >> 5 & 3];
	if ((what & 7) == 7)
		f->now = number(in);
	else if ((what & 7) == 6)
		f->now = (int64_t)((uint64_t)f->now + (uint64_t)NS * who) &
		    INT64_MAX;
	host_enter(f->now);
	over = ak_throttle_over(&dir, rate, f, &degraded);
	MUST(!over || rate->limit > 0);
	/* A failing host, and a time that is none, may say anything but
	 * must not hang or crash. */
	if (may_fail || !is_sane(rate, f)) {
		(void)ak_throttle_charge(&dir, rate, f);
		MUST(ak_throttle_report(&dir, rate, f) >= 0);
		return;
	}
	check_over(rate, f, over);
	if ((what & 3) == 3)
		check_report(rate, f);
	else
		check_charge(rate, f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ak_failure failure = { .now = NOW_S * NS };
	struct fuzz in = { bytes, len };
	const unsigned how = fuzz_byte(&in), nth = fuzz_byte(&in) % 64;
	const enum host_part part = (how >> 2) % (2 * HOST_PARTS) <
	    HOST_PARTS ? (enum host_part)((how >> 2) % HOST_PARTS) :
	    HOST_PARTS;
	int open_files;

	set_up();
	folder_remove(NAME);
	if (how % 4 == 1)
		write_raw(&in);
	else if (how % 4 == 2)
		write_table(&in, 0);
	else if (how % 4 == 3)
		write_table(&in, fuzz_byte(&in));
	open_files = folder_open_files();
	host_fail(part, nth, (nth & 1) != 0);
	for (int i = 0; i < 12 && in.left > 0; i++)
		fail_once(&in, &failure, part != HOST_PARTS);
	host_fail(HOST_PARTS, 0, false);
	host_leave();
	MUST(folder_open_files() == open_files);
	fuzz_done();
	return 0;
}
