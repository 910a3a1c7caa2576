/*
 * What a login that we have granted takes from phase to phase.
 */
#ifndef PAMAK_GRANT_H
#define PAMAK_GRANT_H

#include <security/pam_modules.h>

#include "apikey.h"

struct pamak_grant {
	char	 id[APIKEY_ID_SIZE];
	char	*config;	/* of the auth line; NULL: the library's */
};

/* The grant of this process: the only proof there is.  NOT_OURS where
 * there is none; UNAVAILABLE where libpam does not tell. */
int	 pamak_grant_get(pam_handle_t *, const struct pamak_grant **ret);

/* What syslog is told then, and where a grant cannot be forgotten. */
#define PAMAK_GRANT_UNKNOWN						\
	"whether this login was granted by a key cannot be told"
#define PAMAK_GRANT_STAYS						\
	"what tells of an earlier key cannot be taken away"

/* Remember a grant in this process.  NO_MEMORY. */
int	 pamak_grant_put(pam_handle_t *, const char *id, const char *config);

/* APIKEY_ID and APIKEY_SCOPES of the user's environment.  NO_MEMORY. */
int	 pamak_grant_export(pam_handle_t *, const apikey_result *);

/* The id in the environment, where anybody may have put it, or NULL. */
const char	*pamak_grant_claim(pam_handle_t *);

/* Forget it all.  UNAVAILABLE. */
int	 pamak_grant_clear(pam_handle_t *);

#endif
