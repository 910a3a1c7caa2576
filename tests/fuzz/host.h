/*
 * host.h - the host of the library and the module: its clock, its names,
 * and its failures.
 *
 * The harnesses are linked with --wrap for each function of host.c and
 * accounts.c.  Outside of host_enter and host_leave these are the real
 * ones, for the fuzzer itself calls some of them.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stdint.h>

#define HOST_NAME	"web1.example.org"

/* What can fail. */
enum host_part {
	HOST_MEMORY,	/* malloc(3) and its like */
	HOST_OPEN,	/* openat(2), mkdirat(2), fstat(2) */
	HOST_READ,	/* pread(2) */
	HOST_WRITE,	/* pwrite(2), ftruncate(2), fsync(2), fdatasync(2) */
	HOST_LOCK,	/* fcntl(2) with F_OFD_SETLK */
	HOST_ACCOUNTS,	/* getpwnam_r(3) and its like */
	HOST_NAMES,	/* gethostname(2), clock_gettime(2) */
	HOST_PAM,	/* what libpam.c stands in for */
	HOST_PARTS	/* nothing */
};

/* A clock that stands still but for what is slept, at a time in
 * nanoseconds. */
void	 host_enter(int64_t now);
void	 host_leave(void);
int64_t	 host_now(void);

/*
 * From now on, the call number nth (from 0) of that part fails; with
 * lasting, those after it, too.  HOST_PARTS: none.
 */
void	 host_fail(enum host_part, unsigned nth, bool lasting);

/* Did one fail since? */
bool	 host_failed(void);

/* Who gets what goes to syslog(3), or to pam_syslog(3); NULL: nobody. */
typedef void	 host_log(int priority, const char *line);
void	 host_set_log(host_log *);
void	 host_say(int priority, const char *line);

/* For those that stand in for a function: shall this call fail? */
bool	 host_fails(enum host_part);

#endif
