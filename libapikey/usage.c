/*
 * What is counted of each key.
 *
 * A key without a bound of uses is never refused because of its file: an
 * empty one is as good as none, and what is no record is replaced.  A key
 * with such a bound is refused unless its file is good and the use is on
 * the disk; so nothing here makes a file for it but create and reset.
 *
 * The time of a use is read under the lock: were it read before, a user
 * who waits for the lock, or is stopped, would come to a later use's
 * record with an earlier time, which looks like a clock that went back.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "usage.h"

int
ak_usage_read(const struct ak_dir *dir, const char *id, struct ak_usage *ret,
    struct ak_fault *fault)
{
	struct ak_usage_file file;
	int code = ak_usage_file_read(&file, dir, id, fault);

	if (code == APIKEY_OK)
		*ret = file.usage;
	return code;
}

/* Longer text is cut, but not inside a character of UTF-8. */
static void
copy_cut(char ret[AK_USAGE_TEXT], const char *text)
{
	size_t len;

	if (text == NULL)
		text = "";
	if ((len = strnlen(text, AK_USAGE_TEXT)) == AK_USAGE_TEXT)
		do
			len--;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80);
	memcpy(ret, text, len);
	ret[len] = '\0';
}

/* RATE, EXHAUSTED: a key without uses left has none, however often it is
 * shown.  Otherwise the use is counted in usage. */
static int
add(struct ak_usage *usage, const struct ak_use *use, struct ak_fault *fault)
{
	int64_t now = ak_clock_ns(use->clock);
	int code = APIKEY_OK;

	if (use->max_uses != 0 && usage->count >= use->max_uses)
		code = APIKEY_ERR_EXHAUSTED;
	else if (!ak_rate_allows(use->rate, usage->tat, now, &usage->tat))
		code = APIKEY_ERR_RATE;
	if (code != APIKEY_OK)
		return ak_fail(fault, code, "%s", apikey_error_text(code));
	if (usage->count < INT64_MAX)
		usage->count++;
	usage->last = now / AK_NS_PER_S;
	if (usage->first == APIKEY_TIME_NONE)
		usage->first = usage->last;
	copy_cut(usage->from, use->source);
	copy_cut(usage->service, use->service);
	return code;
}

/* The sentence is there already, but for a file that is not. */
static int
refuse_bounded(const struct ak_usage_file *file, int code,
    struct ak_fault *fault)
{
	if (code == APIKEY_ERR_NOT_FOUND)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE, "%s/%s: is "
		    "missing, but the key's uses are bounded; "
		    "apikeyctl usage --reset %s", file->dir->path, file->id,
		    file->id);
	if (fault != NULL)
		fault->code = APIKEY_ERR_UNAVAILABLE;
	return APIKEY_ERR_UNAVAILABLE;
}

/* Is this what a key has that was never used? */
static bool
is_new(const struct ak_usage_file *file, int code)
{
	return code == APIKEY_ERR_NOT_FOUND ||
	    (code == APIKEY_ERR_CORRUPT_RECORD && ak_usage_file_is_empty(file));
}

int
ak_usage_peek(const struct ak_dir *dir, const char *id,
    const struct ak_use *use, bool *ret_degraded, struct ak_fault *fault)
{
	struct ak_usage_file file;
	int code, read_code;

	read_code = ak_usage_file_read(&file, dir, id, fault);
	if (read_code == APIKEY_ERR_INVALID)
		return read_code;
	if (read_code != APIKEY_OK && use->max_uses != 0)
		return refuse_bounded(&file, read_code, fault);
	if ((code = add(&file.usage, use, fault)) != APIKEY_OK)
		return code;
	*ret_degraded = read_code != APIKEY_OK && !is_new(&file, read_code);
	return APIKEY_OK;
}

/* The use cannot be written, which the fault tells already.  The rate
 * holds as far as it can be read. */
static int
take_unwritten(const struct ak_dir *dir, const char *id,
    const struct ak_use *use, bool *ret_degraded, struct ak_fault *fault)
{
	struct ak_usage_file file;
	int code;

	(void)ak_usage_file_read(&file, dir, id, NULL);
	if ((code = add(&file.usage, use, fault)) != APIKEY_OK)
		return code;
	*ret_degraded = true;
	return APIKEY_OK;
}

static int
take_bounded(struct ak_usage_file *file, const struct ak_use *use,
    struct ak_fault *fault)
{
	int code;

	if ((code = ak_usage_file_load(file, fault)) != APIKEY_OK)
		return refuse_bounded(file, code, fault);
	if ((code = add(&file->usage, use, fault)) != APIKEY_OK)
		return code;
	if ((code = ak_usage_file_save(file, fault)) != APIKEY_OK)
		return code;
	return ak_usage_file_sync(file, fault);
}

static int
take_unbounded(struct ak_usage_file *file, const struct ak_use *use,
    bool *ret_degraded, struct ak_fault *fault)
{
	int code, load_code;

	load_code = ak_usage_file_load(file, fault);
	if ((code = add(&file->usage, use, fault)) != APIKEY_OK)
		return code;
	*ret_degraded = load_code != APIKEY_OK && !is_new(file, load_code);
	if (load_code == APIKEY_ERR_UNAVAILABLE)
		return APIKEY_OK;
	if (ak_usage_file_save(file, fault) != APIKEY_OK)
		*ret_degraded = true;
	return APIKEY_OK;
}

int
ak_usage_take(const struct ak_dir *dir, const char *id,
    const struct ak_use *use, bool *ret_degraded, struct ak_fault *fault)
{
	bool bounded = use->max_uses != 0;
	struct ak_usage_file file;
	int code;

	code = ak_usage_file_open(&file, dir, id, bounded ? 0 : O_CREAT,
	    fault);
	if (code == APIKEY_ERR_INVALID)
		return code;
	if (code != APIKEY_OK)
		return bounded ? refuse_bounded(&file, code, fault) :
		    take_unwritten(dir, id, use, ret_degraded, fault);
	if (!bounded)
		code = take_unbounded(&file, use, ret_degraded, fault);
	else if ((code = take_bounded(&file, use, fault)) == APIKEY_OK)
		*ret_degraded = false;
	ak_usage_file_close(&file);
	return code;
}

/* Far away is as good as long ago: the clock went back.  A little ahead
 * is a login that has read the clock after this one and is done already. */
static bool
is_due(int64_t warned, int64_t now_s, int64_t interval_s)
{
	int64_t apart;

	/* Never is the first of all times. */
	return (warned > now_s ?
	    __builtin_sub_overflow(warned, now_s, &apart) :
	    __builtin_sub_overflow(now_s, warned, &apart)) ||
	    apart >= interval_s;
}

bool
ak_usage_announce(const struct ak_dir *dir, const char *id, int64_t now_s,
    int64_t interval_s)
{
	struct ak_usage_file file;
	bool due = false;

	if (ak_usage_file_open(&file, dir, id, 0, NULL) != APIKEY_OK)
		return false;
	if (ak_usage_file_load(&file, NULL) == APIKEY_OK &&
	    is_due(file.usage.warned, now_s, interval_s)) {
		file.usage.warned = now_s;
		due = ak_usage_file_save(&file, NULL) == APIKEY_OK;
	}
	ak_usage_file_close(&file);
	return due;
}

int
ak_usage_create(const struct ak_dir *dir, const char *id,
    struct ak_fault *fault)
{
	struct ak_usage_file file;
	int code;

	code = ak_usage_file_open(&file, dir, id, O_CREAT, fault);
	if (code != APIKEY_OK)
		return code;
	code = ak_usage_file_load(&file, fault);
	if (is_new(&file, code))
		code = ak_usage_file_save(&file, fault);
	if (code == APIKEY_OK)
		code = ak_usage_file_sync_all(&file, fault);
	ak_usage_file_close(&file);
	return code;
}

/* Away with what is no file of ours; nobody of us has it locked. */
static bool
discard(const struct ak_dir *dir, const char *id)
{
	return unlinkat(dir->fd, id, 0) == 0 || (errno == EISDIR &&
	    unlinkat(dir->fd, id, AT_REMOVEDIR) == 0);
}

int
ak_usage_reset(const struct ak_dir *dir, const char *id,
    struct ak_fault *fault)
{
	struct ak_usage_file file;
	int code;

	code = ak_usage_file_open(&file, dir, id, O_CREAT, fault);
	if (code == APIKEY_ERR_INSECURE_STORE && discard(dir, id))
		code = ak_usage_file_open(&file, dir, id, O_CREAT, fault);
	if (code != APIKEY_OK)
		return code;
	code = ak_usage_file_load(&file, fault);
	if (code == APIKEY_OK || code == APIKEY_ERR_CORRUPT_RECORD) {
		ak_usage_file_clear(&file);
		code = ak_usage_file_save(&file, fault);
	}
	if (code == APIKEY_OK)
		code = ak_usage_file_sync_all(&file, fault);
	ak_usage_file_close(&file);
	return code;
}

int
ak_usage_remove(const struct ak_dir *dir, const char *id,
    struct ak_fault *fault)
{
	struct ak_usage_file file;
	int code;

	code = ak_usage_file_open(&file, dir, id, 0, fault);
	if (code == APIKEY_ERR_NOT_FOUND)
		return APIKEY_OK;
	if (code == APIKEY_ERR_INSECURE_STORE)
		return discard(dir, id) ? APIKEY_OK : code;
	if (code != APIKEY_OK)
		return code;
	if (unlinkat(dir->fd, id, 0) == -1)
		code = ak_fail(fault, APIKEY_ERR_UNAVAILABLE, "%s/%s: %s",
		    dir->path, id, strerrordesc_np(errno));
	ak_usage_file_close(&file);
	return code;
}
