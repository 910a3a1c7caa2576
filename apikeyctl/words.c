/*
 * words.c - lists of words, and memory for a command that only looks.
 */
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

void
cmd_words_add(struct cmd_words *words, const char *word)
{
	if (words->count == words->room) {
		words->room = words->room == 0 ? 16 : words->room * 2;
		words->item = cmd_memory(reallocarray(words->item,
		    words->room, sizeof(words->item[0])));
	}
	words->item[words->count++] = cmd_memory(strdup(word));
}

bool
cmd_words_has(const struct cmd_words *words, const char *word)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		if (strcmp(words->item[i], word) == 0)
			return true;
	return false;
}

void
cmd_words_once(struct cmd_words *words, const char *word)
{
	if (!cmd_words_has(words, word))
		cmd_words_add(words, word);
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
cmd_words_free(struct cmd_words *words)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		free(words->item[i]);
	free(words->item);
	*words = (struct cmd_words){ NULL, 0, 0 };
}
