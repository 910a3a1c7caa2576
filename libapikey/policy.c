/*
 * May this key be used for this request, now?
 */
#include <fnmatch.h>
#include <limits.h>
#include <string.h>

#include "netaddr.h"
#include "policy.h"

enum apikey_status
ak_policy_status(const struct ak_record *record, int64_t now)
{
	if (record->is_revoked)
		return APIKEY_STATUS_REVOKED;
	if (record->expires != APIKEY_TIME_NONE && now >= record->expires)
		return APIKEY_STATUS_EXPIRED;
	if (record->disabled)
		return APIKEY_STATUS_DISABLED;
	if (record->not_before != APIKEY_TIME_NONE &&
	    now < record->not_before)
		return APIKEY_STATUS_PENDING;
	return APIKEY_STATUS_ACTIVE;
}

static int
check_status(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	(void)req;
	switch (ak_policy_status(record, policy->now)) {
	case APIKEY_STATUS_ACTIVE:
		return APIKEY_OK;
	case APIKEY_STATUS_PENDING:
		return APIKEY_ERR_NOT_YET_VALID;
	case APIKEY_STATUS_DISABLED:
		return APIKEY_ERR_DISABLED;
	case APIKEY_STATUS_EXPIRED:
		return APIKEY_ERR_EXPIRED;
	case APIKEY_STATUS_REVOKED:
		return APIKEY_ERR_REVOKED;
	case APIKEY_STATUS_SUPERSEDED:
		return APIKEY_ERR_SUPERSEDED;
	case APIKEY_STATUS_EXHAUSTED:
		return APIKEY_ERR_EXHAUSTED;
	}
	return APIKEY_ERR_DENIED;
}

static int
check_user(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	(void)policy;
	return req->user == NULL || strcmp(req->user, record->user) == 0 ?
	    APIKEY_OK : APIKEY_ERR_WRONG_USER;
}

static int
check_service(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	(void)policy;
	if (record->services.count == 0)
		return APIKEY_OK;
	return req->service != NULL &&
	    ak_list_has(&record->services, req->service) ?
	    APIKEY_OK : APIKEY_ERR_SERVICE;
}

static bool
is_local(const struct ak_policy *policy, const apikey_request *req)
{
	return req->source == NULL && req->service != NULL &&
	    ak_list_has(policy->local_services, req->service);
}

static bool
net_matches(const char *text, const struct ak_addr *addr)
{
	struct ak_net net;

	return ak_net_parse(text, &net) && ak_net_has(&net, addr);
}

static int
check_source(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	const struct ak_list *from = &record->from;
	struct ak_addr addr;

	if (from->count == 0)
		return APIKEY_OK;
	if (is_local(policy, req))
		return ak_list_has(from, "local") ?
		    APIKEY_OK : APIKEY_ERR_SOURCE;
	if (req->source == NULL || !ak_addr_parse(req->source, &addr))
		return APIKEY_ERR_SOURCE;
	for (size_t i = 0; i < from->count; i++)
		if (net_matches(from->item[i], &addr))
			return APIKEY_OK;
	return APIKEY_ERR_SOURCE;
}

/* Against the host's name as it is, and against its first label. */
static int
check_host(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	size_t len = strcspn(policy->host, ".");
	char label[HOST_NAME_MAX + 1];

	(void)req;
	if (record->hosts.count == 0)
		return APIKEY_OK;
	if (len == 0 || len >= sizeof(label))
		return APIKEY_ERR_HOST;
	memcpy(label, policy->host, len);
	label[len] = '\0';
	for (size_t i = 0; i < record->hosts.count; i++) {
		const char *pattern = record->hosts.item[i];

		if (fnmatch(pattern, policy->host, FNM_CASEFOLD) == 0 ||
		    fnmatch(pattern, label, FNM_CASEFOLD) == 0)
			return APIKEY_OK;
	}
	return APIKEY_ERR_HOST;
}

static int
check_scopes(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	(void)policy;
	for (size_t i = 0; i < req->scopes.count; i++)
		if (!ak_list_has(&record->scopes, req->scopes.item[i]))
			return APIKEY_ERR_SCOPE;
	return APIKEY_OK;
}

static int
check_cleartext(const struct ak_policy *policy,
    const struct ak_record *record, const apikey_request *req)
{
	(void)record;
	return req->source != NULL && req->service != NULL &&
	    ak_list_has(policy->cleartext_services, req->service) ?
	    APIKEY_ERR_CLEARTEXT : APIKEY_OK;
}

int
ak_policy_decide(const struct ak_policy *policy,
    const struct ak_record *record, const apikey_request *req)
{
	static int (*const checks[])(const struct ak_policy *,
	    const struct ak_record *, const apikey_request *) = {
		check_status, check_user, check_service, check_source,
		check_host, check_scopes, check_cleartext,
	};
	int code = APIKEY_OK;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) &&
	    code == APIKEY_OK; i++)
		code = checks[i](policy, record, req);
	return code;
}
