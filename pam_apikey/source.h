/*
 * Where a login comes from.
 */
#ifndef PAMAK_SOURCE_H
#define PAMAK_SOURCE_H

#include <net/if.h>
#include <netinet/in.h>

#include <security/pam_modules.h>

/* An address and perhaps a %zone. */
#define PAMAK_SOURCE_SIZE	(INET6_ADDRSTRLEN + IF_NAMESIZE)

/*
 * For apikey_request_set_source: NULL or "" is a local login.  The text
 * is in buf or is the handle's own.  UNAVAILABLE.
 */
int	 pamak_source(pam_handle_t *, char buf[PAMAK_SOURCE_SIZE],
	    const char **ret_source);

#endif
