/*
 * words.c - lists of words, and memory for a command that only looks.
 */
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "exit.h"
#include "words.h"

void *
cmd_memory(void *p)
{
	if (p == NULL)
		exit(cmd_no_memory());
	return p;
}

void *
cmd_one_more(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list;
	return cmd_memory(reallocarray(list, count == 0 ? 1 : 2 * count,
	    size));
}

char *
cmd_text(const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) == -1)
		text = NULL;
	va_end(ap);
	return cmd_memory(text);
}

static int
compare_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

void
cmd_words_add(struct cmd_words *words, const char *word)
{
	char *copy = cmd_text("%s", word);

	words->item = cmd_one_more(words->item, words->count,
	    sizeof(words->item[0]));
	words->item[words->count++] = copy;
	cmd_memory(tsearch(copy, &words->sorted, compare_text));
}

bool
cmd_words_has(const struct cmd_words *words, const char *word)
{
	return tfind(word, &words->sorted, compare_text) != NULL;
}

bool
cmd_words_once(struct cmd_words *words, const char *word)
{
	if (cmd_words_has(words, word))
		return false;
	cmd_words_add(words, word);
	return true;
}

void
cmd_words_split(struct cmd_words *words, const char *text,
    const char *separators)
{
	char *copy = cmd_memory(strdup(text)), *word, *rest;

	for (word = strtok_r(copy, separators, &rest); word != NULL;
	    word = strtok_r(NULL, separators, &rest))
		cmd_words_add(words, word);
	free(copy);
}

void
cmd_words_quoted(struct cmd_words *words, const char *text,
    const char *separators)
{
	char *word = cmd_text("%s", text), *end;
	bool quoted;

	while (*(text += strspn(text, separators)) != '\0') {
		quoted = false;
		for (end = word; *text != '\0' && (quoted ||
		    strchr(separators, *text) == NULL); text++) {
			if (*text == '"')
				quoted = !quoted;
			else
				*end++ = *text;
		}
		*end = '\0';
		cmd_words_add(words, word);
	}
	free(word);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
cmd_words_sort(struct cmd_words *words)
{
	if (words->count > 1)
		qsort(words->item, words->count, sizeof(words->item[0]),
		    compare);
}

void
cmd_no_free(void *p)
{
	(void)p;
}

void
cmd_words_free(struct cmd_words *words)
{
	size_t i;

	tdestroy(words->sorted, cmd_no_free);
	for (i = 0; i < words->count; i++)
		free(words->item[i]);
	free(words->item);
	*words = (struct cmd_words){ .count = 0 };
}
