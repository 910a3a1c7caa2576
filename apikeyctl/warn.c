/*
 * warn.c - what will keep a new key from working here.  The key may be
 * meant for other machines, so nothing of it is an error.
 */
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "pamlines.h"
#include "warn.h"

static bool
has(const apikey_key *key, enum apikey_bound bound, const char *text)
{
	size_t i;

	for (i = 0; i < apikey_key_count(key, bound); i++)
		if (strcmp(apikey_key_item(key, bound, i), text) == 0)
			return true;
	return false;
}

static void
warn_sudo(const apikey_key *key)
{
	const char *service;

	service = has(key, APIKEY_SERVICES, "sudo") ? "sudo" :
	    has(key, APIKEY_SERVICES, "sudo-i") ? "sudo-i" : NULL;
	if (service != NULL && apikey_key_count(key, APIKEY_FROM) > 0 &&
	    !has(key, APIKEY_FROM, "local"))
		cmd_warn("%s will refuse this key: it is a local service, "
		    "and the key is not for 'local' (--from local)",
		    service);
}

/* Is the user in the group?  When it cannot be told, it is taken so. */
static bool
member(const struct passwd *pw, gid_t gid)
{
	gid_t *groups = NULL, *bigger;
	int i, count = 0, room = 32;
	bool found = false;

	do {
		room *= 2;
		count = room;
		bigger = reallocarray(groups, (size_t)room, sizeof(*groups));
		if (bigger == NULL) {
			free(groups);
			return true;
		}
		groups = bigger;
	} while (getgrouplist(pw->pw_name, pw->pw_gid, groups,
	    &count) == -1 && room < 1 << 17);
	for (i = 0; i < count && i < room && !found; i++)
		found = groups[i] == gid;
	free(groups);
	return found;
}

static void
warn_group(void *arg, const char *file, const char *group)
{
	const struct passwd *pw = arg;
	const struct group *gr;

	gr = getgrnam(group);
	if (gr == NULL)
		cmd_warn("%s asks for group '%s', which does not exist here",
		    file, group);
	else if (pw->pw_uid == 0)
		cmd_warn("%s asks only members of '%s' for a key, and root "
		    "should not be one: make the key for another user", file,
		    group);
	else if (!member(pw, gr->gr_gid))
		cmd_warn("%s asks only members of '%s' for a key: usermod -aG "
		    "%s '%s'", file, group, group, pw->pw_name);
}

void
cmd_warn_key(const apikey_key *key)
{
	struct passwd *pw;

	pw = getpwnam(apikey_key_user(key));
	if (pw == NULL)
		cmd_warn("there is no user '%s' on this machine",
		    apikey_key_user(key));
	else
		cmd_pam_groups(warn_group, pw);
	warn_sudo(key);
}
