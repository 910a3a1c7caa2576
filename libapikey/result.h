/*
 * L4: what a grant tells.
 */
#ifndef AK_RESULT_H
#define AK_RESULT_H

#include "record.h"

struct apikey_result {
	char		*id;
	char		*user;
	char		*label;
	int64_t		 expires;
	int64_t		 ends_soon;
	struct ak_list	 scopes;
};

/* warning: seconds before the end, or AK_FOREVER for none.  NO_MEMORY. */
int	 ak_result_new(const struct ak_record *, int64_t now,
	    int64_t warning, apikey_result **ret);

#endif
