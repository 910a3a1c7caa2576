/*
 * token_file.c - a new token on its way into a file.  The file is new,
 * for nobody but its owner, and on the disk before its key is active.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "output.h"
#include "token_io.h"

bool
cmd_token_file_owner(struct cmd_token_file *file, const char *user)
{
	const struct passwd *pw;

	pw = getpwnam(user);
	if (pw == NULL) {
		cmd_error("there is no user '%s' to own the file", user);
		return false;
	}
	file->give = true;
	file->owner = pw->pw_uid;
	file->group = pw->pw_gid;
	return true;
}

/* Fill the new file fd and have it, and its name in folder, on disk. */
static bool
fill(const struct cmd_token_file *file, int fd, int folder,
    const char *token)
{
	char line[APIKEY_TOKEN_SIZE + 1];
	bool done;

	snprintf(line, sizeof(line), "%s\n", token);
	done = fchmod(fd, S_IRUSR | S_IWUSR) == 0 &&
	    cmd_write_all(fd, line, strlen(line)) &&
	    (!file->give || fchown(fd, file->owner, file->group) == 0) &&
	    fsync(fd) == 0 && fsync(folder) == 0;
	explicit_bzero(line, sizeof(line));
	return done;
}

/* Nothing is made in /proc/self/fd, on a pipe, or over another file. */
static int
make(struct cmd_token_file *file, int folder, const char *name)
{
	struct stat st;
	int fd;

	fd = openat(folder, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1) {
		close(fd);
		return -1;
	}
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	file->made = true;
	return fd;
}

/* Another may have put a file of his own in its place. */
static bool
is_removed(const struct cmd_token_file *file, int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT;
	if (st.st_dev != file->dev || st.st_ino != file->ino)
		return true;
	if (unlinkat(folder, name, 0) == -1)
		return false;
	fsync(folder);
	return true;
}

/* A token of no key is nobody's secret, but somebody will try it. */
static void
remove_made(const struct cmd_token_file *file, int folder, const char *name)
{
	if (folder == -1 || !is_removed(file, folder, name))
		cmd_error("the file '%s' could not be taken back: remove it",
		    file->path);
}

int
cmd_token_deliver(void *arg, const char *token, const apikey_key *key)
{
	struct cmd_token_file *file = arg;
	int fd = -1, folder, why = 0;
	const char *name;

	(void)key;
	folder = cmd_folder_open(file->path, &name);
	if (folder != -1)
		fd = make(file, folder, name);
	if (fd == -1 || !fill(file, fd, folder, token))
		why = errno;
	if (fd != -1 && close(fd) == -1 && why == 0)
		why = errno;
	if (why != 0) {
		if (file->made)
			remove_made(file, folder, name);
		file->made = false;
		file->failed = true;
		cmd_error("no key was made: cannot make the file '%s': %s",
		    file->path, why == EEXIST ? "it is there already, and "
		    "a key never replaces a file" : strerror(why));
	}
	if (folder != -1)
		close(folder);
	return why == 0 ? APIKEY_OK : APIKEY_ERR_UNAVAILABLE;
}

void
cmd_token_file_remove(const struct cmd_token_file *file)
{
	const char *name;
	int folder;

	if (!file->made)
		return;
	folder = cmd_folder_open(file->path, &name);
	remove_made(file, folder, name);
	if (folder != -1)
		close(folder);
}
