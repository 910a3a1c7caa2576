/*
 * unit.h - what every test program here has: cmocka, temporary folders
 * and files, and a count of open descriptors.
 *
 * Programs are made of one file each, so what they share is inline.
 */
#ifndef UNIT_H
#define UNIT_H

#include <sys/stat.h>
#include <sys/types.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define PATH_SIZE	1024

/* The first token of the format's description, and its parts. */
#define TOKEN_ID	"7k2m9q4t8w"
#define TOKEN_SECRET	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab"
#define TOKEN		"apik_" TOKEN_ID "_" TOKEN_SECRET "4b3vAz"
#define TOKEN_HASH	"$blake2b$v=1$" \
	"4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU"
/* Another secret with the same id. */
#define TOKEN2		"apik_7k2m9q4t8w_" \
	"56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg0A5yNt"

/* What is said of a text that libconfig cannot read. */
#define SYNTAX_ERROR	"syntax error: a quote, a bracket or a \"=\" may be " \
	"missing, on this line or before it"

/* The length behind a literal, NUL bytes inside it included. */
#define LITERAL(text)	(text), sizeof(text) - 1

static inline void
tmp_make(char ret_path[PATH_SIZE])
{
	(void)snprintf(ret_path, PATH_SIZE, "/tmp/apikey-unit-XXXXXX");
	assert_non_null(mkdtemp(ret_path));
}

static inline int
tmp_unlink(const char *path, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void
tmp_remove(const char *path)
{
	assert_int_equal(nftw(path, tmp_unlink, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void
tmp_join(char ret_path[PATH_SIZE], const char *folder, const char *name)
{
	int n = snprintf(ret_path, PATH_SIZE, "%s/%s", folder, name);

	assert_in_range(n, 1, PATH_SIZE - 1);
}

static inline void
tmp_write_len(const char *folder, const char *name, const void *text,
    size_t len)
{
	char path[PATH_SIZE];
	int fd;

	tmp_join(path, folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static inline void
tmp_write(const char *folder, const char *name, const char *text)
{
	tmp_write_len(folder, name, text, strlen(text));
}

static inline void
tmp_mkdir(const char *folder, const char *name)
{
	char path[PATH_SIZE];

	tmp_join(path, folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* chmod(2): whatever the umask is. */
static inline void
tmp_chmod(const char *folder, const char *name, mode_t mode)
{
	char path[PATH_SIZE];

	tmp_join(path, folder, name);
	assert_int_equal(chmod(path, mode), 0);
}

static inline size_t
fd_count(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}

/* In a heap block of its own size, so that a sanitizer sees a read that
 * goes over its end. */
static inline char *
exact_copy(const char *text, size_t len)
{
	char *copy = malloc(len == 0 ? 1 : len);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

#endif
