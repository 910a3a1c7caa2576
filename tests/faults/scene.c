/*
 * A scene's files, which are put back before each run.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../module/vectors.h"
#include "scene.h"

#define FILES_MAX	16
#define SECTOR		512
/* As usage_file.c has it. */
#define COUNT_AT	16

char scene_folder[256];

static struct kept {
	char	 name[64];	/* below the scene's folder */
	size_t	 size;
	char	*bytes;
	struct timespec mtime;
	bool	 there;
} kept[FILES_MAX];
static size_t kept_count;
static bool kept_usage;		/* the folder */

void
give_up(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(2);
}

const char *
scene_user(const struct scene *scene)
{
	return scene->user == NULL ? "deploy" : scene->user;
}

static void	 put(const char *name, const char *format, ...)
		    __attribute__((__format__(__printf__, 2, 3)));

static void
put(const char *name, const char *format, ...)
{
	char path[512];
	va_list ap;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", scene_folder, name);
	if ((file = fopen(path, "we")) == NULL || fchmod(fileno(file), 0600))
		give_up("%s: cannot be written", path);
	va_start(ap, format);
	vfprintf(file, format, ap);
	va_end(ap);
	if (fclose(file) != 0)
		give_up("%s: cannot be written", path);
}

static void
make_folder(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", scene_folder, name);
	if (mkdir(path, 0700) != 0)
		give_up("%s: cannot be made", path);
}

static const char *
or_else(const char *text, const char *other)
{
	return text == NULL ? other : text;
}

static void
put_key(const struct scene *scene, const char *id, const char *hash,
    const char *bounds)
{
	char name[64];

	snprintf(name, sizeof(name), "keys.d/%s.conf", id);
	put(name, "version = 1;\nid = \"%s\";\nuser = \"%s\";\n"
	    "hash = \"%s\";\ncreated = \"2020-01-01T00:00:00Z\";\n%s", id,
	    or_else(scene->owner, scene_user(scene)), hash, bounds);
}

/* One module for all: libpam loads it anew for each login.  Where nobody
 * has said yes, libpam says no. */
static void
put_stack(const struct scene *scene)
{
	static const char *const phases[] = { "auth", "account", "session" };
	char text[4096] = "", name[64];
	size_t used = 0;

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s [success=done ignore=ignore default=die] %s %s "
		    "config=%s/apikey.conf %s\n", phases[i], getenv("ARMED"),
		    getenv("MODULE"), scene_folder,
		    i == 0 ? or_else(scene->options, "") : "");
	snprintf(name, sizeof(name), "pam.d/%s",
	    or_else(scene->service, "sshd"));
	put(name, "%s", text);
	put("pam.d/other", "auth required %s\n", getenv("ARMED"));
}

void
scene_write(const struct scene *scene, const char *folder)
{
	snprintf(scene_folder, sizeof(scene_folder), "%s", folder);
	if (mkdir(folder, 0700) != 0)
		give_up("%s: cannot be made", folder);
	make_folder("keys.d");
	make_folder("state");
	make_folder("pam.d");
	make_folder("out");
	put("apikey.conf", "keystore = \"%s/keys.d\";\nstate = \"%s/state\";\n"
	    "limits = { key = \"1000000/1m\"; failures = \"%s\"; };\n%s",
	    folder, folder, or_else(scene->failures, "1000000/1m"),
	    or_else(scene->config, ""));
	if (scene->flags & SCENE_PEPPER) {
		put("pepper", VECTOR_PEPPER "\n");
		put("apikey.conf", "keystore = \"%s/keys.d\";\n"
		    "state = \"%s/state\";\npepper = \"%s/pepper\";\n",
		    folder, folder, folder);
	}
	if (scene->flags & SCENE_PEPPER_NONE)
		put("apikey.conf", "keystore = \"%s/keys.d\";\n"
		    "state = \"%s/state\";\npepper = \"%s/out/pepper\";\n",
		    folder, folder, folder);
	put_key(scene, VECTOR_ID, or_else(scene->hash, VECTOR_HASH),
	    or_else(scene->bounds, ""));
	if (scene->flags & SCENE_SUCCESSOR)
		put_key(scene, VECTOR_OTHER_ID, VECTOR_OTHER_HASH,
		    "rotated_from = \"" VECTOR_ID "\";\n");
	if (scene->flags & SCENE_GARBAGE)
		put_key(scene, VECTOR_OTHER_ID, VECTOR_OTHER_HASH,
		    "expires = \"2020-01-02T00:00:00Z\";\n");
	put_stack(scene);
}

void
scene_litter(void)
{
	static const char name[] = "state/usage/zzzzzzzzzz";
	const struct timespec old = { .tv_sec = 1 };
	char path[512];

	put(name, "%s", "old");
	snprintf(path, sizeof(path), "%s/%s", scene_folder, name);
	if (utimensat(AT_FDCWD, path, (struct timespec[]){ old, old }, 0))
		give_up("%s: cannot be made old", path);
}

/* ---- Files ------------------------------------------------------------ */

static const char *const folders[] = { "keys.d", "state", "state/usage",
    "out" };

#define FOLDERS	(sizeof(folders) / sizeof(folders[0]))

static void
keep_file(int folder, const char *below, const char *name)
{
	struct kept *to = &kept[kept_count];
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1 || kept_count == FILES_MAX ||
	    (to->bytes = malloc((size_t)st.st_size + 1)) == NULL ||
	    read(fd, to->bytes, (size_t)st.st_size) != st.st_size)
		give_up("%s/%s: cannot be kept", below, name);
	close(fd);
	snprintf(to->name, sizeof(to->name), "%s/%s", below, name);
	to->size = (size_t)st.st_size;
	to->mtime = st.st_mtim;
	kept_count++;
}

static bool
is_kept(const char *below, const char *name, const struct stat *st)
{
	char whole[64];

	snprintf(whole, sizeof(whole), "%s/%s", below, name);
	for (size_t i = 0; i < kept_count; i++)
		if (strcmp(kept[i].name, whole) == 0)
			return (kept[i].there =
			    (size_t)st->st_size == kept[i].size &&
			    st->st_mtim.tv_sec == kept[i].mtime.tv_sec &&
			    st->st_mtim.tv_nsec == kept[i].mtime.tv_nsec);
	return false;
}

/* What was not changed stays. */
static void
remove_file(int folder, const char *below, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !is_kept(below, name, &st))
		(void)unlinkat(folder, name, 0);
}

static void
each_file(void (*call)(int folder, const char *below, const char *name))
{
	struct dirent *entry;
	char path[512];
	DIR *dir;

	for (size_t i = 0; i < FOLDERS; i++) {
		snprintf(path, sizeof(path), "%s/%s", scene_folder,
		    folders[i]);
		dir = opendir(path);
		while (dir != NULL && (entry = readdir(dir)) != NULL)
			if (entry->d_type == DT_REG)
				call(dirfd(dir), folders[i], entry->d_name);
		if (dir != NULL)
			closedir(dir);
	}
}

void
files_keep(void)
{
	char path[512];

	while (kept_count > 0)
		free(kept[--kept_count].bytes);
	each_file(keep_file);
	snprintf(path, sizeof(path), "%s/state/usage", scene_folder);
	kept_usage = access(path, F_OK) == 0;
	/* What is changed from now on has another time. */
	(void)usleep(20000);
}

/* What is zero stays a hole. */
static void
put_back(struct kept *from)
{
	static const char zero[SECTOR];
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%.63s", scene_folder, from->name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1 || ftruncate(fd, (off_t)from->size) == -1)
		give_up("%s: cannot be put back: %m", path);
	for (size_t at = 0; at < from->size; at += SECTOR) {
		const size_t left = from->size - at;
		const size_t len = left < SECTOR ? left : SECTOR;

		if (memcmp(from->bytes + at, zero, len) != 0 &&
		    pwrite(fd, from->bytes + at, len, (off_t)at) !=
		    (ssize_t)len)
			give_up("%s: cannot be put back: %m", path);
	}
	if (futimens(fd, (struct timespec[]){ from->mtime, from->mtime }))
		give_up("%s: cannot be put back: %m", path);
	close(fd);
}

void
files_put_back(void)
{
	char path[512];

	for (size_t i = 0; i < kept_count; i++)
		kept[i].there = false;
	each_file(remove_file);
	snprintf(path, sizeof(path), "%s/state/usage", scene_folder);
	if (kept_usage)
		(void)mkdir(path, 0700);
	else
		(void)rmdir(path);
	for (size_t i = 0; i < kept_count; i++)
		if (!kept[i].there)
			put_back(&kept[i]);
}

long
state_uses(void)
{
	unsigned char bytes[8];
	uint64_t count = 0;
	char path[512];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/state/usage/" VECTOR_ID,
	    scene_folder);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	n = pread(fd, bytes, sizeof(bytes), COUNT_AT);
	close(fd);
	for (size_t i = 0; i < sizeof(bytes); i++)
		count |= (uint64_t)bytes[i] << 8 * i;
	return n == (ssize_t)sizeof(bytes) ? (long)count : -1;
}
