/*
 * Stands in for syslog(3) and writes each line, with its priority, to the
 * file that APIKEY_TEST_LOG names.  The driver links it; for any other
 * program it is preloaded.
 */
#undef _FORTIFY_SOURCE		/* it makes inline functions of these */
#define SYSLOG_NAMES
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

void	 __syslog_chk(int priority, int flag, const char *format, ...)
	    __attribute__((__format__(__printf__, 3, 4)));
void	 __vsyslog_chk(int priority, int flag, const char *format,
	    va_list ap) __attribute__((__format__(__printf__, 3, 0)));

static const char *
name_of(const CODE *table, int value)
{
	for (; table->c_name != NULL; table++)
		if (table->c_val == value)
			return table->c_name;
	return "?";
}

static const char *
level_of(int priority)
{
	static const char *const names[] = { "emerg", "alert", "crit", "err",
	    "warning", "notice", "info", "debug" };

	return names[LOG_PRI(priority)];
}

void
vsyslog(int priority, const char *format, va_list ap)
{
	const char *path = getenv("APIKEY_TEST_LOG");
	const int saved = errno;
	int fd;

	if (path == NULL ||
	    (fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600)) == -1)
		return;
	dprintf(fd, "%s.%s ", name_of(facilitynames,
	    priority & LOG_FACMASK), level_of(priority));
	errno = saved;
	vdprintf(fd, format, ap);
	dprintf(fd, "\n");
	close(fd);
	errno = saved;
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
