/*
 * Locks that are waited for with a bound, of files and of folders.
 */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "fileio.h"

#define LOCK		".lock"
#define LOCK_WAIT_NS	INT64_C(10000000000)
#define RETRY_NS	200000

static int64_t
monotonic_ns(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		return INT64_MAX;
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int
set_lock(int fd, int type, off_t start, off_t len)
{
	struct flock lock = {
		.l_type = (short)type, .l_whence = SEEK_SET,
		.l_start = start, .l_len = len,
	};

	return fcntl(fd, F_OFD_SETLK, &lock);
}

int
ak_lock(int fd, off_t start, off_t len, int64_t wait_ns)
{
	const struct timespec pause = { .tv_nsec = RETRY_NS };
	int64_t begin = monotonic_ns(), now = begin;

	while (set_lock(fd, F_WRLCK, start, len) == -1) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return APIKEY_ERR_UNAVAILABLE;
		if (now == INT64_MAX || now - begin >= wait_ns)
			return APIKEY_ERR_UNAVAILABLE;
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
		now = monotonic_ns();
	}
	return APIKEY_OK;
}

void
ak_unlock(int fd, off_t start, off_t len)
{
	(void)set_lock(fd, F_UNLCK, start, len);
}

int
ak_dir_lock(const struct ak_dir *dir, int *ret_fd, struct ak_fault *fault)
{
	struct stat st;
	int code, fd;

	code = ak_file_open(dir, LOCK, O_RDWR | O_CREAT, &fd, &st, fault);
	if (code != APIKEY_OK)
		return code;
	(void)ak_file_own(fd);
	if ((code = ak_lock(fd, 0, 0, LOCK_WAIT_NS)) != APIKEY_OK) {
		(void)close(fd);
		return ak_fail(fault, code,
		    "%s/" LOCK ": another change holds the lock", dir->path);
	}
	*ret_fd = fd;
	return APIKEY_OK;
}

void
ak_dir_unlock(int fd)
{
	ak_unlock(fd, 0, 0);
	(void)close(fd);
}
