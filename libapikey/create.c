/*
 * Issuing keys.
 */
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "create.h"
#include "token.h"

#define DRAWS_MAX	8

static int
fill(struct ak_record *record, const apikey_spec *spec,
    const apikey_admin *admin, struct ak_fault *fault)
{
	const struct ak_config *config = &admin->opened->config;
	int64_t now = admin->now;
	int code = ak_bounds_put(record, spec, now, fault);

	if (code != APIKEY_OK)
		return code;
	if (!spec->bound[APIKEY_EXPIRES].given)
		ak_bounds_put_ttl(record, config, now);
	if (!spec->bound[APIKEY_SERVICES].given &&
	    ak_list_copy(&record->services, &config->issue.services) !=
	    APIKEY_OK)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	code = ak_bounds_check_expiry(record, config, now, fault);
	return code != APIKEY_OK ? code :
	    ak_bounds_check_order(record, fault);
}

/* Draw a token whose id is free. */
static int
draw(const apikey_admin *admin, struct ak_record *record,
    struct ak_token *token, char ret_text[APIKEY_TOKEN_SIZE],
    struct ak_fault *fault)
{
	const struct ak_opened *opened = admin->opened;
	char hash[AK_HASH_SIZE];
	struct ak_record taken;
	struct ak_stamp stamp;
	int code = APIKEY_OK;

	if (opened->pepper_fault.code != APIKEY_OK) {
		*fault = opened->pepper_fault;
		return fault->code;
	}
	for (int i = 0; i < DRAWS_MAX && code != APIKEY_ERR_NOT_FOUND; i++) {
		ak_token_draw(token, ret_text);
		code = ak_keystore_get(&opened->keystore,
		    token->id, &taken, &stamp, NULL);
		ak_record_clear(&taken);
	}
	if (code != APIKEY_ERR_NOT_FOUND)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "no free id was found for the key");
	if ((code = ak_hash_make(&opened->hashing, token,
	    hash)) != APIKEY_OK)
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

static void
drop_count(const apikey_admin *admin, const struct ak_record *record)
{
	if (record->max_uses > 0 && record->id != NULL)
		(void)ak_usage_remove(&admin->opened->state.usage,
		    record->id, NULL);
}

int
ak_create_issue(apikey_admin *admin, apikey_key *key,
    apikey_deliver *deliver, void *arg, char ret_text[APIKEY_TOKEN_SIZE])
{
	struct ak_fault *fault = &admin->fault;
	struct ak_record *record = &key->record;
	char text[APIKEY_TOKEN_SIZE] = "";
	struct ak_token token = { "", "" };
	int code;

	record->created = key->read_at;
	if (ak_copy(&record->created_by, admin->by) != APIKEY_OK)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	if ((code = draw(admin, record, &token, text, fault)) != APIKEY_OK)
		goto out;
	code = record->max_uses == 0 ? APIKEY_OK :
	    ak_admin_make_count(admin, record->id);
	ak_key_count_uses(key, &admin->opened->state);
	if (code == APIKEY_OK)
		code = deliver_token(deliver, arg, text, key, fault);
	if (code == APIKEY_OK)
		code = ak_keystore_add(&admin->opened->keystore,
		    record, &key->stamp, fault);
	if (code == APIKEY_OK)
		memcpy(ret_text, text, sizeof(text));
	else
		drop_count(admin, record);
out:
	ak_wipe(text, sizeof(text));
	ak_wipe(&token, sizeof(token));
	return code;
}

AK_EXPORT int
apikey_create(apikey_admin *admin, const apikey_spec *spec,
    apikey_deliver *deliver, void *arg, char ret_token[APIKEY_TOKEN_SIZE],
    apikey_key **ret_key)
{
	struct ak_fault *fault = &admin->fault;
	apikey_key *key = NULL;
	int code;

	if ((code = ak_admin_begin(admin)) != APIKEY_OK)
		goto out;
	key = ak_key_new(admin->now);
	if (key == NULL)
		code = ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	else
		code = fill(&key->record, spec, admin, fault);
	if (code == APIKEY_OK)
		code = ak_create_issue(admin, key, deliver, arg, ret_token);
	if (code != APIKEY_OK)
		goto out;
	ak_admin_audit(admin, "key.create", &key->record);
	*ret_key = key;
	key = NULL;
out:
	ak_admin_end(admin);
	apikey_key_free(key);
	return code;
}
