/*
 * tree.c - the files of this machine, or of an image's tree.
 *
 * An image is looked at by openat2(2), which resolves every link inside
 * it: /etc/pam.d/system-auth of Fedora is an absolute one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exit.h"
#include "output.h"
#include "tree.h"

static bool
is_image(const struct cmd_tree *tree)
{
	return *tree->root != '\0';
}

static int
open_in(const struct cmd_tree *tree, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
	};

	if (!is_image(tree))
		return open(path, flags | O_CLOEXEC);
	return (int)syscall(SYS_openat2, tree->fd, path, &how, sizeof(how));
}

int
cmd_tree_open(struct cmd_tree *tree, const char *root)
{
	int fd;

	tree->fd = -1;
	tree->root = root == NULL ? strdup("") : realpath(root, NULL);
	if (tree->root == NULL) {
		cmd_error("%s: %s", root == NULL ? "/" : root,
		    strerror(errno));
		return CMD_EXIT_IO;
	}
	if (strcmp(tree->root, "/") == 0)
		*tree->root = '\0';
	tree->fd = open(root == NULL ? "/" : root,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = tree->fd == -1 ? -1 : open_in(tree, "/", O_RDONLY);
	if (fd == -1) {
		cmd_error("%s: cannot be looked at: %s", tree->root,
		    strerror(errno));
		return CMD_EXIT_IO;
	}
	close(fd);
	return CMD_EXIT_DONE;
}

void
cmd_tree_close(struct cmd_tree *tree)
{
	if (tree->fd != -1)
		close(tree->fd);
	free(tree->root);
}

const char *
cmd_tree_root(const struct cmd_tree *tree)
{
	return is_image(tree) ? tree->root : NULL;
}

char *
cmd_tree_name(const struct cmd_tree *tree, const char *path)
{
	return cmd_text("%s%s", tree->root, path);
}

static int
read_all(int fd, size_t max, char **ret_text, size_t *ret_len)
{
	size_t have = 0, room = 4096;
	char *text = cmd_memory(malloc(room));
	ssize_t n;

	/* One byte is for the NUL behind it. */
	while ((n = read(fd, text + have, room - 1 - have)) > 0) {
		have += (size_t)n;
		if (have < room - 1)
			continue;
		if (have > max)
			break;
		room *= 4;
		text = cmd_memory(realloc(text, room));
	}
	if (n == -1 || have > max) {
		n = n == -1 ? errno : EFBIG;
		free(text);
		return (int)n;
	}
	text[have] = '\0';
	*ret_text = text;
	if (ret_len != NULL)
		*ret_len = have;
	return 0;
}

/* To open a device can make it act, so a file is looked at first, by a
 * descriptor that opens nothing (O_PATH), and opened by way of that. */
static int
open_regular(int fd, struct stat *st, int *ret)
{
	char self[32];

	if (fd == -1 || fstat(fd, st) == -1)
		return errno;
	if (!S_ISREG(st->st_mode))
		return S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	*ret = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*ret == -1)
		return errno == ENOENT ? EIO : errno;	/* no /proc */
	return 0;
}

static int
read_file(int path_fd, size_t max, char **ret_text, size_t *ret_len,
    struct stat *ret_st)
{
	struct stat st;
	int error, fd = -1;

	error = open_regular(path_fd, &st, &fd);
	if (error == 0)
		error = read_all(fd, max, ret_text, ret_len);
	if (error == 0 && ret_st != NULL)
		*ret_st = st;
	if (fd != -1)
		close(fd);
	if (path_fd != -1)
		close(path_fd);
	return error;
}

int
cmd_tree_read(const struct cmd_tree *tree, const char *path,
    char **ret_text, size_t *ret_len, struct stat *ret_st)
{
	return read_file(open_in(tree, path, O_PATH), CMD_FILE_MAX, ret_text,
	    ret_len, ret_st);
}

int
cmd_tree_read_users(const struct cmd_tree *tree, const char *path,
    char **ret_text, size_t *ret_len)
{
	return read_file(open_in(tree, path, O_PATH), CMD_USERS_MAX, ret_text,
	    ret_len, NULL);
}

int
cmd_file_read(const char *path, char **ret_text, size_t *ret_len)
{
	return read_file(open(path, O_PATH | O_CLOEXEC), CMD_FILE_MAX,
	    ret_text, ret_len, NULL);
}

int
cmd_tree_list(const struct cmd_tree *tree, const char *path,
    struct cmd_words *ret)
{
	struct dirent *entry;
	DIR *dir;
	int fd;

	fd = open_in(tree, path, O_RDONLY | O_DIRECTORY);
	if (fd == -1)
		return errno;
	dir = cmd_memory(fdopendir(fd));
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			cmd_words_add(ret, entry->d_name);
	fd = errno;
	closedir(dir);
	cmd_words_sort(ret);
	return fd;
}

int
cmd_tree_stat(const struct cmd_tree *tree, const char *path,
    struct stat *ret)
{
	int fd = open_in(tree, path, O_PATH), error = 0;

	if (fd == -1)
		return errno;
	if (fstat(fd, ret) == -1)
		error = errno;
	close(fd);
	return error;
}

bool
cmd_tree_has(const struct cmd_tree *tree, const char *path)
{
	struct stat st;

	return cmd_tree_stat(tree, path, &st) == 0;
}
