/*
 * What a key is shown for.
 */
#include <stdlib.h>

#include "error.h"
#include "request.h"

AK_EXPORT apikey_request *
apikey_request_new(void)
{
	return calloc(1, sizeof(apikey_request));
}

AK_EXPORT void
apikey_request_free(apikey_request *req)
{
	if (req == NULL)
		return;
	free(req->user);
	free(req->service);
	free(req->source);
	free(req->tty);
	free(req->caller);
	ak_list_clear(&req->scopes);
	free(req);
}

AK_EXPORT int
apikey_request_set_user(apikey_request *req, const char *user)
{
	return ak_copy(&req->user, user);
}

AK_EXPORT int
apikey_request_set_service(apikey_request *req, const char *service)
{
	return ak_copy(&req->service, service);
}

AK_EXPORT int
apikey_request_set_source(apikey_request *req, const char *source)
{
	return ak_copy(&req->source,
	    source == NULL || *source == '\0' ? NULL : source);
}

AK_EXPORT int
apikey_request_set_tty(apikey_request *req, const char *tty)
{
	return ak_copy(&req->tty, tty);
}

AK_EXPORT int
apikey_request_set_caller(apikey_request *req, const char *caller)
{
	return ak_copy(&req->caller, caller);
}

AK_EXPORT int
apikey_request_add_scope(apikey_request *req, const char *scope)
{
	return ak_list_add(&req->scopes, scope);
}

AK_EXPORT void
apikey_request_set_consume(apikey_request *req, int consume)
{
	req->is_question = consume == 0;
}
