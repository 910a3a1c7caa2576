/*
 * A folder of this process.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "fuzz.h"

#define FILES_MAX	64

static char path[128];

static int
unlink_one(const char *name, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(name);
}

static void
remove_all(void)
{
	(void)nftw(path, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *
folder(void)
{
	const char *parent = getenv("FUZZ_TMP");

	if (*path != '\0')
		return path;
	if (parent == NULL)
		parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(path, sizeof(path), "%s/apikey-fuzz-XXXXXX", parent);
	MUST(mkdtemp(path) != NULL);
	MUST(atexit(remove_all) == 0);
	return path;
}

void
folder_join(char ret[FOLDER_PATH], const char *name)
{
	int n = snprintf(ret, FOLDER_PATH, "%s/%s", folder(), name);

	MUST(n > 0 && n < FOLDER_PATH);
}

void
folder_make(const char *name)
{
	char full[FOLDER_PATH];

	folder_join(full, name);
	MUST(mkdir(full, 0700) == 0);
}

void
folder_write(const char *name, const void *bytes, size_t len)
{
	char full[FOLDER_PATH];
	int fd;

	folder_join(full, name);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MUST(fd != -1);
	MUST(write(fd, bytes, len) == (ssize_t)len);
	MUST(close(fd) == 0);
}

void
folder_write_text(const char *name, const char *text)
{
	folder_write(name, text, strlen(text));
}

void
folder_remove(const char *name)
{
	char full[FOLDER_PATH];

	folder_join(full, name);
	if (unlink(full) == -1 && errno != ENOENT)
		(void)nftw(full, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

ssize_t
folder_read(const char *name, void *ret, size_t max)
{
	char full[FOLDER_PATH];
	ssize_t n;
	int fd;

	folder_join(full, name);
	if ((fd = open(full, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	n = read(fd, ret, max);
	(void)close(fd);
	return n;
}

int
folder_open_files(void)
{
	struct pollfd fds[FILES_MAX];
	int count = 0;

	for (int i = 0; i < FILES_MAX; i++)
		fds[i] = (struct pollfd){ .fd = i };
	MUST(poll(fds, FILES_MAX, 0) >= 0);
	for (int i = 0; i < FILES_MAX; i++)
		if ((fds[i].revents & POLLNVAL) == 0)
			count++;
	return count;
}
