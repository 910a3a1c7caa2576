/*
 * words.h - lists of words, and memory for a command that only looks.
 */
#ifndef CMD_WORDS_H
#define CMD_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A list of texts; all zero is an empty one.  It owns its texts. */
struct cmd_words {
	char **item;
	size_t count, room;
};

/* Memory, or the end of the program with a sentence: what only looks has
 * nothing to put in order. */
void	*cmd_memory(void *p);
char	*cmd_text(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));

/* Append a copy; cmd_words_once only what is not there yet. */
void	 cmd_words_add(struct cmd_words *, const char *word);
void	 cmd_words_once(struct cmd_words *, const char *word);

/* The parts of a text between any of the separators, empty ones left out. */
void	 cmd_words_split(struct cmd_words *, const char *text,
	    const char *separators);
bool	 cmd_words_has(const struct cmd_words *, const char *word);
void	 cmd_words_sort(struct cmd_words *);
void	 cmd_words_free(struct cmd_words *);

#endif /* CMD_WORDS_H */
