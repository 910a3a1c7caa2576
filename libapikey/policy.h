/*
 * L3: may this key be used for this request, now?  Pure: it reads its
 * arguments and nothing else.
 */
#ifndef AK_POLICY_H
#define AK_POLICY_H

#include "record.h"
#include "request.h"

/* What the decision depends on beside record and request. */
struct ak_policy {
	const struct ak_list	*local_services;
	const struct ak_list	*cleartext_services;
	const char		*host;	/* gethostname(2)'s; "" matches none */
	int64_t			 now;	/* seconds */
	bool			 successor_used;
};

/* The checks, in the order of precedence. */
enum ak_check {
	AK_CHECK_REVOKED, AK_CHECK_SUPERSEDED, AK_CHECK_EXPIRED,
	AK_CHECK_DISABLED, AK_CHECK_NOT_BEFORE, AK_CHECK_USER,
	AK_CHECK_SERVICE, AK_CHECK_SOURCE, AK_CHECK_HOST, AK_CHECK_SCOPE,
	AK_CHECK_CLEARTEXT,
	AK_CHECKS
};

/* APIKEY_OK or the refusal of one check, or of the first that refuses. */
int	 ak_policy_check(const struct ak_policy *, const struct ak_record *,
	    const apikey_request *, enum ak_check);
int	 ak_policy_decide(const struct ak_policy *, const struct ak_record *,
	    const apikey_request *);

/* Has the request no remote host, in a service that has none? */
bool	 ak_policy_is_local(const struct ak_policy *,
	    const apikey_request *);

/* The first thing that holds, in the order in which refusals are told;
 * whether uses are left is not known here. */
enum apikey_status ak_policy_status(const struct ak_record *, int64_t now,
	    bool successor_used);

/* When the key ends if nothing else happens; APIKEY_TIME_NONE: never. */
int64_t	 ak_policy_end(const struct ak_record *);

#endif
