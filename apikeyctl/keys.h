/*
 * keys.h - many keys of the keystore at once.
 */
#ifndef CMD_KEYS_H
#define CMD_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "cmds.h"

/* A list of keys; all zero is an empty one.  It owns its keys. */
struct cmd_keys {
	apikey_key **key;
	size_t count, room;
};

typedef bool	cmd_keys_want(void *arg, const apikey_key *);

/*
 * Read all wanted keys (want may be NULL), sorted by user, time of
 * creation and id.  Bad files are named on standard error; the exit
 * status tells of them, and the good keys are there all the same.
 */
int	cmd_keys_read(struct cmd_env *, cmd_keys_want *, void *arg,
	    struct cmd_keys *);

/* Delete the keys that ended at or before a time, or with dry_run only
 * tell which; for the rest as cmd_keys_read. */
int	cmd_keys_gc(struct cmd_env *, int64_t before, bool dry_run,
	    struct cmd_keys *);

/* Append a key, which is the list's then; false, and a sentence, when
 * memory is short. */
bool	cmd_keys_add(struct cmd_keys *, apikey_key *);

void	cmd_keys_free(struct cmd_keys *);

#endif /* CMD_KEYS_H */
