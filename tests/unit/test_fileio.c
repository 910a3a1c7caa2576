/*
 * Files and folders that somebody else could change, or that are not
 * files at all: refused without hanging, and no descriptor is lost.
 */
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "unit.h"

#include "fileio.h"

#define MAX	16384

struct fixture {
	char		 folder[PATH_SIZE];
	struct ak_dir	 dir;
	struct ak_fault	 fault;
	size_t		 fds;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	tmp_make(f->folder);
	f->dir = (struct ak_dir)AK_DIR_CLOSED;
	assert_int_equal(ak_dir_open(&f->dir, f->folder, &f->fault),
	    APIKEY_OK);
	f->fds = fd_count();
	/* What should hang ends the program instead. */
	(void)alarm(20);
	return 0;
}

static int
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

static int
read_it(struct fixture *f, const char *name)
{
	char *text = NULL;
	size_t len = 0;
	int code;

	f->fault = (struct ak_fault){ 0, "" };
	code = ak_file_read(&f->dir, name, MAX, APIKEY_ERR_CORRUPT_RECORD,
	    &text, &len, NULL, &f->fault);
	free(text);
	return code;
}

/* Refused with this code, and a sentence of the path and this. */
static void
refuse(struct fixture *f, const char *name, int want, const char *why)
{
	char message[2 * PATH_SIZE];
	int code = read_it(f, name);

	(void)snprintf(message, sizeof(message), "%s/%s: %s", f->folder, name,
	    why);
	assert_string_equal(f->fault.text, message);
	assert_int_equal(code, want);
	assert_int_equal(f->fault.code, want);
}

static void
whole_files(void **state)
{
	static const size_t sizes[] = { 0, 1, 4096, MAX - 1, MAX };
	struct fixture *f = *state;
	char *text, *have;
	struct stat st;
	size_t len;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		text = malloc(MAX);
		assert_non_null(text);
		memset(text, 'x', MAX);
		tmp_write_len(f->folder, "f", text, sizes[i]);
		assert_int_equal(ak_file_read(&f->dir, "f", MAX,
		    APIKEY_ERR_CORRUPT_RECORD, &have, &len, &st, &f->fault),
		    APIKEY_OK);
		assert_int_equal(len, sizes[i]);
		assert_int_equal(st.st_size, sizes[i]);
		assert_int_equal(strlen(have), sizes[i]);
		free(have);
		free(text);
	}
}

static void
oversized(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(1, MAX + 1);

	assert_non_null(text);
	tmp_write_len(f->folder, "f", text, MAX + 1);
	free(text);
	refuse(f, "f", APIKEY_ERR_CORRUPT_RECORD,
	    "is larger than 16384 bytes");
}

static void
absent(void **state)
{
	refuse(*state, "f", APIKEY_ERR_NOT_FOUND,
	    "No such file or directory");
}

static void
symbolic_links(void **state)
{
	static const char why[] =
	    "is a symbolic link, which is never followed";
	struct fixture *f = *state;

	tmp_write(f->folder, "file", "x");
	assert_int_equal(symlinkat("file", f->dir.fd, "to-file"), 0);
	assert_int_equal(symlinkat("/etc/passwd", f->dir.fd, "to-other"), 0);
	assert_int_equal(symlinkat(".", f->dir.fd, "to-folder"), 0);
	assert_int_equal(symlinkat("nowhere", f->dir.fd, "to-nothing"), 0);
	refuse(f, "to-file", APIKEY_ERR_INSECURE_STORE, why);
	refuse(f, "to-other", APIKEY_ERR_INSECURE_STORE, why);
	refuse(f, "to-folder", APIKEY_ERR_INSECURE_STORE, why);
	refuse(f, "to-nothing", APIKEY_ERR_INSECURE_STORE, why);
}

static void
no_regular_file(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct fixture *f = *state;
	int fd;

	assert_int_equal(mkfifoat(f->dir.fd, "fifo", 0600), 0);
	refuse(f, "fifo", APIKEY_ERR_INSECURE_STORE, "is not a regular file");
	tmp_mkdir(f->folder, "folder");
	refuse(f, "folder", APIKEY_ERR_INSECURE_STORE,
	    "is not a regular file");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(fd, -1);
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%.80s/socket",
	    f->folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	(void)close(fd);
	refuse(f, "socket", APIKEY_ERR_INSECURE_STORE,
	    "is not a regular file");
}

static void
device(void **state)
{
	struct fixture *f = *state;

	if (mknodat(f->dir.fd, "zero", S_IFCHR | 0600, makedev(1, 5)) == -1)
		skip();
	assert_int_not_equal(read_it(f, "zero"), APIKEY_OK);
	assert_int_equal(mknodat(f->dir.fd, "none", S_IFCHR | 0600,
	    makedev(60, 1)), 0);
	assert_int_not_equal(read_it(f, "none"), APIKEY_OK);
}

static void
writable_by_others(void **state)
{
	static const struct {
		mode_t mode;
		const char *why;	/* NULL: accepted */
	} rows[] = {
		{ 0600, NULL }, { 0400, NULL }, { 0644, NULL },
		{ 0755, NULL }, { 0664, "is writable by its group; "
		    "chmod go-w it" },
		{ 0620, "is writable by its group; chmod go-w it" },
		{ 0602, "is writable by everybody; chmod go-w it" },
		{ 0666, "is writable by everybody; chmod go-w it" },
		{ 01666, "is writable by everybody; chmod go-w it" },
	};
	struct fixture *f = *state;

	tmp_write(f->folder, "f", "x");
	for (size_t i = 0; i < COUNT(rows); i++) {
		tmp_chmod(f->folder, "f", rows[i].mode);
		if (rows[i].why == NULL)
			assert_int_equal(read_it(f, "f"), APIKEY_OK);
		else
			refuse(f, "f", APIKEY_ERR_INSECURE_STORE,
			    rows[i].why);
	}
}

static void
foreign_owner(void **state)
{
	struct fixture *f = *state;

	if (geteuid() != 0)
		skip();
	tmp_write(f->folder, "f", "x");
	assert_int_equal(fchownat(f->dir.fd, "f", 65534, 0, 0), 0);
	refuse(f, "f", APIKEY_ERR_INSECURE_STORE,
	    "belongs to uid 65534; chown root it");
}

static void
unreadable(void **state)
{
	struct fixture *f = *state;

	if (geteuid() == 0)
		skip();
	tmp_write(f->folder, "f", "x");
	tmp_chmod(f->folder, "f", 0200);
	refuse(f, "f", APIKEY_ERR_UNAVAILABLE, "Permission denied");
}

static void
close_on_exec(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	int fd;

	tmp_write(f->folder, "f", "x");
	assert_int_equal(ak_file_open(&f->dir, "f", O_RDONLY, &fd, &st,
	    &f->fault), APIKEY_OK);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_true((fcntl(f->dir.fd, F_GETFD) & FD_CLOEXEC) != 0);
	(void)close(fd);
}

int
main(void)
{
#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(whole_files), TEST(oversized), TEST(absent),
		TEST(symbolic_links), TEST(no_regular_file), TEST(device),
		TEST(writable_by_others), TEST(foreign_owner),
		TEST(unreadable), TEST(close_on_exec),
	};

	return cmocka_run_group_tests_name("fileio", tests, NULL, NULL);
}
