/*
 * Tables of settings: what they mean in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "mem.h"
#include "rate.h"
#include "settings.h"
#include "text.h"
#include "token.h"

/* Of the shortest secret; a digest is longer. */
static bool
has_long_word(const char *text)
{
	static const char base64[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz-_+/";
	size_t len;

	for (; *text != '\0'; text += len + (text[len] != '\0'))
		if ((len = strspn(text, base64)) >= AK_SECRET_LEN)
			return true;
	return false;
}

const char *
ak_setting_quotable(const char *text)
{
	size_t len = strlen(text);

	return strchr(text, '$') != NULL || has_long_word(text) ||
	    ak_token_find(text, len) < len ? "..." : text;
}

static int
put_text(const struct ak_setting *s, const char *text, struct ak_fault *fault)
{
	if (text[0] == '\0')
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "%s must not be empty", s->name);
	if (strlen(text) > APIKEY_TEXT_MAX)
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "%s is longer than %d bytes", s->name, APIKEY_TEXT_MAX);
	if (!ak_utf8_valid(text))
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "%s is not valid UTF-8", s->name);
	if (s->valid != NULL && !s->valid(text))
		return ak_fail(fault, APIKEY_ERR_INVALID,
		    "%s: \"%s\" is not %s", s->name,
		    ak_setting_quotable(text), s->expects);
	return APIKEY_OK;
}

static int
put_stored(const struct ak_setting *s, int stored, struct ak_fault *fault)
{
	if (stored == APIKEY_ERR_NO_MEMORY)
		return ak_fail(fault, stored, "%s: out of memory", s->name);
	if (stored == APIKEY_ERR_INVALID)
		return ak_fail(fault, stored,
		    "%s has more than %d elements", s->name, APIKEY_LIST_MAX);
	return stored;
}

/* Decimal digits; what is larger than any count is none. */
static bool
parse_count(const char *text, int64_t *ret)
{
	int64_t value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *text - '0', &value))
			return false;
	if (*text != '\0' || value == 0)
		return false;
	*ret = value;
	return true;
}

#define A_TEXT	"a text in quotes"

static const struct {
	const char	*shape;
	const char	*form;		/* of its text, where it is one */
} types[] = {
	[AK_TEXT] = { A_TEXT, NULL },
	[AK_TIME] = { A_TEXT, "a UTC time such as 2026-11-24T00:00:00Z" },
	[AK_DURATION] = { A_TEXT, "a duration such as 90d or 12h" },
	[AK_RATE] = { A_TEXT, "a rate such as 30/1m or 30/1m:5" },
	[AK_COUNT] = { "a whole number from 1", NULL },
	[AK_FLAG] = { "true or false", NULL },
	[AK_VERSION] = { "1; a newer apikey may have written this file",
	    NULL },
	[AK_WORDS] = { "a list of texts such as [ \"a\", \"b\" ]", NULL },
	[AK_GROUP] = { "a group { ... }", NULL },
};

const char *
ak_setting_shape(const struct ak_setting *s)
{
	return types[s->type].shape;
}

/* What is expected of a list is so of each of its texts. */
const char *
ak_setting_form(const struct ak_setting *s)
{
	return s->expects != NULL && s->type != AK_WORDS ? s->expects :
	    types[s->type].form;
}

static bool
parse_duration(const char *text, int64_t *ret)
{
	if (strcmp(text, "never") != 0)
		return ak_duration_parse(text, ret);
	*ret = AK_FOREVER;
	return true;
}

static int
put_parsed(const struct ak_setting *s, void *value, const char *text,
    struct ak_fault *fault)
{
	bool parsed = s->type == AK_TIME ? ak_time_parse(text, value) :
	    s->type == AK_RATE ? ak_rate_parse(text, value) :
	    s->type == AK_COUNT ? parse_count(text, value) :
	    parse_duration(text, value);

	if (parsed)
		return APIKEY_OK;
	return ak_fail(fault, APIKEY_ERR_INVALID, "%s: \"%s\" is not %s",
	    s->name, ak_setting_quotable(text), s->type == AK_COUNT ?
	    "a count from 1" : ak_setting_form(s));
}

int
ak_setting_put(const struct ak_setting *s, void *obj, const char *text,
    struct ak_fault *fault)
{
	void *value = (char *)obj + s->offset;
	int code;

	if ((code = put_text(s, text, fault)) != APIKEY_OK)
		return code;
	switch (s->type) {
	case AK_TEXT:
		return put_stored(s, ak_copy(value, text), fault);
	case AK_WORDS:
		return put_stored(s, ak_list_add(value, text), fault);
	case AK_TIME:
	case AK_DURATION:
	case AK_RATE:
	case AK_COUNT:
		return put_parsed(s, value, text, fault);
	case AK_FLAG:
	case AK_VERSION:
	case AK_GROUP:
		break;
	}
	return ak_fail(fault, APIKEY_ERR_INVALID, "%s is not text", s->name);
}

static int
preset_words(const struct ak_setting *s, void *obj, struct ak_fault *fault)
{
	const char *word = s->preset;
	char text[APIKEY_TEXT_MAX + 1];
	int code = APIKEY_OK;
	size_t len;

	for (; code == APIKEY_OK && *word != '\0'; word += len) {
		word += strspn(word, " ");
		len = strcspn(word, " ");
		if (len >= sizeof(text))
			return APIKEY_ERR_INVALID;
		memcpy(text, word, len);
		text[len] = '\0';
		code = ak_setting_put(s, obj, text, fault);
	}
	return code;
}

int
ak_settings_preset(const struct ak_setting *table, void *obj,
    struct ak_fault *fault)
{
	int code = APIKEY_OK;

	for (; code == APIKEY_OK && table->name != NULL; table++) {
		if (table->type == AK_GROUP)
			code = ak_settings_preset(table->group, obj, fault);
		else if (table->preset == NULL)
			continue;
		else if (table->type == AK_WORDS)
			code = preset_words(table, obj, fault);
		else
			code = ak_setting_put(table, obj, table->preset,
			    fault);
	}
	return code;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_list(const struct ak_list *a, const struct ak_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->item[i], b->item[i]) != 0)
			return false;
	return true;
}

static bool
same_rate(const struct ak_rate *a, const struct ak_rate *b)
{
	return a->limit == b->limit && a->period == b->period &&
	    a->burst == b->burst;
}

static bool
setting_equal(const struct ak_setting *s, const void *a, const void *b)
{
	const void *x = (const char *)a + s->offset;
	const void *y = (const char *)b + s->offset;

	switch (s->type) {
	case AK_TEXT:
		return same_text(*(char *const *)x, *(char *const *)y);
	case AK_WORDS:
		return same_list(x, y);
	case AK_TIME:
	case AK_DURATION:
	case AK_COUNT:
		return *(const int64_t *)x == *(const int64_t *)y;
	case AK_RATE:
		return same_rate(x, y);
	case AK_FLAG:
		return *(const bool *)x == *(const bool *)y;
	case AK_GROUP:
		return *(const bool *)x == *(const bool *)y &&
		    ak_settings_equal(s->group, a, b);
	case AK_VERSION:
		break;
	}
	return true;
}

bool
ak_settings_equal(const struct ak_setting *table, const void *a, const void *b)
{
	for (; table->name != NULL; table++)
		if (!setting_equal(table, a, b))
			return false;
	return true;
}

static int
own_value(const struct ak_setting *s, void *value, bool copy)
{
	struct ak_list list, none = { NULL, 0 };
	char *text;

	if (s->type == AK_TEXT) {
		memcpy(&text, value, sizeof(text));
		memset(value, 0, sizeof(text));
		return copy ? ak_copy(value, text) : APIKEY_OK;
	}
	if (s->type == AK_WORDS) {
		memcpy(&list, value, sizeof(list));
		memcpy(value, &none, sizeof(none));
		return copy ? ak_list_copy(value, &list) : APIKEY_OK;
	}
	return APIKEY_OK;
}

int
ak_settings_copy(const struct ak_setting *table, void *obj)
{
	int code = APIKEY_OK, one;

	for (; table->name != NULL; table++) {
		one = table->type == AK_GROUP ?
		    ak_settings_copy(table->group, obj) :
		    own_value(table, (char *)obj + table->offset,
		    code == APIKEY_OK);
		if (code == APIKEY_OK)
			code = one;
	}
	return code;
}

void
ak_settings_clear(const struct ak_setting *table, void *obj)
{
	for (; table->name != NULL; table++) {
		void *value = (char *)obj + table->offset;

		if (table->type == AK_GROUP)
			ak_settings_clear(table->group, obj);
		else if (table->type == AK_WORDS)
			ak_list_clear(value);
		else if (table->type == AK_TEXT) {
			free(*(char **)value);
			*(char **)value = NULL;
		}
	}
}
