/*
 * family.h - keys that came from each other by rotation.
 */
#ifndef CMD_FAMILY_H
#define CMD_FAMILY_H

#include "cmds.h"

/*
 * "oldest -> ... -> newest", each with its status behind it, this key in
 * brackets.  NULL when it was never rotated, or memory is short; the
 * caller frees.
 */
char	*cmd_family(const struct cmd_env *, const apikey_key *);

#endif /* CMD_FAMILY_H */
