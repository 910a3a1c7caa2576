/*
 * findings.h - what a check finds: each with a severity, a place, what is
 * wrong and how to mend it.
 */
#ifndef CMD_FINDINGS_H
#define CMD_FINDINGS_H

#include "cmds.h"

/* error: logins with a key fail, of one account at least, or let in whom
 * they should not.  warning: something does not do what it was meant to, or
 * will not in a while.  note: good to know, and may be meant. */
enum cmd_severity { CMD_ERROR, CMD_WARNING, CMD_NOTE };

struct cmd_finding {
	enum cmd_severity severity;
	char *where, *what, *mend;
	size_t place;		/* in the order of finding */
};

/* All zero is none. */
struct cmd_findings {
	struct cmd_finding *finding;
	size_t count, room;
	void *seen;		/* a tree of them, for what comes twice */
	int status;		/* of what could not be looked at */
};

/*
 * Put one on the list; what is there already is not put there again.  "{}"
 * in a mend stands for the path or the user of the place; if that is not a
 * harmless word, it becomes "it", since mends are pasted into shells.
 */
void	 cmd_find(struct cmd_findings *, enum cmd_severity,
	    const char *where, const char *mend, const char *format, ...)
	    __attribute__((format(printf, 5, 6)));

/*
 * One of the library's sentences, "NAME[:LINE]: what; mend", about the file
 * of that name.  mend is for a sentence that has none of those known here:
 * what stands behind a ";" may be part of a value, out of a file of others,
 * and is nothing to be pasted into a shell.
 */
void	 cmd_find_sentence(struct cmd_findings *, enum cmd_severity,
	    const char *name, const char *sentence, const char *mend);

bool	 cmd_harmless(const char *word);

/* Forget them all. */
void	 cmd_findings_drop(struct cmd_findings *);

/* Write them, the worst first, and free them; returns the exit status. */
int	 cmd_findings_put(const struct cmd_env *, struct cmd_findings *);

#endif /* CMD_FINDINGS_H */
