/*
 * Groups of which only getgrouplist(3) tells who is in them.
 */
#ifndef GROUPS_H
#define GROUPS_H

#include <stdbool.h>

#define GROUPS_NAME	"apikey-faults"
#define GROUPS_USER	"bin"

/* For this process and its children: the entry of GROUPS_NAME names nobody,
 * GROUPS_USER is in it all the same, and in more groups than fit at once.
 * False where that cannot be had: only root may mount. */
bool	 groups_begin(void);

extern bool groups_are_there;

#endif
