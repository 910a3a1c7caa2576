/*
 * The file of a key's usage.  Its rules:
 *
 *  - It is changed only under a lock of the whole file, after it was read
 *    under that lock, and by one pwrite(2) in place.  Nothing is renamed
 *    over it.
 *  - Who gets the lock of a file that was removed meanwhile opens again.
 *  - What is not byte for byte as it would be written here is no record.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "crc32.h"
#include "token.h"
#include "usage_file.h"

#define MAGIC		"apikuse\n"
#define VERSION		1

/* Numbers have eight bytes, the least first; the sum, of all before it,
 * has four.  What has no name here is zero. */
#define VERSION_AT	8
#define COUNT_AT	16
#define FIRST_AT	24
#define LAST_AT		32
#define TAT_AT		40
#define WARNED_AT	48
#define FROM_AT		56
#define SERVICE_AT	(FROM_AT + AK_USAGE_TEXT)
#define SUM_AT		(AK_USAGE_SIZE - 4)

#define LOCK_WAIT_NS	INT64_C(1000000000)
#define AGAIN_WAIT_NS	INT64_C(50000000)
#define OPEN_TRIES	4
#define READ_TRIES	5
#define READ_PAUSE_NS	1000000

static const struct ak_usage fresh = {
	.first = APIKEY_TIME_NONE, .last = APIKEY_TIME_NONE,
	.warned = APIKEY_TIME_NONE,
};

static void
encode(const struct ak_usage *usage, unsigned char ret[AK_USAGE_SIZE])
{
	memset(ret, 0, AK_USAGE_SIZE);
	memcpy(ret, MAGIC, sizeof(MAGIC) - 1);
	ak_put64(ret + VERSION_AT, VERSION);
	ak_put64(ret + COUNT_AT, usage->count);
	ak_put64(ret + FIRST_AT, usage->first);
	ak_put64(ret + LAST_AT, usage->last);
	ak_put64(ret + TAT_AT, usage->tat);
	ak_put64(ret + WARNED_AT, usage->warned);
	memcpy(ret + FROM_AT, usage->from, strlen(usage->from));
	memcpy(ret + SERVICE_AT, usage->service, strlen(usage->service));
	ak_put32(ret + SUM_AT, ak_crc32(ret, SUM_AT));
}

bool
ak_usage_decode(const unsigned char *bytes, size_t len, struct ak_usage *ret)
{
	unsigned char again[AK_USAGE_SIZE];
	struct ak_usage usage;

	if (len != AK_USAGE_SIZE)
		return false;
	usage.count = ak_get64(bytes + COUNT_AT);
	usage.first = ak_get64(bytes + FIRST_AT);
	usage.last = ak_get64(bytes + LAST_AT);
	usage.tat = ak_get64(bytes + TAT_AT);
	usage.warned = ak_get64(bytes + WARNED_AT);
	memcpy(usage.from, bytes + FROM_AT, AK_USAGE_TEXT);
	memcpy(usage.service, bytes + SERVICE_AT, AK_USAGE_TEXT);
	if (usage.count < 0 || usage.from[AK_USAGE_TEXT - 1] != '\0' ||
	    usage.service[AK_USAGE_TEXT - 1] != '\0')
		return false;
	/* Magic, version and sum, and zero where nothing has a name. */
	encode(&usage, again);
	if (memcmp(again, bytes, AK_USAGE_SIZE) != 0)
		return false;
	*ret = usage;
	return true;
}

static int
fail_errno(const struct ak_usage_file *file, struct ak_fault *fault)
{
	return ak_fail(fault, APIKEY_ERR_UNAVAILABLE, "%s/%s: %s",
	    file->dir->path, file->id, strerrordesc_np(errno));
}

static int
open_it(struct ak_usage_file *file, const struct ak_dir *dir, const char *id,
    int flags, struct ak_fault *fault)
{
	struct stat st;

	*file = (struct ak_usage_file){ .dir = dir, .id = id, .fd = -1,
	    .usage = fresh };
	if (!ak_id_valid(id))
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "this is not the id of a key");
	if (dir->fd == -1)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "the folder of the keys' usage is not open");
	return ak_file_open(dir, id, flags, &file->fd, &st, fault);
}

static int
lock(const struct ak_usage_file *file, int64_t wait_ns,
    struct ak_fault *fault)
{
	int code = ak_lock(file->fd, 0, 0, wait_ns);

	if (code == APIKEY_OK)
		return code;
	if (errno != EAGAIN && errno != EACCES)
		return fail_errno(file, fault);
	return ak_fail(fault, code, "%s/%s: another process holds the lock "
	    "and does not let go", file->dir->path, file->id);
}

static bool
was_removed(const struct ak_usage_file *file)
{
	struct stat st;

	return fstat(file->fd, &st) == -1 || st.st_nlink == 0;
}

int
ak_usage_file_open(struct ak_usage_file *file, const struct ak_dir *dir,
    const char *id, int flags, struct ak_fault *fault)
{
	int64_t wait_ns = LOCK_WAIT_NS;
	int code;

	for (int i = 0; i < OPEN_TRIES; i++, wait_ns = AGAIN_WAIT_NS) {
		code = open_it(file, dir, id, O_RDWR | flags, fault);
		if (code != APIKEY_OK)
			return code;
		code = lock(file, wait_ns, fault);
		if (code == APIKEY_OK && !was_removed(file))
			return code;
		ak_usage_file_close(file);
		if (code != APIKEY_OK)
			return code;
	}
	return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
	    "%s/%s: is removed again and again", dir->path, id);
}

int
ak_usage_file_load(struct ak_usage_file *file, struct ak_fault *fault)
{
	ssize_t n = ak_read_at(file->fd, file->bytes, sizeof(file->bytes), 0);

	if (n == -1)
		return fail_errno(file, fault);
	file->len = (size_t)n;
	file->is_good = ak_usage_decode(file->bytes, file->len, &file->usage);
	return file->is_good ? APIKEY_OK :
	    ak_fail(fault, APIKEY_ERR_CORRUPT_RECORD, "%s/%s: is not a record "
	    "of a key's uses; apikeyctl usage --reset %s", file->dir->path,
	    file->id, file->id);
}

bool
ak_usage_file_is_empty(const struct ak_usage_file *file)
{
	return file->len == 0;
}

/* What cannot be put back is no record: its sum is wrong. */
static void
put_back(const struct ak_usage_file *file, size_t written)
{
	size_t len = written < file->len ? written : file->len;

	if (ak_write_at(file->fd, file->bytes, len, 0) == (ssize_t)len &&
	    file->len < written)
		(void)ak_resize(file->fd, (off_t)file->len);
}

/* False with errno. */
static bool
write_it(const struct ak_usage_file *file)
{
	unsigned char bytes[AK_USAGE_SIZE];
	ssize_t n;

	encode(&file->usage, bytes);
	n = ak_write_at(file->fd, bytes, sizeof(bytes), 0);
	if (n == (ssize_t)sizeof(bytes))
		return file->len <= sizeof(bytes) ||
		    ak_resize(file->fd, sizeof(bytes));
	if (n >= 0) {
		put_back(file, (size_t)n);
		errno = ENOSPC;
	}
	return false;
}

int
ak_usage_file_save(struct ak_usage_file *file, struct ak_fault *fault)
{
	if (!file->is_good && !ak_file_own(file->fd))
		return fail_errno(file, fault);
	return write_it(file) ? APIKEY_OK : fail_errno(file, fault);
}

void
ak_usage_file_clear(struct ak_usage_file *file)
{
	file->usage = fresh;
	file->is_good = false;
}

int
ak_usage_file_sync(const struct ak_usage_file *file, struct ak_fault *fault)
{
	return fdatasync(file->fd) == 0 ? APIKEY_OK : fail_errno(file, fault);
}

int
ak_usage_file_sync_all(const struct ak_usage_file *file,
    struct ak_fault *fault)
{
	return fsync(file->fd) == 0 && fsync(file->dir->fd) == 0 ? APIKEY_OK :
	    fail_errno(file, fault);
}

void
ak_usage_file_close(struct ak_usage_file *file)
{
	ak_unlock(file->fd, 0, 0);
	(void)close(file->fd);
	file->fd = -1;
}

int
ak_usage_file_read(struct ak_usage_file *file, const struct ak_dir *dir,
    const char *id, struct ak_fault *fault)
{
	const struct timespec pause = { .tv_nsec = READ_PAUSE_NS };
	int code;

	code = open_it(file, dir, id, O_RDONLY, fault);
	if (code != APIKEY_OK)
		return code;
	for (int i = 1;; i++) {
		code = ak_usage_file_load(file, fault);
		if (code != APIKEY_ERR_CORRUPT_RECORD || i == READ_TRIES)
			break;
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	(void)close(file->fd);
	file->fd = -1;
	return code;
}
