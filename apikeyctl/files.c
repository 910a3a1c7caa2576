/*
 * files.c - files that are written: what commands share.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "output.h"

#define MODE	(S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH)

int
cmd_folder_open(const char *path, const char **ret_name)
{
	char folder[PATH_MAX];
	const char *slash;
	size_t len;

	slash = strrchr(path, '/');
	*ret_name = slash == NULL ? path : slash + 1;
	if (slash == NULL)
		len = (size_t)snprintf(folder, sizeof(folder), ".");
	else
		len = (size_t)snprintf(folder, sizeof(folder), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	if (len >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool
cmd_write_all(int fd, const char *data, size_t len)
{
	ssize_t done;

	while (len > 0) {
		done = write(fd, data, len);
		if (done == -1 && errno == EINTR)
			continue;
		if (done == -1)
			return false;
		data += done;
		len -= (size_t)done;
	}
	return true;
}

/* What the file at a name may not be; NULL if it can be replaced. */
static const char *
obstacle(int folder, const char *name)
{
	struct stat st;

	if (*name == '\0')
		return "it names no file";
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? NULL : strerror(errno);
	if (S_ISLNK(st.st_mode))
		return "it is a symbolic link, which is not followed";
	return S_ISREG(st.st_mode) ? NULL : "it is no regular file";
}

/* One of this number that is still there is of a process that died. */
static int
make_new(int folder, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC;
	int fd;

	fd = openat(folder, name, flags, MODE);
	if (fd == -1 && errno == EEXIST && unlinkat(folder, name, 0) == 0)
		fd = openat(folder, name, flags, MODE);
	return fd;
}

static bool
fill(int fd, const char *text, size_t len)
{
	bool done;

	done = fchmod(fd, MODE) == 0 && cmd_write_all(fd, text, len);
	if (close(fd) == -1)
		done = false;
	return done;
}

/* NULL, or why not. */
static const char *
publish(int folder, const char *name, const char *text, size_t len)
{
	char new[NAME_MAX + 1];
	const char *why;
	int fd;

	if ((why = obstacle(folder, name)) != NULL)
		return why;
	if ((size_t)snprintf(new, sizeof(new), ".%s.%ld", name,
	    (long)getpid()) >= sizeof(new))
		return strerror(ENAMETOOLONG);
	fd = make_new(folder, new);
	if (fd == -1)
		return strerror(errno);
	if (fill(fd, text, len) && renameat(folder, new, folder, name) == 0)
		return NULL;
	why = strerror(errno);
	unlinkat(folder, new, 0);
	return why;
}

bool
cmd_file_publish(const char *path, const char *text, size_t len)
{
	const char *name, *why;
	int folder;

	folder = cmd_folder_open(path, &name);
	if (folder == -1)
		why = strerror(errno);
	else {
		why = publish(folder, name, text, len);
		close(folder);
	}
	if (why != NULL)
		cmd_error("cannot write the file '%s': %s", path, why);
	return why == NULL;
}
