/*
 * json.c - what a JSON document on standard input says, for the tests of
 * the command.  usage: json [PATH]
 *
 * PATH is members' names and elements' numbers with a dot between.  Text
 * is printed as it is, without a newline behind it; other values in JSON;
 * for PATH ending in "?", the names of an object's members.  It fails on
 * what is not exactly one well-formed document, and on a path that leads
 * nowhere.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *
follow(json_t *value, char *path)
{
	char *step, *rest;

	for (step = strtok_r(path, ".", &rest); step != NULL && value != NULL;
	    step = strtok_r(NULL, ".", &rest))
		value = json_is_array(value) ?
		    json_array_get(value, strtoul(step, NULL, 10)) :
		    json_object_get(value, step);
	return value;
}

static void
print_names(json_t *object)
{
	const char *name, *before = "";
	json_t *value;

	json_object_foreach(object, name, value) {
		printf("%s%s", before, name);
		before = " ";
	}
}

int
main(int argc, char **argv)
{
	json_error_t error;
	json_t *document, *value;
	size_t len = 0;
	int names;

	document = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);
	if (document == NULL) {
		fprintf(stderr, "json: %s\n", error.text);
		return 1;
	}
	if (argc > 1)
		len = strlen(argv[1]);
	names = len > 0 && argv[1][len - 1] == '?';
	if (names)
		argv[1][len - 1] = '\0';
	value = argc > 1 ? follow(document, argv[1]) : document;
	if (value == NULL) {
		fprintf(stderr, "json: there is no %s\n", argv[1]);
		return 1;
	}
	if (names)
		print_names(value);
	else if (json_is_string(value))
		fwrite(json_string_value(value), 1,
		    json_string_length(value), stdout);
	else
		json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT);
	json_decref(document);
	return 0;
}
