/*
 * Lookups of users and groups that fail when a script says so, and a
 * service that knows users in capitals, too: an executable's own functions
 * come before those of any library.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "scene.h"

static int group_errno, user_errno;
static bool list_fails;

bool
fault_set(const char *function, int error)
{
	if (strcmp(function, "getgrnam_r") == 0)
		group_errno = error;
	else if (strcmp(function, "getpwnam_r") == 0)
		user_errno = error;
	else if (strcmp(function, "getgrouplist") == 0)
		list_fails = error != 0;
	else
		return false;
	return true;
}

/* nss_wrapper 1.1 gives -1 where glibc gives ERANGE. */
static int
as_number(int error)
{
	return error == -1 ? errno : error;
}

int
getgrnam_r(const char *name, struct group *entry, char *buf, size_t size,
    struct group **result)
{
	__typeof__(getgrnam_r) *next;

	*result = NULL;
	if (group_errno != 0)
		return group_errno;
	*(void **)&next = dlsym(RTLD_NEXT, "getgrnam_r");
	return as_number(next(name, entry, buf, size, result));
}

int
getpwnam_r(const char *name, struct passwd *entry, char *buf, size_t size,
    struct passwd **result)
{
	__typeof__(getpwnam_r) *next;

	*result = NULL;
	if (user_errno != 0)
		return user_errno;
	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam_r");
	if (strcmp(name, "DEPLOY") == 0)
		name = "deploy";
	else if (strcmp(name, "BUSY") == 0)
		name = "busy";
	return as_number(next(name, entry, buf, size, result));
}

/* What glibc does when memory is short: -1, and the count stays. */
int
getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
	__typeof__(getgrouplist) *next;

	if (list_fails)
		return -1;
	*(void **)&next = dlsym(RTLD_NEXT, "getgrouplist");
	return next(user, group, groups, count);
}
