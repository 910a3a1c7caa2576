/*
 * login.h - what is known of a login as its scene goes on, and what should
 * be said of it.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include <security/pam_modules.h>

#include "oracle.h"
#include "stage.h"

struct login {
	struct stage	 stage;
	pam_handle_t	*pamh;
	unsigned	 prompts;	/* replies that were asked for */
	bool		 asked;		/* in this phase */
	const char	*reply;		/* in this phase, or NULL */
	bool		 granted;	/* in this process, by us */
	char		 id[APIKEY_ID_SIZE];	/* of that grant */
	bool		 first;		/* nobody has tried before */
	bool		 used_other;	/* the key that follows */
	int		 grants;	/* of the first key */
};

/* Do configuration and record parse? */
bool	 login_parses(const struct login *);

/* Of the record that stands there, for the scopes of an options line. */
void	 login_ask(const struct login *, const struct pamak_options *,
	    struct opinion *ret);

/*
 * What must hold where the auth phase passed it over, where it granted it,
 * which is noted; whether it has seen a stacked reply for certain; and
 * whether nothing stood against a grant.  stacked is what PAM_AUTHTOK held
 * before.
 */
void	 login_check_ignored(const struct login *,
	    const struct pamak_options *, const char *stacked);
void	 login_check_granted(struct login *, const struct pamak_options *,
	    const char *stacked);
bool	 login_has_read(const struct login *, const struct pamak_options *,
	    const char *stacked);
bool	 login_must_grant(const struct login *, const struct pamak_options *,
	    const char *stacked);

#endif
