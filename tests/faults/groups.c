/*
 * A second file of groups, in the place of the system's, for this process
 * alone.  Two entries of one number make a group that knows no members by
 * its name.
 */
#include <sys/mount.h>

#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "groups.h"

#define SYSTEM	"/etc/group"
#define NUMBER	64123
#define MORE	70

bool groups_are_there;

static bool
copy(FILE *to)
{
	FILE *from = fopen(SYSTEM, "re");
	int c;

	if (from == NULL)
		return false;
	while ((c = getc(from)) != EOF)
		putc(c, to);
	fclose(from);
	return true;
}

static bool
write_groups(const char *path)
{
	FILE *file = fopen(path, "we");
	bool done = file != NULL && copy(file);

	if (done) {
		fprintf(file, "%s:x:%d:\n", GROUPS_NAME, NUMBER);
		for (int i = 1; i < MORE; i++)
			fprintf(file, "%s-%d:x:%d:%s\n", GROUPS_NAME, i,
			    NUMBER + i, GROUPS_USER);
		fprintf(file, "%s-again:x:%d:%s\n", GROUPS_NAME, NUMBER,
		    GROUPS_USER);
	}
	return file != NULL && fclose(file) == 0 && done;
}

bool
groups_begin(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/group", getenv("FOLDER"));
	groups_are_there = geteuid() == 0 && getpwnam(GROUPS_USER) != NULL &&
	    write_groups(path) && unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount(path, SYSTEM, NULL, MS_BIND, NULL) == 0;
	return groups_are_there;
}
