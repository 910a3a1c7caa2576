/*
 * The folder of records: get, add, replace, each; conflicts, the lock,
 * and files that are not what they should be.
 */
#include <pthread.h>
#include <time.h>

#include "unit.h"

#include "keystore.h"

#define RECORD	"version = 1;\nid = \"" TOKEN_ID "\";\n"	\
	"user = \"deploy\";\nhash = \"" TOKEN_HASH "\";\n"
#define NAME	TOKEN_ID ".conf"

struct fixture {
	char			 folder[PATH_SIZE];
	struct ak_keystore	 store;
	struct ak_record	 record;
	struct ak_stamp		 stamp;
	struct ak_fault		 fault;
	size_t			 fds;
};

static const struct ak_dir nowhere = AK_DIR_CLOSED;

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	tmp_make(f->folder);
	f->store.dir = (struct ak_dir)AK_DIR_CLOSED;
	assert_int_equal(ak_keystore_open(&f->store, f->folder, &nowhere,
	    &f->fault), APIKEY_OK);
	ak_record_init(&f->record);
	f->fds = fd_count();
	(void)alarm(40);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)alarm(0);
	assert_int_equal(fd_count(), f->fds);
	ak_record_clear(&f->record);
	ak_keystore_close(&f->store);
	tmp_remove(f->folder);
	free(f);
	return 0;
}

static int
get(struct fixture *f)
{
	ak_record_clear(&f->record);
	return ak_keystore_get(&f->store, TOKEN_ID, &f->record, &f->stamp,
	    &f->fault);
}

static void
check_message(const struct fixture *f, const char *why)
{
	char want[2 * PATH_SIZE];

	(void)snprintf(want, sizeof(want), "%s/%s", f->folder, why);
	assert_string_equal(f->fault.text, want);
}

static void
no_keystore(void **state)
{
	struct fixture *f = *state;
	struct ak_keystore store = { AK_DIR_CLOSED };
	char path[PATH_SIZE];

	tmp_join(path, f->folder, "absent");
	assert_int_equal(ak_keystore_open(&store, path, &nowhere, &f->fault),
	    APIKEY_ERR_UNAVAILABLE);
	check_message(f, "absent: there is no keystore; make the folder with "
	    "mode 0700");
	ak_keystore_close(&store);
}

static void
added_and_read(void **state)
{
	struct fixture *f = *state;
	struct ak_stamp added;

	assert_int_equal(get(f), APIKEY_ERR_NOT_FOUND);
	assert_int_equal(ak_record_parse(LITERAL(RECORD), "P", &f->record,
	    NULL), APIKEY_OK);
	assert_int_equal(ak_keystore_add(&f->store, &f->record, &added,
	    &f->fault), APIKEY_OK);
	assert_int_equal(get(f), APIKEY_OK);
	assert_string_equal(f->record.user, "deploy");
	assert_int_equal(added.ino, f->stamp.ino);
	assert_int_equal(ak_keystore_add(&f->store, &f->record, &added,
	    &f->fault), APIKEY_ERR_CONFLICT);
	check_message(f, NAME ": exists already");
}

static void
replaced(void **state)
{
	struct fixture *f = *state;

	tmp_write(f->folder, NAME, RECORD);
	assert_int_equal(get(f), APIKEY_OK);
	f->record.disabled = true;
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_OK);
	/* The stamp is that of what was written. */
	f->record.disabled = false;
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_OK);
	assert_int_equal(get(f), APIKEY_OK);
	assert_false(f->record.disabled);
}

static void
changed_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct ak_stamp old;

	tmp_write(f->folder, NAME, RECORD);
	assert_int_equal(get(f), APIKEY_OK);
	old = f->stamp;
	f->record.disabled = true;
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_OK);
	f->record.disabled = false;
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &old,
	    &f->fault), APIKEY_ERR_CONFLICT);
	check_message(f, NAME ": was changed by somebody else meanwhile; "
	    "look at it and try again");
	assert_int_equal(get(f), APIKEY_OK);
	assert_true(f->record.disabled);
}

/* Written in place, the same bytes even: the time of change tells. */
static void
edited_in_place(void **state)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct fixture *f = *state;

	tmp_write(f->folder, NAME, RECORD);
	assert_int_equal(get(f), APIKEY_OK);
	(void)nanosleep(&pause, NULL);
	tmp_write(f->folder, NAME, RECORD);
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_ERR_CONFLICT);
}

static void
deleted_meanwhile(void **state)
{
	struct fixture *f = *state;

	tmp_write(f->folder, NAME, RECORD);
	assert_int_equal(get(f), APIKEY_OK);
	assert_int_equal(unlinkat(f->store.dir.fd, NAME, 0), 0);
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_ERR_NOT_FOUND);
	assert_int_equal(get(f), APIKEY_ERR_NOT_FOUND);
}

static void
another_id_inside(void **state)
{
	struct fixture *f = *state;

	tmp_write(f->folder, "0000000000.conf", RECORD);
	assert_int_equal(ak_keystore_get(&f->store, "0000000000", &f->record,
	    &f->stamp, &f->fault), APIKEY_ERR_CORRUPT_RECORD);
	check_message(f, "0000000000.conf: holds the id " TOKEN_ID "; the "
	    "file must be named by its id");
}

static void
bad_files(void **state)
{
	struct fixture *f = *state;
	char *large;

	tmp_write(f->folder, NAME, "");
	assert_int_equal(get(f), APIKEY_ERR_CORRUPT_RECORD);
	check_message(f, NAME ": is empty");
	tmp_write(f->folder, NAME, RECORD "colour = 1;");
	assert_int_equal(get(f), APIKEY_ERR_CORRUPT_RECORD);
	check_message(f, NAME ":5: unknown setting \"colour\"");
	tmp_write_len(f->folder, NAME, LITERAL(RECORD "\0"));
	assert_int_equal(get(f), APIKEY_ERR_CORRUPT_RECORD);
	check_message(f, NAME ": holds a NUL byte");
	large = malloc(AK_RECORD_MAX + 1);
	assert_non_null(large);
	memset(large, ' ', AK_RECORD_MAX + 1);
	memcpy(large, RECORD, sizeof(RECORD) - 1);
	tmp_write_len(f->folder, NAME, large, AK_RECORD_MAX);
	assert_int_equal(get(f), APIKEY_OK);
	tmp_write_len(f->folder, NAME, large, AK_RECORD_MAX + 1);
	free(large);
	assert_int_equal(get(f), APIKEY_ERR_CORRUPT_RECORD);
	check_message(f, NAME ": is larger than 16384 bytes");
	tmp_chmod(f->folder, NAME, 0660);
	assert_int_equal(get(f), APIKEY_ERR_INSECURE_STORE);
	check_message(f, NAME ": is writable by its group; chmod go-w it");
}

/* The lock itself may be a trap. */
static void
bad_locks(void **state)
{
	struct fixture *f = *state;

	tmp_write(f->folder, NAME, RECORD);
	assert_int_equal(get(f), APIKEY_OK);
	tmp_write(f->folder, "victim", "");
	assert_int_equal(symlinkat("victim", f->store.dir.fd, ".lock"), 0);
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_ERR_INSECURE_STORE);
	assert_int_equal(unlinkat(f->store.dir.fd, ".lock", 0), 0);
	assert_int_equal(mkfifoat(f->store.dir.fd, ".lock", 0600), 0);
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_ERR_INSECURE_STORE);
	assert_int_equal(unlinkat(f->store.dir.fd, ".lock", 0), 0);
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_OK);
}

static void *
unlock_later(void *arg)
{
	const struct timespec pause = { .tv_nsec = 200000000 };
	int fd = *(int *)arg;

	(void)nanosleep(&pause, NULL);
	ak_unlock(fd, 0, 0);
	return NULL;
}

/* A change waits for the one before it; a reader does not. */
static void
the_lock_is_waited_for(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;
	int fd;

	tmp_write(f->folder, NAME, RECORD);
	fd = openat(f->store.dir.fd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC,
	    0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(ak_lock(fd, 0, 0, 0), APIKEY_OK);
	assert_int_equal(get(f), APIKEY_OK);
	assert_int_equal(pthread_create(&thread, NULL, unlock_later, &fd), 0);
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	/* And it was given back. */
	assert_int_equal(ak_lock(fd, 0, 0, 0), APIKEY_OK);
	(void)close(fd);
}

/* A holder that never lets go: an error after some seconds. */
static void
the_lock_is_not_waited_for_without_end(void **state)
{
	struct fixture *f = *state;
	int fd;

	tmp_write(f->folder, NAME, RECORD);
	assert_int_equal(get(f), APIKEY_OK);
	fd = openat(f->store.dir.fd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC,
	    0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(ak_lock(fd, 0, 0, 0), APIKEY_OK);
	assert_int_equal(ak_keystore_replace(&f->store, &f->record, &f->stamp,
	    &f->fault), APIKEY_ERR_UNAVAILABLE);
	check_message(f, ".lock: another change holds the lock");
	(void)close(fd);
}

struct seen {
	char	text[1024];
	int	stop_after;
};

static int
see(void *arg, const char *id, const char *name)
{
	struct seen *seen = arg;
	size_t len = strlen(seen->text);

	(void)snprintf(seen->text + len, sizeof(seen->text) - len, "<%s|%s>",
	    id == NULL ? "" : id, name == NULL ? "" : name);
	return --seen->stop_after == 0;
}

static void
each_file(void **state)
{
	static const char *const names[] = { NAME, "0000000000.conf",
	    ".lock", ".apikey.new", ".0000000001.conf", "README", "x.conf",
	    "0000000000.conf~", "0000000000.CONF", "000000000u.conf" };
	struct seen seen = { "", 0 };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(names); i++)
		tmp_write(f->folder, names[i], "");
	for (int again = 0; again < 2; again++) {
		seen.text[0] = '\0';
		assert_int_equal(ak_keystore_each(&f->store, see, &seen,
		    &f->fault), APIKEY_OK);
		assert_int_equal(strlen(seen.text), 2 * 13 + 9 + 9 + 19 + 18 +
		    18);
		assert_non_null(strstr(seen.text, "<" TOKEN_ID "|>"));
		assert_non_null(strstr(seen.text, "<0000000000|>"));
		assert_non_null(strstr(seen.text, "<|README>"));
		assert_non_null(strstr(seen.text, "<|x.conf>"));
		assert_non_null(strstr(seen.text, "<|0000000000.conf~>"));
		assert_non_null(strstr(seen.text, "<|000000000u.conf>"));
	}
	seen = (struct seen){ "", 1 };
	assert_int_equal(ak_keystore_each(&f->store, see, &seen, &f->fault),
	    APIKEY_OK);
	assert_int_equal(seen.stop_after, 0);
}

int
main(void)
{
#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(no_keystore), TEST(added_and_read), TEST(replaced),
		TEST(changed_meanwhile), TEST(edited_in_place),
		TEST(deleted_meanwhile), TEST(another_id_inside),
		TEST(bad_files), TEST(bad_locks),
		TEST(the_lock_is_waited_for),
		TEST(the_lock_is_not_waited_for_without_end),
		TEST(each_file),
	};

	return cmocka_run_group_tests_name("keystore", tests, NULL, NULL);
}
