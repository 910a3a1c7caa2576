/*
 * identity.c - who is asking.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "identity.h"

/* The kernel's note of who logged in; services have none. */
static bool
login_uid(uid_t *ret_uid)
{
	char text[16], *end;
	unsigned long value;
	ssize_t len;
	int fd;

	fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return false;
	text[len] = '\0';
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || value >= (uid_t)-1)
		return false;
	*ret_uid = (uid_t)value;
	return true;
}

void
cmd_identity(char ret_name[APIKEY_TEXT_MAX + 1])
{
	const struct passwd *pw;
	const char *caller;
	uid_t uid;

	if (!login_uid(&uid)) {
		/* The environment may say anything: it must be a user. */
		caller = getenv("SUDO_USER");
		if (caller != NULL && getpwnam(caller) != NULL) {
			snprintf(ret_name, APIKEY_TEXT_MAX + 1, "%s", caller);
			return;
		}
		uid = getuid();
	}
	pw = getpwuid(uid);
	if (pw != NULL)
		snprintf(ret_name, APIKEY_TEXT_MAX + 1, "%s", pw->pw_name);
	else
		snprintf(ret_name, APIKEY_TEXT_MAX + 1, "%lu",
		    (unsigned long)uid);
}
