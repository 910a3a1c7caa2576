/*
 * pamlines.c - which groups the PAM configuration hands to pam_apikey.
 * It is read for advice only: what cannot be read is passed over.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pamlines.h"

#define FOLDER		"/etc/pam.d"
#define GROUPS_MAX	16
#define LINE_SIZE	2048	/* libpam's lines are no longer */

struct scan {
	cmd_pam_group *each;
	void *arg;
	char file[PATH_MAX];
	char seen[GROUPS_MAX][LOGIN_NAME_MAX];
	size_t count;
};

static void
found(struct scan *scan, const char *group)
{
	size_t i;

	for (i = 0; i < scan->count; i++)
		if (strcmp(scan->seen[i], group) == 0)
			return;
	if (scan->count == GROUPS_MAX || *group == '\0')
		return;
	snprintf(scan->seen[scan->count++], LOGIN_NAME_MAX, "%s", group);
	scan->each(scan->arg, scan->file, group);
}

static bool
is_module(const char *word)
{
	const char *slash = strrchr(word, '/');

	return strcmp(slash == NULL ? word : slash + 1,
	    "pam_apikey.so") == 0;
}

static void
scan_line(struct scan *scan, char *line)
{
	static const char option[] = "group=", space[] = " \t\r\n";
	bool ours = false;
	char *word, *rest;

	line[strcspn(line, "#")] = '\0';
	for (word = strtok_r(line, space, &rest); word != NULL;
	    word = strtok_r(NULL, space, &rest)) {
		if (!ours) {
			ours = is_module(word);
			continue;
		}
		/* libpam takes an option in brackets, too. */
		word += *word == '[';
		word[strcspn(word, "]")] = '\0';
		if (strncmp(word, option, sizeof(option) - 1) == 0)
			found(scan, word + sizeof(option) - 1);
	}
}

/* A backslash at the end of a line joins it with the next. */
static void
scan_stream(struct scan *scan, FILE *f)
{
	char line[LINE_SIZE];
	size_t len = 0;

	while (fgets(line + len, (int)(sizeof(line) - len), f) != NULL) {
		len += strcspn(line + len, "\n");
		if (len > 0 && line[len - 1] == '\\' &&
		    len < sizeof(line) - 1) {
			line[len - 1] = ' ';
			continue;
		}
		line[len] = '\0';
		scan_line(scan, line);
		len = 0;
	}
	if (len > 0)
		scan_line(scan, line);
}

static void
scan_file(struct scan *scan, const char *name)
{
	struct stat st;
	FILE *f = NULL;
	int fd;

	snprintf(scan->file, sizeof(scan->file), FOLDER "/%s", name);
	fd = open(scan->file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		f = fdopen(fd, "r");
	if (f == NULL) {
		close(fd);
		return;
	}
	scan_stream(scan, f);
	fclose(f);
}

/* Editors and dpkg leave copies behind, which libpam never reads. */
static int
is_service(const struct dirent *entry)
{
	return strpbrk(entry->d_name, ".~#") == NULL;
}

void
cmd_pam_groups(cmd_pam_group *each, void *arg)
{
	struct scan scan = { .each = each, .arg = arg };
	struct dirent **entry;
	int i, count;

	count = scandir(FOLDER, &entry, is_service, alphasort);
	if (count == -1)
		return;
	for (i = 0; i < count; i++) {
		scan_file(&scan, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
}
