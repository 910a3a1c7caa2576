/*
 * Changing keys that exist.  Every change is made on a copy, which takes
 * the place of the record when it is stored.
 */
#include <string.h>

#include "bounds.h"
#include "change.h"

/* A folder that cannot be synced is an error behind the change. */
static bool
is_stored(const apikey_admin *admin, apikey_key *key,
    const struct ak_record *changed)
{
	struct ak_record now;
	struct ak_stamp stamp;
	bool same;

	same = ak_keystore_get(&admin->opened->keystore, changed->id, &now,
	    &stamp, NULL) == APIKEY_OK && ak_record_equal(&now, changed);
	if (same)
		key->stamp = stamp;
	ak_record_clear(&now);
	return same;
}

int
ak_change_store(apikey_admin *admin, apikey_key *key,
    struct ak_record *changed, bool *ret_stored)
{
	const struct ak_opened *opened = admin->opened;
	struct ak_record before;
	int code = ak_keystore_replace(&opened->keystore, changed,
	    &key->stamp, &admin->fault);

	if (code == APIKEY_ERR_NOT_FOUND)
		return ak_fail(&admin->fault, code,
		    "the key %s was deleted meanwhile", changed->id);
	*ret_stored = code == APIKEY_OK || (code == APIKEY_ERR_UNAVAILABLE &&
	    is_stored(admin, key, changed));
	if (!*ret_stored)
		return code;
	before = key->record;
	key->record = *changed;
	*changed = before;
	key->read_at = admin->now;
	ak_key_count_uses(key, &opened->state);
	return code;
}

int
ak_change_remove(apikey_admin *admin, const apikey_key *key, bool *ret_gone)
{
	const struct ak_keystore *store = &admin->opened->keystore;
	int code = ak_keystore_remove(store, key->record.id, &key->stamp,
	    &admin->fault);

	*ret_gone = code == APIKEY_OK || (code == APIKEY_ERR_UNAVAILABLE &&
	    ak_keystore_settle(store, key->record.id, &key->stamp, NULL) ==
	    APIKEY_ERR_NOT_FOUND);
	return code;
}

/* One change: begun, made on `to`, finished. */
struct change {
	apikey_admin		*admin;
	apikey_key		*key;
	struct ak_record	 to;
	struct ak_event		 event;
};

static int
change_begin(struct change *c, apikey_admin *admin, apikey_key *key)
{
	int code = ak_admin_begin(admin);

	*c = (struct change){ .admin = admin, .key = key };
	ak_record_init(&c->to);
	if (code == APIKEY_OK &&
	    (code = ak_record_copy(&c->to, &key->record)) != APIKEY_OK)
		(void)ak_fail(&admin->fault, code, "out of memory");
	return code;
}

/* Store what is changed.  What is so already need not be written, but the
 * reading must be the newest: on an older one the caller would take no for
 * yes. */
static int
change_store(struct change *c, const char *name)
{
	bool stored = false;
	int code;

	if (ak_record_equal(&c->to, &c->key->record))
		return ak_keystore_settle(&c->admin->opened->keystore,
		    c->to.id, &c->key->stamp, &c->admin->fault);
	code = ak_change_store(c->admin, c->key, &c->to, &stored);
	if (stored)
		ak_admin_event(&c->event, c->admin, name, &c->key->record);
	return code;
}

/* Writes the event if there is one; returns code. */
static int
change_end(struct change *c, int code)
{
	if (c->event.count > 0)
		ak_audit_write(&c->admin->opened->audit, &c->event);
	ak_admin_end(c->admin);
	ak_record_clear(&c->to);
	return code;
}

/* ---- Out of use ----------------------------------------------------- */

static int
put_revoked(struct change *c, const char *reason, const char *note)
{
	struct ak_record *to = &c->to;

	if (to->is_revoked)
		return APIKEY_OK;
	to->is_revoked = true;
	to->revoked.at = c->admin->now;
	if (ak_copy(&to->revoked.by, c->admin->by) != APIKEY_OK ||
	    ak_copy(&to->revoked.reason, reason) != APIKEY_OK ||
	    ak_copy(&to->revoked.note, note) != APIKEY_OK)
		return ak_fail(&c->admin->fault, APIKEY_ERR_NO_MEMORY,
		    "out of memory");
	return APIKEY_OK;
}

AK_EXPORT int
apikey_revoke(apikey_admin *admin, apikey_key *key, const char *reason,
    const char *note)
{
	struct change c;
	int code = change_begin(&c, admin, key);

	if (note != NULL && *note == '\0')
		note = NULL;
	if (code == APIKEY_OK && !ak_revoke_reason_valid(reason))
		code = ak_fail(&admin->fault, APIKEY_ERR_INVALID,
		    "reason: \"%s\" is not leaked, superseded, offboarded "
		    "or other", reason);
	if (code == APIKEY_OK)
		code = put_revoked(&c, reason, note);
	if (code == APIKEY_OK)
		code = change_store(&c, "key.revoke");
	return change_end(&c, code);
}

static int
refuse_revoked(const struct change *c)
{
	if (!c->to.is_revoked)
		return APIKEY_OK;
	return ak_fail(&c->admin->fault, APIKEY_ERR_POLICY,
	    "the key %s is revoked, which is for good", c->to.id);
}

static int
set_disabled(apikey_admin *admin, apikey_key *key, bool disabled,
    const char *name)
{
	struct change c;
	int code = change_begin(&c, admin, key);

	if (code == APIKEY_OK)
		code = refuse_revoked(&c);
	c.to.disabled = disabled;
	if (code == APIKEY_OK)
		code = change_store(&c, name);
	return change_end(&c, code);
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

/* ---- Other bounds --------------------------------------------------- */

/* A key that gets its first bound of uses needs a count; one whose count is
 * lost does not get a new one here. */
static int
prepare_count(const struct change *c)
{
	if (c->to.max_uses == 0 || c->key->record.max_uses > 0)
		return APIKEY_OK;
	return ak_admin_make_count(c->admin, c->to.id);
}

static int
put_bounds(struct change *c, const apikey_spec *spec)
{
	struct ak_fault *fault = &c->admin->fault;
	int64_t now = c->admin->now;
	int code = refuse_revoked(c);

	if (code == APIKEY_OK)
		code = ak_bounds_put(&c->to, spec, now, fault);
	if (code == APIKEY_OK && spec->bound[APIKEY_EXPIRES].given)
		code = ak_bounds_check_expiry(&c->to,
		    &c->admin->opened->config, now, fault);
	if (code == APIKEY_OK)
		code = ak_bounds_check_order(&c->to, fault);
	return code == APIKEY_OK ? prepare_count(c) : code;
}

/* The names of the bounds that the spec gives, with commas between. */
#define NAMES_SIZE	128
static void
names_of(const apikey_spec *spec, char ret[NAMES_SIZE])
{
	char *end = ret;

	*end = '\0';
	for (size_t i = 0; i < AK_BOUNDS; i++) {
		if (!spec->bound[i].given)
			continue;
		if (end != ret)
			*end++ = ',';
		end = stpcpy(end,
		    ak_record_bound_name((enum apikey_bound)i));
	}
}

AK_EXPORT int
apikey_set(apikey_admin *admin, apikey_key *key, const apikey_spec *spec)
{
	char names[NAMES_SIZE];
	struct change c;
	int code = change_begin(&c, admin, key);

	if (code == APIKEY_OK)
		code = put_bounds(&c, spec);
	if (code == APIKEY_OK)
		code = change_store(&c, "key.set");
	names_of(spec, names);
	if (c.event.count > 0)
		ak_event_add(&c.event, "changed", names);
	return change_end(&c, code);
}

static int
refuse_superseded(const struct change *c)
{
	if (ak_policy_status(&c->to, c->admin->now, c->key->successor_used) !=
	    APIKEY_STATUS_SUPERSEDED)
		return APIKEY_OK;
	return ak_fail(&c->admin->fault, APIKEY_ERR_POLICY,
	    "the key %s was replaced by %s: renew that one", c->to.id,
	    c->to.superseded.by);
}

AK_EXPORT int
apikey_renew(apikey_admin *admin, apikey_key *key, const char *expires)
{
	apikey_spec spec = { 0 };
	char text[APIKEY_TIME_SIZE];
	struct change c;
	int code = change_begin(&c, admin, key);

	if (code == APIKEY_OK)
		code = refuse_superseded(&c);
	if (code == APIKEY_OK &&
	    apikey_spec_set(&spec, APIKEY_EXPIRES, expires) != APIKEY_OK)
		code = ak_fail(&admin->fault, APIKEY_ERR_INVALID,
		    "expires: it is too long, or memory is short");
	if (code == APIKEY_OK)
		code = put_bounds(&c, &spec);
	if (code == APIKEY_OK)
		code = change_store(&c, "key.renew");
	apikey_time_text(key->record.expires, text);
	if (c.event.count > 0)
		ak_event_add(&c.event, "expires",
		    *text == '\0' ? "never" : text);
	ak_list_clear(&spec.bound[APIKEY_EXPIRES].values);
	return change_end(&c, code);
}
