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
};

/* APIKEY_OK or the first refusal in the order of precedence. */
int	 ak_policy_decide(const struct ak_policy *, const struct ak_record *,
	    const apikey_request *);

/* The first thing that holds, in the order in which refusals are told. */
enum apikey_status ak_policy_status(const struct ak_record *, int64_t now);

#endif
