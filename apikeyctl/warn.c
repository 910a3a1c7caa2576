/*
 * warn.c - what will keep a new key from working here.  The key may be
 * meant for other machines, so nothing of it is an error.
 */
#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "pamstack.h"
#include "warn.h"
#include "words.h"

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

/* Is one the other with a character more, less, changed or swapped? */
static bool
is_near(const char *a, const char *b)
{
	while (*a != '\0' && tolower((unsigned char)*a) ==
	    tolower((unsigned char)*b))
		a++, b++;
	if (*a == '\0' || *b == '\0')
		return strlen(a) + strlen(b) <= 1;
	return strcasecmp(a + 1, b) == 0 || strcasecmp(a, b + 1) == 0 ||
	    strcasecmp(a + 1, b + 1) == 0 || (a[1] == *b && b[1] == *a &&
	    strcasecmp(a + 2, b + 2) == 0);
}

/* It may be another machine's, but hardly so when one that is here has
 * nearly that name. */
static void
warn_service(const struct cmd_words *here, const char *service)
{
	size_t i;

	if (strlen(service) < 3 || cmd_words_has(here, service))
		return;
	for (i = 0; i < here->count; i++)
		if (is_near(service, here->item[i])) {
			cmd_warn("there is no PAM service '%s' here: is '%s' "
			    "meant (--service %s)?", service, here->item[i],
			    here->item[i]);
			return;
		}
}

static void
warn_services(const apikey_key *key)
{
	struct cmd_words here = { 0 };
	size_t i;

	cmd_words_add(&here, "sshd");
	cmd_words_add(&here, "sudo");
	cmd_words_add(&here, "sudo-i");
	cmd_pam_services(&here);
	for (i = 0; i < apikey_key_count(key, APIKEY_SERVICES); i++)
		warn_service(&here, apikey_key_item(key, APIKEY_SERVICES, i));
	cmd_words_free(&here);
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
	warn_services(key);
	warn_sudo(key);
}
