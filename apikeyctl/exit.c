/*
 * exit.c - exit statuses: the one place that makes them from the
 * library's codes, and says which of several is the worst.
 */
#include "apikey.h"
#include "exit.h"

int
cmd_exit(int code)
{
	switch (code) {
	case APIKEY_OK:
		return CMD_EXIT_DONE;
	case APIKEY_ERR_INVALID:
		return CMD_EXIT_USAGE;
	case APIKEY_ERR_NOT_FOUND:
		return CMD_EXIT_NOT_FOUND;
	case APIKEY_ERR_CONFLICT:
		return CMD_EXIT_CONFLICT;
	case APIKEY_ERR_POLICY:
		return CMD_EXIT_POLICY;
	case APIKEY_ERR_INSECURE_STORE:
	case APIKEY_ERR_CORRUPT_RECORD:
	case APIKEY_ERR_BAD_CONFIG:
		return CMD_EXIT_INSECURE;
	default:
		return code > APIKEY_OK && code < APIKEY_ERR_BAND ?
		    CMD_EXIT_DENIED : CMD_EXIT_IO;
	}
}

int
cmd_exit_worst(int a, int b)
{
	/*
	 * From the least to the worst.  A key that is not there needs no
	 * more work, a mistyped id has to be typed again, a conflict, a
	 * refusal or a failing disk leaves a key in use, and a store
	 * that others can write to must be looked at before all else.
	 */
	static const int order[] = {
		CMD_EXIT_DONE, CMD_EXIT_FOUND, CMD_EXIT_NOT_FOUND,
		CMD_EXIT_USAGE, CMD_EXIT_DENIED, CMD_EXIT_POLICY,
		CMD_EXIT_CONFLICT, CMD_EXIT_IO, CMD_EXIT_INSECURE
	};
	int i;

	for (i = sizeof(order) / sizeof(order[0]) - 1; i > 0; i--)
		if (order[i] == a || order[i] == b)
			break;
	return order[i];
}
