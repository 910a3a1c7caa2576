/*
 * include.h - files that are included by others, and what cannot be read of
 * them.
 */
#ifndef CMD_INCLUDE_H
#define CMD_INCLUDE_H

#include "tree.h"
#include "words.h"

/* All zero but the tree at first. */
struct cmd_include {
	const struct cmd_tree *tree;
	struct cmd_words unread;	/* sentences */
	struct cmd_words opened;	/* paths of files and folders */
	const char *too_much;		/* there is of it; NULL: all was read */
	size_t files, lines;		/* that were counted */
	int depth;
};

/* Hands the text of a file on, with its name for messages. */
typedef void	 cmd_include_text(void *arg, const char *name,
		    const char *text);
void	 cmd_include_file(struct cmd_include *, const char *path,
	    cmd_include_text *, void *arg);

/* The same for those names in a folder that are taken. */
typedef bool	 cmd_include_name(const char *name, const char *pattern);
void	 cmd_include_folder(struct cmd_include *, const char *folder,
	    cmd_include_name *takes, const char *pattern,
	    cmd_include_text *, void *arg);

/* Is there room for one more line that says something? */
bool	 cmd_include_line(struct cmd_include *);

void	 cmd_include_free(struct cmd_include *);

#endif /* CMD_INCLUDE_H */
