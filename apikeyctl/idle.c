/*
 * idle.c - keys that nobody uses.
 */
#include "idle.h"

enum cmd_idle
cmd_idle(const apikey_key *key, int64_t since)
{
	int64_t last = apikey_key_last_used(key);

	if (apikey_key_status(key) != APIKEY_STATUS_ACTIVE ||
	    apikey_key_created(key) > since)
		return CMD_IDLE_NO;
	if (apikey_key_uses(key) < 0)
		return CMD_IDLE_UNKNOWN;
	return last == APIKEY_TIME_NONE || last <= since ? CMD_IDLE_YES :
	    CMD_IDLE_NO;
}
