/*
 * schema.c - does a JSON document on standard input fit a schema?
 * usage: schema SCHEMA_FILE DEFINITION
 *
 * It knows the part of JSON Schema (draft 07) that schema.json uses, and
 * ends with 2 at a keyword that it does not know: a schema that says less
 * than it seems to is worse than none.  Exit: 0 it fits; 1 it does not,
 * with the place and the rule.
 */
#include <jansson.h>
#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE_SIZE	1024

static json_t *definitions;
static bool quiet;		/* one of several that may fit */

static bool	fits(json_t *schema, json_t *value, const char *place);

static void	complain(const char *place, const char *format, ...)
		    __attribute__((format(printf, 2, 3)));
static void	broken(const char *what, const char *name)
		    __attribute__((noreturn));

static void
complain(const char *place, const char *format, ...)
{
	va_list ap;

	if (quiet)
		return;
	fprintf(stderr, "schema: %s: ", *place == '\0' ? "the document" :
	    place);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void
broken(const char *what, const char *name)
{
	fprintf(stderr, "schema: %s '%s'\n", what, name);
	exit(2);
}

static bool
is_type(json_t *value, const char *name)
{
	static const struct {
		const char *name;
		json_type type;
	} types[] = {
		{ "object", JSON_OBJECT }, { "array", JSON_ARRAY },
		{ "string", JSON_STRING }, { "integer", JSON_INTEGER },
		{ "boolean", JSON_TRUE }, { "boolean", JSON_FALSE },
		{ "null", JSON_NULL }
	};
	bool known = false;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i].name, name) != 0)
			continue;
		known = true;
		if (json_typeof(value) == types[i].type)
			return true;
	}
	if (!known)
		broken("unknown type", name);
	return false;
}

static bool
check_type(json_t *rule, json_t *value, const char *place)
{
	size_t i;

	if (json_is_string(rule) && is_type(value, json_string_value(rule)))
		return true;
	for (i = 0; i < json_array_size(rule); i++)
		if (is_type(value,
		    json_string_value(json_array_get(rule, i))))
			return true;
	complain(place, "is of another type");
	return false;
}

static bool
check_enum(json_t *rule, json_t *value, const char *place)
{
	size_t i;

	for (i = 0; i < json_array_size(rule); i++)
		if (json_equal(json_array_get(rule, i), value))
			return true;
	complain(place, "is none of the values that it may have");
	return false;
}

static bool
check_pattern(json_t *rule, json_t *value, const char *place)
{
	regex_t pattern;
	bool match;

	if (!json_is_string(value))
		return true;
	if (regcomp(&pattern, json_string_value(rule),
	    REG_EXTENDED | REG_NOSUB) != 0)
		broken("bad pattern", json_string_value(rule));
	match = strlen(json_string_value(value)) ==
	    json_string_length(value) &&
	    regexec(&pattern, json_string_value(value), 0, NULL, 0) == 0;
	regfree(&pattern);
	if (!match)
		complain(place, "'%s' does not match %s",
		    json_string_value(value), json_string_value(rule));
	return match;
}

static bool
check_minimum(json_t *rule, json_t *value, const char *place)
{
	if (!json_is_integer(value) ||
	    json_integer_value(value) >= json_integer_value(rule))
		return true;
	complain(place, "is too small");
	return false;
}

static bool
check_required(json_t *rule, json_t *value, const char *place)
{
	bool good = true;
	const char *name;
	size_t i;

	if (!json_is_object(value))
		return true;
	for (i = 0; i < json_array_size(rule); i++) {
		name = json_string_value(json_array_get(rule, i));
		if (json_object_get(value, name) != NULL)
			continue;
		complain(place, "has no member '%s'", name);
		good = false;
	}
	return good;
}

static bool
check_properties(json_t *rule, json_t *value, const char *place)
{
	char inner[PLACE_SIZE];
	json_t *schema;
	const char *name;
	bool good = true;
	json_t *member;

	if (!json_is_object(value))
		return true;
	json_object_foreach(value, name, member) {
		schema = json_object_get(rule, name);
		snprintf(inner, sizeof(inner), "%s.%s", place, name);
		if (schema != NULL && !fits(schema, member, inner))
			good = false;
	}
	return good;
}

/* Only "additionalProperties": false is known. */
static bool
check_closed(json_t *schema, json_t *value, const char *place)
{
	json_t *known = json_object_get(schema, "properties");
	bool good = true;
	const char *name;
	json_t *member;

	if (!json_is_false(json_object_get(schema, "additionalProperties")))
		broken("unknown value of", "additionalProperties");
	if (!json_is_object(value))
		return true;
	json_object_foreach(value, name, member) {
		if (json_object_get(known, name) != NULL)
			continue;
		complain(place, "has a member '%s'", name);
		good = false;
	}
	return good;
}

static bool
check_items(json_t *rule, json_t *value, const char *place)
{
	char inner[PLACE_SIZE];
	bool good = true;
	size_t i;

	for (i = 0; i < json_array_size(value); i++) {
		snprintf(inner, sizeof(inner), "%s.%zu", place, i);
		if (!fits(rule, json_array_get(value, i), inner))
			good = false;
	}
	return good;
}

static bool
check_min_items(json_t *rule, json_t *value, const char *place)
{
	if (!json_is_array(value) || json_array_size(value) >=
	    (size_t)json_integer_value(rule))
		return true;
	complain(place, "has too few elements");
	return false;
}

static bool
check_choices(json_t *rule, json_t *value, const char *place,
    bool one)
{
	bool before = quiet;
	size_t i, fit = 0;

	quiet = true;
	for (i = 0; i < json_array_size(rule); i++)
		fit += fits(json_array_get(rule, i), value, place);
	quiet = before;
	if (fit == 1 || (fit > 1 && !one))
		return true;
	complain(place, "has %zu of the forms that it may have", fit);
	return false;
}

static bool
check_ref(json_t *rule, json_t *value, const char *place)
{
	static const char begin[] = "#/definitions/";
	const char *name = json_string_value(rule);
	json_t *schema = NULL;

	if (strncmp(name, begin, sizeof(begin) - 1) == 0)
		schema = json_object_get(definitions,
		    name + sizeof(begin) - 1);
	if (schema == NULL)
		broken("no definition", name);
	return fits(schema, value, place);
}

static bool
check(json_t *schema, const char *keyword, json_t *rule,
    json_t *value, const char *place)
{
	static const struct {
		const char *keyword;
		bool (*check)(json_t *, json_t *, const char *);
	} rules[] = {
		{ "type", check_type }, { "enum", check_enum },
		{ "pattern", check_pattern }, { "minimum", check_minimum },
		{ "required", check_required },
		{ "properties", check_properties },
		{ "items", check_items }, { "minItems", check_min_items },
		{ "$ref", check_ref }
	};
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].keyword, keyword) == 0)
			return rules[i].check(rule, value, place);
	if (strcmp(keyword, "additionalProperties") == 0)
		return check_closed(schema, value, place);
	if (strcmp(keyword, "oneOf") == 0 || strcmp(keyword, "anyOf") == 0)
		return check_choices(rule, value, place, *keyword == 'o');
	broken("unknown keyword", keyword);
}

static bool
fits(json_t *schema, json_t *value, const char *place)
{
	const char *keyword;
	bool good = true;
	json_t *rule;

	json_object_foreach(schema, keyword, rule)
		if (!check(schema, keyword, rule, value, place))
			good = false;
	return good;
}

int
main(int argc, char **argv)
{
	json_t *document, *form, *schema;
	json_error_t error;
	bool good;

	if (argc != 3)
		broken("usage: schema FILE", "DEFINITION");
	schema = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error);
	if (schema == NULL)
		broken("bad schema:", error.text);
	definitions = json_object_get(schema, "definitions");
	form = json_object_get(definitions, argv[2]);
	if (form == NULL)
		broken("no definition", argv[2]);
	document = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);
	if (document == NULL) {
		complain("", "%s", error.text);
		json_decref(schema);
		return 1;
	}
	good = fits(form, document, "");
	json_decref(document);
	json_decref(schema);
	return good ? 0 : 1;
}
