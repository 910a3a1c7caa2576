/*
 * What a grant tells.
 */
#include <stdlib.h>

#include "clock.h"
#include "policy.h"
#include "result.h"

static int64_t
ends_soon(const struct ak_record *record, int64_t now, int64_t warning)
{
	int64_t end = ak_policy_end(record);

	return end != APIKEY_TIME_NONE && warning != AK_FOREVER &&
	    end - now <= warning ? end : APIKEY_TIME_NONE;
}

int
ak_result_new(const struct ak_record *record, int64_t now, int64_t warning,
    apikey_result **ret)
{
	apikey_result *result = calloc(1, sizeof(*result));

	if (result == NULL)
		return APIKEY_ERR_NO_MEMORY;
	result->expires = record->expires;
	result->ends_soon = ends_soon(record, now, warning);
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

AK_EXPORT int64_t
apikey_result_ends_soon(const apikey_result *result)
{
	return result->ends_soon;
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
