/*
 * The whole road of a login through the real libpam, in one process.
 */
#ifndef ROAD_H
#define ROAD_H

#include <stdbool.h>

#include "scene.h"

enum road_phase {
	ROAD_AUTH, ROAD_ACCOUNT, ROAD_SETCRED, ROAD_OPEN, ROAD_CLOSE,
	ROAD_PHASES
};

enum road_end {
	ROAD_BROKEN,		/* it came to no end */
	ROAD_GRANTED, ROAD_REFUSED, ROAD_UNAVAILABLE, ROAD_PASSED
};

#define ROAD_NOT_CALLED	(-1)
#define ROAD_NO_LIBPAM	3	/* exit: it never came to a module */

struct road {
	int		 code[ROAD_PHASES];	/* of the module itself */
	int		 seen[ROAD_PHASES];	/* by the application */
	enum road_end	 end, again;		/* again: a second login */
	bool		 admitted;		/* by auth, whatever followed */
	long		 uses;		/* that the state tells of behind it */
	char		 problem[512];
};

/* Shared with the process that watches, once road_share was called. */
extern struct road *road;

/* Sessions, too, take their time. */
extern bool road_with_sessions;

/* What an earlier module of the stack has left as PAM_AUTHTOK, or NULL. */
extern const char *road_stacked;

/* Called when the module is, for the first time; or NULL. */
extern void (*road_at_module)(void);

void	 road_share(void);

/* Of pam_armed.so. */
void	 road_enter(enum road_phase);
void	 road_leave(enum road_phase, int code);

void	 road_problem(const char *format, ...)
	    __attribute__((__format__(__printf__, 1, 2)));

/* One login. */
enum road_end road_go(const struct scene *);

/* The same, and whether everything is as it was before. */
enum road_end road_check(const struct scene *);

const char *road_end_name(enum road_end);

#endif
