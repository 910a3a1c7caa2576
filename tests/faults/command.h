/*
 * apikeyctl in a process of its own, and whether the keys are whole
 * behind it, whatever became of it.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <sys/types.h>

#include "watch.h"

#define COMMAND_WORDS	12
/* Each lock of the keystore is waited for ten seconds. */
#define COMMAND_SECONDS	60

/* What becomes of the scene's key. */
enum command_key {
	KEY_STAYS,		/* it opens, whatever happens */
	KEY_ENDS,		/* behind exit 0 it is refused */
	KEY_COMES,		/* behind exit 0 it opens */
	KEY_IS_OUT		/* it never opens */
};

struct command {
	const char	*name;
	const char	*words[COMMAND_WORDS];	/* @: the scene's folder */
	const struct scene *scene;
	const char	*event;		/* that exit 0 has a line of */
	enum command_key key;
	bool		 issues;	/* a token, to stdout or out/key */
	bool		 is_used;	/* the scene's key, once before */
	bool		 is_short;	/* also in a short run of kills */
	bool		 is_first;	/* and in one of changes */
	bool		 is_idle;	/* what it puts out need not last */
	bool		 is_relative;	/* its configuration's name */
	unsigned	 again;		/* exit codes of a second time: bits */
};

extern const struct command commands[];
extern const size_t commands_count;

/* The store of most of them: one key. */
extern const struct scene command_store;

/* Its store, as a scene of its own. */
void	 command_scene(const struct command *);

/* In the child: stdout and stderr go into files of out/. */
void	 command_exec(const struct command *)
	    __attribute__((__noreturn__));

/* To its end; its status. */
int	 command_run(const struct command *);

/* What there is before, and NULL or what is wrong behind it.  exited is its
 * exit code, or -1. */
void	 command_before(void);
const char *command_judge(const struct command *, int exited);

#endif
