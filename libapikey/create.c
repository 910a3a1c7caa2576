/*
 * Issuing keys.
 */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "hash.h"
#include "spec.h"
#include "token.h"

#define DRAWS_MAX	8

/* A time that the spec gives as a duration from now becomes absolute. */
static int
put_time(struct ak_record *record, enum apikey_bound bound, const char *text,
    int64_t now, struct ak_fault *fault)
{
	char absolute[APIKEY_TIME_SIZE];
	int64_t t;

	if (apikey_time_parse(text, now, &t) != APIKEY_OK)
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "%s: \"%s\" is neither a duration such as 90d or 12h nor "
		    "a UTC time such as 2026-11-24T00:00:00Z",
		    bound == APIKEY_EXPIRES ? "expires" : "not_before", text);
	apikey_time_text(t, absolute);
	return ak_record_put(record, bound, absolute, fault);
}

static int
put_bound(struct ak_record *record, const apikey_spec *spec,
    enum apikey_bound bound, int64_t now, struct ak_fault *fault)
{
	const struct ak_list *values = &spec->bound[bound].values;
	int code;

	if ((code = ak_record_put(record, bound, "", fault)) != APIKEY_OK)
		return code;
	for (size_t i = 0; i < values->count && code == APIKEY_OK; i++) {
		const char *text = values->item[i];

		if (bound == APIKEY_EXPIRES && strcmp(text, "never") == 0)
			continue;
		if (bound == APIKEY_EXPIRES || bound == APIKEY_NOT_BEFORE)
			code = put_time(record, bound, text, now, fault);
		else
			code = ak_record_put(record, bound, text, fault);
	}
	return code;
}

/* What a new key has where the spec is silent. */
static int
put_defaults(struct ak_record *record, const apikey_spec *spec,
    const struct ak_config *config, int64_t now, struct ak_fault *fault)
{
	/* The default must not be longer than what is allowed. */
	int64_t ttl = config->issue.ttl < config->issue.max_ttl ?
	    config->issue.ttl : config->issue.max_ttl;

	if (!spec->bound[APIKEY_EXPIRES].given && ttl != AK_FOREVER)
		record->expires = now + ttl;
	if (!spec->bound[APIKEY_SERVICES].given &&
	    ak_list_copy(&record->services, &config->issue.services) !=
	    APIKEY_OK)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	return APIKEY_OK;
}

static int
check_times(const struct ak_record *record, const struct ak_config *config,
    int64_t now, struct ak_fault *fault)
{
	char text[AK_DURATION_SIZE];
	int64_t max = config->issue.max_ttl;

	ak_duration_text(max, text);
	if (record->expires == APIKEY_TIME_NONE)
		return max == AK_FOREVER ? APIKEY_OK :
		    ak_fail(fault, APIKEY_ERR_POLICY, "keys without an end "
		    "are not allowed: issue.max_ttl is %s", text);
	if (record->expires <= now)
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "expires: the time is in the past");
	if (record->not_before != APIKEY_TIME_NONE &&
	    record->not_before >= record->expires)
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "not_before: the key would expire before it is valid; "
		    "give it a later expiry");
	if (max != AK_FOREVER && record->expires - now > max)
		return ak_fail(fault, APIKEY_ERR_POLICY, "expires: the key "
		    "would live longer than issue.max_ttl, which is %s",
		    text);
	return APIKEY_OK;
}

static int
fill(struct ak_record *record, const apikey_spec *spec,
    const apikey_admin *admin, struct ak_fault *fault)
{
	const struct ak_config *config = &admin->ctx->opened->config;
	int64_t now = ak_clock_s(&admin->ctx->clock);
	int code = APIKEY_OK;

	for (size_t i = 0; i < AK_BOUNDS && code == APIKEY_OK; i++)
		if (spec->bound[i].given)
			code = put_bound(record, spec, (enum apikey_bound)i,
			    now, fault);
	if (code == APIKEY_OK && record->user == NULL)
		code = ak_fail(fault, APIKEY_ERR_INVALID,
		    "user: a key needs a user");
	if (code == APIKEY_OK)
		code = put_defaults(record, spec, config, now, fault);
	if (code == APIKEY_OK)
		code = check_times(record, config, now, fault);
	record->created = now;
	if (code == APIKEY_OK &&
	    ak_copy(&record->created_by, admin->by) != APIKEY_OK)
		code = ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	return code;
}

/* Draw a token whose id is free. */
static int
draw(const apikey_admin *admin, struct ak_record *record,
    struct ak_token *token, char ret_text[APIKEY_TOKEN_SIZE],
    struct ak_fault *fault)
{
	char hash[AK_HASH_SIZE];
	struct ak_record taken;
	struct ak_stamp stamp;
	int code = APIKEY_OK;

	for (int i = 0; i < DRAWS_MAX && code != APIKEY_ERR_NOT_FOUND; i++) {
		ak_token_draw(token, ret_text);
		code = ak_keystore_get(&admin->ctx->opened->keystore,
		    token->id, &taken, &stamp, NULL);
		ak_record_clear(&taken);
	}
	if (code != APIKEY_ERR_NOT_FOUND)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "no free id was found for the key");
	if ((code = ak_hash_make(token, hash)) != APIKEY_OK)
		return ak_fail(fault, code, "the secret cannot be hashed");
	if (ak_copy(&record->id, token->id) != APIKEY_OK ||
	    ak_copy(&record->hash, hash) != APIKEY_OK)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	return APIKEY_OK;
}

static int
deliver_token(apikey_deliver *deliver, void *arg, const char *text,
    const apikey_key *key, struct ak_fault *fault)
{
	if (deliver == NULL || deliver(arg, text, key) == APIKEY_OK)
		return APIKEY_OK;
	return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
	    "the key was not created: its token could not be kept");
}

AK_EXPORT int
apikey_create(apikey_admin *admin, const apikey_spec *spec,
    apikey_deliver *deliver, void *arg, char ret_token[APIKEY_TOKEN_SIZE],
    apikey_key **ret_key)
{
	struct ak_fault *fault = &admin->fault;
	char text[APIKEY_TOKEN_SIZE] = "";
	struct ak_token token = { "", "" };
	apikey_key *key = NULL;
	int code;

	if ((code = ak_admin_begin(admin)) != APIKEY_OK)
		goto out;
	key = ak_key_new(ak_clock_s(&admin->ctx->clock));
	if (key == NULL)
		code = ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	else
		code = fill(&key->record, spec, admin, fault);
	if (code == APIKEY_OK)
		code = draw(admin, &key->record, &token, text, fault);
	if (code == APIKEY_OK)
		code = deliver_token(deliver, arg, text, key, fault);
	if (code == APIKEY_OK)
		code = ak_keystore_add(&admin->ctx->opened->keystore,
		    &key->record, &key->stamp, fault);
	if (code != APIKEY_OK)
		goto out;
	ak_admin_audit(admin, "key.create", &key->record);
	memcpy(ret_token, text, sizeof(text));
	*ret_key = key;
	key = NULL;
out:
	ak_admin_end(admin);
	ak_wipe(text, sizeof(text));
	ak_wipe(&token, sizeof(token));
	apikey_key_free(key);
	return code;
}
