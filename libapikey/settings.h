/*
 * L2: libconfig text to a C structure and back, by a table.
 *
 * A table describes every setting that may be there.  Whatever else the
 * text holds - an unknown name, a wrong type, an empty list, a value
 * that does not parse - refuses the whole text, because it could have
 * been a restriction.
 */
#ifndef AK_SETTINGS_H
#define AK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum ak_setting_type {
	AK_TEXT,	/* char *: UTF-8, 1 to APIKEY_TEXT_MAX bytes */
	AK_TIME,	/* int64_t seconds, APIKEY_TIME_NONE when absent */
	AK_DURATION,	/* int64_t seconds, AK_FOREVER for "never" */
	AK_RATE,	/* struct ak_rate; no bound when absent */
	AK_COUNT,	/* int64_t from 1; 0 when absent */
	AK_FLAG,	/* bool */
	AK_VERSION,	/* always 1; stored nowhere */
	AK_WORDS,	/* struct ak_list of AK_TEXT; empty when absent */
	AK_GROUP	/* the table `group`; offset is that of a bool */
};

struct ak_setting {
	const char			*name;
	enum ak_setting_type		 type;
	size_t				 offset;
	bool				 required;
	/* What each text must be, and the words that tell people. */
	bool				(*valid)(const char *text);
	const char			*expects;
	const struct ak_setting		*group;	/* ends with a NULL name */
	/* What it is where nobody sets it: one text, or, for AK_WORDS, texts
	 * with a space between.  NULL: nothing. */
	const char			*preset;
};

/*
 * Parse len bytes at text (NUL-terminated) into the structure at obj,
 * which holds the defaults.  path is for messages, code for errors of
 * the text.  What was allocated is obj's also on an error.
 */
int	 ak_settings_parse(const struct ak_setting *, const char *text,
	    size_t len, const char *path, int code, void *obj,
	    struct ak_fault *);

/* Set all that has a preset.  NO_MEMORY; what was allocated is obj's also
 * then. */
int	 ak_settings_preset(const struct ak_setting *, void *obj,
	    struct ak_fault *);

/* The text of a structure; the caller frees.  NO_MEMORY. */
int	 ak_settings_encode(const struct ak_setting *, const void *obj,
	    char **ret_text, size_t *ret_len);

/* Set or add one value from its text, a number from its digits.  INVALID
 * with a sentence that begins with the setting's name. */
int	 ak_setting_put(const struct ak_setting *, void *obj,
	    const char *text, struct ak_fault *);

/* What the setting must be, and what its text: "a text in quotes", "a rate
 * such as 30/1m or 30/1m:5".  NULL: it is no text, or any will do. */
const char *ak_setting_shape(const struct ak_setting *);
const char *ak_setting_form(const struct ak_setting *);

/* The text as a sentence may quote it: where it holds what could be a hash
 * or a secret in the wrong place, it is "...". */
const char *ak_setting_quotable(const char *text);

/* Make what obj points to its own, after a copy by assignment.  On an
 * error (NO_MEMORY) what it has is its own, or absent. */
int	 ak_settings_copy(const struct ak_setting *, void *obj);

bool	 ak_settings_equal(const struct ak_setting *, const void *a,
	    const void *b);
void	 ak_settings_clear(const struct ak_setting *, void *obj);

#endif
