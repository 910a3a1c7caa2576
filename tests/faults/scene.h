/*
 * Who shows what, and what must come of it.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stddef.h>

enum scene_want {
	SCENE_GRANT, SCENE_REFUSE, SCENE_PASS
};

enum {
	/* Without its state the key is refused. */
	SCENE_BOUNDED = 1,
	/* It is the state that refuses: without it, it is granted. */
	SCENE_BY_STATE = 2,
	/* Only setcred and the session, from what an earlier process left
	 * in the environment. */
	SCENE_CLAIM = 4,
	/* A second key, the first one's successor. */
	SCENE_SUCCESSOR = 8,
	/* Not in a short run. */
	SCENE_LONG = 16,
	/* What was counted before matters. */
	SCENE_NOT_FRESH = 32,
	SCENE_PEPPER = 64,
	/* The system's groups are asked. */
	SCENE_LOOK_UP = 128,
	/* A key that has ended, and a count of none. */
	SCENE_GARBAGE = 256,
	/* A pepper is named, and not there. */
	SCENE_PEPPER_NONE = 512,
	/* The application does not know who it is. */
	SCENE_ASK_USER = 1024,
	/* Needs the groups of groups.c. */
	SCENE_GROUPS = 2048,
	/* In a short run, only what fails in the module or around it. */
	SCENE_BRIEF = 4096
};

struct scene {
	const char	*name;
	enum scene_want	 want;
	unsigned	 flags;
	const char	*reply;
	/* NULL: what is usual. */
	const char	*user, *service;
	const char	*rhost;		/* empty: none */
	const char	*connection;	/* SSH_CONNECTION of the environment */
	const char	*stacked;	/* PAM_AUTHTOK of an earlier module */
	const char	*options;
	const char	*owner;		/* of the key: the user */
	const char	*config;	/* behind the usual settings */
	const char	*failures;	/* limits.failures */
	const char	*hash;
	const char	*bounds;
	/* Shown so many times before, for a state that is not fresh. */
	const char	*before;
	int		 times;
};

extern const struct scene scenes[];
extern const size_t scenes_count;

/* The folder of the scene that was written last. */
extern char scene_folder[256];

const char *scene_user(const struct scene *);

/* Its files, below a folder; MODULE and ARMED of the environment are in the
 * stack.  state stays empty, but for a key of bounded uses. */
void	 scene_write(const struct scene *, const char *folder);

/* A count of no key, once there are counts. */
void	 scene_litter(void);

/* Keep the keys, the state and what was put out, and put all back. */
void	 files_keep(void);
void	 files_put_back(void);

/* The uses that the state tells of; -1: it does not tell. */
long	 state_uses(void);

void	 give_up(const char *format, ...)
	    __attribute__((__format__(__printf__, 1, 2), __noreturn__));

#endif
