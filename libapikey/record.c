/*
 * The record of a key.
 */
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "netaddr.h"
#include "record.h"
#include "settings.h"

#define AT(member)	offsetof(struct ak_record, member)
#define AN_ID		"a key's id, 10 characters of " AK_ID_ALPHABET

bool
ak_revoke_reason_valid(const char *text)
{
	return strcmp(text, "leaked") == 0 ||
	    strcmp(text, "superseded") == 0 ||
	    strcmp(text, "offboarded") == 0 || strcmp(text, "other") == 0;
}

static bool
from_valid(const char *text)
{
	struct ak_net net;

	return strcmp(text, "local") == 0 || ak_net_parse(text, &net);
}

/* One name, and no pattern: the key would never be accepted, or seem to
 * be bound to what it is not. */
static bool
service_valid(const char *text)
{
	return strpbrk(text, "*, \t\n") == NULL;
}

static bool
host_valid(const char *text)
{
	return strpbrk(text, ", \t\n") == NULL;
}

/* APIKEY_SCOPES lists them with commas between. */
static bool
scope_valid(const char *text)
{
	return strchr(text, ',') == NULL;
}

static const struct ak_setting revoked_table[] = {
	{ .name = "at", .type = AK_TIME, .offset = AT(revoked.at),
	    .required = true },
	{ .name = "by", .type = AK_TEXT, .offset = AT(revoked.by) },
	{ .name = "reason", .type = AK_TEXT, .offset = AT(revoked.reason),
	    .valid = ak_revoke_reason_valid,
	    .expects = "leaked, superseded, offboarded or other" },
	{ .name = "note", .type = AK_TEXT, .offset = AT(revoked.note) },
	{ .name = NULL },
};

static const struct ak_setting superseded_table[] = {
	{ .name = "by", .type = AK_TEXT, .offset = AT(superseded.by),
	    .required = true, .valid = ak_id_valid,
	    .expects = AN_ID },
	{ .name = "at", .type = AK_TIME, .offset = AT(superseded.at),
	    .required = true },
	{ .name = "until_first_use", .type = AK_FLAG,
	    .offset = AT(superseded.until_first_use) },
	{ .name = NULL },
};

static const struct ak_setting table[] = {
	{ .name = "version", .type = AK_VERSION, .required = true },
	{ .name = "id", .type = AK_TEXT, .offset = AT(id), .required = true,
	    .valid = ak_id_valid, .expects = AN_ID },
	{ .name = "user", .type = AK_TEXT, .offset = AT(user),
	    .required = true },
	{ .name = "label", .type = AK_TEXT, .offset = AT(label) },
	{ .name = "hash", .type = AK_TEXT, .offset = AT(hash),
	    .required = true },
	{ .name = "created", .type = AK_TIME, .offset = AT(created) },
	{ .name = "created_by", .type = AK_TEXT, .offset = AT(created_by) },
	{ .name = "not_before", .type = AK_TIME, .offset = AT(not_before) },
	{ .name = "expires", .type = AK_TIME, .offset = AT(expires) },
	{ .name = "services", .type = AK_WORDS, .offset = AT(services),
	    .valid = service_valid, .expects = "the name of one PAM service "
	    "such as sshd" },
	{ .name = "from", .type = AK_WORDS, .offset = AT(from),
	    .valid = from_valid, .expects = "local, an address, or a "
	    "network such as 10.0.0.0/8 whose host part is zero" },
	{ .name = "hosts", .type = AK_WORDS, .offset = AT(hosts),
	    .valid = host_valid, .expects = "one pattern such as web*" },
	{ .name = "scopes", .type = AK_WORDS, .offset = AT(scopes),
	    .valid = scope_valid, .expects = "one scope: a scope has no "
	    "comma" },
	{ .name = "max_uses", .type = AK_COUNT, .offset = AT(max_uses) },
	{ .name = "rate", .type = AK_RATE, .offset = AT(rate) },
	{ .name = "disabled", .type = AK_FLAG, .offset = AT(disabled) },
	{ .name = "revoked", .type = AK_GROUP, .offset = AT(is_revoked),
	    .group = revoked_table },
	{ .name = "rotated_from", .type = AK_TEXT,
	    .offset = AT(rotated_from), .valid = ak_id_valid,
	    .expects = AN_ID },
	{ .name = "superseded", .type = AK_GROUP, .offset = AT(is_superseded),
	    .group = superseded_table },
	{ .name = NULL },
};

void
ak_record_init(struct ak_record *record)
{
	*record = (struct ak_record){
		.created = APIKEY_TIME_NONE, .not_before = APIKEY_TIME_NONE,
		.expires = APIKEY_TIME_NONE, .revoked.at = APIKEY_TIME_NONE,
		.superseded.at = APIKEY_TIME_NONE,
	};
}

void
ak_record_clear(struct ak_record *record)
{
	ak_settings_clear(table, record);
	ak_record_init(record);
}

int
ak_record_copy(struct ak_record *ret, const struct ak_record *record)
{
	int code;

	*ret = *record;
	code = ak_settings_copy(table, ret);
	if (code != APIKEY_OK)
		ak_record_clear(ret);
	return code;
}

int
ak_record_parse(const char *text, size_t len, const char *path,
    struct ak_record *ret, struct ak_fault *fault)
{
	int code;

	ak_record_init(ret);
	if (text[strspn(text, " \t\r\n")] == '\0' && strlen(text) == len)
		return ak_fail(fault, APIKEY_ERR_CORRUPT_RECORD,
		    "%s: is empty", path);
	code = ak_settings_parse(table, text, len, path,
	    APIKEY_ERR_CORRUPT_RECORD, ret, fault);
	/* Not by the table: its messages quote what they refuse. */
	if (code == APIKEY_OK && !ak_hash_valid(ret->hash))
		code = ak_fail(fault, APIKEY_ERR_CORRUPT_RECORD,
		    "%s: hash is of no known form", path);
	return code;
}

/* There must always be room to rotate a key, and then to revoke it. */
static size_t
size_max(const struct ak_record *record)
{
	if (record->is_revoked)
		return AK_RECORD_MAX;
	if (record->is_superseded)
		return AK_RECORD_MAX - 3584;
	return AK_RECORD_MAX - (record->rotated_from != NULL ? 4096 : 4352);
}

int
ak_record_encode(const struct ak_record *record, char **ret_text,
    size_t *ret_len, struct ak_fault *fault)
{
	struct ak_record again;
	char *text = NULL;
	size_t len = 0;
	int code;

	ak_record_init(&again);
	code = ak_settings_encode(table, record, &text, &len);
	if (code != APIKEY_OK)
		code = ak_fail(fault, code, "out of memory");
	else if (len > size_max(record))
		code = ak_fail(fault, APIKEY_ERR_INVALID, "the key has more "
		    "bounds than a record of %d bytes can hold",
		    (int)size_max(record));
	else if ((code = ak_record_parse(text, len, "the new record", &again,
	    fault)) == APIKEY_OK && !ak_settings_equal(table, record, &again))
		code = ak_fail(fault, APIKEY_ERR_INVALID,
		    "the record does not come back as it was written");
	if (code == APIKEY_ERR_CORRUPT_RECORD)	/* what was given, not a file */
		code = APIKEY_ERR_INVALID;
	ak_record_clear(&again);
	if (code == APIKEY_OK) {
		*ret_text = text;
		*ret_len = len;
		text = NULL;
	}
	free(text);
	return code;
}

const char *
ak_record_bound_name(enum apikey_bound bound)
{
	static const char *const names[] = {
		[APIKEY_USER] = "user", [APIKEY_LABEL] = "label",
		[APIKEY_EXPIRES] = "expires",
		[APIKEY_NOT_BEFORE] = "not_before",
		[APIKEY_SERVICES] = "services", [APIKEY_FROM] = "from",
		[APIKEY_HOSTS] = "hosts", [APIKEY_SCOPES] = "scopes",
		[APIKEY_MAX_USES] = "max_uses", [APIKEY_RATE] = "rate",
	};

	return (size_t)bound < sizeof(names) / sizeof(names[0]) ?
	    names[bound] : NULL;
}

bool
ak_record_equal(const struct ak_record *a, const struct ak_record *b)
{
	return ak_settings_equal(table, a, b);
}

static const struct ak_setting *
setting_of(enum apikey_bound bound)
{
	const char *name = ak_record_bound_name(bound);

	for (const struct ak_setting *s = table; s->name != NULL; s++)
		if (name != NULL && strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

int
ak_record_put(struct ak_record *record, enum apikey_bound bound,
    const char *text, struct ak_fault *fault)
{
	const struct ak_setting *s = setting_of(bound);
	struct ak_setting one[2] = { { .name = NULL }, { .name = NULL } };

	if (s == NULL)
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "there is no such bound");
	if (*text != '\0')
		return ak_setting_put(s, record, text, fault);
	one[0] = *s;
	ak_settings_clear(one, record);
	if (bound == APIKEY_EXPIRES)
		record->expires = APIKEY_TIME_NONE;
	if (bound == APIKEY_NOT_BEFORE)
		record->not_before = APIKEY_TIME_NONE;
	if (bound == APIKEY_MAX_USES)
		record->max_uses = 0;
	if (bound == APIKEY_RATE)
		record->rate = (struct ak_rate){ 0, 0, 0 };
	return APIKEY_OK;
}

const struct ak_list *
ak_record_list(const struct ak_record *record, enum apikey_bound bound)
{
	const struct ak_setting *s = setting_of(bound);

	if (s == NULL || s->type != AK_WORDS)
		return NULL;
	return (const void *)((const char *)record + s->offset);
}
