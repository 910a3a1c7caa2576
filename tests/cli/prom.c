/*
 * prom.c - holds standard input to the text format of Prometheus, version
 * 0.0.4, and to what `promtool check metrics' asks for beyond that.
 * usage: prom [SERIES]
 *
 * SERIES is the name of a metric with its labels, as it stands there; its
 * value is printed.  Strict: HELP, TYPE and samples of a metric in this
 * order and together, no other comments, no empty lines, no times.
 */
#include <ctype.h>
#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES_MAX	1000
#define NAME_SIZE	128

static struct {
	char	name[NAME_SIZE], type[NAME_SIZE];
	bool	typed;
	size_t	samples;
} family;
static char *families[SERIES_MAX], *series[SERIES_MAX];
static size_t family_count, series_count, line_number;
static const char *wanted;
static bool found;

static void
bad(const char *what, const char *line)
{
	errx(1, "line %zu: %s: %s", line_number, what, line);
}

static void
remember(char **list, size_t *count, const char *text, const char *line)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(list[i], text) == 0)
			bad("it is there twice", line);
	if (*count == SERIES_MAX || (list[(*count)++] = strdup(text)) == NULL)
		errx(1, "too much");
}

/* The length of a name of a metric or label; 0: there is none. */
static size_t
name_length(const char *text)
{
	size_t n = 0;

	while (isalpha((unsigned char)text[n]) || text[n] == '_' ||
	    (n > 0 && isdigit((unsigned char)text[n])))
		n++;
	return n;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

/* promtool: units unabbreviated, no type in the name, no camel case. */
static void
check_words(const char *name, const char *line)
{
	static const char *const words[] = { "s", "ms", "us", "ns", "sec",
	    "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d", "milliseconds",
	    "minutes", "hours", "days", "counter", "gauge", "histogram",
	    "summary", "untyped" };
	char copy[NAME_SIZE], *word, *rest;

	for (const char *c = name; *c != '\0'; c++)
		if (isupper((unsigned char)*c))
			bad("a capital in a name", line);
	(void)snprintf(copy, sizeof(copy), "%s", name);
	for (word = strtok_r(copy, "_", &rest); word != NULL;
	    word = strtok_r(NULL, "_", &rest))
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strcmp(word, words[i]) == 0)
				bad("a unit or a type in a name", line);
}

static void
check_name(const char *line)
{
	bool total = ends_with(family.name, "_total");

	if (strcmp(family.type, "counter") == 0 && !total)
		bad("a counter without _total", line);
	if (strcmp(family.type, "gauge") == 0 && (total ||
	    ends_with(family.name, "_count") ||
	    ends_with(family.name, "_sum") ||
	    ends_with(family.name, "_bucket")))
		bad("no name for a gauge", line);
	if (strcmp(family.type, "counter") != 0 &&
	    strcmp(family.type, "gauge") != 0)
		bad("another type", line);
	check_words(family.name, line);
}

static void
end_family(const char *line)
{
	if (*family.name != '\0' && family.samples == 0)
		bad("a metric without samples before", line);
}

/* "# HELP name text" or "# TYPE name type". */
static void
take_comment(const char *line)
{
	bool help = strncmp(line, "# HELP ", 7) == 0;
	const char *name = line + 7, *rest;
	size_t n;

	if (!help && strncmp(line, "# TYPE ", 7) != 0)
		bad("neither HELP nor TYPE", line);
	n = name_length(name);
	rest = name + n + 1;
	if (n == 0 || n >= NAME_SIZE || name[n] != ' ' || *rest == '\0' ||
	    strchr(rest, '\\') != NULL)
		bad("not well-formed", line);
	if (help) {
		end_family(line);
		memset(&family, 0, sizeof(family));
		memcpy(family.name, name, n);
		remember(families, &family_count, family.name, line);
		return;
	}
	if (strncmp(family.name, name, n) != 0 || family.name[n] != '\0' ||
	    family.typed || family.samples > 0)
		bad("TYPE does not follow HELP", line);
	family.typed = true;
	(void)snprintf(family.type, sizeof(family.type), "%s", rest);
	check_name(line);
}

/* {name="value",...}; what is behind it. */
static const char *
skip_labels(const char *text, const char *line)
{
	char *names[SERIES_MAX], name[NAME_SIZE];
	size_t n, count = 0;

	if (*text != '{')
		return text;
	do {
		n = name_length(++text);
		if (n == 0 || n >= NAME_SIZE || strncmp(text, "__", 2) == 0 ||
		    strncmp(text + n, "=\"", 2) != 0)
			bad("a label", line);
		(void)snprintf(name, sizeof(name), "%.*s", (int)n, text);
		remember(names, &count, name, line);
		for (text += n + 2; *text != '"'; text++)
			if (*text == '\0' || (*text == '\\' &&
			    strchr("\\\"n", *++text) == NULL))
				bad("a label's value", line);
		text++;
	} while (*text == ',');
	while (count > 0)
		free(names[--count]);
	if (*text != '}')
		bad("labels", line);
	return text + 1;
}

static void
check_value(const char *text, const char *line)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0')
		bad("a value", line);
	if (isalpha((unsigned char)*text) && strcmp(text, "NaN") != 0)
		bad("a value", line);
	if (strcmp(family.type, "counter") == 0 && !(value >= 0))
		bad("a counter's value", line);
}

static void
take_sample(char *line)
{
	size_t n = name_length(line);
	char *end;

	if (!family.typed || strncmp(line, family.name, n) != 0 ||
	    family.name[n] != '\0')
		bad("not a sample of the metric before", line);
	end = line + (skip_labels(line + n, line) - line);
	if (*end != ' ')
		bad("no value", line);
	check_value(end + 1, line);
	*end = '\0';
	remember(series, &series_count, line, line);
	family.samples++;
	if (wanted != NULL && strcmp(wanted, line) == 0) {
		(void)puts(end + 1);
		found = true;
	}
}

int
main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	wanted = argc > 1 ? argv[1] : NULL;
	while ((len = getline(&line, &size, stdin)) != -1) {
		line_number++;
		if (line[len - 1] != '\n' || strlen(line) != (size_t)len)
			bad("no end of a line, or a NUL", line);
		line[len - 1] = '\0';
		for (char *c = line; *c != '\0'; c++)
			if (*c < ' ' || *c > '~')
				bad("not plain text", line);
		if (*line == '#')
			take_comment(line);
		else
			take_sample(line);
	}
	end_family("the end");
	if (family_count == 0)
		errx(1, "nothing at all");
	if (wanted != NULL && !found)
		errx(1, "there is no %s", wanted);
	return 0;
}
