/*
 * A daemon: folders are opened once, and go on being used in a chroot,
 * without privileges, and when the configuration is read again.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <grp.h>

#include "keys.h"

#define NOBODY	65534

static int
give(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return lchown(path, NOBODY, NOBODY);
}

/* In the child: 0 when all is as it should be. */
static int
drop_and_verify(struct world *w, struct issued *k, const char *jail)
{
	static const struct bound label[] = {
		{ APIKEY_LABEL, "x" }, { APIKEY_USER, NULL },
	};

	if (seteuid(NOBODY) != 0)
		return 1;
	w->ctx = world_context(w);
	if (apikey_open(w->ctx, w->config) != APIKEY_OK)
		return 2;
	if (seteuid(0) != 0 || chroot(jail) != 0 || chdir("/") != 0)
		return 3;
	if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 ||
	    setuid(NOBODY) != 0)
		return 4;
	w->admin = apikey_admin_new(w->ctx, "daemon");
	w->count = 0;
	granted(w, k->token);
	granted(w, k->token);
	if (uses_of(w, k->key) != 2)
		return 5;
	/* The configuration is out of reach now: all stays as it was. */
	if (apikey_reload(w->ctx) != APIKEY_ERR_BAD_CONFIG)
		return 6;
	granted(w, k->token);
	if (show(w, TOKEN) != APIKEY_ERR_DENIED)
		return 7;
	w->count = 0;
	issue(w, k, label);
	granted(w, k->token);
	return apikey_revoke(w->admin, k->key, "other", NULL);
}

static void
chroot_and_no_privileges(void **state)
{
	struct world *w = *state;
	char jail[PATH_SIZE];
	int status = -1;
	struct issued k;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	tmp_mkdir(w->folder, "jail");
	tmp_join(jail, w->folder, "jail");
	issue(w, &k, NULL);
	assert_int_equal(nftw(w->folder, give, 16, FTW_PHYS), 0);
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0)
		_exit(drop_and_verify(w, &k, jail));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	apikey_key_free(k.key);
}

/* What was open and good is used on where the path leads nowhere now. */
static void
reload_keeps_the_state(void **state)
{
	struct world *w = *state;
	char moved[PATH_SIZE];
	struct issued k;

	issue(w, &k, NULL);
	tmp_join(moved, w->folder, "moved");
	assert_int_equal(rename(w->state, moved), 0);
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	granted(w, k.token);
	assert_int_equal(uses_of(w, k.key), 1);
	/* Another state that is named, and is not there, is missed. */
	tmp_join(w->state, w->folder, "other");
	world_config(w, "");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	assert_int_equal(show(w, k.token), APIKEY_OK);
	assert_non_null(strstr(w->line[0], " state=degraded"));
	w->count = 0;
	apikey_key_free(k.key);
}

/* A reload takes what is new: limits, and a keystore in another place. */
static void
reload_takes_the_new(void **state)
{
	struct world *w = *state;
	struct issued k;

	issue(w, &k, NULL);
	granted(w, k.token);
	granted(w, k.token);
	world_config(w, "limits = { key = \"1/1h\"; };");
	granted(w, k.token);
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	w->now += 2;
	granted(w, k.token);
	denied(w, k.token, "rate");
	world_config(w, "limits = { kex = \"1/1h\"; };");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_ERR_BAD_CONFIG);
	denied(w, k.token, "rate");
	tmp_mkdir(w->folder, "keys2.d");
	tmp_join(w->store, w->folder, "keys2.d");
	world_config(w, "");
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	denied(w, k.token, "unknown-key");
	apikey_key_free(k.key);
}

/* A folder that others can write to by now is not used on. */
static void
reload_drops_an_insecure_state(void **state)
{
	struct world *w = *state;
	struct issued k;

	issue(w, &k, NULL);
	granted(w, k.token);
	tmp_chmod(w->folder, "state", 0777);
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	assert_int_equal(show(w, k.token), APIKEY_OK);
	assert_non_null(strstr(w->line[0], " state=degraded"));
	w->count = 0;
	tmp_chmod(w->folder, "state", 0700);
	apikey_key_free(k.key);
}

/* In the child: what is refused is on record, and nobody is killed, where
 * the host program may write files of a few bytes only. */
static int
small_files(struct world *w, struct issued *k)
{
	const struct rlimit limit = { 24, 24 };

	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	if (show(w, k->token) != APIKEY_OK ||
	    strstr(w->line[0], " state=degraded") == NULL)
		return 2;
	w->count = 0;
	if (show(w, TOKEN) != APIKEY_ERR_DENIED || w->count != 2 ||
	    strstr(w->line[1], "event=auth.alarm ") == NULL)
		return 3;
	w->count = 0;
	if (show(w, TOKEN2) != APIKEY_ERR_DENIED || w->count != 1)
		return 4;
	return 0;
}

static void
file_size_limit(void **state)
{
	struct world *w = *state;
	int status = -1;
	struct issued k;
	pid_t pid;

	issue(w, &k, NULL);
	world_record(w, "revoked = { at = \"2026-11-23T00:00:00Z\"; };");
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0)
		_exit(small_files(w, &k));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	apikey_key_free(k.key);
}

/* Whoever is called back may call, and take its time: a reload meanwhile
 * keeps nobody waiting, and nobody keeps it. */
static int
look_again(void *arg, apikey_key *key, const char *message)
{
	struct world *w = arg;
	apikey_key *same = NULL;

	assert_null(message);
	assert_int_equal(apikey_reload(w->ctx), APIKEY_OK);
	assert_int_equal(apikey_get(w->admin, apikey_key_id(key), &same),
	    APIKEY_OK);
	granted(w, w->token);
	apikey_key_free(same);
	apikey_key_free(key);
	return 0;
}

static void
calls_in_callbacks(void **state)
{
	struct world *w = *state;
	struct issued a, b;

	issue(w, &a, NULL);
	issue(w, &b, NULL);
	w->token = a.token;
	assert_int_equal(apikey_list(w->admin, look_again, w), APIKEY_OK);
	apikey_key_free(a.key);
	apikey_key_free(b.key);
}

/* Does a program that is run now have anything of the world open? */
static bool
leaks_to_a_program(const struct world *w)
{
	static const char look[] =
	    "ls -l /proc/self/fd/ | grep -qF \"$0/\"";
	int status = -1;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", look, w->folder, NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
	return WEXITSTATUS(status) == 0;
}

static void
run_at_a_line(void *arg, int priority, const char *line)
{
	assert_false(leaks_to_a_program(arg));
	world_sink(arg, priority, line);
}

static int
run_at_a_key(void *arg, apikey_key *key, const char *message)
{
	assert_null(message);
	assert_false(leaks_to_a_program(arg));
	apikey_key_free(key);
	return 0;
}

/* A thread of the host may run a program at any time. */
static void
nothing_goes_through_exec(void **state)
{
	struct world *w = *state;
	struct issued k;
	int fd;

	fd = open(w->config, O_RDONLY);	/* the look sees what leaks */
	assert_int_not_equal(fd, -1);
	assert_true(leaks_to_a_program(w));
	(void)close(fd);

	issue(w, &k, NULL);
	apikey_set_sink(w->ctx, run_at_a_line, w);
	granted(w, k.token);
	denied(w, TOKEN2, "unknown-key");
	assert_int_equal(apikey_list(w->admin, run_at_a_key, w), APIKEY_OK);
	assert_false(leaks_to_a_program(w));
	apikey_key_free(k.key);
}

/* A clock that tells nonsense grants nothing, and locks nobody out. */
static void
the_clock_cannot_be_read(void **state)
{
	struct world *w = *state;
	struct issued k, none = { "", NULL };
	apikey_spec *spec = apikey_spec_new();

	issue(w, &k, NULL);
	assert_int_equal(apikey_spec_set(spec, APIKEY_USER, "deploy"), 0);
	w->now = INT64_MAX / INT64_C(1000000000) - 1;
	(void)show(w, k.token);
	w->count = 0;
	w->now = -5;
	assert_int_equal(show(w, k.token), APIKEY_ERR_UNAVAILABLE);
	assert_non_null(strstr(w->line[0], "reason=unavailable "));
	assert_non_null(strstr(w->line[0], "clock"));
	w->count = 0;
	/* Nor is any time stored that is not known. */
	assert_int_equal(apikey_renew(w->admin, k.key, "2d"),
	    APIKEY_ERR_UNAVAILABLE);
	assert_string_equal(apikey_admin_message(w->admin),
	    "the clock cannot be read");
	assert_int_equal(apikey_revoke(w->admin, k.key, "other", NULL),
	    APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(apikey_create(w->admin, spec, NULL, NULL, none.token,
	    &none.key), APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(apikey_rotate(w->admin, k.key, "7d", 0, NULL, NULL,
	    NULL, none.token, &none.key), APIKEY_ERR_UNAVAILABLE);
	world_no_line(w);
	w->now = NOW;
	granted(w, k.token);
	apikey_spec_free(spec);
	apikey_key_free(k.key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(chroot_and_no_privileges),
		WORLD_TEST(reload_keeps_the_state),
		WORLD_TEST(reload_takes_the_new),
		WORLD_TEST(reload_drops_an_insecure_state),
		WORLD_TEST(file_size_limit),
		WORLD_TEST(calls_in_callbacks),
		WORLD_TEST(nothing_goes_through_exec),
		WORLD_TEST(the_clock_cannot_be_read),
	};

	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}
