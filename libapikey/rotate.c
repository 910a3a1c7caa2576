/*
 * Rotating keys.  The new key is stored before the old one is given its
 * end: whatever happens between, one of them works.
 */
#include <string.h>

#include "bounds.h"
#include "change.h"
#include "create.h"

struct rotation {
	apikey_admin	*admin;
	apikey_key	*old;
	apikey_key	*new;
	int64_t		 now;
	int64_t		 end;		/* of the old key */
	bool		 until_first_use;
};

/* Is there a successor that can be used?  A key that is gone or revoked
 * leaves the old one free to be rotated again. */
static int
refuse_successor(const struct rotation *r)
{
	const struct ak_record *record = &r->old->record;
	apikey_key *successor = NULL;
	bool live;
	int code;

	if (!record->is_superseded)
		return APIKEY_OK;
	code = ak_admin_read(r->admin, record->superseded.by, &successor,
	    &r->admin->fault);
	live = code == APIKEY_OK && !successor->record.is_revoked;
	apikey_key_free(successor);
	if (code == APIKEY_ERR_NOT_FOUND || (code == APIKEY_OK && !live)) {
		r->admin->fault = (struct ak_fault){ APIKEY_OK, "" };
		return APIKEY_OK;
	}
	if (code != APIKEY_OK)
		return code;
	return ak_fail(&r->admin->fault, APIKEY_ERR_POLICY,
	    "the key %s has a successor already: rotate %s; or, if its token "
	    "was lost, revoke it and rotate %s again", record->id,
	    record->superseded.by, record->id);
}

static int
refuse_unused(const struct rotation *r)
{
	struct ak_fault *fault = &r->admin->fault;
	const struct ak_record *record = &r->old->record;

	switch (ak_policy_status(record, r->now, r->old->successor_used)) {
	case APIKEY_STATUS_REVOKED:
		return ak_fail(fault, APIKEY_ERR_POLICY, "the key %s is "
		    "revoked: create another one", record->id);
	case APIKEY_STATUS_SUPERSEDED:
		return ak_fail(fault, APIKEY_ERR_POLICY, "the key %s was "
		    "replaced by %s: rotate that one", record->id,
		    record->superseded.by);
	case APIKEY_STATUS_EXPIRED:
		return ak_fail(fault, APIKEY_ERR_POLICY, "the key %s has "
		    "expired: renew it, or create another one", record->id);
	case APIKEY_STATUS_DISABLED:
		return ak_fail(fault, APIKEY_ERR_POLICY, "the key %s is "
		    "disabled: enable it first", record->id);
	case APIKEY_STATUS_PENDING:
	case APIKEY_STATUS_ACTIVE:
	case APIKEY_STATUS_EXHAUSTED:
		break;
	}
	return refuse_successor(r);
}

static int
put_end(struct rotation *r, const char *overlap)
{
	int64_t seconds = r->admin->opened->config.issue.overlap;

	if (overlap != NULL && strcmp(overlap, "0s") == 0)
		seconds = 0;
	else if (overlap != NULL && !ak_duration_parse(overlap, &seconds))
		return ak_fail(&r->admin->fault, APIKEY_ERR_INVALID,
		    "overlap: \"%s\" is not a duration such as 7d or 12h; "
		    "0s means none", overlap);
	r->end = r->now + seconds;
	/* An overlap does not make it live longer. */
	if (r->old->record.expires != APIKEY_TIME_NONE &&
	    r->old->record.expires < r->end)
		r->end = r->old->record.expires;
	return APIKEY_OK;
}

/* The old key's bounds, without what is its own. */
static int
put_bounds(const struct rotation *r, const char *expires)
{
	const struct ak_config *config = &r->admin->opened->config;
	struct ak_fault *fault = &r->admin->fault;
	struct ak_record *record = &r->new->record;
	apikey_spec spec = { 0 };
	int code = ak_record_copy(record, &r->old->record);

	if (code == APIKEY_OK && expires != NULL)
		code = apikey_spec_set(&spec, APIKEY_EXPIRES, expires);
	if (code == APIKEY_OK)
		code = ak_copy(&record->rotated_from, r->old->record.id);
	if (code != APIKEY_OK)
		return ak_fail(fault, code, "expires: it is too long, or "
		    "memory is short");
	(void)ak_copy(&record->superseded.by, NULL);
	record->is_superseded = record->superseded.until_first_use = false;
	record->superseded.at = APIKEY_TIME_NONE;
	if (record->not_before != APIKEY_TIME_NONE &&
	    record->not_before <= r->now)
		record->not_before = APIKEY_TIME_NONE;
	ak_bounds_put_ttl(record, config, r->now);
	code = ak_bounds_put(record, &spec, r->now, fault);
	if (code == APIKEY_OK)
		code = ak_bounds_check_expiry(record, config, r->now, fault);
	if (code == APIKEY_OK)
		code = ak_bounds_check_order(record, fault);
	ak_list_clear(&spec.bound[APIKEY_EXPIRES].values);
	return code;
}

static int
end_old(const struct rotation *r, bool *ret_stored)
{
	struct ak_record changed;
	int code = ak_record_copy(&changed, &r->old->record);

	changed.is_superseded = true;
	changed.superseded.at = r->end;
	changed.superseded.until_first_use = r->until_first_use;
	if (code == APIKEY_OK)
		code = ak_copy(&changed.superseded.by, r->new->record.id);
	if (code != APIKEY_OK)
		(void)ak_fail(&r->admin->fault, code, "out of memory");
	else
		code = ak_change_store(r->admin, r->old, &changed,
		    ret_stored);
	ak_record_clear(&changed);
	return code;
}

static void
audit(const struct rotation *r)
{
	char until[APIKEY_TIME_SIZE];
	struct ak_event event;

	apikey_time_text(r->end, until);
	ak_admin_event(&event, r->admin, "key.rotate", &r->old->record);
	ak_event_add(&event, "successor", r->new->record.id);
	ak_event_add(&event, "until", until);
	ak_event_add(&event, "until_first_use",
	    r->until_first_use ? "true" : "false");
	ak_audit_write(&r->admin->opened->audit, &event);
}

/* A new key that the old one does not give way to is not promised. */
static int
take_back(const struct rotation *r, int code)
{
	const struct ak_opened *opened = r->admin->opened;
	struct ak_fault why = r->admin->fault;
	bool gone;
	int removed = ak_change_remove(r->admin, r->new, &gone);

	r->admin->fault = why;
	if (!gone && removed != APIKEY_ERR_NOT_FOUND) {
		ak_admin_audit(r->admin, "key.create", &r->new->record);
		return ak_fail(&r->admin->fault, code, "%.300s; the new key "
		    "could not be taken back: revoke %s", why.text,
		    r->new->record.id);
	}
	if (r->new->record.max_uses > 0)
		(void)ak_usage_remove(&opened->state.usage,
		    r->new->record.id, NULL);
	return code;
}

static int
rotate(struct rotation *r, const char *overlap, const char *expires,
    apikey_deliver *deliver, void *arg, char ret_text[APIKEY_TOKEN_SIZE])
{
	bool gave_way = false;
	int code = refuse_unused(r);

	if (code == APIKEY_OK)
		code = put_end(r, overlap);
	if (code == APIKEY_OK)
		code = put_bounds(r, expires);
	if (code == APIKEY_OK)
		code = ak_create_issue(r->admin, r->new, deliver, arg,
		    ret_text);
	if (code != APIKEY_OK)
		return code;
	code = end_old(r, &gave_way);
	if (!gave_way)
		return take_back(r, code);
	/* The new key is known by now: what can be done is to try again. */
	if (code != APIKEY_OK)
		(void)ak_keystore_settle(&r->admin->opened->keystore,
		    r->old->record.id, &r->old->stamp, NULL);
	audit(r);
	return APIKEY_OK;
}

AK_EXPORT int
apikey_rotate(apikey_admin *admin, apikey_key *key, const char *overlap,
    int until_first_use, const char *expires, apikey_deliver *deliver,
    void *arg, char ret_token[APIKEY_TOKEN_SIZE], apikey_key **ret_key)
{
	char text[APIKEY_TOKEN_SIZE] = "";
	struct rotation r = {
		.admin = admin, .old = key,
		.until_first_use = until_first_use != 0,
	};
	int code = ak_admin_begin(admin);

	r.now = admin->now;
	if (code == APIKEY_OK && (r.new = ak_key_new(r.now)) == NULL)
		code = ak_fail(&admin->fault, APIKEY_ERR_NO_MEMORY,
		    "out of memory");
	if (code == APIKEY_OK)
		code = rotate(&r, overlap, expires, deliver, arg, text);
	ak_admin_end(admin);
	if (code == APIKEY_OK) {
		memcpy(ret_token, text, sizeof(text));
		*ret_key = r.new;
		r.new = NULL;
	}
	ak_wipe(text, sizeof(text));
	apikey_key_free(r.new);
	return code;
}
