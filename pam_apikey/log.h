/*
 * Lines in syslog.  None of them ever holds a reply, a key or a hash,
 * nor any text that a stranger chose: only the library's audit lines,
 * which it has escaped, do that.
 */
#ifndef PAMAK_LOG_H
#define PAMAK_LOG_H

#include <stdbool.h>

#include <security/pam_modules.h>

struct pamak_log {
	pam_handle_t	*pamh;
	const char	*phase;		/* as pam_syslog(3) names it */
	bool		 debug;
};

/* An apikey_sink; arg is a struct pamak_log. */
void	 pamak_log_audit(void *arg, int priority, const char *line);

#define PAMAK_PRINTF	__attribute__((__format__(__printf__, 2, 3)))

void	 pamak_log_error(const struct pamak_log *, const char *, ...)
	    PAMAK_PRINTF;
void	 pamak_log_warning(const struct pamak_log *, const char *, ...)
	    PAMAK_PRINTF;
void	 pamak_log_debug(const struct pamak_log *, const char *, ...)
	    PAMAK_PRINTF;

#endif
