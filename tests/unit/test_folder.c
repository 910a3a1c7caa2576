/*
 * The way from "/" to a folder: every part of it must be safe.
 */
#include "unit.h"

#include "fileio.h"

struct fixture {
	char		 root[PATH_SIZE];	/* root/a/b/store */
	char		 store[PATH_SIZE];
	struct ak_fault	 fault;
	size_t		 fds;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	f->fds = fd_count();
	tmp_make(f->root);
	tmp_mkdir(f->root, "a");
	tmp_mkdir(f->root, "a/b");
	tmp_mkdir(f->root, "a/b/store");
	tmp_join(f->store, f->root, "a/b/store");
	(void)alarm(20);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)alarm(0);
	assert_int_equal(fd_count(), f->fds);
	tmp_remove(f->root);
	free(f);
	return 0;
}

/* From a folder on the way it is the same, whatever there is to say; where
 * nobody can come to that folder, nobody comes from it. */
static void
try_near(const struct fixture *f, const char *path, const char *on_the_way,
    int want)
{
	struct ak_dir near = AK_DIR_CLOSED, dir = AK_DIR_CLOSED;
	struct ak_fault fault = { 0, "" };
	char name[PATH_SIZE];
	int code;

	tmp_join(name, f->root, on_the_way);
	if (ak_dir_open(&near, name, NULL) != APIKEY_OK)
		return;
	code = ak_dir_open_near(&dir, &near, path, &fault);
	if (code == APIKEY_OK)
		assert_string_equal(dir.path, path);
	else
		assert_int_equal(dir.fd, -1);
	assert_string_equal(fault.text, f->fault.text);
	assert_int_equal(code, want);
	assert_int_equal(fcntl(near.fd, F_GETFD), FD_CLOEXEC);
	ak_dir_close(&dir);
	ak_dir_close(&near);
}

static int
try_open(struct fixture *f, const char *path)
{
	struct ak_dir dir = AK_DIR_CLOSED;
	int code;

	f->fault = (struct ak_fault){ 0, "" };
	code = ak_dir_open(&dir, path, &f->fault);
	try_near(f, path, "a", code);
	try_near(f, path, "a/b", code);
	try_near(f, path, "a/b/store", code);
	if (code == APIKEY_OK)
		assert_string_equal(dir.path, path);
	else
		assert_int_equal(dir.fd, -1);
	ak_dir_close(&dir);
	return code;
}

/* The store is refused with a sentence of this folder and this. */
static void
refuse(struct fixture *f, const char *name, const char *why)
{
	char message[2 * PATH_SIZE];
	int code = try_open(f, f->store);

	(void)snprintf(message, sizeof(message), "%s/%s: %s", f->root, name,
	    why);
	assert_string_equal(f->fault.text, message);
	assert_int_equal(code, APIKEY_ERR_INSECURE_STORE);
}

static void
good_paths(void **state)
{
	struct fixture *f = *state;
	char path[2 * PATH_SIZE];

	assert_int_equal(try_open(f, f->store), APIKEY_OK);
	(void)snprintf(path, sizeof(path), "%s/", f->store);
	assert_int_equal(try_open(f, path), APIKEY_OK);
	(void)snprintf(path, sizeof(path), "//%s///a/./b//store//", f->root);
	assert_int_equal(try_open(f, path), APIKEY_OK);
	assert_int_equal(try_open(f, "/"), APIKEY_OK);
	assert_int_equal(try_open(f, "///"), APIKEY_OK);
}

static void
bad_paths(void **state)
{
	struct fixture *f = *state;
	char path[2 * PATH_SIZE], *large = malloc(70000);

	assert_int_equal(try_open(f, ""), APIKEY_ERR_BAD_CONFIG);
	assert_int_equal(try_open(f, "etc"), APIKEY_ERR_BAD_CONFIG);
	assert_string_equal(f->fault.text, "etc: is not an absolute path");
	assert_int_equal(try_open(f, "./etc"), APIKEY_ERR_BAD_CONFIG);
	(void)snprintf(path, sizeof(path), "%s/../b/store", f->store);
	assert_int_equal(try_open(f, path), APIKEY_ERR_BAD_CONFIG);
	assert_non_null(strstr(f->fault.text,
	    ": a path must not go through .."));
	assert_int_equal(try_open(f, "/.."), APIKEY_ERR_BAD_CONFIG);
	(void)snprintf(path, sizeof(path), "%s/..", f->store);
	assert_int_equal(try_open(f, path), APIKEY_ERR_BAD_CONFIG);
	assert_non_null(large);
	memset(large, '/', 69999);
	large[69999] = '\0';
	assert_int_equal(try_open(f, large), APIKEY_ERR_BAD_CONFIG);
	free(large);
}

static void
absent(void **state)
{
	struct fixture *f = *state;
	char path[PATH_SIZE];

	tmp_join(path, f->root, "a/nowhere/store");
	assert_int_equal(try_open(f, path), APIKEY_ERR_NOT_FOUND);
	assert_non_null(strstr(f->fault.text, "/a/nowhere: No such"));
}

static void
symbolic_link_on_the_way(void **state)
{
	static const char why[] =
	    "is not a folder, or is a symbolic link to one";
	struct fixture *f = *state;
	char from[PATH_SIZE], to[PATH_SIZE];

	tmp_join(from, f->root, "a/b");
	tmp_join(to, f->root, "a/real");
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(symlink("real", from), 0);
	refuse(f, "a/b", why);
	assert_int_equal(unlink(from), 0);
	assert_int_equal(rename(to, from), 0);
	tmp_join(to, f->root, "a/b/real");
	assert_int_equal(rename(f->store, to), 0);
	assert_int_equal(symlink("real", f->store), 0);
	refuse(f, "a/b/store", why);
}

static void
no_folder(void **state)
{
	static const char why[] =
	    "is not a folder, or is a symbolic link to one";
	struct fixture *f = *state;

	assert_int_equal(rmdir(f->store), 0);
	tmp_write(f->root, "a/b/store", "");
	refuse(f, "a/b/store", why);
	assert_int_equal(unlink(f->store), 0);
	assert_int_equal(mkfifo(f->store, 0600), 0);
	refuse(f, "a/b/store", why);
}

static void
writable_by_others(void **state)
{
	static const char *const names[] = { "a", "a/b", "a/b/store" };
	static const char group[] = "is writable by its group; chmod go-w it";
	static const char all[] = "is writable by everybody; chmod go-w it";
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		tmp_chmod(f->root, names[i], 0770);
		refuse(f, names[i], group);
		tmp_chmod(f->root, names[i], 0707);
		refuse(f, names[i], all);
		tmp_chmod(f->root, names[i], 0755);
		assert_int_equal(try_open(f, f->store), APIKEY_OK);
	}
}

/* Such as /tmp: all right on the way when it is root's, never as the
 * store itself. */
static void
sticky(void **state)
{
	static const char all[] = "is shared by all users; use a "
	    "folder of its own in it";
	struct fixture *f = *state;
	char path[PATH_SIZE];

	tmp_chmod(f->root, "a", 01777);
	if (geteuid() == 0)
		assert_int_equal(try_open(f, f->store), APIKEY_OK);
	else
		refuse(f, "a", all);
	tmp_chmod(f->root, "a", 0755);
	tmp_chmod(f->root, "a/b/store", 01777);
	refuse(f, "a/b/store", all);
	tmp_join(path, f->root, "a/b/store/.");
	assert_int_equal(try_open(f, path), APIKEY_ERR_INSECURE_STORE);
	tmp_join(path, f->root, "a/b/store//");
	assert_int_equal(try_open(f, path), APIKEY_ERR_INSECURE_STORE);
}

static void
foreign_owner(void **state)
{
	static const char *const names[] = { "a", "a/b", "a/b/store" };
	struct fixture *f = *state;
	char path[PATH_SIZE];

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < COUNT(names); i++) {
		tmp_join(path, f->root, names[i]);
		assert_int_equal(chown(path, 65534, 0), 0);
		refuse(f, names[i],
		    "belongs to uid 65534; chown root it");
		/* Somebody else's sticky folder is no better. */
		assert_int_equal(chmod(path, 01755), 0);
		refuse(f, names[i],
		    "belongs to uid 65534; chown root it");
		assert_int_equal(chmod(path, 0755), 0);
		assert_int_equal(chown(path, 0, 0), 0);
	}
}

static void
closed_twice(void **state)
{
	struct fixture *f = *state;
	struct ak_dir dir = AK_DIR_CLOSED;

	ak_dir_close(&dir);
	assert_int_equal(ak_dir_open(&dir, f->store, NULL), APIKEY_OK);
	ak_dir_close(&dir);
	ak_dir_close(&dir);
	assert_int_equal(dir.fd, -1);
	assert_null(dir.path);
}

int
main(void)
{
#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(good_paths), TEST(bad_paths), TEST(absent),
		TEST(symbolic_link_on_the_way), TEST(no_folder),
		TEST(writable_by_others), TEST(sticky), TEST(foreign_owner),
		TEST(closed_twice),
	};

	return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
