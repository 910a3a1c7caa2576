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
	size_t count;
	void *sorted;		/* the same texts, to find one among many */
};

/* Memory, or the end of the program with a sentence: what only looks has
 * nothing to put in order. */
void	*cmd_memory(void *p);
char	*cmd_text(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));

/* A list of so many, with room for one more. */
void	*cmd_one_more(void *list, size_t count, size_t size);

/* For tdestroy(3), where a tree owns nothing. */
void	 cmd_no_free(void *p);

/* Append a copy; cmd_words_once only what is not there yet: then it is
 * true. */
void	 cmd_words_add(struct cmd_words *, const char *word);
bool	 cmd_words_once(struct cmd_words *, const char *word);

/* The parts of a text between any of the separators, empty ones left out. */
void	 cmd_words_split(struct cmd_words *, const char *text,
	    const char *separators);

/* The same, but not between double quotes, which are taken away. */
void	 cmd_words_quoted(struct cmd_words *, const char *text,
	    const char *separators);
bool	 cmd_words_has(const struct cmd_words *, const char *word);
void	 cmd_words_sort(struct cmd_words *);
void	 cmd_words_free(struct cmd_words *);

#endif /* CMD_WORDS_H */
