/*
 * failures.h - a state folder of its own for each test, a clock that
 * stands still, and failures to count in it.
 */
#ifndef FAILURES_H
#define FAILURES_H

#include <sys/prctl.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdbool.h>

#include <sodium.h>

#include "unit.h"

#include "clock.h"
#include "crc32.h"
#include "mem.h"
#include "throttle.h"

#define NOW		(INT64_C(1795478400) * AK_NS_PER_S)
#define MINUTE		(60 * AK_NS_PER_S)
#define YEAR		(365 * 86400 * AK_NS_PER_S)
#define FILE_SIZE	524800
#define SECTOR		512
#define TABLE_KEY	"\x80 ever the same"

struct fixture {
	char		 folder[PATH_SIZE];
	char		 path[PATH_SIZE];	/* of the table */
	struct ak_dir	 dir;
	struct ak_rate	 rate;
	int64_t		 now;
	size_t		 fds;
};

static inline int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	assert_int_equal(ak_mem_init(), APIKEY_OK);
	tmp_make(f->folder);
	tmp_join(f->path, f->folder, "throttle");
	f->dir = (struct ak_dir)AK_DIR_CLOSED;
	assert_int_equal(ak_dir_open(&f->dir, f->folder, NULL), APIKEY_OK);
	f->rate = (struct ak_rate){ 3, MINUTE, 3 };
	f->now = NOW;
	f->fds = fd_count();
	/* What should hang ends the program instead. */
	(void)alarm(20);
	return 0;
}

static inline int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)alarm(0);
	assert_int_equal(fd_count(), f->fds);
	ak_dir_close(&f->dir);
	tmp_remove(f->folder);
	free(f);
	return 0;
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

/* What the state tells, of which a child can make no assertion. */
enum answer { UNDER, OVER, DEGRADED };

static inline enum answer
look(const struct fixture *f, const char *source, const char *id)
{
	const struct ak_failure failure = { source, NULL, id, f->now };
	bool is_over, degraded = true;

	is_over = ak_throttle_over(&f->dir, &f->rate, &failure, &degraded);
	if (is_over)
		return OVER;
	return degraded ? DEGRADED : UNDER;
}

static inline bool
over(const struct fixture *f, const char *source, const char *id)
{
	enum answer answer = look(f, source, id);

	assert_int_not_equal(answer, DEGRADED);
	return answer == OVER;
}

static inline bool
charge(const struct fixture *f, const char *source, const char *id)
{
	const struct ak_failure failure = { source, NULL, id, f->now };

	return ak_throttle_charge(&f->dir, &f->rate, &failure);
}

static inline void
idle(const struct fixture *f, const char *source, const char *id,
    bool is_over)
{
	const struct ak_failure failure = { source, NULL, id, f->now };

	ak_throttle_idle(&f->dir, &f->rate, &failure, is_over);
}

static inline int64_t
report(const struct fixture *f, const char *source)
{
	const struct ak_failure failure = { source, NULL, NULL, f->now };

	return ak_throttle_report(&f->dir, &f->rate, &failure);
}

/* How many failures are let pass until they are over the limit. */
static inline int
passes(const struct fixture *f, const char *source, const char *id)
{
	int n = 0;

	for (; !over(f, source, id) && n < 10000; n++)
		assert_true(charge(f, source, id));
	return n;
}

static inline bool
takes_nothing(const struct fixture *f)
{
	return !charge(f, "192.0.2.1", TOKEN_ID) &&
	    report(f, "192.0.2.1") == 1 && report(f, "192.0.2.1") == 1;
}

static inline bool
is_degraded(const struct fixture *f)
{
	return look(f, "192.0.2.1", TOKEN_ID) == DEGRADED;
}

static inline void
is_made(const struct fixture *f)
{
	struct stat st;

	assert_int_equal(lstat(f->path, &st), 0);
	assert_int_equal(st.st_size, FILE_SIZE);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, geteuid());
	if (geteuid() == 0)
		assert_int_equal(st.st_gid, 0);
}

/* It ends when this program ends, also when it is stopped. */
static inline pid_t
start(void)
{
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* Its child ends with 0. */
static inline void
finish(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Where an entry is and what its tag is: the format, written down once
 * more. */
struct raw {
	unsigned char	tag[16];
	off_t		set;
};

static inline void
put(unsigned char *at, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

static inline void
write_at(const struct fixture *f, const void *bytes, size_t len, off_t at)
{
	int fd = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(pwrite(fd, bytes, len, at), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static inline void
read_at(const struct fixture *f, void *bytes, size_t len, off_t at)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_int_equal(pread(fd, bytes, len, at), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static inline void
write_header(const struct fixture *f)
{
	unsigned char header[32] = "apikthrt\1";

	memcpy(header + 12, TABLE_KEY, 16);
	put(header + 28, ak_crc32(header, 28), 4);
	write_at(f, header, sizeof(header), 0);
	assert_int_equal(truncate(f->path, FILE_SIZE), 0);
}

/* Where a file with that header has an entry of this name. */
static inline struct raw
locate(const char *name, size_t len)
{
	struct raw raw;

	assert_int_equal(crypto_shorthash_siphashx24(raw.tag,
	    (const unsigned char *)name, len,
	    (const unsigned char *)TABLE_KEY), 0);
	raw.set = SECTOR * (1 + raw.tag[0] + 256 * (raw.tag[1] % 4));
	return raw;
}

#endif
