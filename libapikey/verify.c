/*
 * token -> record -> policy -> decision -> audit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "hash.h"
#include "token.h"

struct apikey_result {
	char		*id;
	char		*user;
	char		*label;
	int64_t		 expires;
	struct ak_list	 scopes;
};

/*
 * What an unknown id is verified against, so that it costs the same
 * parsing and the same hash as a known one.  No secret fits it.
 */
static const char nobody[] =
    "version = 1;\n"
    "id = \"0000000000\";\n"
    "user = \"nobody\";\n"
    "label = \"an id that is not known\";\n"
    "hash = \"$blake2b$v=1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\";\n"
    "created = \"2026-11-24T00:00:00Z\";\n"
    "created_by = \"root\";\n"
    "expires = \"2026-11-24T00:00:00Z\";\n"
    "services = [ \"sshd\", \"sudo\", \"sudo-i\" ];\n"
    "from = [ \"127.0.0.0/8\", \"local\" ];\n";

/* Every fault of ours has one of three names in the audit trail. */
static int
answer(int code)
{
	if (code < APIKEY_ERR_BAND || code == APIKEY_ERR_INSECURE_STORE ||
	    code == APIKEY_ERR_CORRUPT_RECORD)
		return code;
	return APIKEY_ERR_UNAVAILABLE;
}

static int
lookup(const apikey_ctx *ctx, const char *id, struct ak_record *ret,
    struct ak_fault *fault)
{
	struct ak_stamp stamp;

	ak_record_init(ret);
	if (ctx->opened == NULL) {
		*fault = ctx->fault;
		return ctx->fault.code;
	}
	return ak_keystore_get(&ctx->opened->keystore, id, ret, &stamp,
	    fault);
}

static int
check_secret(const apikey_ctx *ctx, const struct ak_token *token,
    struct ak_record *ret, struct ak_fault *fault)
{
	int code = lookup(ctx, token->id, ret, fault);

	if (code == APIKEY_ERR_NOT_FOUND) {
		ak_record_clear(ret);
		code = ak_record_parse(nobody, sizeof(nobody) - 1, "nobody",
		    ret, fault);
		if (code == APIKEY_OK)
			(void)ak_hash_verify(ret->hash, token);
		return code == APIKEY_OK ? APIKEY_ERR_UNKNOWN_KEY : code;
	}
	if (code != APIKEY_OK)
		return code;
	return ak_hash_verify(ret->hash, token);
}

static int
check_policy(const apikey_ctx *ctx, const struct ak_record *record,
    const apikey_request *req)
{
	char host[256] = "";
	const struct ak_policy policy = {
		.local_services = &ctx->opened->config.local_services,
		.cleartext_services = &ctx->opened->config.cleartext_services,
		.host = host,
		.now = ak_clock_s(&ctx->clock),
	};

	if (record->hosts.count > 0 && gethostname(host, sizeof(host)) != 0)
		return APIKEY_ERR_UNAVAILABLE;
	host[sizeof(host) - 1] = '\0';
	return ak_policy_decide(&policy, record, req);
}

static void
add_request(struct ak_event *event, const apikey_request *req)
{
	ak_event_add(event, "user", req->user);
	ak_event_add(event, "service", req->service);
	ak_event_add(event, "rhost", req->source);
	ak_event_add(event, "tty", req->tty);
	ak_event_add(event, "ruser", req->caller);
}

static void
audit_grant(const apikey_ctx *ctx, const struct ak_record *record,
    const apikey_request *req)
{
	char *scopes = ak_list_join(&record->scopes);
	struct ak_event event;

	ak_event_init(&event, AK_NOTICE, "auth.grant");
	ak_event_add(&event, "key", record->id);
	add_request(&event, req);
	ak_event_add(&event, "scopes",
	    record->scopes.count == 0 ? NULL : scopes);
	ak_audit_write(&ctx->audit, &event);
	free(scopes);
}

static void
audit_deny(const apikey_ctx *ctx, const char *id, const apikey_request *req,
    int code, const char *detail)
{
	struct ak_event event;

	ak_event_init(&event, AK_NOTICE, "auth.deny");
	ak_event_add(&event, "reason", apikey_error_name(answer(code)));
	ak_event_add(&event, "key", id);
	add_request(&event, req);
	if (code >= APIKEY_ERR_BAND)
		ak_event_add(&event, "detail", detail);
	ak_audit_write(&ctx->audit, &event);
}

static int
result_new(struct ak_record *record, apikey_result **ret)
{
	apikey_result *result = calloc(1, sizeof(*result));

	if (result == NULL)
		return APIKEY_ERR_NO_MEMORY;
	result->expires = record->expires;
	if (ak_copy(&result->id, record->id) != APIKEY_OK ||
	    ak_copy(&result->user, record->user) != APIKEY_OK ||
	    ak_copy(&result->label, record->label) != APIKEY_OK ||
	    ak_list_copy(&result->scopes, &record->scopes) != APIKEY_OK) {
		apikey_result_free(result);
		return APIKEY_ERR_NO_MEMORY;
	}
	*ret = result;
	return APIKEY_OK;
}

/* What both entry points end with: the decision goes on record, and the
 * caller learns whether it is yes, no, or no answer. */
static int
conclude(const apikey_ctx *ctx, const char *id, struct ak_record *record,
    const apikey_request *req, int code, const struct ak_fault *fault,
    apikey_result **ret)
{
	if (code == APIKEY_OK)
		code = result_new(record, ret);
	if (code != APIKEY_OK)
		audit_deny(ctx, id, req, code, fault->text[0] == '\0' ?
		    apikey_error_text(code) : fault->text);
	code = answer(code);
	return code == APIKEY_OK || code >= APIKEY_ERR_BAND ? code :
	    APIKEY_ERR_DENIED;
}

AK_EXPORT int
apikey_verify(apikey_ctx *ctx, const char *text, size_t len,
    const apikey_request *req, apikey_result **ret_result)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_token token = { "", "" };
	struct ak_record record;
	int code;

	ak_record_init(&record);
	(void)pthread_rwlock_rdlock(&ctx->lock);
	code = ak_token_parse(text, len, &token);
	if (code == APIKEY_OK)
		code = check_secret(ctx, &token, &record, &fault);
	if (code == APIKEY_OK)
		code = check_policy(ctx, &record, req);
	code = conclude(ctx, token.id[0] == '\0' ? NULL : token.id, &record,
	    req, code, &fault, ret_result);
	if (code == APIKEY_OK)
		audit_grant(ctx, &record, req);
	(void)pthread_rwlock_unlock(&ctx->lock);
	ak_record_clear(&record);
	ak_wipe(&token, sizeof(token));
	return code;
}

AK_EXPORT int
apikey_recheck(apikey_ctx *ctx, const char *id, const apikey_request *req,
    apikey_result **ret_result)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_record record;
	int code;

	ak_record_init(&record);
	(void)pthread_rwlock_rdlock(&ctx->lock);
	code = ak_id_valid(id) ? lookup(ctx, id, &record, &fault) :
	    APIKEY_ERR_MALFORMED;
	if (code == APIKEY_ERR_NOT_FOUND)
		code = APIKEY_ERR_UNKNOWN_KEY;
	if (code == APIKEY_OK)
		code = check_policy(ctx, &record, req);
	code = conclude(ctx, id, &record, req, code, &fault, ret_result);
	(void)pthread_rwlock_unlock(&ctx->lock);
	ak_record_clear(&record);
	return code;
}

AK_EXPORT int
apikey_belongs(apikey_ctx *ctx, const char *id, const char *user)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_record record;
	int code;

	if (!ak_id_valid(id) || user == NULL)
		return APIKEY_ERR_DENIED;
	(void)pthread_rwlock_rdlock(&ctx->lock);
	code = lookup(ctx, id, &record, &fault);
	(void)pthread_rwlock_unlock(&ctx->lock);
	if (code == APIKEY_ERR_NOT_FOUND ||
	    (code == APIKEY_OK && strcmp(record.user, user) != 0))
		code = APIKEY_ERR_DENIED;
	ak_record_clear(&record);
	return answer(code);
}

AK_EXPORT void
apikey_audit_deny(apikey_ctx *ctx, const apikey_request *req,
    enum apikey_error reason)
{
	int code = (int)reason;

	(void)pthread_rwlock_rdlock(&ctx->lock);
	/* A context that did not open knows more than its caller. */
	if (code == APIKEY_ERR_UNAVAILABLE && ctx->opened == NULL)
		code = ctx->fault.code;
	audit_deny(ctx, NULL, req, code,
	    code == ctx->fault.code ? ctx->fault.text :
	    apikey_error_text(code));
	(void)pthread_rwlock_unlock(&ctx->lock);
}

AK_EXPORT void
apikey_result_free(apikey_result *result)
{
	if (result == NULL)
		return;
	free(result->id);
	free(result->user);
	free(result->label);
	ak_list_clear(&result->scopes);
	free(result);
}

AK_EXPORT const char *
apikey_result_id(const apikey_result *result)
{
	return result->id;
}

AK_EXPORT const char *
apikey_result_user(const apikey_result *result)
{
	return result->user;
}

AK_EXPORT const char *
apikey_result_label(const apikey_result *result)
{
	return result->label == NULL ? "" : result->label;
}

AK_EXPORT int64_t
apikey_result_expires(const apikey_result *result)
{
	return result->expires;
}

AK_EXPORT size_t
apikey_result_scope_count(const apikey_result *result)
{
	return result->scopes.count;
}

AK_EXPORT const char *
apikey_result_scope(const apikey_result *result, size_t i)
{
	return i < result->scopes.count ? result->scopes.item[i] : NULL;
}
