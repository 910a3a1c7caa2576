/*
 * The folder of records.  Its rules:
 *
 *  - A record is read without a lock: every change is a rename, so a
 *    reader has the old record or the new one, never a part.
 *  - A change holds the folder's lock, and is made only if the file is
 *    still the one that the change was based on.
 *  - Names that begin with a dot are the keystore's own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keystore.h"
#include "token.h"

#define SUFFIX		".conf"
#define NAME_SIZE	(APIKEY_ID_SIZE + sizeof(SUFFIX))

int
ak_keystore_open(struct ak_keystore *store, const char *path,
    const struct ak_dir *near, struct ak_fault *fault)
{
	int code = ak_dir_open_near(&store->dir, near, path, fault);

	return code != APIKEY_ERR_NOT_FOUND ? code :
	    ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
	    "%s: there is no keystore; make the folder with mode 0700",
	    path);
}

void
ak_keystore_close(struct ak_keystore *store)
{
	ak_dir_close(&store->dir);
}

static void
file_name(const char *id, char ret[NAME_SIZE])
{
	(void)snprintf(ret, NAME_SIZE, "%s" SUFFIX, id);
}

static void
stamp_of(const struct stat *st, struct ak_stamp *ret)
{
	ret->dev = st->st_dev;
	ret->ino = st->st_ino;
	ret->ctime = st->st_ctim;
}

static bool
same_stamp(const struct ak_stamp *a, const struct ak_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino &&
	    a->ctime.tv_sec == b->ctime.tv_sec &&
	    a->ctime.tv_nsec == b->ctime.tv_nsec;
}

int
ak_keystore_get(const struct ak_keystore *store, const char *id,
    struct ak_record *ret, struct ak_stamp *ret_stamp,
    struct ak_fault *fault)
{
	char name[NAME_SIZE], path[512], *text = NULL;
	struct stat st;
	size_t len = 0;
	int code;

	ak_record_init(ret);
	file_name(id, name);
	code = ak_file_read(&store->dir, name, AK_RECORD_MAX,
	    APIKEY_ERR_CORRUPT_RECORD, &text, &len, &st, fault);
	if (code != APIKEY_OK)
		return code;
	(void)snprintf(path, sizeof(path), "%s/%s", store->dir.path, name);
	code = ak_record_parse(text, len, path, ret, fault);
	if (code == APIKEY_OK && strcmp(ret->id, id) != 0)
		code = ak_fail(fault, APIKEY_ERR_CORRUPT_RECORD,
		    "%s: holds the id %s; the file must be named by its id",
		    path, ret->id);
	if (code == APIKEY_OK)
		stamp_of(&st, ret_stamp);
	free(text);
	return code;
}

/* A descriptor, a look at it, and its end.  The folder's is at hand. */
void
ak_keystore_idle(const struct ak_keystore *store)
{
	struct stat st;
	int fd = fcntl(store->dir.fd, F_DUPFD_CLOEXEC, 0);

	if (fd == -1)
		return;
	(void)fstat(fd, &st);
	(void)close(fd);
}

/* The file, if it is the one that was read.  Certain only under the lock. */
static int
open_unchanged(const struct ak_keystore *store, const char *name,
    const struct ak_stamp *stamp, int *ret_fd, struct ak_fault *fault)
{
	struct ak_stamp now;
	struct stat st;
	int code, fd;

	code = ak_file_open(&store->dir, name, O_RDONLY, &fd, &st, fault);
	if (code != APIKEY_OK)
		return code;
	stamp_of(&st, &now);
	if (!same_stamp(stamp, &now)) {
		(void)close(fd);
		return ak_fail(fault, APIKEY_ERR_CONFLICT, "%s/%s: was "
		    "changed by somebody else meanwhile; look at it and try "
		    "again", store->dir.path, name);
	}
	*ret_fd = fd;
	return APIKEY_OK;
}

static int
unchanged(const struct ak_keystore *store, const char *name,
    const struct ak_stamp *stamp, struct ak_fault *fault)
{
	int code, fd;

	code = open_unchanged(store, name, stamp, &fd, fault);
	if (code == APIKEY_OK)
		(void)close(fd);
	return code;
}

/* After a change that is made already: a reading that fails here gives a
 * stamp that fits nothing, so that the next change reads again. */
static void
restamp(const struct ak_keystore *store, const char *name,
    struct ak_stamp *ret_stamp)
{
	struct stat st;
	int fd;

	*ret_stamp = (struct ak_stamp){ .ino = 0 };
	if (ak_file_open(&store->dir, name, O_RDONLY, &fd, &st, NULL) !=
	    APIKEY_OK)
		return;
	(void)close(fd);
	stamp_of(&st, ret_stamp);
}

/* based_on is NULL for a new record. */
static int
store_record(const struct ak_keystore *store, const struct ak_record *record,
    const struct ak_stamp *based_on, struct ak_stamp *ret_stamp,
    struct ak_fault *fault)
{
	char name[NAME_SIZE], *text = NULL;
	int code, lock_fd;
	size_t len = 0;

	file_name(record->id, name);
	if ((code = ak_record_encode(record, &text, &len, fault)) != APIKEY_OK)
		return code;
	if ((code = ak_dir_lock(&store->dir, &lock_fd, fault)) == APIKEY_OK) {
		if (based_on != NULL)
			code = unchanged(store, name, based_on, fault);
		if (code == APIKEY_OK)
			code = ak_file_replace(&store->dir, name, text, len,
			    based_on == NULL, fault);
		if (code == APIKEY_OK)
			restamp(store, name, ret_stamp);
		ak_dir_unlock(lock_fd);
	}
	free(text);
	return code;
}

int
ak_keystore_add(const struct ak_keystore *store,
    const struct ak_record *record, struct ak_stamp *ret_stamp,
    struct ak_fault *fault)
{
	return store_record(store, record, NULL, ret_stamp, fault);
}

int
ak_keystore_replace(const struct ak_keystore *store,
    const struct ak_record *record, struct ak_stamp *stamp,
    struct ak_fault *fault)
{
	return store_record(store, record, stamp, stamp, fault);
}

int
ak_keystore_remove(const struct ak_keystore *store, const char *id,
    const struct ak_stamp *stamp, struct ak_fault *fault)
{
	char name[NAME_SIZE];
	int code, lock_fd;

	file_name(id, name);
	if ((code = ak_dir_lock(&store->dir, &lock_fd, fault)) != APIKEY_OK)
		return code;
	if ((code = unchanged(store, name, stamp, fault)) == APIKEY_OK)
		code = ak_file_remove(&store->dir, name, fault);
	ak_dir_unlock(lock_fd);
	return code;
}

int
ak_keystore_settle(const struct ak_keystore *store, const char *id,
    const struct ak_stamp *stamp, struct ak_fault *fault)
{
	char name[NAME_SIZE];
	int code, fd;

	file_name(id, name);
	code = open_unchanged(store, name, stamp, &fd, fault);
	if (code != APIKEY_OK)
		return code;
	code = ak_file_sync(&store->dir, fd, name, fault);
	(void)close(fd);
	return code;
}

static int
each_name(const char *name, int (*each)(void *, const char *, const char *),
    void *arg)
{
	size_t len = strlen(name);
	char id[APIKEY_ID_SIZE];

	if (name[0] == '.')
		return 0;
	if (len == APIKEY_ID_LEN + strlen(SUFFIX) &&
	    strcmp(name + APIKEY_ID_LEN, SUFFIX) == 0) {
		memcpy(id, name, APIKEY_ID_LEN);
		id[APIKEY_ID_LEN] = '\0';
		if (ak_id_valid(id))
			return each(arg, id, NULL);
	}
	return each(arg, NULL, name);
}

int
ak_keystore_each(const struct ak_keystore *store,
    int (*each)(void *arg, const char *id, const char *name), void *arg,
    struct ak_fault *fault)
{
	struct dirent *entry;
	int fd, stop = 0;
	DIR *dir;

	fd = openat(store->dir.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || (dir = fdopendir(fd)) == NULL) {
		if (fd != -1)
			(void)close(fd);
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE, "%s: %s",
		    store->dir.path, strerrordesc_np(errno));
	}
	for (errno = 0; stop == 0 && (entry = readdir(dir)) != NULL;
	    errno = 0)
		stop = each_name(entry->d_name, each, arg);
	if (stop == 0 && errno != 0)
		stop = ak_fail(fault, APIKEY_ERR_UNAVAILABLE, "%s: %s",
		    store->dir.path, strerrordesc_np(errno));
	else
		stop = APIKEY_OK;
	(void)closedir(dir);
	return stop;
}
