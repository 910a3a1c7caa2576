/*
 * token_io.h - tokens that come in, and new ones that go into files.
 */
#ifndef CMD_TOKEN_IO_H
#define CMD_TOKEN_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "apikey.h"

/*
 * Read one line, without its end, from the file path, or from standard
 * input (NULL), which on a terminal is a prompt that shows nothing.
 * What does not fit is cut: it is no token.  False after a sentence.
 * The caller wipes the buffer.
 */
bool	cmd_token_read(const char *path, char *buf, size_t size,
	    size_t *ret_len);

/* A file that a new token goes into. */
struct cmd_token_file {
	const char *path;	/* NULL: there is none */
	bool give;		/* to owner and group */
	uid_t owner;
	gid_t group;
	dev_t dev;		/* what was made */
	ino_t ino;
	bool made, failed;	/* failed: a sentence was told */
};

/* Is there a user of this name to give the file to? */
bool	cmd_token_file_owner(struct cmd_token_file *, const char *user);

/* An apikey_deliver; arg is a struct cmd_token_file.  What it leaves is
 * a whole file, safe on the disk, or none. */
int	cmd_token_deliver(void *arg, const char *token, const apikey_key *);

/* Remove the file that was made: its key was not stored. */
void	cmd_token_file_remove(const struct cmd_token_file *);

#endif /* CMD_TOKEN_IO_H */
