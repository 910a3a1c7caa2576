/*
 * L1: the bounds of a key, as somebody asked for them.
 */
#ifndef AK_SPEC_H
#define AK_SPEC_H

#include <stdbool.h>

#include "apikey.h"
#include "mem.h"

#define AK_BOUNDS	(APIKEY_RATE + 1)

struct apikey_spec {
	struct {
		bool		 given;
		struct ak_list	 values;	/* empty: to be cleared */
	} bound[AK_BOUNDS];
};

#endif
