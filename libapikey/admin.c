/*
 * Somebody who reads and changes keys.
 */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "token.h"

/* Longer than an id with what stands before it in a token. */
#define QUOTED_MAX	15

AK_EXPORT apikey_admin *
apikey_admin_new(apikey_ctx *ctx, const char *by)
{
	apikey_admin *admin = calloc(1, sizeof(*admin));

	if (admin == NULL)
		return NULL;
	admin->ctx = ctx;
	if (ak_copy(&admin->by, by) != APIKEY_OK) {
		free(admin);
		return NULL;
	}
	return admin;
}

AK_EXPORT void
apikey_admin_free(apikey_admin *admin)
{
	if (admin == NULL)
		return;
	free(admin->by);
	free(admin);
}

AK_EXPORT const char *
apikey_admin_message(const apikey_admin *admin)
{
	return admin->fault.text;
}

int
ak_admin_begin(apikey_admin *admin)
{
	int64_t now;

	admin->fault = (struct ak_fault){ APIKEY_OK, "" };
	if (admin->depth++ > 0)
		return APIKEY_OK;
	admin->opened = ak_context_hold(admin->ctx, &admin->fault);
	if (admin->opened != NULL && ak_context_now(admin->ctx, &now,
	    &admin->fault) == APIKEY_OK)
		admin->now = now / AK_NS_PER_S;
	return admin->fault.code;
}

void
ak_admin_end(apikey_admin *admin)
{
	if (--admin->depth > 0)
		return;
	ak_context_release(admin->ctx, admin->opened);
	admin->opened = NULL;
}

void
ak_admin_event(struct ak_event *event, const apikey_admin *admin,
    const char *name, const struct ak_record *record)
{
	ak_event_init(event, AK_NOTICE, name);
	ak_event_add(event, "key", record->id);
	ak_event_add(event, "user", record->user);
	ak_event_add(event, "by", admin->by);
	if (record->is_revoked)
		ak_event_add(event, "reason", record->revoked.reason);
}

void
ak_admin_audit(const apikey_admin *admin, const char *name,
    const struct ak_record *record)
{
	struct ak_event event;

	ak_admin_event(&event, admin, name, record);
	ak_audit_write(&admin->opened->audit, &event);
}

int
ak_admin_read(const apikey_admin *admin, const char *id, apikey_key **ret,
    struct ak_fault *fault)
{
	apikey_key *key = ak_key_new(admin->now);
	int code;

	if (key == NULL)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	code = ak_keystore_get(&admin->opened->keystore, id,
	    &key->record, &key->stamp, fault);
	if (code == APIKEY_ERR_NOT_FOUND)
		code = ak_fail(fault, code, "there is no key %s in %s", id,
		    admin->opened->config.keystore);
	if (code != APIKEY_OK) {
		apikey_key_free(key);
		return code;
	}
	ak_key_count_uses(key, &admin->opened->state);
	*ret = key;
	return APIKEY_OK;
}

int
ak_admin_usage(apikey_admin *admin, const struct ak_dir **ret_usage)
{
	const struct ak_state *state = &admin->opened->state;

	if (state->usage.fd == -1) {
		admin->fault = state->fault;
		return state->fault.code;
	}
	*ret_usage = &state->usage;
	return APIKEY_OK;
}

int
ak_admin_make_count(apikey_admin *admin, const char *id)
{
	const struct ak_dir *usage = NULL;
	int code = ak_admin_usage(admin, &usage);

	return code != APIKEY_OK ? code :
	    ak_usage_create(usage, id, &admin->fault);
}

/* Of what is short and plain: it may be a secret, or part of one, and
 * whatever else the caller was given. */
static bool
may_be_quoted(const char *text)
{
	size_t len = strnlen(text, QUOTED_MAX + 1);

	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len <= QUOTED_MAX;
}

int
ak_admin_check_id(apikey_admin *admin, const char *id)
{
	const char *quote = may_be_quoted(id) ? "\"" : "";

	if (ak_id_valid(id))
		return APIKEY_OK;
	return ak_fail(&admin->fault, APIKEY_ERR_INVALID, "%s%s%s is not "
	    "the id of a key, which is %d characters of " AK_ID_ALPHABET,
	    quote, *quote == '\0' ? "what was given" : id, quote,
	    APIKEY_ID_LEN);
}

AK_EXPORT int
apikey_get(apikey_admin *admin, const char *id, apikey_key **ret_key)
{
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK)
		code = ak_admin_check_id(admin, id);
	if (code == APIKEY_OK)
		code = ak_admin_read(admin, id, ret_key, &admin->fault);
	ak_admin_end(admin);
	return code;
}
