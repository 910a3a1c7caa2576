/*
 * A login in a process of its own, and whether what became of it may be.
 */
#ifndef WATCH_H
#define WATCH_H

#include <sys/types.h>

#include "inject.h"
#include "road.h"

struct outcome {
	int		 status;	/* of the process */
	enum road_end	 end, again;
	bool		 admitted;	/* the account phase may refuse it */
	bool		 ended;		/* a library ended the process */
	char		 by[64];
	char		 problem[512];	/* empty: all is well */
	long		 before, after;	/* uses */
};

enum { WATCH_TWICE = 1 };

#define WATCH_SECONDS	20	/* who takes longer hangs */

/* The shared pages; once. */
void	 watch_begin(void);

/* Writes the scene below a folder of its own and comes to its state: fresh,
 * or after what the scene has before it. */
void	 watch_scene(const struct scene *, bool fresh);

/* Nothing fails. */
void	 watch_nothing(void);

/* One login in a process of its own, in which prepare is called first
 * where it is not NULL; with WATCH_TWICE, and a second one. */
void	 watch_run(const struct scene *, void (*prepare)(void), unsigned how,
	    struct outcome *ret);

/* What such a process does, for others who fork and wait. */
void	 watch_child(const struct scene *, void (*prepare)(void),
	    unsigned how) __attribute__((__noreturn__));

/* Before such a process, and with its status behind it; also for those that
 * run in this one, between which watch_here is called. */
void	 watch_before(struct outcome *);
void	 watch_here(const struct scene *, unsigned how);
void	 watch_after(int status, struct outcome *);

/* The verdict of one login that nothing disturbs, with this reply. */
enum road_end watch_login(const struct scene *, const char *reply);

/* Who ended the process, where that is none of ours; or NULL.  Nobody is
 * excused who hangs, and nobody for a signal that came elsewhere. */
const char *watch_excuse(int status);

/* Does a line say that the state could not be used? */
bool	 watch_is_degraded(void);

/* Adds a problem where the end is none that may be. */
void	 watch_judge(const struct scene *, struct outcome *);

/* "ok" or "not ok", counted. */
void	 tell(bool ok, const char *format, ...)
	    __attribute__((__format__(__printf__, 2, 3)));
void	 tell_more(const char *format, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
int	 tell_sum(void);	/* the exit status */

#endif
