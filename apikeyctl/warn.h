/*
 * warn.h - what will keep a new key from working here.
 */
#ifndef CMD_WARN_H
#define CMD_WARN_H

#include "apikey.h"

/* Say what will keep a new key from working on this machine. */
void	cmd_warn_key(const apikey_key *);

#endif /* CMD_WARN_H */
