/*
 * The host: --wrap=NAME of the linker turns the calls of NAME to __wrap_NAME
 * and those of __real_NAME to NAME.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "host.h"

/* A function, what it returns when it fails, its part and its errno. */
#define HOST_MAP(X)							\
	X(void *, malloc, (size_t a), (a), NULL, HOST_MEMORY, ENOMEM)	\
	X(void *, calloc, (size_t a, size_t b), (a, b), NULL,		\
	    HOST_MEMORY, ENOMEM)					\
	X(void *, reallocarray, (void *a, size_t b, size_t c),		\
	    (a, b, c), NULL, HOST_MEMORY, ENOMEM)			\
	X(char *, strdup, (const char *a), (a), NULL, HOST_MEMORY,	\
	    ENOMEM)							\
	X(int, mkdirat, (int a, const char *b, mode_t c), (a, b, c), -1, \
	    HOST_OPEN, EROFS)						\
	X(int, fstat, (int a, struct stat *b), (a, b), -1, HOST_OPEN,	\
	    EIO)							\
	X(ssize_t, pread, (int a, void *b, size_t c, off_t d),		\
	    (a, b, c, d), -1, HOST_READ, EIO)				\
	X(int, ftruncate, (int a, off_t b), (a, b), -1, HOST_WRITE,	\
	    ENOSPC)							\
	X(int, fsync, (int a), (a), -1, HOST_WRITE, EIO)		\
	X(int, fdatasync, (int a), (a), -1, HOST_WRITE, EIO)

#define X(type, name, parameters, arguments, bad, part, error)		\
	type	 __real_##name parameters;				\
	type	 __wrap_##name parameters;
HOST_MAP(X)
#undef X

int	 __real_openat(int, const char *, int, ...);
int	 __wrap_openat(int, const char *, int, ...);
int	 __real_fcntl(int, int, ...);
int	 __wrap_fcntl(int, int, ...);
ssize_t	 __real_pwrite(int, const void *, size_t, off_t);
ssize_t	 __wrap_pwrite(int, const void *, size_t, off_t);
int	 __real_gethostname(char *, size_t);
int	 __wrap_gethostname(char *, size_t);
int	 __real_clock_gettime(clockid_t, struct timespec *);
int	 __wrap_clock_gettime(clockid_t, struct timespec *);
int	 __real_clock_nanosleep(clockid_t, int, const struct timespec *,
	    struct timespec *);
int	 __wrap_clock_nanosleep(clockid_t, int, const struct timespec *,
	    struct timespec *);
void	 __wrap_syslog(int, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

static struct {
	bool		 inside;
	int64_t		 now;
	enum host_part	 part;
	unsigned	 left;
	bool		 lasting, failed;
	host_log	*log;
} host = { .part = HOST_PARTS };

void
host_enter(int64_t now)
{
	host.inside = true;
	host.now = now;
}

void
host_leave(void)
{
	host.inside = false;
}

int64_t
host_now(void)
{
	return host.now;
}

void
host_fail(enum host_part part, unsigned nth, bool lasting)
{
	host.part = part;
	host.left = nth;
	host.lasting = lasting;
	host.failed = false;
}

bool
host_failed(void)
{
	return host.failed;
}

bool
host_fails(enum host_part part)
{
	if (!host.inside || part != host.part)
		return false;
	if (host.left > 0) {
		host.left--;
		return false;
	}
	if (host.failed && !host.lasting)
		return false;
	host.failed = true;
	return true;
}

void
host_set_log(host_log *log)
{
	host.log = log;
}

void
host_say(int priority, const char *line)
{
	if (host.log != NULL)
		host.log(priority, line);
}

void
__wrap_syslog(int priority, const char *format, ...)
{
	char line[8192];
	va_list ap;

	va_start(ap, format);
	/* The prefix is pam_syslog(3)'s, with the host's name of itself. */
	if (strcmp(format, "pam_apikey(%s:%s): %s") == 0) {
		format = "%s";
		(void)va_arg(ap, const char *);
		(void)va_arg(ap, const char *);
	}
	(void)vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	host_say(priority, line);
}

#define X(type, name, parameters, arguments, bad, part, error)		\
	type								\
	__wrap_##name parameters					\
	{								\
		if (host_fails(part)) {					\
			errno = error;					\
			return bad;					\
		}							\
		return __real_##name arguments;				\
	}
HOST_MAP(X)
#undef X

int
__wrap_openat(int at, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (host_fails(HOST_OPEN)) {
		errno = EMFILE;
		return -1;
	}
	return __real_openat(at, name, flags, mode);
}

/* Whoever holds the lock does not let go. */
int
__wrap_fcntl(int fd, int command, ...)
{
	void *argument;
	va_list ap;

	va_start(ap, command);
	argument = va_arg(ap, void *);
	va_end(ap);
	if (command == F_OFD_SETLK &&
	    ((struct flock *)argument)->l_type != F_UNLCK &&
	    host_fails(HOST_LOCK)) {
		errno = EAGAIN;
		return -1;
	}
	return __real_fcntl(fd, command, argument);
}

/* A disk that is full takes what it has room for. */
ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	if (!host_fails(HOST_WRITE))
		return __real_pwrite(fd, bytes, len, at);
	if (host.lasting) {
		errno = ENOSPC;
		return -1;
	}
	return __real_pwrite(fd, bytes, len / 2, at);
}

int
__wrap_gethostname(char *name, size_t size)
{
	if (!host.inside)
		return __real_gethostname(name, size);
	if (host_fails(HOST_NAMES)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	MUST(size > strlen(HOST_NAME));
	memcpy(name, HOST_NAME, sizeof(HOST_NAME));
	return 0;
}

int
__wrap_clock_gettime(clockid_t which, struct timespec *ret)
{
	if (!host.inside)
		return __real_clock_gettime(which, ret);
	if (host_fails(HOST_NAMES)) {
		errno = EINVAL;
		return -1;
	}
	ret->tv_sec = host.now / NS;
	ret->tv_nsec = host.now % NS;
	return 0;
}

int
__wrap_clock_nanosleep(clockid_t which, int flags, const struct timespec *for_,
    struct timespec *left)
{
	if (!host.inside)
		return __real_clock_nanosleep(which, flags, for_, left);
	host.now += for_->tv_sec * NS + for_->tv_nsec;
	return 0;
}
