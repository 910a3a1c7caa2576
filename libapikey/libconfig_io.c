/*
 * Tables of settings: libconfig text to memory and back.
 *
 * libconfig 1.5 needs care (its behaviour was observed, see the tests):
 * it stops at a NUL byte, follows @include anywhere, wraps integers
 * without L, ends the process on a folder, changes the thread's locale,
 * and when memory is short it may succeed with names or strings that are
 * NULL.  So it is given a checked string, the locale is put back, and
 * the reader walks every member once instead of looking names up.
 *
 * glibc's open_memstream(3) needs it, too: when memory is short, closing
 * it succeeds with no text, and what was lost before is not told at all.
 * Who writes a text must read it again.
 */
#include <libconfig.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "libconfig_text.h"
#include "mem.h"
#include "rate.h"
#include "settings.h"

#define TABLE_MAX	32

struct reader {
	const char	*path;
	int		 code;		/* of an error in the text */
	void		*obj;
	struct ak_fault	*fault;
	char		 within[16];	/* "issue.": a group; or "" */
};

static int
wrong_type(const struct reader *r, const config_setting_t *c,
    const struct ak_setting *s)
{
	const char *form = ak_setting_form(s);

	return ak_fail(r->fault, r->code, "%s:%u: %s%s must be %s%s%s",
	    r->path, config_setting_source_line(c), r->within, s->name,
	    ak_setting_shape(s), form == NULL ? "" : ": ",
	    form == NULL ? "" : form);
}

/* One text, with path and line put before what is wrong with it. */
static int
read_text(const struct reader *r, const config_setting_t *c,
    const struct ak_setting *s)
{
	struct ak_fault why = { 0, "" };
	const char *text;
	int code;

	if (config_setting_type(c) != CONFIG_TYPE_STRING)
		return wrong_type(r, c, s);
	if ((text = config_setting_get_string(c)) == NULL)
		return ak_fail(r->fault, APIKEY_ERR_NO_MEMORY,
		    "%s: out of memory", r->path);
	if ((code = ak_setting_put(s, r->obj, text, &why)) == APIKEY_OK)
		return APIKEY_OK;
	return ak_fail(r->fault,
	    code == APIKEY_ERR_INVALID ? r->code : code, "%s:%u: %s%s",
	    r->path, config_setting_source_line(c), r->within, why.text);
}

static int
read_words(const struct reader *r, const config_setting_t *c,
    const struct ak_setting *s)
{
	const config_setting_t *elem;
	int code, count = config_setting_length(c);

	if (config_setting_type(c) != CONFIG_TYPE_ARRAY)
		return wrong_type(r, c, s);
	if (count <= 0)
		return ak_fail(r->fault, r->code, "%s:%u: %s%s is an empty "
		    "list; leave the setting out instead", r->path,
		    config_setting_source_line(c), r->within, s->name);
	/* The list here takes the place of the default. */
	ak_list_clear((void *)((char *)r->obj + s->offset));
	for (int i = 0; i < count; i++) {
		elem = config_setting_get_elem(c, (unsigned)i);
		if (elem == NULL)
			return ak_fail(r->fault, APIKEY_ERR_NO_MEMORY,
			    "%s: out of memory", r->path);
		if ((code = read_text(r, elem, s)) != APIKEY_OK)
			return code;
	}
	return APIKEY_OK;
}

static int
read_count(const struct reader *r, const config_setting_t *c,
    const struct ak_setting *s)
{
	int type = config_setting_type(c);
	long long count = 0;

	if (type == CONFIG_TYPE_INT)
		count = config_setting_get_int(c);
	else if (type == CONFIG_TYPE_INT64)
		count = config_setting_get_int64(c);
	if (count < 1)
		return wrong_type(r, c, s);
	*(int64_t *)(void *)((char *)r->obj + s->offset) = count;
	return APIKEY_OK;
}

static int	 read_group(const struct reader *, const config_setting_t *,
		    const struct ak_setting *);

static int
read_setting(const struct reader *r, const config_setting_t *c,
    const struct ak_setting *s)
{
	void *value = (char *)r->obj + s->offset;
	int type = config_setting_type(c);
	struct reader inner = *r;

	switch (s->type) {
	case AK_TEXT:
	case AK_TIME:
	case AK_DURATION:
	case AK_RATE:
		return read_text(r, c, s);
	case AK_COUNT:
		return read_count(r, c, s);
	case AK_WORDS:
		return read_words(r, c, s);
	case AK_FLAG:
		if (type != CONFIG_TYPE_BOOL)
			return wrong_type(r, c, s);
		*(bool *)value = config_setting_get_bool(c) != 0;
		return APIKEY_OK;
	case AK_VERSION:
		if (type != CONFIG_TYPE_INT || config_setting_get_int(c) != 1)
			return wrong_type(r, c, s);
		return APIKEY_OK;
	case AK_GROUP:
		if (type != CONFIG_TYPE_GROUP)
			return wrong_type(r, c, s);
		*(bool *)value = true;
		(void)snprintf(inner.within, sizeof(inner.within), "%s.",
		    s->name);
		return read_group(&inner, c, s->group);
	}
	return wrong_type(r, c, s);
}

static const struct ak_setting *
find(const struct ak_setting *table, const char *name, size_t *ret_index)
{
	for (size_t i = 0; i < TABLE_MAX && table[i].name != NULL; i++) {
		if (strcmp(table[i].name, name) == 0) {
			*ret_index = i;
			return &table[i];
		}
	}
	return NULL;
}

static int
read_group(const struct reader *r, const config_setting_t *group,
    const struct ak_setting *table)
{
	int code, count = config_setting_length(group);
	bool seen[TABLE_MAX] = { false };
	const struct ak_setting *s;
	const config_setting_t *c;
	const char *name;
	size_t at = 0;

	for (int i = 0; i < count; i++) {
		c = config_setting_get_elem(group, (unsigned)i);
		if (c == NULL || (name = config_setting_name(c)) == NULL)
			return ak_fail(r->fault, APIKEY_ERR_NO_MEMORY,
			    "%s: out of memory", r->path);
		if ((s = find(table, name, &at)) == NULL)
			return ak_fail(r->fault, r->code,
			    "%s:%u: unknown setting \"%s%s\"", r->path,
			    config_setting_source_line(c), r->within,
			    ak_setting_quotable(name));
		if (seen[at])
			return ak_fail(r->fault, r->code,
			    "%s:%u: \"%s%s\" is there twice", r->path,
			    config_setting_source_line(c), r->within, name);
		seen[at] = true;
		if ((code = read_setting(r, c, s)) != APIKEY_OK)
			return code;
	}
	for (at = 0; table[at].name != NULL; at++)
		if (table[at].required && !seen[at])
			return ak_fail(r->fault, r->code,
			    "%s: \"%s%s\" is missing", r->path, r->within,
			    table[at].name);
	return APIKEY_OK;
}

/* libconfig tells where it stopped, and no more. */
static int
refuse_syntax(const struct reader *r, const config_t *config)
{
	const char *text = config_error_text(config);

	if (text == NULL || strcmp(text, "syntax error") == 0)
		text = "syntax error: a quote, a bracket or a \"=\" may be "
		    "missing, on this line or before it";
	return ak_fail(r->fault, r->code, "%s:%d: %s", r->path,
	    config_error_line(config), text);
}

int
ak_settings_parse(const struct ak_setting *table, const char *text,
    size_t len, const char *path, int code, void *obj, struct ak_fault *fault)
{
	const struct reader r = { path, code, obj, fault, "" };
	locale_t locale = uselocale((locale_t)0);
	config_t config;
	int result;

	if ((result = ak_libconfig_text(text, len, path, code, fault)) !=
	    APIKEY_OK)
		return result;
	config_init(&config);
	result = config_read_string(&config, text);
	(void)uselocale(locale);
	if (result != CONFIG_TRUE)
		result = refuse_syntax(&r, &config);
	else
		result = read_group(&r, config_root_setting(&config), table);
	config_destroy(&config);
	return result;
}

static bool
add_text(config_setting_t *group, const char *name, const char *text)
{
	config_setting_t *c;

	c = config_setting_add(group, name, CONFIG_TYPE_STRING);
	return c != NULL && config_setting_set_string(c, text) == CONFIG_TRUE;
}

static bool
add_words(config_setting_t *group, const char *name,
    const struct ak_list *list)
{
	config_setting_t *c;

	if (list->count == 0)
		return true;
	if ((c = config_setting_add(group, name, CONFIG_TYPE_ARRAY)) == NULL)
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (!add_text(c, NULL, list->item[i]))
			return false;
	return true;
}

static bool
add_true(config_setting_t *group, const char *name)
{
	config_setting_t *c = config_setting_add(group, name,
	    CONFIG_TYPE_BOOL);

	return c != NULL && config_setting_set_bool(c, 1) == CONFIG_TRUE;
}

static bool
add_version(config_setting_t *group, const char *name)
{
	config_setting_t *c = config_setting_add(group, name,
	    CONFIG_TYPE_INT);

	return c != NULL && config_setting_set_int(c, 1) == CONFIG_TRUE;
}

static bool
add_count(config_setting_t *group, const char *name, int64_t count)
{
	config_setting_t *c = config_setting_add(group, name,
	    CONFIG_TYPE_INT64);

	return c != NULL &&
	    config_setting_set_int64(c, count) == CONFIG_TRUE;
}

static bool	 write_group(config_setting_t *, const struct ak_setting *,
		    const void *);

static bool
write_setting(config_setting_t *group, const struct ak_setting *s,
    const void *obj)
{
	const void *value = (const char *)obj + s->offset;
	char text[AK_RATE_SIZE];
	config_setting_t *c;

	switch (s->type) {
	case AK_TEXT:
		return *(char *const *)value == NULL ||
		    add_text(group, s->name, *(char *const *)value);
	case AK_WORDS:
		return add_words(group, s->name, value);
	case AK_TIME:
		if (*(const int64_t *)value == APIKEY_TIME_NONE)
			return true;
		apikey_time_text(*(const int64_t *)value, text);
		return add_text(group, s->name, text);
	case AK_DURATION:
		ak_duration_text(*(const int64_t *)value, text);
		return add_text(group, s->name, text);
	case AK_RATE:
		ak_rate_text(value, text);
		return *text == '\0' || add_text(group, s->name, text);
	case AK_COUNT:
		return *(const int64_t *)value == 0 ||
		    add_count(group, s->name, *(const int64_t *)value);
	case AK_FLAG:
		return !*(const bool *)value || add_true(group, s->name);
	case AK_VERSION:
		return add_version(group, s->name);
	case AK_GROUP:
		if (!*(const bool *)value)
			return true;
		c = config_setting_add(group, s->name, CONFIG_TYPE_GROUP);
		return c != NULL && write_group(c, s->group, obj);
	}
	return false;
}

static bool
write_group(config_setting_t *group, const struct ak_setting *table,
    const void *obj)
{
	for (; table->name != NULL; table++)
		if (!write_setting(group, table, obj))
			return false;
	return true;
}

int
ak_settings_encode(const struct ak_setting *table, const void *obj,
    char **ret_text, size_t *ret_len)
{
	locale_t locale = uselocale((locale_t)0);
	int code = APIKEY_ERR_NO_MEMORY;
	char *text = NULL;
	size_t len = 0;
	config_t config;
	FILE *stream;

	config_init(&config);
	if (!write_group(config_root_setting(&config), table, obj))
		goto out;
	if ((stream = open_memstream(&text, &len)) == NULL)
		goto out;
	config_write(&config, stream);
	(void)uselocale(locale);
	if (ferror(stream) != 0) {
		(void)fclose(stream);
		goto out;
	}
	if (fclose(stream) != 0 || text == NULL)
		goto out;
	*ret_text = text;
	*ret_len = len;
	text = NULL;
	code = APIKEY_OK;
out:
	free(text);
	config_destroy(&config);
	return code;
}
