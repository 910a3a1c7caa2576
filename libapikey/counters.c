/*
 * How many grants and refusals there were.  The rules of the file:
 *
 *  - A counter is changed under a lock of its own eight bytes.
 *  - The file is made, or made anew, under a lock of all of it, while
 *    nobody is at any counter.
 *  - It is cut to nothing first: of its size, it is whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "counters.h"

#define NAME		"counters"
#define HEADER		"apikcnt\n\1\0\0\0\0\0\0"	/* a NUL behind it */
#define HEADER_LEN	16
#define SLOT_LEN	8
#define SIZE		(HEADER_LEN + AK_COUNTERS * SLOT_LEN)
#define WAIT_NS		INT64_C(20000000)

_Static_assert(sizeof(HEADER) == HEADER_LEN, "the header's length");

enum shape {
	GOOD, BAD, UNREADABLE
};

static enum shape
shape_of(int fd)
{
	char header[HEADER_LEN];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		return UNREADABLE;
	if (st.st_size != SIZE)
		return BAD;
	if ((n = ak_read_at(fd, header, HEADER_LEN, 0)) == -1)
		return UNREADABLE;
	return n == HEADER_LEN && memcmp(header, HEADER, HEADER_LEN) == 0 ?
	    GOOD : BAD;
}

static bool
make(int fd)
{
	static const unsigned char image[SIZE] = HEADER;

	return ak_file_own(fd) && ak_resize(fd, 0) &&
	    ak_write_at(fd, image, SIZE, 0) == SIZE;
}

/* What nobody can have counted is nothing. */
static int64_t
value_of(const unsigned char *slot)
{
	int64_t value = ak_get64(slot);

	return value < 0 ? 0 : value;
}

static bool
count(int fd, off_t at)
{
	unsigned char slot[SLOT_LEN];
	int64_t value;

	if (ak_read_at(fd, slot, SLOT_LEN, at) != SLOT_LEN)
		return false;
	if ((value = value_of(slot)) < INT64_MAX)
		value++;
	ak_put64(slot, value);
	return ak_write_at(fd, slot, SLOT_LEN, at) == SLOT_LEN;
}

/* Another may have made it between the two locks. */
static bool
make_and_count(int fd, off_t at)
{
	enum shape shape;
	bool done;

	if (ak_lock(fd, 0, 0, WAIT_NS) != APIKEY_OK)
		return false;
	shape = shape_of(fd);
	done = (shape == GOOD || (shape == BAD && make(fd))) && count(fd, at);
	ak_unlock(fd, 0, 0);
	return done;
}

bool
ak_counters_add(const struct ak_dir *state, int code)
{
	enum shape shape;
	struct stat st;
	bool done;
	off_t at;
	int fd;

	if (state->fd == -1 || code < 0 || code >= AK_COUNTERS ||
	    ak_file_open(state, NAME, O_RDWR | O_CREAT, &fd, &st, NULL) !=
	    APIKEY_OK)
		return false;
	at = HEADER_LEN + (off_t)code * SLOT_LEN;
	done = false;
	if (ak_lock(fd, at, SLOT_LEN, WAIT_NS) == APIKEY_OK) {
		shape = shape_of(fd);
		done = shape == GOOD && count(fd, at);
		ak_unlock(fd, at, SLOT_LEN);
		if (shape == BAD)
			done = make_and_count(fd, at);
	}
	(void)close(fd);
	return done;
}

static int
load(const struct ak_dir *state, int fd, unsigned char ret[SIZE + 1],
    struct ak_fault *fault)
{
	ssize_t n = ak_read_at(fd, ret, SIZE + 1, 0);

	if (n == -1)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "%s/" NAME ": %s", state->path, strerrordesc_np(errno));
	/* An empty one is just being made. */
	if (n != 0 && (n != SIZE || memcmp(ret, HEADER, HEADER_LEN) != 0))
		return ak_fail(fault, APIKEY_ERR_CORRUPT_RECORD, "%s/" NAME
		    ": is not a file of counters; the next login makes it "
		    "anew", state->path);
	return APIKEY_OK;
}

int
ak_counters_read(const struct ak_dir *state, int64_t ret[AK_COUNTERS],
    struct ak_fault *fault)
{
	unsigned char bytes[SIZE + 1] = { 0 };
	struct stat st;
	int code, fd;

	if (state->fd == -1)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "the folder of the state is not open");
	code = ak_file_open(state, NAME, O_RDONLY, &fd, &st, fault);
	if (code == APIKEY_OK) {
		code = load(state, fd, bytes, fault);
		(void)close(fd);
	} else if (code == APIKEY_ERR_NOT_FOUND)
		code = APIKEY_OK;
	if (code != APIKEY_OK)
		return code;
	for (size_t i = 0; i < AK_COUNTERS; i++)
		ret[i] = value_of(bytes + HEADER_LEN + i * SLOT_LEN);
	return APIKEY_OK;
}
