/*
 * exits.so, preloaded: a process that ends by _exit, as many children of
 * the tests do, first writes what gcov counted in it.
 */
#include <sys/resource.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define OBJECTS_MAX	8	/* the program, the library, the module */

void	 coverage_has(void (*dump)(void));

static void (*dumps[OBJECTS_MAX])(void);
static size_t count;

void
coverage_has(void (*dump)(void))
{
	if (count == OBJECTS_MAX)
		abort();
	dumps[count++] = dump;
}

/* Has a test taken the room for that away, and cannot it be given back?
 * Half a file would spoil what others wrote there. */
static bool
may_write(void)
{
	static const int needed[] = { RLIMIT_FSIZE, RLIMIT_AS };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct rlimit limit;

	if (fd == -1)
		return false;
	(void)close(fd);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if ((getrlimit((unsigned)needed[i], &limit) == -1 ||
		    limit.rlim_cur != RLIM_INFINITY) &&
		    setrlimit((unsigned)needed[i], &none) == -1)
			return false;
	return true;
}

void
_exit(int status)
{
	if (count > 0 && may_write())
		for (size_t i = 0; i < count; i++)
			dumps[i]();
	for (;;)
		(void)syscall(SYS_exit_group, status);
}
