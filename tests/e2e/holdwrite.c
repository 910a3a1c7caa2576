/*
 * holdwrite.c - preloaded into the programs of the machine, it makes the
 * moment before a program writes into one of our files, which it has read
 * and whose lock it holds, long enough to be seen.
 *
 * When FOLDER/hold is there, it names a path's beginning; the next program
 * that is about to write into such a file moves it to FOLDER/held, writes
 * its process id into FOLDER/holder, and goes on when FOLDER/held is
 * removed.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FOLDER		"/run/e2e/"
#define PAUSE_NS	5000000
#define PAUSES_MAX	4000	/* 20 seconds */

typedef ssize_t	 write_call(int, const void *, size_t);
typedef ssize_t	 pwrite_call(int, const void *, size_t, off_t);

static int
is_meant(int fd)
{
	char beginning[256] = "", link[64], path[256] = "";
	FILE *file = fopen(FOLDER "hold", "re");

	if (file == NULL)
		return 0;
	if (fgets(beginning, sizeof(beginning), file) == NULL)
		beginning[0] = '\0';
	fclose(file);
	beginning[strcspn(beginning, "\n")] = '\0';
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, path, sizeof(path) - 1) == -1)
		return 0;
	return beginning[0] != '\0' &&
	    strncmp(path, beginning, strlen(beginning)) == 0;
}

static void
hold(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	FILE *file;

	if (rename(FOLDER "hold", FOLDER "held") == -1)
		return;		/* another was faster */
	if ((file = fopen(FOLDER "holder.new", "we")) != NULL) {
		fprintf(file, "%d\n", (int)getpid());
		fclose(file);
		rename(FOLDER "holder.new", FOLDER "holder");
	}
	for (int i = 0; i < PAUSES_MAX && access(FOLDER "held", F_OK) == 0;
	    i++)
		nanosleep(&pause, NULL);
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	write_call *next;

	*(void **)&next = dlsym(RTLD_NEXT, "write");
	if (is_meant(fd))
		hold();
	return next(fd, bytes, len);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	pwrite_call *next;

	*(void **)&next = dlsym(RTLD_NEXT, "pwrite");
	if (is_meant(fd))
		hold();
	return next(fd, bytes, len, at);
}
