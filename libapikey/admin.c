/*
 * Reading and changing keys that exist.
 */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "token.h"

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
	admin->fault = (struct ak_fault){ APIKEY_OK, "" };
	(void)pthread_rwlock_rdlock(&admin->ctx->lock);
	if (admin->ctx->opened != NULL)
		return APIKEY_OK;
	admin->fault = admin->ctx->fault;
	return admin->fault.code;
}

void
ak_admin_end(apikey_admin *admin)
{
	(void)pthread_rwlock_unlock(&admin->ctx->lock);
}

void
ak_admin_audit(const apikey_admin *admin, const char *name,
    const struct ak_record *record)
{
	struct ak_event event;

	ak_event_init(&event, AK_NOTICE, name);
	ak_event_add(&event, "key", record->id);
	ak_event_add(&event, "user", record->user);
	ak_event_add(&event, "by", admin->by);
	if (record->is_revoked)
		ak_event_add(&event, "reason", record->revoked.reason);
	ak_audit_write(&admin->ctx->audit, &event);
}

static int
read_key(apikey_admin *admin, const char *id, apikey_key **ret)
{
	apikey_key *key = ak_key_new(ak_clock_s(&admin->ctx->clock));
	int code;

	if (key == NULL)
		return ak_fail(&admin->fault, APIKEY_ERR_NO_MEMORY,
		    "out of memory");
	code = ak_keystore_get(&admin->ctx->opened->keystore, id,
	    &key->record, &key->stamp, &admin->fault);
	if (code == APIKEY_ERR_NOT_FOUND)
		code = ak_fail(&admin->fault, code,
		    "there is no key %s in %s", id,
		    admin->ctx->opened->config.keystore);
	if (code != APIKEY_OK) {
		apikey_key_free(key);
		return code;
	}
	*ret = key;
	return APIKEY_OK;
}

AK_EXPORT int
apikey_get(apikey_admin *admin, const char *id, apikey_key **ret_key)
{
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK && !ak_id_valid(id))
		code = ak_fail(&admin->fault, APIKEY_ERR_INVALID,
		    "what was given is not the id of a key: ids have %d "
		    "characters, as in 7k2m9q4t8w", APIKEY_ID_LEN);
	if (code == APIKEY_OK)
		code = read_key(admin, id, ret_key);
	ak_admin_end(admin);
	return code;
}

struct listing {
	apikey_admin	*admin;
	apikey_each	*each;
	void		*arg;
	int		 worst;
};

static int
list_bad(struct listing *listing, int code)
{
	if (code > listing->worst || listing->worst == APIKEY_OK)
		listing->worst = code;
	return listing->each(listing->arg, NULL, listing->admin->fault.text);
}

static int
list_file(void *arg, const char *id, const char *name)
{
	struct listing *listing = arg;
	apikey_admin *admin = listing->admin;
	apikey_key *key = NULL;
	int code;

	if (id == NULL)
		return list_bad(listing, ak_fail(&admin->fault,
		    APIKEY_ERR_CORRUPT_RECORD, "%s/%s: is not named by the "
		    "id of a key and .conf; move it away",
		    admin->ctx->opened->config.keystore, name));
	code = read_key(admin, id, &key);
	if (code == APIKEY_ERR_NOT_FOUND)	/* deleted meanwhile */
		return 0;
	if (code != APIKEY_OK)
		return list_bad(listing, code);
	return listing->each(listing->arg, key, NULL);
}

AK_EXPORT int
apikey_list(apikey_admin *admin, apikey_each *each, void *arg)
{
	struct listing listing = { admin, each, arg, APIKEY_OK };
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK)
		code = ak_keystore_each(&admin->ctx->opened->keystore,
		    list_file, &listing, &admin->fault);
	ak_admin_end(admin);
	return code != APIKEY_OK ? code : listing.worst;
}

/* What is so already need not be written, but the reading must be the
 * newest: on an older one the caller would take no for yes. */
static int
already(apikey_admin *admin, const apikey_key *key)
{
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK)
		code = ak_keystore_check(&admin->ctx->opened->keystore,
		    key->record.id, &key->stamp, &admin->fault);
	ak_admin_end(admin);
	return code;
}

/* Store the changed record; key->record is the old one on an error. */
static int
change(apikey_admin *admin, apikey_key *key, struct ak_record *changed,
    const char *event)
{
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK)
		code = ak_keystore_replace(&admin->ctx->opened->keystore,
		    changed, &key->stamp, &admin->fault);
	if (code == APIKEY_ERR_NOT_FOUND)
		code = ak_fail(&admin->fault, code,
		    "the key %s was deleted meanwhile", changed->id);
	if (code == APIKEY_OK) {
		key->record = *changed;
		key->read_at = ak_clock_s(&admin->ctx->clock);
		ak_admin_audit(admin, event, &key->record);
	}
	ak_admin_end(admin);
	return code;
}

AK_EXPORT int
apikey_revoke(apikey_admin *admin, apikey_key *key, const char *reason,
    const char *note)
{
	struct ak_record changed = key->record;
	int code;

	admin->fault = (struct ak_fault){ APIKEY_OK, "" };
	if (note != NULL && *note == '\0')
		note = NULL;
	if (!ak_revoke_reason_valid(reason))
		return ak_fail(&admin->fault, APIKEY_ERR_INVALID,
		    "reason: \"%s\" is not leaked, superseded, offboarded "
		    "or other", reason);
	if (changed.is_revoked)
		return already(admin, key);
	changed.is_revoked = true;
	changed.revoked.at = ak_clock_s(&admin->ctx->clock);
	if (ak_copy(&changed.revoked.by, admin->by) != APIKEY_OK ||
	    ak_copy(&changed.revoked.reason, reason) != APIKEY_OK ||
	    ak_copy(&changed.revoked.note, note) != APIKEY_OK)
		code = ak_fail(&admin->fault, APIKEY_ERR_NO_MEMORY,
		    "out of memory");
	else
		code = change(admin, key, &changed, "key.revoke");
	if (code != APIKEY_OK) {
		free(changed.revoked.by);
		free(changed.revoked.reason);
		free(changed.revoked.note);
	}
	return code;
}

static int
set_disabled(apikey_admin *admin, apikey_key *key, bool disabled,
    const char *event)
{
	struct ak_record changed = key->record;

	admin->fault = (struct ak_fault){ APIKEY_OK, "" };
	if (changed.is_revoked)
		return ak_fail(&admin->fault, APIKEY_ERR_POLICY,
		    "the key %s is revoked, which is for good", changed.id);
	if (changed.disabled == disabled)
		return already(admin, key);
	changed.disabled = disabled;
	return change(admin, key, &changed, event);
}

AK_EXPORT int
apikey_disable(apikey_admin *admin, apikey_key *key)
{
	return set_disabled(admin, key, true, "key.disable");
}

AK_EXPORT int
apikey_enable(apikey_admin *admin, apikey_key *key)
{
	return set_disabled(admin, key, false, "key.enable");
}
