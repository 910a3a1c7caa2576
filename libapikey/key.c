/*
 * One reading of a record, for its readers.
 */
#include <stdlib.h>

#include "key.h"
#include "policy.h"

apikey_key *
ak_key_new(int64_t now)
{
	apikey_key *key = calloc(1, sizeof(*key));

	if (key != NULL) {
		ak_record_init(&key->record);
		key->read_at = now;
	}
	return key;
}

void
ak_key_count_uses(apikey_key *key, const struct ak_state *state)
{
	const struct ak_record *record = &key->record;
	bool degraded = false;

	key->counted = ak_usage_read(&state->usage, record->id, &key->usage,
	    NULL);
	if (key->counted != APIKEY_OK)
		key->usage = (struct ak_usage){
			.first = APIKEY_TIME_NONE, .last = APIKEY_TIME_NONE,
			.warned = APIKEY_TIME_NONE,
		};
	key->successor_used = record->is_superseded &&
	    record->superseded.until_first_use &&
	    ak_state_was_used(state, record->superseded.by, &degraded);
	ak_rate_text(&record->rate, key->rate);
	ak_hash_pepper_id(record->hash, key->pepper);
}

AK_EXPORT void
apikey_key_free(apikey_key *key)
{
	if (key == NULL)
		return;
	ak_record_clear(&key->record);
	free(key);
}

static const char *
text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

AK_EXPORT const char *
apikey_key_id(const apikey_key *key)
{
	return key->record.id;
}

AK_EXPORT const char *
apikey_key_user(const apikey_key *key)
{
	return key->record.user;
}

AK_EXPORT const char *
apikey_key_label(const apikey_key *key)
{
	return text_or_empty(key->record.label);
}

AK_EXPORT const char *
apikey_key_created_by(const apikey_key *key)
{
	return text_or_empty(key->record.created_by);
}

AK_EXPORT int64_t
apikey_key_created(const apikey_key *key)
{
	return key->record.created;
}

AK_EXPORT int64_t
apikey_key_not_before(const apikey_key *key)
{
	return key->record.not_before;
}

AK_EXPORT int64_t
apikey_key_expires(const apikey_key *key)
{
	return key->record.expires;
}

AK_EXPORT enum apikey_status
apikey_key_status(const apikey_key *key)
{
	const struct ak_record *record = &key->record;
	enum apikey_status status = ak_policy_status(record, key->read_at,
	    key->successor_used);

	/* Without its count it is refused, too. */
	if (status == APIKEY_STATUS_ACTIVE && record->max_uses > 0 &&
	    (key->counted != APIKEY_OK ||
	    key->usage.count >= record->max_uses))
		return APIKEY_STATUS_EXHAUSTED;
	return status;
}

AK_EXPORT const char *
apikey_status_name(enum apikey_status status)
{
	static const char *const names[] = {
#define NAME(code, name)	[APIKEY_STATUS_##code] = name,
		APIKEY_STATUS_MAP(NAME)
#undef NAME
	};

	return (size_t)status < sizeof(names) / sizeof(names[0]) ?
	    names[status] : "unknown";
}

AK_EXPORT size_t
apikey_key_count(const apikey_key *key, enum apikey_bound bound)
{
	const struct ak_list *list = ak_record_list(&key->record, bound);

	return list == NULL ? 0 : list->count;
}

AK_EXPORT const char *
apikey_key_item(const apikey_key *key, enum apikey_bound bound, size_t i)
{
	const struct ak_list *list = ak_record_list(&key->record, bound);

	return list != NULL && i < list->count ? list->item[i] : NULL;
}

AK_EXPORT int64_t
apikey_key_revoked_at(const apikey_key *key)
{
	return key->record.revoked.at;
}

AK_EXPORT const char *
apikey_key_revoked_by(const apikey_key *key)
{
	return text_or_empty(key->record.revoked.by);
}

AK_EXPORT const char *
apikey_key_revoked_reason(const apikey_key *key)
{
	return text_or_empty(key->record.revoked.reason);
}

AK_EXPORT const char *
apikey_key_revoked_note(const apikey_key *key)
{
	return text_or_empty(key->record.revoked.note);
}

AK_EXPORT int64_t
apikey_key_max_uses(const apikey_key *key)
{
	return key->record.max_uses;
}

AK_EXPORT const char *
apikey_key_rate(const apikey_key *key)
{
	return key->rate;
}

AK_EXPORT const char *
apikey_key_hash(const apikey_key *key)
{
	return ak_hash_is_costly(key->record.hash) ? "argon2id" : "blake2b";
}

AK_EXPORT const char *
apikey_key_pepper(const apikey_key *key)
{
	return key->pepper;
}

AK_EXPORT const char *
apikey_key_rotated_from(const apikey_key *key)
{
	return text_or_empty(key->record.rotated_from);
}

AK_EXPORT const char *
apikey_key_superseded_by(const apikey_key *key)
{
	return text_or_empty(key->record.superseded.by);
}

AK_EXPORT int64_t
apikey_key_superseded_at(const apikey_key *key)
{
	return key->record.superseded.at;
}

AK_EXPORT int
apikey_key_until_first_use(const apikey_key *key)
{
	return key->record.superseded.until_first_use;
}

AK_EXPORT int64_t
apikey_key_uses(const apikey_key *key)
{
	return key->counted == APIKEY_OK ||
	    key->counted == APIKEY_ERR_NOT_FOUND ? key->usage.count : -1;
}

AK_EXPORT int64_t
apikey_key_first_used(const apikey_key *key)
{
	return key->usage.first;
}

AK_EXPORT int64_t
apikey_key_last_used(const apikey_key *key)
{
	return key->usage.last;
}

AK_EXPORT const char *
apikey_key_last_from(const apikey_key *key)
{
	return key->usage.from;
}

AK_EXPORT const char *
apikey_key_last_service(const apikey_key *key)
{
	return key->usage.service;
}

/* The later of two times, of which either may be none. */
static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;	/* APIKEY_TIME_NONE is the least */
}

AK_EXPORT int64_t
apikey_key_ended(const apikey_key *key)
{
	const struct ak_record *record = &key->record;
	int64_t now = key->read_at, ended = APIKEY_TIME_NONE;

	if (record->is_revoked)
		ended = later(ended, record->revoked.at);
	if (record->expires != APIKEY_TIME_NONE && record->expires <= now)
		ended = later(ended, record->expires);
	if (record->is_superseded && record->superseded.at <= now)
		ended = later(ended, record->superseded.at);
	return ended;
}
