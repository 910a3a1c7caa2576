/*
 * L3: one line for every decision and every change.
 */
#ifndef AK_AUDIT_H
#define AK_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "apikey.h"

/*
 * The longest line.  With syslog's own header it fits into the 1024
 * bytes of a traditional datagram (RFC 3164, 4.1).
 */
#define AK_AUDIT_LINE	900
#define AK_FIELDS_MAX	16

enum ak_level { AK_ALERT, AK_NOTICE, AK_INFO };

struct ak_audit {
	apikey_sink	*sink;
	void		*arg;
	int		 facility;
	bool		 json;
};

struct ak_event {
	enum ak_level	 level;
	size_t		 count;
	struct {
		const char	*name;
		const char	*value;
	} field[AK_FIELDS_MAX];
};

/* syslog(3) in the host program's own ident. */
void	 ak_audit_syslog(void *arg, int priority, const char *line);

/* Facility of a name that the configuration has checked. */
int	 ak_audit_facility(const char *name);

void	 ak_event_init(struct ak_event *, enum ak_level, const char *name);

/* value (NULL: absent) must live until the event is written. */
void	 ak_event_add(struct ak_event *, const char *name,
	    const char *value);

void	 ak_audit_write(const struct ak_audit *, const struct ak_event *);

#endif
