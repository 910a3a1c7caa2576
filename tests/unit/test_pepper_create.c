/*
 * The file of the pepper is made once, whole, and by one of those who
 * try at the same time.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "fileio.h"
#include "peppers.h"

/* Names in the folder; "." and ".." are none. */
static size_t
names_in(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count - 2;
}

static void
created(void **state)
{
	struct fixture *f = *state;
	char text[100] = "";
	struct ak_pepper one;
	mode_t old = umask(0);
	struct stat st;
	int fd;

	assert_int_equal(create(f), APIKEY_OK);
	(void)umask(old);
	assert_true(f->pepper.is_set);
	one = f->pepper;
	assert_int_equal(lstat(f->path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_nlink, 1);
	fd = open(f->path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, text, sizeof(text)), 65);
	(void)close(fd);
	assert_int_equal(strspn(text, "0123456789abcdef"), 64);
	assert_string_equal(text + 64, "\n");
	assert_int_equal(load(f), APIKEY_OK);
	assert_memory_equal(&f->pepper, &one, sizeof(one));
	/* The file and the lock of the folder, no temporary one. */
	assert_int_equal(names_in(f->folder), 2);

	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(create(f), APIKEY_OK);
	assert_memory_not_equal(f->pepper.key, one.key, AK_PEPPER_LEN);
}

static void
created_once(void **state)
{
	static const char why[] = ": exists already";
	struct fixture *f = *state;
	struct ak_pepper one;
	struct stat before, after;

	assert_int_equal(create(f), APIKEY_OK);
	one = f->pepper;
	assert_int_equal(lstat(f->path, &before), 0);
	refused(f, create(f), APIKEY_ERR_CONFLICT, why);
	assert_int_equal(lstat(f->path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(load(f), APIKEY_OK);
	assert_memory_equal(&f->pepper, &one, sizeof(one));
	assert_int_equal(names_in(f->folder), 2);
	/* A bad one stays as well, and whatever else has the name. */
	tmp_write(f->folder, "pepper", "");
	refused(f, create(f), APIKEY_ERR_CONFLICT, why);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(symlink("nowhere", f->path), 0);
	refused(f, create(f), APIKEY_ERR_CONFLICT, why);
	assert_int_equal(names_in(f->folder), 2);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkdir(f->path, 0700), 0);
	refused(f, create(f), APIKEY_ERR_CONFLICT, why);
	assert_int_equal(names_in(f->folder), 2);
}

static void
not_created(void **state)
{
	const struct rlimit small = { 10, RLIM_INFINITY };
	struct fixture *f = *state;
	struct rlimit old;
	int code;

	/* A limit on the size of files does what a full disk does. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	code = create(f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(code, APIKEY_ERR_UNAVAILABLE);
	assert_false(f->pepper.is_set);
	assert_int_equal(names_in(f->folder), 1);

	tmp_chmod(f->folder, ".", 0770);
	assert_int_equal(create(f), APIKEY_ERR_INSECURE_STORE);
	tmp_chmod(f->folder, ".", 0700);
	assert_int_equal(names_in(f->folder), 1);

	tmp_join(f->path, f->folder, "nowhere/pepper");
	refused(f, create(f), APIKEY_ERR_UNAVAILABLE,
	    ": there is no such folder to make it in; make that first");
}

/* A change of the same folder is under way: it ends first. */
static void
the_lock_is_waited_for(void **state)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	struct fixture *f = *state;
	struct ak_dir dir = AK_DIR_CLOSED;
	int lock, status;
	pid_t child;

	assert_int_equal(ak_dir_open(&dir, f->folder, NULL), APIKEY_OK);
	assert_int_equal(ak_dir_lock(&dir, &lock, NULL), APIKEY_OK);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)close(lock);
		_exit(create(f) == APIKEY_OK ? 7 : 1);
	}
	(void)nanosleep(&pause, NULL);
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	assert_int_equal(names_in(f->folder), 1);
	ak_dir_unlock(lock);
	ak_dir_close(&dir);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_int_equal(load(f), APIKEY_OK);
}

#define CREATORS	8

struct race {
	int		 gate[2];	/* closed: go */
	int		 answer[2];
	const char	*path;
};

struct answer {
	int			 code;
	struct ak_pepper	 pepper;
};

static void
race(struct race *r)
{
	struct answer answer = { .code = 0 };
	char c;

	(void)close(r->gate[1]);
	while (read(r->gate[0], &c, 1) == -1 && errno == EINTR)
		continue;
	answer.code = ak_pepper_create(r->path, &answer.pepper, NULL);
	_exit(write(r->answer[1], &answer, sizeof(answer)) ==
	    (ssize_t)sizeof(answer) ? 0 : 1);
}

/* One of them wins, and what stands there is what it was told. */
static void
run_race(struct fixture *f)
{
	struct race r = { .path = f->path };
	struct answer answer, winner = { .code = -1 };
	pid_t child[CREATORS];
	unsigned won = 0;
	int status;

	assert_int_equal(pipe2(r.gate, O_CLOEXEC), 0);
	assert_int_equal(pipe2(r.answer, O_CLOEXEC), 0);
	for (size_t i = 0; i < CREATORS; i++) {
		child[i] = fork();
		assert_int_not_equal(child[i], -1);
		if (child[i] == 0)
			race(&r);
	}
	(void)close(r.gate[0]);
	(void)close(r.gate[1]);
	(void)close(r.answer[1]);
	for (size_t i = 0; i < CREATORS; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_int_equal(read(r.answer[0], &answer, sizeof(answer)),
		    sizeof(answer));
		if (answer.code == APIKEY_OK) {
			winner = answer;
			won++;
		} else
			assert_int_equal(answer.code, APIKEY_ERR_CONFLICT);
	}
	(void)close(r.answer[0]);
	assert_int_equal(won, 1);
	assert_int_equal(load(f), APIKEY_OK);
	assert_memory_equal(&f->pepper, &winner.pepper, sizeof(f->pepper));
	assert_int_equal(names_in(f->folder), 2);
}

static void
eight_at_once(void **state)
{
	struct fixture *f = *state;

	for (unsigned round = 0; round < 10; round++) {
		run_race(f);
		assert_int_equal(unlink(f->path), 0);
	}
}

static void
bad_paths(void **state)
{
	static const char *const paths[] = { "", "pepper", "./pepper",
	    "/etc/", "/etc/../etc/pepper" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(paths); i++) {
		assert_int_equal(ak_pepper_create(paths[i], &f->pepper,
		    &f->fault), APIKEY_ERR_BAD_CONFIG);
		assert_false(f->pepper.is_set);
	}
}

static void
create_it(void *arg)
{
	struct fixture *f = arg;

	(void)create(f);
	traces_hide(f->pepper.key, sizeof(f->pepper.key));
}

/* Neither the key nor its digits, made or not. */
static void
nothing_is_left(void **state)
{
	struct fixture *f = *state;

	if (TRACES_UNREADABLE)
		skip();
	traces_run(create_it, f);
	assert_true(f->pepper.is_set);
	no_trace(f->pepper.key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PEPPER_TEST(created), PEPPER_TEST(created_once),
		PEPPER_TEST(not_created), PEPPER_TEST(the_lock_is_waited_for),
		PEPPER_TEST(eight_at_once), PEPPER_TEST(bad_paths),
		PEPPER_TEST(nothing_is_left),
	};

	if (ak_mem_init() != APIKEY_OK)
		return 1;
	return cmocka_run_group_tests_name("pepper create", tests, NULL,
	    NULL);
}
