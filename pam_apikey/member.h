/*
 * Who is ours: the members of group=.
 */
#ifndef PAMAK_MEMBER_H
#define PAMAK_MEMBER_H

#include "log.h"

/*
 * APIKEY_OK when user is a member of group, primary group included;
 * PAMAK_NOT_OURS when not, or when there is no such user or group;
 * NO_MEMORY or UNAVAILABLE when that cannot be told.
 */
int	 pamak_member(const struct pamak_log *, const char *user,
	    const char *group);

#endif
