/*
 * The file system, without trusting it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "fileio.h"

#define DIR_FLAGS	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define FILE_FLAGS	(O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define TEMPORARY	".apikey.new"

static int
fail_errno(struct ak_fault *fault, const char *path, const char *name)
{
	int err = errno, code = APIKEY_ERR_UNAVAILABLE;
	const char *slash = *name == '\0' ? "" : "/";

	if (err == ENOENT)
		code = APIKEY_ERR_NOT_FOUND;
	else if (err == ENOMEM)
		code = APIKEY_ERR_NO_MEMORY;
	else if (err == ELOOP)
		return ak_fail(fault, APIKEY_ERR_INSECURE_STORE,
		    "%s%s%s: is a symbolic link, which is never followed",
		    path, slash, name);
	else if (err == ENOTDIR)
		return ak_fail(fault, APIKEY_ERR_INSECURE_STORE,
		    "%s%s%s: is not a folder, or is a symbolic link to one",
		    path, slash, name);
	else if (err == ENXIO || err == EISDIR)
		return ak_fail(fault, APIKEY_ERR_INSECURE_STORE,
		    "%s%s%s: is not a regular file", path, slash, name);
	return ak_fail(fault, code, "%s%s%s: %s", path, slash, name,
	    strerrordesc_np(err));
}

/* Owned by root or us, and writable by nobody else. */
static int
check_owner(const struct stat *st, bool sticky_will_do, const char *path,
    const char *name, struct ak_fault *fault)
{
	const char *slash = *name == '\0' ? "" : "/";

	if (st->st_uid != 0 && st->st_uid != geteuid())
		return ak_fail(fault, APIKEY_ERR_INSECURE_STORE,
		    "%s%s%s: belongs to uid %u; chown root it",
		    path, slash, name, (unsigned)st->st_uid);
	if (sticky_will_do && st->st_uid == 0 && (st->st_mode & S_ISVTX) != 0)
		return APIKEY_OK;
	if (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0 &&
	    (st->st_mode & S_IWOTH) != 0)
		return ak_fail(fault, APIKEY_ERR_INSECURE_STORE,
		    "%s%s%s: is shared by all users; use a folder of its own "
		    "in it", path, slash, name);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return ak_fail(fault, APIKEY_ERR_INSECURE_STORE,
		    "%s%s%s: is writable by %s; chmod go-w it",
		    path, slash, name,
		    (st->st_mode & S_IWOTH) != 0 ? "everybody" : "its group");
	return APIKEY_OK;
}

/* Opens the folder that part names in *fd, which it replaces; one that is
 * to be kept stays open. */
static int
descend(int *fd, int kept, const char *part, const char *so_far, bool is_last,
    struct ak_fault *fault)
{
	struct stat st;
	int next;

	if ((next = openat(*fd, part, DIR_FLAGS)) == -1)
		return fail_errno(fault, so_far, "");
	if (*fd != kept)
		(void)close(*fd);
	*fd = next;
	if (fstat(next, &st) == -1)
		return fail_errno(fault, so_far, "");
	return check_owner(&st, !is_last, so_far, "", fault);
}

/* Down the parts of path behind its first `at' bytes, which name *fd. */
static int
walk(int *fd, int kept, const char *path, size_t at, struct ak_fault *fault)
{
	char so_far[PATH_MAX], *part, *end;
	int code = APIKEY_OK;
	char cut;

	(void)stpcpy(so_far, path);
	for (part = so_far + at; code == APIKEY_OK; part = end) {
		part += strspn(part, "/");
		if (*part == '\0')
			break;
		end = part + strcspn(part, "/");
		cut = *end;
		*end = '\0';
		if (strcmp(part, "..") == 0)
			code = ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
			    "%s: a path must not go through ..", path);
		else
			code = descend(fd, kept, part, so_far,
			    end[cut == '\0' ? 0 : 1 + strspn(end + 1, "/")]
			    == '\0', fault);
		*end = cut;
	}
	return code;
}

static int
check_path(const char *path, struct ak_fault *fault)
{
	return path[0] == '/' && strlen(path) < PATH_MAX ? APIKEY_OK :
	    ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
	    "%s: is not an absolute path", path);
}

/* What a walk has come to becomes the folder; fd is closed otherwise. */
static int
arrive(struct ak_dir *dir, int code, int fd, int kept, const char *path,
    struct ak_fault *fault)
{
	if (code == APIKEY_OK && (dir->path = strdup(path)) == NULL)
		code = ak_fail(fault, APIKEY_ERR_NO_MEMORY, "%s: out of memory",
		    path);
	if (code == APIKEY_OK)
		dir->fd = fd;
	else if (fd != kept)
		(void)close(fd);
	return code;
}

int
ak_dir_open_below(struct ak_dir *dir, const char *root, const char *path,
    struct ak_fault *fault)
{
	int code, fd = AT_FDCWD;

	if ((code = check_path(path, fault)) != APIKEY_OK)
		return code;
	code = descend(&fd, AT_FDCWD, root, "/",
	    path[strspn(path, "/")] == '\0', fault);
	if (code == APIKEY_OK)
		code = walk(&fd, AT_FDCWD, path, 0, fault);
	return arrive(dir, code, fd, AT_FDCWD, path, fault);
}

/* Does path go on behind that of the open folder? */
static bool
is_within(const struct ak_dir *folder, const char *path)
{
	size_t len;

	if (folder->fd == -1)
		return false;
	len = strlen(folder->path);
	return strncmp(path, folder->path, len) == 0 && path[len] == '/' &&
	    path[len + strspn(path + len, "/")] != '\0';
}

int
ak_dir_open_near(struct ak_dir *dir, const struct ak_dir *near,
    const char *path, struct ak_fault *fault)
{
	int code, fd = near->fd;

	if (!is_within(near, path))
		return ak_dir_open(dir, path, fault);
	if ((code = check_path(path, fault)) != APIKEY_OK)
		return code;
	code = walk(&fd, near->fd, path, strlen(near->path), fault);
	return arrive(dir, code, fd, near->fd, path, fault);
}

int
ak_dir_open(struct ak_dir *dir, const char *path, struct ak_fault *fault)
{
	return ak_dir_open_below(dir, "/", path, fault);
}

int
ak_dir_open_in(struct ak_dir *dir, const struct ak_dir *parent,
    const char *name, bool make, struct ak_fault *fault)
{
	char path[PATH_MAX];
	bool made = false;
	struct stat st;
	int code, fd;

	(void)snprintf(path, sizeof(path), "%s/%s", parent->path, name);
	/* Nearly always it is there, and mkdirat(2) would hold up those who
	 * look into its parent. */
	fd = openat(parent->fd, name, DIR_FLAGS);
	if (fd == -1 && errno == ENOENT && make) {
		if (mkdirat(parent->fd, name, S_IRWXU) == 0)
			made = true;
		else if (errno != EEXIST)
			return fail_errno(fault, path, "");
		fd = openat(parent->fd, name, DIR_FLAGS);
	}
	if (fd == -1)
		return fail_errno(fault, path, "");
	/* Whatever umask and group its maker had; and on the disk. */
	if (made && ((geteuid() == 0 && fchown(fd, 0, 0) == -1) ||
	    fchmod(fd, S_IRWXU) == -1 || fsync(parent->fd) == -1)) {
		(void)close(fd);
		return fail_errno(fault, path, "");
	}
	if (fstat(fd, &st) == -1)
		code = fail_errno(fault, path, "");
	else
		code = check_owner(&st, false, path, "", fault);
	if (code == APIKEY_OK && (dir->path = strdup(path)) == NULL)
		code = ak_fail(fault, APIKEY_ERR_NO_MEMORY, "%s: out of memory",
		    path);
	if (code == APIKEY_OK)
		dir->fd = fd;
	else
		(void)close(fd);
	return code;
}

int
ak_dir_copy(struct ak_dir *dir, const struct ak_dir *from,
    struct ak_fault *fault)
{
	*dir = (struct ak_dir)AK_DIR_CLOSED;
	if (from->fd == -1)
		return APIKEY_OK;
	if ((dir->path = strdup(from->path)) == NULL)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	if ((dir->fd = fcntl(from->fd, F_DUPFD_CLOEXEC, 0)) != -1)
		return APIKEY_OK;
	free(dir->path);
	dir->path = NULL;
	return fail_errno(fault, from->path, "");
}

int
ak_dir_open_of(struct ak_dir *dir, const char *path, const char **ret_name,
    struct ak_fault *fault)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	size_t len;
	int code;

	if (slash == NULL || path[0] != '/' || slash[1] == '\0' ||
	    strlen(path) >= sizeof(folder))
		return ak_fail(fault, APIKEY_ERR_BAD_CONFIG,
		    "%s: is not an absolute path to a file", path);
	len = slash == path ? 1 : (size_t)(slash - path);
	memcpy(folder, path, len);
	folder[len] = '\0';
	if ((code = ak_dir_open(dir, folder, fault)) == APIKEY_OK)
		*ret_name = slash + 1;
	return code;
}

void
ak_dir_close(struct ak_dir *dir)
{
	if (dir->fd != -1)
		(void)close(dir->fd);
	free(dir->path);
	dir->fd = -1;
	dir->path = NULL;
}

int
ak_file_open(const struct ak_dir *dir, const char *name, int flags,
    int *ret_fd, struct stat *ret_st, struct ak_fault *fault)
{
	struct stat st;
	int code, fd;

	fd = openat(dir->fd, name, flags | FILE_FLAGS, S_IRUSR | S_IWUSR);
	if (fd == -1)
		return fail_errno(fault, dir->path, name);
	if (fstat(fd, &st) == -1)
		code = fail_errno(fault, dir->path, name);
	else if (!S_ISREG(st.st_mode))
		code = ak_fail(fault, APIKEY_ERR_INSECURE_STORE,
		    "%s/%s: is not a regular file", dir->path, name);
	else
		code = check_owner(&st, false, dir->path, name, fault);
	if (code != APIKEY_OK) {
		(void)close(fd);
		return code;
	}
	*ret_fd = fd;
	*ret_st = st;
	return APIKEY_OK;
}

bool
ak_file_own(int fd)
{
	return (geteuid() != 0 || fchown(fd, 0, 0) == 0) &&
	    fchmod(fd, S_IRUSR | S_IWUSR) == 0;
}

/*
 * How many bytes to ask for: those that there are, or one more than allowed
 * where the file does not tell that, or tells that it is larger.
 */
static size_t
to_read(const struct stat *st, size_t max)
{
	return st->st_size > 0 && (uintmax_t)st->st_size <= max ?
	    (size_t)st->st_size : max + 1;
}

int
ak_file_read(const struct ak_dir *dir, const char *name, size_t max,
    int too_large, char **ret_text, size_t *ret_len, struct stat *ret_st,
    struct ak_fault *fault)
{
	char *text = NULL;
	size_t size = 0;
	struct stat st;
	ssize_t n;
	int code, fd;

	code = ak_file_open(dir, name, O_RDONLY, &fd, &st, fault);
	if (code != APIKEY_OK)
		return code;
	size = to_read(&st, max);
	if ((text = malloc(size + 1)) == NULL)
		code = ak_fail(fault, APIKEY_ERR_NO_MEMORY,
		    "%s/%s: out of memory", dir->path, name);
	else if ((n = ak_read_at(fd, text, size, 0)) == -1)
		code = fail_errno(fault, dir->path, name);
	else if ((size_t)n > max)
		code = ak_fail(fault, too_large,
		    "%s/%s: is larger than %zu bytes", dir->path, name, max);
	else {
		text[n] = '\0';
		*ret_text = text;
		*ret_len = (size_t)n;
		if (ret_st != NULL)
			*ret_st = st;
		text = NULL;
	}
	/* It may be part of a secret. */
	if (text != NULL)
		explicit_bzero(text, size + 1);
	free(text);
	(void)close(fd);
	return code;
}

static bool
write_full(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len > 0; text += n, len -= (size_t)n) {
		do
			n = write(fd, text, len);
		while (n == -1 && errno == EINTR);
		if (n == -1)
			return false;
	}
	return true;
}

static int
write_temporary(const struct ak_dir *dir, const char *text, size_t len,
    struct ak_fault *fault)
{
	int code = APIKEY_OK, fd;

	/* What is there was left by a writer that died: the lock is ours. */
	if (unlinkat(dir->fd, TEMPORARY, 0) == -1 && errno != ENOENT)
		return fail_errno(fault, dir->path, TEMPORARY);
	fd = openat(dir->fd, TEMPORARY,
	    O_WRONLY | O_CREAT | O_EXCL | FILE_FLAGS, S_IRUSR | S_IWUSR);
	if (fd == -1)
		return fail_errno(fault, dir->path, TEMPORARY);
	if (fchmod(fd, S_IRUSR | S_IWUSR) == -1 ||
	    !write_full(fd, text, len) || fsync(fd) == -1)
		code = fail_errno(fault, dir->path, TEMPORARY);
	if (close(fd) == -1 && code == APIKEY_OK)
		code = fail_errno(fault, dir->path, TEMPORARY);
	return code;
}

int
ak_file_replace(const struct ak_dir *dir, const char *name, const char *text,
    size_t len, bool is_new, struct ak_fault *fault)
{
	int code;

	code = write_temporary(dir, text, len, fault);
	if (code == APIKEY_OK && renameat2(dir->fd, TEMPORARY, dir->fd, name,
	    is_new ? RENAME_NOREPLACE : 0) == -1)
		code = errno == EEXIST ? ak_fail(fault, APIKEY_ERR_CONFLICT,
		    "%s/%s: exists already", dir->path, name) :
		    fail_errno(fault, dir->path, name);
	if (code != APIKEY_OK) {
		(void)unlinkat(dir->fd, TEMPORARY, 0);
		return code;
	}
	if (fsync(dir->fd) == -1) {
		code = fail_errno(fault, dir->path, "");
		/* What was not promised must not appear. */
		if (is_new)
			(void)unlinkat(dir->fd, name, 0);
	}
	return code;
}

int
ak_file_sync(const struct ak_dir *dir, int fd, const char *name,
    struct ak_fault *fault)
{
	if (fsync(fd) == -1)
		return fail_errno(fault, dir->path, name);
	return fsync(dir->fd) == -1 ? fail_errno(fault, dir->path, "") :
	    APIKEY_OK;
}

int
ak_file_remove(const struct ak_dir *dir, const char *name,
    struct ak_fault *fault)
{
	if (unlinkat(dir->fd, name, 0) == -1)
		return fail_errno(fault, dir->path, name);
	return fsync(dir->fd) == -1 ? fail_errno(fault, dir->path, "") :
	    APIKEY_OK;
}
