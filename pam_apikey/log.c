/*
 * Lines in syslog, in the ident of the program that runs the module:
 * openlog(3) would change that program's own lines for good.
 */
#include <stdarg.h>
#include <stddef.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "log.h"

/* With pam_syslog(3)'s prefix, but to any facility, and where no memory is
 * left, too. */
void
pamak_log_audit(void *arg, int priority, const char *line)
{
	const struct pamak_log *log = arg;
	const void *service = NULL;

	if (pam_get_item(log->pamh, PAM_SERVICE, &service) != PAM_SUCCESS ||
	    service == NULL)
		service = "<unknown>";
	syslog(priority, "pam_apikey(%s:%s): %s", (const char *)service,
	    log->phase, line);
}

void
pamak_log_error(const struct pamak_log *log, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	pam_vsyslog(log->pamh, LOG_ERR, format, ap);
	va_end(ap);
}

void
pamak_log_warning(const struct pamak_log *log, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	pam_vsyslog(log->pamh, LOG_WARNING, format, ap);
	va_end(ap);
}

void
pamak_log_debug(const struct pamak_log *log, const char *format, ...)
{
	va_list ap;

	if (!log->debug)
		return;
	va_start(ap, format);
	pam_vsyslog(log->pamh, LOG_DEBUG, format, ap);
	va_end(ap);
}
