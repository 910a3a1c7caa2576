/*
 * tree.h - the files of this machine, or of an image's tree.
 */
#ifndef CMD_TREE_H
#define CMD_TREE_H

#include <sys/stat.h>

#include "cmds.h"
#include "words.h"

/* Paths are absolute, as seen from root.  In an image links lead to what
 * they would lead to there, and never out of it. */
struct cmd_tree {
	char *root;		/* "" for this machine */
	int fd;			/* of the folder that stands for "/" */
};

/* root NULL: this machine.  Says what is wrong; the exit status. */
int	 cmd_tree_open(struct cmd_tree *, const char *root);
void	 cmd_tree_close(struct cmd_tree *);

/* What stands for "/", for the library; NULL on this machine. */
const char *cmd_tree_root(const struct cmd_tree *);

/* The path as it is seen from here; the caller frees. */
char	*cmd_tree_name(const struct cmd_tree *, const char *path);

#define CMD_FILE_MAX	(1024 * 1024)

/*
 * The whole of a regular file of at most CMD_FILE_MAX bytes, with a NUL
 * behind it; the caller frees.  0 or an errno: EFBIG for a larger one,
 * EINVAL for what is no regular file.  ret_len and ret_st may be NULL.
 */
int	 cmd_tree_read(const struct cmd_tree *, const char *path,
	    char **ret_text, size_t *ret_len, struct stat *ret_st);

/* One that has a line for each user may be larger. */
#define CMD_USERS_MAX	(16 * 1024 * 1024)
int	 cmd_tree_read_users(const struct cmd_tree *, const char *path,
	    char **ret_text, size_t *ret_len);

/* The same of a path as it is seen from here. */
int	 cmd_file_read(const char *path, char **ret_text, size_t *ret_len);

/* The names in a folder but "." and "..", in order.  0 or an errno. */
int	 cmd_tree_list(const struct cmd_tree *, const char *path,
	    struct cmd_words *ret);

/* 0 or an errno. */
int	 cmd_tree_stat(const struct cmd_tree *, const char *path,
	    struct stat *ret);

/* Is there such a thing at all? */
bool	 cmd_tree_has(const struct cmd_tree *, const char *path);

#endif /* CMD_TREE_H */
