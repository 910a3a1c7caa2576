/*
 * Calls of the system that fail, and lines for syslog that are kept.
 */
#undef _FORTIFY_SOURCE		/* it makes inline functions of these */
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <locale.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "inject.h"

/* As the C library has it: ferror(3) is to tell of it. */
#define ERROR_SEEN	0x20

/* The function of this name in the library behind this one. */
#define NEXT(name)							\
	static __typeof__(name) *next;					\
	if (next == NULL)						\
		*(void **)&next = dlsym(RTLD_NEXT, #name)

/* What fails gives -1 and errno. */
#define FAILS(kind, name, fd, path) do {				\
	const int error = fault_due(FAULT_##kind, #name, fd, path);	\
									\
	if (error != 0) {						\
		errno = error;						\
		return -1;						\
	}								\
} while (0)

#define WRAP(kind, type, name, parameters, arguments, fd, path)		\
	type								\
	name parameters							\
	{								\
		NEXT(name);						\
		FAILS(kind, name, fd, path);				\
		return next arguments;					\
	}

/* What is done is noted. */
#define WRAP_DONE(kind, name, parameters, arguments, fd, path, done)	\
	int								\
	name parameters							\
	{								\
		int result;						\
									\
		NEXT(name);						\
		FAILS(kind, name, fd, path);				\
		if ((result = next arguments) == 0)			\
			done;						\
		return result;						\
	}

/* Also by half of what was asked for. */
#define WRAP_PART(kind, name, done, parameters, whole, half)		\
	ssize_t								\
	name parameters							\
	{								\
		const int error = fault_due(FAULT_##kind, #name, fd,	\
		    NULL);						\
									\
		NEXT(name);						\
		if (error == FAULT_HALF)				\
			return done(fd, next half);			\
		errno = error != 0 ? error : errno;			\
		return error != 0 ? -1 : done(fd, next whole);		\
	}

static ssize_t
was_read(int fd, ssize_t n)
{
	(void)fd;
	return n;
}

static ssize_t
was_written(int fd, ssize_t n)
{
	if (n > 0)
		fault_wrote(fd);
	return n;
}

WRAP_PART(READ, read, was_read, (int fd, void *buf, size_t n),
    (fd, buf, n), (fd, buf, n / 2))
WRAP_PART(READ, pread, was_read, (int fd, void *buf, size_t n, off_t at),
    (fd, buf, n, at), (fd, buf, n / 2, at))
WRAP_PART(WRITE, write, was_written, (int fd, const void *buf, size_t n),
    (fd, buf, n), (fd, buf, n / 2))
WRAP_PART(WRITE, pwrite, was_written,
    (int fd, const void *buf, size_t n, off_t at),
    (fd, buf, n, at), (fd, buf, n / 2, at))

WRAP(FSTAT, int, fstat, (int fd, struct stat *st), (fd, st), fd, NULL)
WRAP(FSTAT, int, fstatat, (int fd, const char *name, struct stat *st,
    int flags), (fd, name, st, flags), fd, name)
WRAP(FSTAT, int, stat, (const char *name, struct stat *st), (name, st),
    -1, name)
WRAP_DONE(RENAME, renameat, (int from, const char *name, int to,
    const char *new), (from, name, to, new), to, new, fault_moved(to))
WRAP_DONE(RENAME, renameat2, (int from, const char *name, int to,
    const char *new, unsigned flags), (from, name, to, new, flags), to, new,
    fault_moved(to))
WRAP_DONE(FSYNC, fsync, (int fd), (fd), fd, NULL, fault_synced(fd))
WRAP_DONE(FSYNC, fdatasync, (int fd), (fd), fd, NULL, fault_synced(fd))
WRAP(RANDOM, ssize_t, getrandom, (void *p, size_t n, unsigned flags),
    (p, n, flags), -1, NULL)
WRAP(RANDOM, int, getentropy, (void *p, size_t n), (p, n), -1, NULL)
WRAP(CLOCK, int, clock_gettime, (clockid_t id, struct timespec *ts),
    (id, ts), -1, NULL)
WRAP_DONE(MKDIR, mkdirat, (int fd, const char *name, mode_t mode),
    (fd, name, mode), fd, name, fault_named(fd, name))
WRAP_DONE(UNLINK, unlinkat, (int fd, const char *name, int flags),
    (fd, name, flags), fd, name, fault_named(fd, name))
WRAP(OWN, int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid), fd,
    NULL)
WRAP(OWN, int, fchmod, (int fd, mode_t mode), (fd, mode), fd, NULL)
WRAP_DONE(SIZE, ftruncate, (int fd, off_t size), (fd, size), fd, NULL,
    fault_wrote(fd))
WRAP(HOST, int, gethostname, (char *name, size_t size), (name, size), -1,
    NULL)
WRAP(MAP, int, mlock, (const void *p, size_t n), (p, n), -1, NULL)
WRAP(STREAM, int, fclose, (FILE *file), (file), -1, NULL)
WRAP(LIMIT, int, getrlimit, (__rlimit_resource_t resource,
    struct rlimit *limit), (resource, limit), -1, NULL)

/* What the C library does to itself in there when memory is short is no
 * fault of others. */
static int
left(int result)
{
	fault_page->within[0] = '\0';
	return result;
}

static void
enter(const char *name)
{
	if (fault_page->armed)
		snprintf(fault_page->within, sizeof(fault_page->within),
		    "%s", name);
}

#define WRAP_NAMES(name, parameters, arguments, failure)		\
	int								\
	name parameters							\
	{								\
		const int error = fault_due(FAULT_NAMES, #name, -1,	\
		    NULL);						\
									\
		NEXT(name);						\
		if (error != 0)						\
			return failure;					\
		enter(#name);						\
		return left(next arguments);				\
	}

WRAP_NAMES(getgrnam_r, (const char *name, struct group *entry, char *buf,
    size_t size, struct group **ret), (name, entry, buf, size, ret),
    (*ret = NULL, error))
WRAP_NAMES(getpwnam_r, (const char *name, struct passwd *entry, char *buf,
    size_t size, struct passwd **ret), (name, entry, buf, size, ret),
    (*ret = NULL, error))
WRAP_NAMES(getgrouplist, (const char *user, gid_t group, gid_t *gids,
    int *count), (user, group, gids, count), -1)

/* These give NULL. */
#define WRAP_ENTRY(type, name, parameters, arguments)			\
	type *								\
	name parameters							\
	{								\
		const int error = fault_due(FAULT_NAMES, #name, -1,	\
		    NULL);						\
		type *entry;						\
									\
		NEXT(name);						\
		errno = error != 0 ? error : errno;			\
		if (error != 0)						\
			return NULL;					\
		enter(#name);						\
		entry = next arguments;					\
		(void)left(0);						\
		return entry;						\
	}

WRAP_ENTRY(struct passwd, getpwnam, (const char *name), (name))
WRAP_ENTRY(struct passwd, getpwuid, (uid_t uid), (uid))
WRAP_ENTRY(struct group, getgrnam, (const char *name), (name))

/* These return the error. */
#define WRAP_CODE(kind, name, parameters, arguments)			\
	int								\
	name parameters							\
	{								\
		const int error = fault_due(FAULT_##kind, #name, -1,	\
		    NULL);						\
									\
		NEXT(name);						\
		return error != 0 ? error : next arguments;		\
	}

WRAP_CODE(SLEEP, clock_nanosleep, (clockid_t id, int flags,
    const struct timespec *ts, struct timespec *left), (id, flags, ts,
    left))
WRAP_CODE(MUTEX, pthread_mutex_init, (pthread_mutex_t *mutex,
    const pthread_mutexattr_t *how), (mutex, how))

/* These give NULL. */
#define WRAP_POINTER(kind, type, name, parameters, arguments)		\
	type								\
	name parameters							\
	{								\
		const int error = fault_due(FAULT_##kind, #name, -1,	\
		    NULL);						\
									\
		NEXT(name);						\
		errno = error != 0 ? error : errno;			\
		return error != 0 ? NULL : next arguments;		\
	}

WRAP_POINTER(STREAM, FILE *, open_memstream, (char **text, size_t *size),
    (text, size))
WRAP_POINTER(STREAM, DIR *, fdopendir, (int fd), (fd))
WRAP_POINTER(STREAM, struct dirent *, readdir, (DIR *dir), (dir))

WRAP_POINTER(PATH, char *, getcwd, (char *buf, size_t size), (buf, size))
WRAP_POINTER(PATH, char *, realpath, (const char *path, char *buf),
    (path, buf))

/* libconfig cannot be without: it would go on with what is no locale. */
locale_t
uselocale(locale_t locale)
{
	const bool ours = fault_page->armed && strncmp(fault_object(
	    __builtin_return_address(0)), "libconfig", 9) != 0;
	const int error = ours ? fault_due(FAULT_LOCALE, "uselocale", -1,
	    NULL) : 0;

	NEXT(uselocale);
	errno = error != 0 ? error : errno;
	return error != 0 ? (locale_t)0 : next(locale);
}

/* Of what is put out: the stream keeps in mind that it was not written. */
static bool
is_full(const char *call, FILE *file)
{
	const int error = file != stdout ? 0 : fault_due(FAULT_STREAM, call,
	    STDOUT_FILENO, NULL);

	if (error != 0) {
		file->_flags |= ERROR_SEEN;
		errno = error;
	}
	return error != 0;
}

int
fflush(FILE *file)
{
	NEXT(fflush);
	return is_full("fflush", file) ? EOF : next(file);
}

size_t
fwrite(const void *p, size_t size, size_t count, FILE *file)
{
	NEXT(fwrite);
	return is_full("fwrite", file) ? 0 : next(p, size, count, file);
}

void *
mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	const int error = fault_due(FAULT_MAP, "mmap", fd, NULL);

	NEXT(mmap);
	errno = error != 0 ? error : errno;
	return error != 0 ? MAP_FAILED :
	    next(at, size, protection, flags, fd, offset);
}

/* The descriptor is gone all the same, as it is on Linux. */
int
close(int fd)
{
	const int error = fault_due(FAULT_CLOSE, "close", fd, NULL);
	int result;

	NEXT(close);
	result = next(fd);
	if (error == 0)
		return result;
	errno = error;
	return -1;
}

static mode_t
mode_of(int flags, va_list ap)
{
	return (flags & (O_CREAT | O_TMPFILE)) != 0 ?
	    (mode_t)va_arg(ap, unsigned) : 0;
}

int
open(const char *name, int flags, ...)
{
	mode_t mode;
	va_list ap;

	NEXT(open);
	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	FAILS(OPEN, open, -1, name);
	return next(name, flags, mode);
}

int
openat(int fd, const char *name, int flags, ...)
{
	bool is_new;
	mode_t mode;
	va_list ap;
	int made;

	NEXT(openat);
	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	if (fault_page->stop && (flags & O_NOFOLLOW) != 0) {
		fault_page->stop = false;
		(void)raise(SIGSTOP);
	}
	FAILS(OPEN, openat, fd, name);
	is_new = (flags & O_CREAT) != 0 &&
	    faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == -1;
	made = next(fd, name, flags, mode);
	if (made != -1 && is_new)
		fault_named(fd, name);
	return made;
}

int
fcntl(int fd, int command, ...)
{
	void *argument;
	va_list ap;

	NEXT(fcntl);
	va_start(ap, command);
	argument = va_arg(ap, void *);
	va_end(ap);
	if (command == F_OFD_SETLK || command == F_OFD_SETLKW)
		FAILS(LOCK, fcntl, fd, NULL);
	return next(fd, command, argument);
}

/* libpam has nothing to say to the machine's audit trail. */
int	 audit_open(void);

int
audit_open(void)
{
	errno = EPROTONOSUPPORT;
	return -1;
}

/* ---- Syslog ----------------------------------------------------------- */

void	 __syslog_chk(int priority, int flag, const char *format, ...)
	    __attribute__((__format__(__printf__, 3, 4)));
void	 __vsyslog_chk(int priority, int flag, const char *format,
	    va_list ap) __attribute__((__format__(__printf__, 3, 0)));

void
vsyslog(int priority, const char *format, va_list ap)
{
	struct fault_page *page = fault_page;
	const bool armed = page->armed;
	const size_t room = sizeof(page->log) - page->log_len;
	int len;

	(void)priority;
	page->armed = false;
	len = vsnprintf(page->log + page->log_len, room, format, ap);
	if (len >= 0 && (size_t)len + 1 < room) {
		page->log_len += (size_t)len + 1;
		page->log[page->log_len - 1] = '\n';
	}
	page->log[page->log_len] = '\0';
	page->armed = armed;
}

void
syslog(int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsyslog(priority, format, ap);
	va_end(ap);
}

void
__vsyslog_chk(int priority, int flag, const char *format, va_list ap)
{
	(void)flag;
	vsyslog(priority, format, ap);
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, format);
	vsyslog(priority, format, ap);
	va_end(ap);
}
