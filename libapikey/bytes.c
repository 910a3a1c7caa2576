/*
 * Files of fixed size.
 */
#include <sys/resource.h>

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"

void
ak_put32(unsigned char *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

void
ak_put64(unsigned char *at, int64_t value)
{
	uint64_t bits = htole64((uint64_t)value);

	memcpy(at, &bits, sizeof(bits));
}

uint32_t
ak_get32(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

int64_t
ak_get64(const unsigned char *at)
{
	uint64_t bits;

	memcpy(&bits, at, sizeof(bits));
	return (int64_t)le64toh(bits);
}

ssize_t
ak_read_at(int fd, void *ret, size_t len, off_t at)
{
	size_t have = 0;
	ssize_t n;

	while (have < len) {
		n = pread(fd, (char *)ret + have, len - have,
		    at + (off_t)have);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

static bool
may_reach(off_t end)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) == -1)
		return false;
	if (limit.rlim_cur == RLIM_INFINITY || (rlim_t)end <= limit.rlim_cur)
		return true;
	errno = EFBIG;
	return false;
}

ssize_t
ak_write_at(int fd, const void *bytes, size_t len, off_t at)
{
	ssize_t n;

	if (!may_reach(at + (off_t)len))
		return -1;
	do
		n = pwrite(fd, bytes, len, at);
	while (n == -1 && errno == EINTR);
	return n;
}

bool
ak_resize(int fd, off_t size)
{
	return may_reach(size) && ftruncate(fd, size) == 0;
}
