/*
 * L4: one reading of a record.
 */
#ifndef AK_KEY_H
#define AK_KEY_H

#include "keystore.h"

struct apikey_key {
	struct ak_record	 record;
	struct ak_stamp		 stamp;
	int64_t			 read_at;	/* seconds */
};

/* An empty one; NULL when memory is short. */
apikey_key	*ak_key_new(int64_t now);

#endif
