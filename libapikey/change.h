/*
 * L4: changing keys that exist.
 */
#ifndef AK_CHANGE_H
#define AK_CHANGE_H

#include "admin.h"

/*
 * Store the changed record in the place of the key's, which it becomes;
 * between ak_admin_begin and _end.  What could not be synced is an error,
 * and stored all the same.  The event that says so is the caller's to
 * write.
 */
int	 ak_change_store(apikey_admin *, apikey_key *,
	    struct ak_record *changed, bool *ret_stored);

/* Remove the key's record: as above, what could not be synced is an error,
 * and gone all the same. */
int	 ak_change_remove(apikey_admin *, const apikey_key *,
	    bool *ret_gone);

#endif
