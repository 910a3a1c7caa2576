/*
 * asked.c - what a key is shown for, from options.
 */
#include "asked.h"
#include "exit.h"
#include "output.h"

static int
set(apikey_request *request, int opt)
{
	switch (opt) {
	case CMD_OPT_USER:
		return apikey_request_set_user(request, optarg);
	case CMD_OPT_SERVICE:
		return apikey_request_set_service(request, optarg);
	case CMD_OPT_RHOST:
		return apikey_request_set_source(request, optarg);
	default:
		return apikey_request_add_scope(request, optarg);
	}
}

int
cmd_asked_take(apikey_request *request, int opt)
{
	int code = set(request, opt);

	if (code != APIKEY_OK)
		cmd_error("%s", apikey_error_text(code));
	return cmd_exit(code);
}
