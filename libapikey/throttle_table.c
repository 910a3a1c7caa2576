/*
 * The file `throttle'.  Its rules:
 *
 *  - Integers are little-endian.  A header: magic, version, key, CRC-32 of
 *    these.  Behind it sets of entries: tag, TAT, time of the last line,
 *    count since, CRC-32 of these.  An entry with a wrong CRC is free, as
 *    are the zeros of a new file.
 *  - The tag is SipHash-2-4-128 of the name; it says the set, too.
 *  - It is read without a lock: an entry that is just being written may
 *    seem free, which lets one failure more pass and no login fail.
 *  - A change of a set holds the lock on its bytes and is one write.  The
 *    file is made in place, under the lock on the header's bytes: had it
 *    another inode, those who hold a lock would write into the old one.
 *  - No descriptor is kept: threads that share one share its locks.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "bytes.h"
#include "clock.h"
#include "crc32.h"
#include "error.h"
#include "mem.h"
#include "throttle_table.h"

#define NAME		"throttle"
#define LOCK_WAIT_NS	INT64_C(20000000)

/* A set is a sector of its own, so that none of its entries crosses a
 * page. */
#define SECTOR		512
#define SETS		1024U
#define WAYS		12U
#define FILE_SIZE	((off_t)(SECTOR + SETS * SECTOR))

#define MAGIC		"apikthrt"
#define VERSION		1U
#define VERSION_AT	8
#define KEY_AT		12
#define HEADER_CRC_AT	(KEY_AT + AK_TABLE_KEY)
#define HEADER_SIZE	(HEADER_CRC_AT + 4)

#define TAT_AT		AK_TABLE_TAG
#define LINE_AT		(TAT_AT + 8)
#define SUPPRESSED_AT	(LINE_AT + 8)
#define ENTRY_CRC_AT	(SUPPRESSED_AT + 4)
#define ENTRY_SIZE	(ENTRY_CRC_AT + 4)

_Static_assert(WAYS * ENTRY_SIZE <= SECTOR, "a set fits into its sector");
_Static_assert(AK_TABLE_KEY == crypto_shorthash_siphashx24_KEYBYTES,
    "the key is SipHash's");
_Static_assert(AK_TABLE_TAG == crypto_shorthash_siphashx24_BYTES,
    "the tag is all of the hash");

static int
read_whole(int fd, unsigned char *ret, size_t len, off_t at)
{
	return ak_read_at(fd, ret, len, at) == (ssize_t)len ? APIKEY_OK :
	    APIKEY_ERR_UNAVAILABLE;
}

static int
write_whole(int fd, const unsigned char *bytes, size_t len, off_t at)
{
	return ak_write_at(fd, bytes, len, at) == (ssize_t)len ? APIKEY_OK :
	    APIKEY_ERR_UNAVAILABLE;
}

/* CORRUPT_RECORD when it is no such file. */
static int
load(int fd, unsigned char ret_key[AK_TABLE_KEY])
{
	unsigned char header[HEADER_SIZE];
	struct stat st;
	int code;

	if (fstat(fd, &st) == -1)
		return APIKEY_ERR_UNAVAILABLE;
	if (st.st_size != FILE_SIZE)
		return APIKEY_ERR_CORRUPT_RECORD;
	if ((code = read_whole(fd, header, sizeof(header), 0)) != APIKEY_OK)
		return code;
	if (memcmp(header, MAGIC, VERSION_AT) != 0 ||
	    ak_get32(header + VERSION_AT) != VERSION ||
	    ak_get32(header + HEADER_CRC_AT) != ak_crc32(header, HEADER_CRC_AT))
		code = APIKEY_ERR_CORRUPT_RECORD;
	else
		memcpy(ret_key, header + KEY_AT, AK_TABLE_KEY);
	ak_wipe(header, sizeof(header));
	return code;
}

/* The header comes last: before it, the file is known to be unfinished. */
static int
fill(int fd, unsigned char ret_key[AK_TABLE_KEY])
{
	unsigned char header[HEADER_SIZE];
	int code;

	if (!ak_file_own(fd) || !ak_resize(fd, 0) ||
	    !ak_resize(fd, FILE_SIZE))
		return APIKEY_ERR_UNAVAILABLE;
	memcpy(header, MAGIC, VERSION_AT);
	ak_put32(header + VERSION_AT, VERSION);
	ak_random(header + KEY_AT, AK_TABLE_KEY);
	ak_put32(header + HEADER_CRC_AT, ak_crc32(header, HEADER_CRC_AT));
	if ((code = write_whole(fd, header, sizeof(header), 0)) == APIKEY_OK)
		memcpy(ret_key, header + KEY_AT, AK_TABLE_KEY);
	ak_wipe(header, sizeof(header));
	return code;
}

static int
make(struct ak_table *table)
{
	int code;

	code = ak_lock(table->fd, 0, SECTOR, table->wait_ns);
	if (code != APIKEY_OK)
		return code;
	/* Another may have made it meanwhile. */
	code = load(table->fd, table->key);
	if (code == APIKEY_ERR_CORRUPT_RECORD)
		code = fill(table->fd, table->key);
	ak_unlock(table->fd, 0, SECTOR);
	return code;
}

static int
open_with(struct ak_table *table, const struct ak_dir *state, int flags)
{
	struct stat st;
	int code;

	*table = (struct ak_table){ .fd = -1, .wait_ns = LOCK_WAIT_NS };
	if (state->fd == -1)
		return APIKEY_ERR_UNAVAILABLE;
	code = ak_file_open(state, NAME, flags, &table->fd, &st, NULL);
	return code != APIKEY_OK ? code : load(table->fd, table->key);
}

int
ak_table_open(struct ak_table *table, const struct ak_dir *state)
{
	int code = open_with(table, state, O_RDONLY);

	if (code != APIKEY_OK)
		ak_table_close(table);
	return code;
}

int
ak_table_open_to_change(struct ak_table *table, const struct ak_dir *state)
{
	int code = open_with(table, state, O_RDWR | O_CREAT);

	if (code == APIKEY_ERR_CORRUPT_RECORD)
		code = make(table);
	if (code != APIKEY_OK)
		ak_table_close(table);
	return code;
}

void
ak_table_close(struct ak_table *table)
{
	if (table->fd != -1)
		(void)close(table->fd);
	table->fd = -1;
	ak_wipe(table->key, sizeof(table->key));
}

/* The tag of a name; where its set begins. */
static off_t
locate(const struct ak_table *table, const struct ak_table_name *name,
    unsigned char ret_tag[AK_TABLE_TAG])
{
	(void)crypto_shorthash_siphashx24(ret_tag, name->bytes, name->len,
	    table->key);
	return (off_t)(SECTOR + ak_get32(ret_tag) % SETS * SECTOR);
}

static bool
decode(const unsigned char *raw, struct ak_table_entry *ret)
{
	if (ak_get32(raw + ENTRY_CRC_AT) != ak_crc32(raw, ENTRY_CRC_AT))
		return false;
	ret->tat = ak_get64(raw + TAT_AT);
	ret->line_at = ak_get64(raw + LINE_AT);
	ret->suppressed = ak_get32(raw + SUPPRESSED_AT);
	return true;
}

/* Which entry has the tag; WAYS and a fresh one: none. */
static unsigned
find(const unsigned char set[SECTOR], const unsigned char *tag,
    struct ak_table_entry *ret)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (memcmp(set + i * ENTRY_SIZE, tag, AK_TABLE_TAG) == 0 &&
		    decode(set + i * ENTRY_SIZE, ret))
			return i;
	*ret = (struct ak_table_entry){ AK_RATE_FRESH, APIKEY_TIME_NONE, 0 };
	return WAYS;
}

/* From when on an entry means nothing. */
static int64_t
end_of(const unsigned char *raw, const struct ak_rate *rate, int64_t now)
{
	int64_t end, now_s = now / AK_NS_PER_S;
	struct ak_table_entry entry;

	if (!decode(raw, &entry))
		return INT64_MIN;
	end = ak_rate_expiry(rate, entry.tat, now);
	/* Of a clock that was ahead: it would be far from its end at any
	 * time, and never leave. */
	if (end < entry.tat)
		end = now;
	if (entry.line_at > now_s - AK_TABLE_LINE_S &&
	    entry.line_at <= now_s &&
	    end < (entry.line_at + AK_TABLE_LINE_S) * AK_NS_PER_S)
		end = (entry.line_at + AK_TABLE_LINE_S) * AK_NS_PER_S;
	return end;
}

static unsigned
ends_first(const unsigned char set[SECTOR], const struct ak_rate *rate,
    int64_t now)
{
	int64_t end, first = INT64_MAX;
	unsigned way = 0;

	for (unsigned i = 0; i < WAYS; i++) {
		end = end_of(set + i * ENTRY_SIZE, rate, now);
		if (end < first) {
			first = end;
			way = i;
		}
	}
	return way;
}

int
ak_table_read(const struct ak_table *table, const struct ak_table_name *name,
    struct ak_table_entry *ret)
{
	unsigned char set[SECTOR], tag[AK_TABLE_TAG];
	off_t at = locate(table, name, tag);
	int code;

	if ((code = read_whole(table->fd, set, sizeof(set), at)) == APIKEY_OK)
		(void)find(set, tag, ret);
	return code;
}

int
ak_table_lock(struct ak_table *table, const struct ak_table_name *name,
    const struct ak_rate *rate, int64_t now, struct ak_table_slot *ret)
{
	unsigned char set[SECTOR];
	unsigned way;
	int code;

	ret->set = locate(table, name, ret->tag);
	code = ak_lock(table->fd, ret->set, SECTOR, table->wait_ns);
	if (code != APIKEY_OK) {
		table->wait_ns = 0;
		return code;
	}
	code = read_whole(table->fd, set, sizeof(set), ret->set);
	if (code != APIKEY_OK) {
		ak_table_unlock(table, ret);
		return code;
	}
	way = find(set, ret->tag, &ret->entry);
	if (way == WAYS)
		way = ends_first(set, rate, now);
	ret->at = ret->set + (off_t)(way * ENTRY_SIZE);
	return APIKEY_OK;
}

int
ak_table_write(const struct ak_table *table, const struct ak_table_slot *slot)
{
	unsigned char raw[ENTRY_SIZE];

	memcpy(raw, slot->tag, AK_TABLE_TAG);
	ak_put64(raw + TAT_AT, slot->entry.tat);
	ak_put64(raw + LINE_AT, slot->entry.line_at);
	ak_put32(raw + SUPPRESSED_AT, slot->entry.suppressed);
	ak_put32(raw + ENTRY_CRC_AT, ak_crc32(raw, ENTRY_CRC_AT));
	return write_whole(table->fd, raw, sizeof(raw), slot->at);
}

void
ak_table_unlock(const struct ak_table *table, const struct ak_table_slot *slot)
{
	ak_unlock(table->fd, slot->set, SECTOR);
}
