/*
 * holdlock.c - preloaded into every program of the machine, it makes the
 * moment in which a program holds one of our locks long enough to be seen.
 *
 * When FOLDER/hold is there, it names a path's beginning; the next program
 * that gets the lock of such a file moves it to FOLDER/held, writes its
 * process id into FOLDER/holder, and keeps the lock until FOLDER/held is
 * removed.
 *
 * When FOLDER/slow is there, each write into a file whose path begins so
 * takes its time, so that two who believe to be alone meet.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FOLDER		"/run/e2e/"
#define PAUSE_NS	5000000
#define PAUSES_MAX	4000	/* 20 seconds */
#define SLOW_NS		500000

typedef int	 fcntl_call(int, int, ...);
typedef ssize_t	 pwrite_call(int, const void *, size_t, off_t);

/* Does the file's path begin as the other one says? */
static int
is_meant(int fd, const char *by)
{
	char beginning[256] = "", link[64], path[256] = "";
	FILE *file = fopen(by, "re");

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

int
fcntl(int fd, int cmd, ...)
{
	fcntl_call *next;
	va_list ap;
	void *arg;
	int result, saved;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	*(void **)&next = dlsym(RTLD_NEXT, "fcntl64");
	result = next(fd, cmd, arg);
	saved = errno;
	if (result == 0 && cmd == F_OFD_SETLK &&
	    ((const struct flock *)arg)->l_type == F_WRLCK &&
	    is_meant(fd, FOLDER "hold"))
		hold();
	errno = saved;
	return result;
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	const struct timespec pause = { .tv_nsec = SLOW_NS };
	pwrite_call *next;

	*(void **)&next = dlsym(RTLD_NEXT, "pwrite");
	if (is_meant(fd, FOLDER "slow"))
		nanosleep(&pause, NULL);
	return next(fd, bytes, len, at);
}
