/*
 * L4: one reading of a record.
 */
#ifndef AK_KEY_H
#define AK_KEY_H

#include "hash.h"
#include "keystore.h"
#include "state.h"
#include "usage.h"

struct apikey_key {
	struct ak_record	 record;
	struct ak_stamp		 stamp;
	int64_t			 read_at;	/* seconds */
	int			 counted;	/* usage: APIKEY_OK, NOT_FOUND
						 * (never used) or why not */
	struct ak_usage		 usage;
	bool			 successor_used;
	char			 rate[AK_RATE_SIZE];
	char			 pepper[AK_PEPPER_ID_SIZE];
};

/* An empty one; NULL when memory is short. */
apikey_key	*ak_key_new(int64_t now);

/* After the record: what the state tells of the key. */
void	 ak_key_count_uses(apikey_key *, const struct ak_state *);

#endif
