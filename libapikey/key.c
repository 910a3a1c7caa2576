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
	return ak_policy_status(&key->record, key->read_at);
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
