/*
 * Bounds that somebody asks for, put into a record.
 */
#include <string.h>

#include "bounds.h"
#include "clock.h"

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
		    ak_record_bound_name(bound), text);
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

int
ak_bounds_put(struct ak_record *record, const apikey_spec *spec, int64_t now,
    struct ak_fault *fault)
{
	int code = APIKEY_OK;

	for (size_t i = 0; i < AK_BOUNDS && code == APIKEY_OK; i++)
		if (spec->bound[i].given)
			code = put_bound(record, spec, (enum apikey_bound)i,
			    now, fault);
	if (code == APIKEY_OK && record->user == NULL)
		code = ak_fail(fault, APIKEY_ERR_INVALID,
		    "user: a key needs a user");
	return code;
}

void
ak_bounds_put_ttl(struct ak_record *record, const struct ak_config *config,
    int64_t now)
{
	/* The default must not be longer than what is allowed. */
	int64_t ttl = config->issue.ttl < config->issue.max_ttl ?
	    config->issue.ttl : config->issue.max_ttl;

	record->expires = ttl == AK_FOREVER ? APIKEY_TIME_NONE : now + ttl;
}

int
ak_bounds_check_expiry(const struct ak_record *record,
    const struct ak_config *config, int64_t now, struct ak_fault *fault)
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
	if (max != AK_FOREVER && record->expires - now > max)
		return ak_fail(fault, APIKEY_ERR_POLICY, "expires: the key "
		    "would live longer than issue.max_ttl, which is %s",
		    text);
	return APIKEY_OK;
}

int
ak_bounds_check_order(const struct ak_record *record, struct ak_fault *fault)
{
	if (record->expires != APIKEY_TIME_NONE &&
	    record->not_before != APIKEY_TIME_NONE &&
	    record->not_before >= record->expires)
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "not_before: the key would expire before it is valid; "
		    "give it a later expiry");
	return APIKEY_OK;
}
