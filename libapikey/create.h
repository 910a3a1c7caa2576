/*
 * L4: issuing keys.
 */
#ifndef AK_CREATE_H
#define AK_CREATE_H

#include "admin.h"

/* Give a key, whose bounds are in its record, id and secret, and store it;
 * between ak_admin_begin and _end.  As apikey_create. */
int	 ak_create_issue(apikey_admin *, apikey_key *, apikey_deliver *,
	    void *arg, char ret_text[APIKEY_TOKEN_SIZE]);

#endif
