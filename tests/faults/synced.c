/*
 * What a loss of power would take: what was written, and the names that
 * were made, and no fsync(2) has followed.  A file is synced before its
 * name takes the place of another's, and its folder behind that; what a
 * record promises (its token, its count) is there before the record.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inject.h"

/* A lock is no data. */
#define LOCK	".lock"

static struct fault_dirty *
find(const struct stat *st)
{
	struct fault_dirty *dirty = fault_page->dirty;

	for (size_t i = 0; i < FAULT_DIRTY_MAX; i++)
		if (dirty[i].ino == st->st_ino && dirty[i].dev == st->st_dev)
			return &dirty[i];
	return NULL;
}

static void
name_of(int fd, char *ret, size_t size)
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, ret, size - 1);
	ret[len < 0 ? 0 : len] = '\0';
}

static void
note(int fd)
{
	const char *unwatched = fault_page->unwatched;
	char name[sizeof(((struct fault_dirty *)NULL)->name)];
	struct fault_dirty *to;
	struct stat st;

	if (fstat(fd, &st) == -1 || (!S_ISREG(st.st_mode) &&
	    !S_ISDIR(st.st_mode)) || find(&st) != NULL)
		return;
	name_of(fd, name, sizeof(name));
	if (*unwatched != '\0' &&
	    strncmp(name, unwatched, strlen(unwatched)) == 0)
		return;
	for (size_t i = 0; i < FAULT_DIRTY_MAX; i++)
		if ((to = &fault_page->dirty[i])->ino == 0) {
			to->dev = st.st_dev;
			to->ino = st.st_ino;
			memcpy(to->name, name, sizeof(name));
			return;
		}
}

/* Only of commands, and none of it is counted. */
static bool
begin(void)
{
	const bool watched = fault_page->armed && fault_page->always;

	if (watched)
		fault_page->armed = false;
	return watched;
}

static void
end(void)
{
	fault_page->armed = true;
}

void
fault_wrote(int fd)
{
	if (fd <= STDERR_FILENO || !begin())
		return;
	note(fd);
	end();
}

void
fault_named(int folder, const char *name)
{
	if (strcmp(name, LOCK) == 0 || !begin())
		return;
	note(folder);
	end();
}

void
fault_synced(int fd)
{
	struct fault_dirty *dirty;
	struct stat st;

	if (!begin())
		return;
	if (fstat(fd, &st) == 0 && (dirty = find(&st)) != NULL)
		*dirty = (struct fault_dirty){ .ino = 0 };
	end();
}

static void
complain(const char *what, const struct fault_dirty *of)
{
	struct fault_page *page = fault_page;

	if (page->loose[0] == '\0')
		snprintf(page->loose, sizeof(page->loose), "%s: %s",
		    of->name, what);
}

/* All that was to be there before it: but for the folder itself, in which
 * it was made. */
void
fault_moved(int folder)
{
	const struct fault_dirty *own = NULL, *dirty = fault_page->dirty;
	struct stat st;

	if (!begin())
		return;
	if (fstat(folder, &st) == 0)
		own = find(&st);
	for (size_t i = 0; i < FAULT_DIRTY_MAX; i++)
		if (dirty[i].ino != 0 && &dirty[i] != own)
			complain("not synced when a name was changed",
			    &dirty[i]);
	note(folder);
	end();
}

const char *
fault_loose(void)
{
	const struct fault_dirty *dirty = fault_page->dirty;

	for (size_t i = 0; i < FAULT_DIRTY_MAX; i++)
		if (dirty[i].ino != 0)
			complain("never synced", &dirty[i]);
	return fault_page->loose[0] == '\0' ? NULL : fault_page->loose;
}
