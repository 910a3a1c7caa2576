/*
 * The bounds of a key, as somebody asked for them.
 */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "spec.h"

AK_EXPORT apikey_spec *
apikey_spec_new(void)
{
	return calloc(1, sizeof(apikey_spec));
}

AK_EXPORT void
apikey_spec_free(apikey_spec *spec)
{
	if (spec == NULL)
		return;
	for (size_t i = 0; i < AK_BOUNDS; i++)
		ak_list_clear(&spec->bound[i].values);
	free(spec);
}

static bool
is_list(enum apikey_bound bound)
{
	return bound == APIKEY_SERVICES || bound == APIKEY_FROM ||
	    bound == APIKEY_HOSTS || bound == APIKEY_SCOPES;
}

AK_EXPORT int
apikey_spec_set(apikey_spec *spec, enum apikey_bound bound, const char *text)
{
	struct ak_list *values;

	if ((size_t)bound >= AK_BOUNDS || strlen(text) > APIKEY_TEXT_MAX)
		return APIKEY_ERR_INVALID;
	values = &spec->bound[bound].values;
	spec->bound[bound].given = true;
	if (*text == '\0' || !is_list(bound))
		ak_list_clear(values);
	return *text == '\0' ? APIKEY_OK : ak_list_add(values, text);
}
