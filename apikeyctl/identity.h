/*
 * identity.h - who is asking.
 */
#ifndef CMD_IDENTITY_H
#define CMD_IDENTITY_H

#include "apikey.h"

/*
 * The name that goes on record with a change: the user who logged in,
 * whatever su and sudo made of it since; else the one who called sudo;
 * else the user of this process.
 */
void	cmd_identity(char ret_name[APIKEY_TEXT_MAX + 1]);

#endif /* CMD_IDENTITY_H */
