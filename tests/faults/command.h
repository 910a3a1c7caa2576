/*
 * apikeyctl in a process of its own, and whether the keys are whole
 * behind it, whatever became of it.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <sys/types.h>

#include "watch.h"

#define COMMAND_WORDS	12
#define COMMAND_IDS	16

struct command {
	const char	*name;
	const char	*words[COMMAND_WORDS];	/* @: the scene's folder */
	bool		 issues;	/* a token, to stdout or out/key */
	bool		 takes_away;	/* the scene's key may be refused */
	bool		 is_short;	/* also in a short run */
	unsigned	 again;		/* exit codes of a second time: bits */
};

extern const struct command commands[];
extern const size_t commands_count;

/* The store that they are for: one key, that of the scene. */
extern const struct scene command_scene;

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
