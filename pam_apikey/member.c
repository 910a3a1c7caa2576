/*
 * Who is ours: the members of group=.  A group that does not exist or
 * cannot be read has no members, since a typing error must not take sudo
 * away from root; but a lookup that ran out of something (memory,
 * descriptors) is no answer, lest a member be passed over to the next
 * module by exhausting it.  The C library does not always tell: where one
 * name service ran out of something it asks the next, and says of a
 * member that there is none.  So a no is believed only when it is said
 * again, and there was room for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apikey.h"
#include "member.h"
#include "result.h"

#define BUFFER_MIN	((size_t)4096)
#define BUFFER_MAX	((size_t)16 * 1024 * 1024)
#define GROUPS_MIN	64
#define GROUPS_MAX	(1 << 20)
#define ROOM		((size_t)64 * 1024)	/* for one name service */

#define NAME_SIZE	256

struct found {
	bool	yes;
	gid_t	gid;		/* the group's, or the user's primary one */
	bool	listed;		/* the group's entry names the user */
	char	name[NAME_SIZE];	/* the user's own */
};

/* One attempt at a lookup: 0 (found or not) or an errno. */
typedef int	 attempt(const char *name, const char *user, char *buf,
		    size_t size, struct found *);

static int
find_group(const char *name, const char *user, char *buf, size_t size,
    struct found *found)
{
	struct group entry, *result = NULL;
	int error = getgrnam_r(name, &entry, buf, size, &result);

	if (error != 0 || result == NULL)
		return error;
	found->yes = true;
	found->gid = result->gr_gid;
	for (char **member = result->gr_mem; *member != NULL; member++)
		if (strcmp(*member, user) == 0)
			found->listed = true;
	return 0;
}

static int
find_user(const char *name, const char *user, char *buf, size_t size,
    struct found *found)
{
	struct passwd entry, *result = NULL;
	int error = getpwnam_r(user, &entry, buf, size, &result);
	size_t len;

	(void)name;
	if (error != 0 || result == NULL)
		return error;
	if ((len = strlen(result->pw_name)) >= sizeof(found->name))
		return EOVERFLOW;
	found->yes = true;
	found->gid = result->pw_gid;
	memcpy(found->name, result->pw_name, len + 1);
	return 0;
}

/* EINTR has its share of the bounded number of attempts. */
static int
look_up(attempt *try, const char *name, const char *user,
    struct found *found)
{
	int error = ERANGE;

	for (size_t size = BUFFER_MIN; size <= BUFFER_MAX; size *= 4) {
		char *buf = malloc(size);

		if (buf == NULL)
			return ENOMEM;
		memset(found, 0, sizeof(*found));
		error = try(name, user, buf, size, found);
		free(buf);
		if (error != ERANGE && error != EINTR)
			break;
	}
	return error;
}

static bool
ran_out(int error)
{
	return error == ENOMEM || error == ERANGE || error == EINTR ||
	    error == EMFILE || error == ENFILE;
}

/* getpwnam_r(3): what the name services say for "not found". */
static bool
is_absence(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH ||
	    error == EBADF || error == EPERM;
}

static int
among_groups(const char *user, gid_t primary, gid_t wanted)
{
	int error = PAMAK_NOT_OURS, count = GROUPS_MIN, room;
	gid_t *gids = NULL, *grown;

	do {
		room = count;
		grown = reallocarray(gids, (size_t)room, sizeof(*gids));
		if (grown == NULL) {
			free(gids);
			return APIKEY_ERR_NO_MEMORY;
		}
		gids = grown;
		if (getgrouplist(user, primary, gids, &count) != -1)
			break;
		/* Too small says how many there are; else it failed. */
		if (count <= room || count > GROUPS_MAX) {
			free(gids);
			return APIKEY_ERR_UNAVAILABLE;
		}
	} while (true);
	for (int i = 0; i < count; i++)
		if (gids[i] == wanted)
			error = APIKEY_OK;
	free(gids);
	return error;
}

/* Of a group without members, ret_why says why. */
static int
is_member(const char *user, const char *group, const char **ret_why)
{
	struct found wanted, account;
	int error = look_up(find_group, group, user, &wanted);

	*ret_why = NULL;
	if (ran_out(error))
		return APIKEY_ERR_UNAVAILABLE;
	if (error != 0 || !wanted.yes) {
		*ret_why = is_absence(error) ? "does not exist" :
		    "cannot be read";
		return PAMAK_NOT_OURS;
	}
	error = look_up(find_user, group, user, &account);
	if (!is_absence(error))
		return APIKEY_ERR_UNAVAILABLE;
	if (error != 0 || !account.yes)
		return PAMAK_NOT_OURS;
	if (wanted.listed || account.gid == wanted.gid)
		return APIKEY_OK;
	error = among_groups(user, account.gid, wanted.gid);
	if (error != PAMAK_NOT_OURS || strcmp(account.name, user) == 0)
		return error;
	/* A name service may know a user by other names, in capitals say;
	 * groups name him by his own. */
	if (look_up(find_group, group, account.name, &wanted) != 0 ||
	    !wanted.yes)
		return APIKEY_ERR_UNAVAILABLE;
	return wanted.listed ? APIKEY_OK :
	    among_groups(account.name, account.gid, wanted.gid);
}

/* What is allocated is volatile, or the compiler leaves it out. */
static bool
has_room(void)
{
	void *volatile memory = malloc(ROOM);
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool has = memory != NULL && fd != -1;

	free(memory);
	if (fd != -1)
		(void)close(fd);
	return has;
}

int
pamak_member(const struct pamak_log *log, const char *user,
    const char *group)
{
	const char *why = NULL;
	int error = is_member(user, group, &why);

	if (error == PAMAK_NOT_OURS)
		error = has_room() ? is_member(user, group, &why) :
		    APIKEY_ERR_UNAVAILABLE;
	if (error == PAMAK_NOT_OURS && why != NULL)
		pamak_log_warning(log, "group=%s %s: it has no members",
		    group, why);
	return error;
}
