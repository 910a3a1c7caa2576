/*
 * May this key be used for this request, now?
 */
#include <fnmatch.h>
#include <limits.h>
#include <string.h>

#include "netaddr.h"
#include "policy.h"

static bool
is_superseded(const struct ak_record *record, int64_t now,
    bool successor_used)
{
	return record->is_superseded && (now >= record->superseded.at ||
	    (record->superseded.until_first_use && successor_used));
}

static int
check_revoked(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	(void)policy;
	(void)req;
	return record->is_revoked ? APIKEY_ERR_REVOKED : APIKEY_OK;
}

static int
check_superseded(const struct ak_policy *policy,
    const struct ak_record *record, const apikey_request *req)
{
	(void)req;
	return is_superseded(record, policy->now, policy->successor_used) ?
	    APIKEY_ERR_SUPERSEDED : APIKEY_OK;
}

static int
check_expired(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	(void)req;
	return record->expires != APIKEY_TIME_NONE &&
	    policy->now >= record->expires ? APIKEY_ERR_EXPIRED : APIKEY_OK;
}

static int
check_disabled(const struct ak_policy *policy, const struct ak_record *record,
    const apikey_request *req)
{
	(void)policy;
	(void)req;
	return record->disabled ? APIKEY_ERR_DISABLED : APIKEY_OK;
}

static int
check_not_before(const struct ak_policy *policy,
    const struct ak_record *record, const apikey_request *req)
{
	(void)req;
	return record->not_before != APIKEY_TIME_NONE &&
	    policy->now < record->not_before ? APIKEY_ERR_NOT_YET_VALID :
	    APIKEY_OK;
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

bool
ak_policy_is_local(const struct ak_policy *policy, const apikey_request *req)
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
	if (ak_policy_is_local(policy, req))
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
ak_policy_check(const struct ak_policy *policy,
    const struct ak_record *record, const apikey_request *req,
    enum ak_check check)
{
	static int (*const checks[AK_CHECKS])(const struct ak_policy *,
	    const struct ak_record *, const apikey_request *) = {
		[AK_CHECK_REVOKED] = check_revoked,
		[AK_CHECK_SUPERSEDED] = check_superseded,
		[AK_CHECK_EXPIRED] = check_expired,
		[AK_CHECK_DISABLED] = check_disabled,
		[AK_CHECK_NOT_BEFORE] = check_not_before,
		[AK_CHECK_USER] = check_user,
		[AK_CHECK_SERVICE] = check_service,
		[AK_CHECK_SOURCE] = check_source,
		[AK_CHECK_HOST] = check_host,
		[AK_CHECK_SCOPE] = check_scopes,
		[AK_CHECK_CLEARTEXT] = check_cleartext,
	};

	return checks[check](policy, record, req);
}

int
ak_policy_decide(const struct ak_policy *policy,
    const struct ak_record *record, const apikey_request *req)
{
	int code = APIKEY_OK;

	for (int i = 0; i < AK_CHECKS && code == APIKEY_OK; i++)
		code = ak_policy_check(policy, record, req,
		    (enum ak_check)i);
	return code;
}

enum apikey_status
ak_policy_status(const struct ak_record *record, int64_t now,
    bool successor_used)
{
	static const enum apikey_status status[] = {
		[AK_CHECK_REVOKED] = APIKEY_STATUS_REVOKED,
		[AK_CHECK_SUPERSEDED] = APIKEY_STATUS_SUPERSEDED,
		[AK_CHECK_EXPIRED] = APIKEY_STATUS_EXPIRED,
		[AK_CHECK_DISABLED] = APIKEY_STATUS_DISABLED,
		[AK_CHECK_NOT_BEFORE] = APIKEY_STATUS_PENDING,
	};
	const struct ak_policy policy = {
		.now = now, .successor_used = successor_used,
	};

	for (int i = AK_CHECK_REVOKED; i <= AK_CHECK_NOT_BEFORE; i++)
		if (ak_policy_check(&policy, record, NULL,
		    (enum ak_check)i) != APIKEY_OK)
			return status[i];
	return APIKEY_STATUS_ACTIVE;
}

int64_t
ak_policy_end(const struct ak_record *record)
{
	int64_t end = record->expires;

	if (record->is_superseded && (end == APIKEY_TIME_NONE ||
	    record->superseded.at < end))
		end = record->superseded.at;
	return end;
}
