/*
 * One call of the module: what all phases have in common.
 */
#include <string.h>

#include "call.h"
#include "source.h"

void
pamak_call_begin(struct pamak_call *ret, pam_handle_t *pamh,
    const char *phase, int argc, const char **argv)
{
	memset(ret, 0, sizeof(*ret));
	ret->pamh = pamh;
	pamak_options_parse(&ret->options, argc, argv);
	ret->log.pamh = pamh;
	ret->log.phase = phase;
	ret->log.debug = ret->options.debug;
}

void
pamak_call_end(struct pamak_call *call)
{
	apikey_request_free(call->request);
	apikey_free(call->ctx);
}

int
pamak_call_deny(struct pamak_call *call, int error)
{
	apikey_audit_deny(call->ctx, call->request,
	    (enum apikey_error)error);
	return error;
}

int
pamak_call_fail(struct pamak_call *call, int error, const char *why)
{
	pamak_log_error(&call->log, "%s", why);
	if (call->request == NULL && pamak_call_request(call) != APIKEY_OK)
		return error;
	return pamak_call_deny(call, error);
}

typedef int	 setter(apikey_request *, const char *);

static int
set_item(struct pamak_call *call, int type, setter *set)
{
	const void *item = NULL;

	if (pam_get_item(call->pamh, type, &item) != PAM_SUCCESS)
		return APIKEY_ERR_UNAVAILABLE;
	return set(call->request, item);
}

static int
set_source(struct pamak_call *call)
{
	char buf[PAMAK_SOURCE_SIZE];
	const char *source;
	int error = pamak_source(call->pamh, buf, &source);

	if (error != APIKEY_OK)
		return error;
	return apikey_request_set_source(call->request, source);
}

static int
fill_request(struct pamak_call *call)
{
	const struct pamak_options *options = &call->options;
	int error;

	if ((error = set_item(call, PAM_USER, apikey_request_set_user)) ||
	    (error = set_item(call, PAM_SERVICE,
	    apikey_request_set_service)) ||
	    (error = set_item(call, PAM_TTY, apikey_request_set_tty)) ||
	    (error = set_item(call, PAM_RUSER, apikey_request_set_caller)) ||
	    (error = set_source(call)))
		return error;
	for (size_t i = 0; i < options->scope_count; i++) {
		error = apikey_request_add_scope(call->request,
		    options->scopes[i]);
		if (error != APIKEY_OK)
			return error;
	}
	return APIKEY_OK;
}

/* A request without a user would stand for any user's key. */
static bool
has_user(pam_handle_t *pamh)
{
	const void *user = NULL;

	return pam_get_item(pamh, PAM_USER, &user) == PAM_SUCCESS &&
	    user != NULL && *(const char *)user != '\0';
}

int
pamak_call_request(struct pamak_call *call)
{
	int error;

	if ((call->ctx = apikey_new()) == NULL ||
	    (call->request = apikey_request_new()) == NULL) {
		pamak_log_error(&call->log, "out of memory");
		return APIKEY_ERR_NO_MEMORY;
	}
	apikey_set_sink(call->ctx, pamak_log_audit, &call->log);
	if ((error = fill_request(call)) != APIKEY_OK)
		return pamak_call_deny(call, error);
	return APIKEY_OK;
}

int
pamak_call_prepare(struct pamak_call *call)
{
	int error;

	if ((error = pamak_call_request(call)) != APIKEY_OK)
		return error;
	if (call->options.complaint != NULL) {
		pamak_log_error(&call->log, "option \"%s\" %s: refused",
		    call->options.bad, call->options.complaint);
		return pamak_call_deny(call, APIKEY_ERR_BAD_CONFIG);
	}
	if (!has_user(call->pamh))
		return pamak_call_deny(call, APIKEY_ERR_MALFORMED);
	return APIKEY_OK;
}

int
pamak_call_open(struct pamak_call *call, const char *config)
{
	int error = apikey_open(call->ctx, config);

	if (error == APIKEY_OK)
		return APIKEY_OK;
	pamak_log_error(&call->log, "%s", apikey_message(call->ctx));
	return pamak_call_deny(call, APIKEY_ERR_UNAVAILABLE);
}
