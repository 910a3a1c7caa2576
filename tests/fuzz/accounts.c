/*
 * Users and groups, in place of the C library's, by --wrap.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "fuzz.h"
#include "host.h"

int	 __wrap_getpwnam_r(const char *, struct passwd *, char *, size_t,
	    struct passwd **);
int	 __wrap_getgrnam_r(const char *, struct group *, char *, size_t,
	    struct group **);
int	 __wrap_getgrouplist(const char *, gid_t, gid_t *, int *);

/* busy is in more groups than a first guess has room for; a group with
 * large set needs more than a first guess at its buffer. */
static struct account {
	const char	*name;
	gid_t		 gid;
	gid_t		 groups[3];
	int		 group_count, repeat;
} accounts[] = {
	{ "root", 0, { 0 }, 1, 1 },
	{ "alice", 2001, { 2001, 3000 }, 2, 1 },
	{ "deploy", 2002, { 2002, 3001 }, 2, 1 },
	{ "primary", 3000, { 3000 }, 1, 1 },
	{ "busy", 2004, { 2004, 3002 }, 2, 100 },
};

static struct unit {
	const char	*name;
	gid_t		 gid;
	const char	*listed;
	bool		 large;
} units[] = {
	{ "root", 0, NULL, false }, { "apikey", 3000, NULL, false },
	{ "wheel", 3001, "deploy", false }, { "crowd", 3002, NULL, true },
};

static const struct account *
account_of(const char *name)
{
	for (size_t i = 0; i < COUNT(accounts); i++)
		if (strcmp(accounts[i].name, name) == 0)
			return &accounts[i];
	return NULL;
}

static const struct unit *
unit_of(const char *name)
{
	for (size_t i = 0; i < COUNT(units); i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

bool
accounts_member(const char *user, const char *group)
{
	const struct account *account = account_of(user);
	const struct unit *unit = unit_of(group);

	if (account == NULL || unit == NULL)
		return false;
	for (int i = 0; i < account->group_count; i++)
		if (account->groups[i] == unit->gid)
			return true;
	return account->gid == unit->gid;
}

int
__wrap_getpwnam_r(const char *name, struct passwd *ret, char *buf,
    size_t size, struct passwd **result)
{
	const struct account *account = account_of(name);
	size_t len;

	*result = NULL;
	if (host_fails(HOST_ACCOUNTS))
		return ENFILE;
	if (account == NULL)
		return 0;
	len = strlen(account->name);
	if (size < len + 1)
		return ERANGE;
	memcpy(buf, account->name, len + 1);
	*ret = (struct passwd){ .pw_name = buf, .pw_passwd = buf + len,
	    .pw_gid = account->gid, .pw_gecos = buf + len,
	    .pw_dir = buf + len, .pw_shell = buf + len };
	*result = ret;
	return 0;
}

int
__wrap_getgrnam_r(const char *name, struct group *ret, char *buf, size_t size,
    struct group **result)
{
	const struct unit *unit = unit_of(name);
	char **members;
	size_t len;

	*result = NULL;
	if (host_fails(HOST_ACCOUNTS))
		return ENOMEM;
	if (unit == NULL)
		return ENOENT;
	len = unit->listed == NULL ? 0 : strlen(unit->listed);
	if (size < 3 * sizeof(*members) + len + 1 ||
	    (unit->large && size < 100000))
		return ERANGE;
	/* malloc's blocks begin where pointers may stand. */
	members = (char **)(void *)buf;
	memset(buf, 0, 3 * sizeof(*members));
	if (unit->listed != NULL) {
		members[0] = buf + 3 * sizeof(*members);
		memcpy(members[0], unit->listed, len + 1);
	}
	*ret = (struct group){ .gr_name = buf, .gr_passwd = buf,
	    .gr_gid = unit->gid, .gr_mem = members };
	*result = ret;
	return 0;
}

int
__wrap_getgrouplist(const char *name, gid_t gid, gid_t *groups, int *count)
{
	const struct account *account = account_of(name);
	int room = *count, have = 0;

	(void)gid;
	if (host_fails(HOST_ACCOUNTS))
		return -1;
	MUST(account != NULL);
	for (int i = 0; i < account->repeat; i++)
		for (int j = 0; j < account->group_count; j++, have++)
			if (have < room)
				groups[have] = account->groups[j];
	*count = have;
	return have <= room ? have : -1;
}
