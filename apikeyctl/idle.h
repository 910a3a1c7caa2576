/*
 * idle.h - keys that nobody uses.
 */
#ifndef CMD_IDLE_H
#define CMD_IDLE_H

#include <stdint.h>

#include "apikey.h"

enum cmd_idle { CMD_IDLE_NO, CMD_IDLE_YES, CMD_IDLE_UNKNOWN };

/* May the key be used, and has nobody done so since a time? */
enum cmd_idle	cmd_idle(const apikey_key *, int64_t since);

#endif /* CMD_IDLE_H */
