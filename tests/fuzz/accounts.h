/*
 * accounts.h - the users and groups that the module finds.
 */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include <stdbool.h>

/* As group= is to be understood: is there such a user, there is such a
 * group, and the one is in the other? */
bool	 accounts_member(const char *user, const char *group);

#endif
