/*
 * The file of failures is made, may be anything else, and may find no
 * room: what is bad is made anew, and no login is kept from its answer.
 */
#include <sys/resource.h>

#include "failures.h"

#define NOBODY		65534

static void
made_by_a_charge(void **state)
{
	unsigned char key[16], other[16];
	struct fixture *f = *state;

	assert_false(over(f, "192.0.2.1", TOKEN_ID));
	assert_int_equal(access(f->path, F_OK), -1);
	assert_true(charge(f, "192.0.2.1", TOKEN_ID));
	is_made(f);
	read_at(f, key, sizeof(key), 12);
	(void)unlink(f->path);
	assert_int_equal(report(f, "192.0.2.1"), 1);
	is_made(f);
	read_at(f, other, sizeof(other), 12);
	assert_memory_not_equal(key, other, sizeof(key));
	assert_int_equal(report(f, "192.0.2.1"), 0);
}

/* In a process whose umask and group are others. */
static void
permissions(void **state)
{
	static const mode_t masks[] = { 0, 022, 077, 0177 };
	struct fixture *f = *state;
	pid_t pid;

	for (size_t i = 0; i < COUNT(masks); i++) {
		(void)unlink(f->path);
		if ((pid = start()) == 0) {
			(void)umask(masks[i]);
			if (geteuid() == 0 && setegid(NOBODY) == -1)
				_exit(1);
			_exit(charge(f, "192.0.2.1", TOKEN_ID) ? 0 : 2);
		}
		finish(pid);
		is_made(f);
		assert_false(over(f, "192.0.2.1", TOKEN_ID));
	}
}

/* Something of a good file is changed: it is made anew. */
static const struct {
	const char	*what;
	off_t		 size;
	off_t		 at;
	const char	*bytes;
	size_t		 len;
	bool		 sign;		/* with a CRC that fits */
} harms[] = {
	{ "empty", 0, 0, LITERAL(""), false },
	{ "cut in the header", 31, 0, LITERAL(""), false },
	{ "cut behind the header", 32, 0, LITERAL(""), false },
	{ "cut", FILE_SIZE - 1, 0, LITERAL(""), false },
	{ "longer", FILE_SIZE + 1, 0, LITERAL(""), false },
	{ "much longer", (off_t)1 << 40, 0, LITERAL(""), false },
	{ "unfinished", FILE_SIZE, 0, LITERAL("\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), false },
	{ "another sort", FILE_SIZE, 0, LITERAL("APIK"), true },
	{ "another version", FILE_SIZE, 8, LITERAL("\2"), true },
	{ "another key", FILE_SIZE, 12, LITERAL("0123456789abcdef"), false },
	{ "another CRC", FILE_SIZE, 28, LITERAL("0123"), false },
};

static void
harm(const struct fixture *f, size_t i)
{
	unsigned char header[32] = "";
	uint32_t crc;
	int fd;

	fd = open(f->path, O_RDWR | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	assert_int_equal(pread(fd, header, 32, 0), 32);
	memcpy(header + harms[i].at, harms[i].bytes, harms[i].len);
	crc = ak_crc32(header, 28);
	for (int n = 0; harms[i].sign && n < 4; n++)
		header[28 + n] = (unsigned char)(crc >> (8 * n));
	assert_int_equal(pwrite(fd, header, 32, 0), 32);
	assert_int_equal(ftruncate(fd, harms[i].size), 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(close(fd), 0);
}

static void
bad_files(void **state)
{
	struct fixture *f = *state;
	char last;

	for (size_t i = 0; i < COUNT(harms); i++) {
		(void)unlink(f->path);
		assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
		write_at(f, "x", 1, FILE_SIZE - 1);
		harm(f, i);
		if (!is_degraded(f))
			fail_msg("%s", harms[i].what);
		assert_true(charge(f, "192.0.2.1", TOKEN_ID));
		is_made(f);
		/* Nothing of the old one is left. */
		read_at(f, &last, 1, FILE_SIZE - 1);
		assert_int_equal(last, 0);
		assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 2);
		harm(f, i);
		assert_int_equal(report(f, "192.0.2.1"), 1);
		assert_int_equal(report(f, "192.0.2.1"), 0);
		is_made(f);
	}
}

static void
refused(const struct fixture *f)
{
	assert_true(is_degraded(f));
	assert_true(takes_nothing(f));
	assert_int_equal(remove(f->path), 0);
}

static void
no_such_file(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	tmp_write(f->folder, "other", "x");
	assert_int_equal(symlinkat("other", f->dir.fd, "throttle"), 0);
	refused(f);
	assert_int_equal(fstatat(f->dir.fd, "other", &st, 0), 0);
	assert_int_equal(st.st_size, 1);

	assert_int_equal(symlinkat("nothing", f->dir.fd, "throttle"), 0);
	refused(f);
	assert_int_equal(faccessat(f->dir.fd, "nothing", F_OK, 0), -1);

	assert_int_equal(mkfifoat(f->dir.fd, "throttle", 0600), 0);
	refused(f);
	tmp_mkdir(f->folder, "throttle");
	refused(f);
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
}

/* Writable by others, or theirs: what it says is not believed. */
static void
insecure(void **state)
{
	static const mode_t modes[] = { 0620, 0602, 0666 };
	struct fixture *f = *state;

	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
	for (size_t i = 0; i < COUNT(modes); i++) {
		tmp_chmod(f->folder, "throttle", modes[i]);
		assert_true(is_degraded(f));
		assert_true(takes_nothing(f));
	}
	tmp_chmod(f->folder, "throttle", 0600);
	assert_true(over(f, "192.0.2.1", TOKEN_ID));
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(f->path, NOBODY, 0), 0);
	assert_true(is_degraded(f));
	assert_true(takes_nothing(f));
}

/* Ends a child that has no privileges with what fails in it. */
static void
read_only_child(const struct fixture *f, enum answer want)
{
	if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) == -1)
		_exit(1);
	if (look(f, "192.0.2.1", TOKEN_ID) != want)
		_exit(2);
	if (!takes_nothing(f))
		_exit(3);
	_exit(look(f, "192.0.2.1", TOKEN_ID) == want ? 0 : 4);
}

static void
read_only(void **state)
{
	static const struct {
		mode_t mode;
		enum answer want;
	} rows[] = { { 0444, OVER }, { 0200, DEGRADED }, { 0, DEGRADED } };
	struct fixture *f = *state;
	pid_t pid;

	tmp_chmod(f->folder, ".", 0555);
	if ((pid = start()) == 0)
		read_only_child(f, UNDER);
	finish(pid);
	tmp_chmod(f->folder, ".", 0755);
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
	for (size_t i = 0; i < COUNT(rows); i++) {
		tmp_chmod(f->folder, "throttle", rows[i].mode);
		if ((pid = start()) == 0)
			read_only_child(f, rows[i].want);
		finish(pid);
	}
}

/* A child that may write so many bytes of a file. */
static void
small_child(const struct fixture *f, rlim_t size)
{
	const struct rlimit limit = { size, size };
	pid_t pid;

	if ((pid = start()) == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) == -1)
			_exit(1);
		_exit(takes_nothing(f) ? 0 : 2);
	}
	finish(pid);
}

/* For the file, and for an entry. */
static void
no_room(void **state)
{
	static const rlim_t sizes[] = { 0, 16, FILE_SIZE - 1 };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		(void)unlink(f->path);
		small_child(f, sizes[i]);
		/* What it left is bad, and made anew by the next look. */
		assert_true(is_degraded(f));
		assert_false(is_degraded(f));
	}
	assert_true(charge(f, "192.0.2.1", TOKEN_ID));
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 2);
	assert_int_equal(report(f, "192.0.2.1"), 1);
	small_child(f, SECTOR);
	assert_true(over(f, "192.0.2.1", TOKEN_ID));
	f->now += MINUTE;
	small_child(f, SECTOR);
	assert_int_equal(passes(f, "192.0.2.1", TOKEN_ID), 3);
	is_made(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(made_by_a_charge), TEST(permissions), TEST(bad_files),
		TEST(no_such_file), TEST(insecure), TEST(read_only),
		TEST(no_room),
	};

	return cmocka_run_group_tests_name("throttle_files", tests, NULL,
	    NULL);
}
