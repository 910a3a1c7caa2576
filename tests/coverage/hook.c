/*
 * Linked into each object that `make coverage' builds.  gcov writes what it
 * counted when a process ends by exit; exits.so wants it written in other
 * ends, too, and what a test lets fail shall not fail in there.
 */
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

void	 __gcov_dump(void);
/* Of exits.so, and of the inject.so of tests/faults, where they are. */
void	 coverage_has(void (*dump)(void)) __attribute__((weak));
void	 fault_disarm(void) __attribute__((weak));

__attribute__((constructor)) static void
begin(void)
{
	if (coverage_has != NULL)
		coverage_has(__gcov_dump);
}

/* gcov's own comes behind it, and says on standard error, which tests read,
 * what it cannot open: in a process of another user, all. */
__attribute__((destructor)) static void
end(void)
{
	int fd;

	if (fault_disarm != NULL)
		fault_disarm();
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (fd != -1 && fd != STDERR_FILENO)
		(void)dup2(fd, STDERR_FILENO);
}
