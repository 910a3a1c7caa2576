/*
 * sudoers.c - the lines of sudoers, and whom they are for.
 */
#include <ctype.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "sudoers.h"

#define ALIASES_MAX	64

/* What a "\" is put before when it was between quotes. */
#define SPECIAL		" \t,:=!()#\"\\"

/* Is this the end of a line that goes on in the next?  Its length. */
static size_t
continuation(const char *p)
{
	size_t len = 1;

	if (*p != '\\')
		return 0;
	len += strspn(p + len, " \t");
	len += p[len] == '\r';
	return p[len] == '\n' ? len + 1 : 0;
}

/* "#" begins a comment, but "#1000" is a user. */
static bool
is_comment(const char *p)
{
	return *p == '#' && !isdigit((unsigned char)p[1 + (p[1] == '-')]);
}

/* What was put last; a letter, if a "\" stands before it. */
static char
last_of(const char *start, const char *out)
{
	if (out == start)
		return '\0';
	return out - start > 1 && out[-2] == '\\' ? 'x' : out[-1];
}

/* A quote begins a text where a word may begin.  In the arguments of a
 * command it is a character as any other. */
static bool
is_quote(const char *p, const char *start, const char *out)
{
	return *p == '"' && (memchr(start, '=', (size_t)(out - start)) ==
	    NULL || strchr("=,:!", last_of(start, out)) != NULL);
}

/* One character as it is, with the "\" that it has or needs; what is behind
 * it. */
static const char *
put(const char *p, bool quoted, char **out)
{
	bool escaped;

	if (quoted) {
		p += *p == '\\' && p[1] == '"';
		escaped = strchr(SPECIAL, *p) != NULL;
	} else {
		escaped = *p == '\\' && p[1] != '\0';
		p += escaped;
	}
	if (escaped)
		*(*out)++ = '\\';
	*(*out)++ = *p;
	return p + 1;
}

/*
 * One line with all that continue it, without comment, quotes and needless
 * blanks; out has room for twice the text.  Returns what is behind it.
 */
static const char *
clean_line(const char *p, char *out, unsigned int *number)
{
	bool quoted = false, blank = false;
	char *start = out;
	size_t len;

	while (*p != '\0' && *p != '\n') {
		if ((len = continuation(p)) > 0) {
			(*number)++;
			p += len;
			blank = true;
		} else if (quoted ? *p == '"' : is_quote(p, start, out)) {
			quoted = !quoted;
			p++;
		} else if (!quoted && is_comment(p))
			p += strcspn(p, "\n");
		else if (!quoted && isspace((unsigned char)*p)) {
			blank = true;
			p++;
		} else {
			if (blank && strchr(",:=)", *p) == NULL &&
			    strchr(",:=!()", last_of(start, out)) == NULL)
				*out++ = ' ';
			blank = false;
			p = put(p, quoted, &out);
		}
	}
	*out = '\0';
	(*number)++;
	return p + (*p == '\n');
}

static cmd_include_text	read_text;

/* Names with a dot in them, or a ~ at the end, are passed over. */
static bool
takes(const char *name, const char *pattern)
{
	(void)pattern;
	return strchr(name, '.') == NULL && name[strlen(name) - 1] != '~';
}

/* "@include" and its older forms, which end with their line: what is behind
 * it, or NULL. */
static const char *
include(struct cmd_sudoers *s, const char *line)
{
	const char *p = line + strspn(line, " \t");
	bool folder, quoted;
	char *path;
	size_t len;

	if ((*p != '@' && (*p != '#' || p != line)) ||
	    strncmp(p + 1, "include", 7) != 0)
		return NULL;
	folder = strncmp(p + 8, "dir", 3) == 0;
	p += folder ? 11 : 8;
	if (!isblank((unsigned char)*p) && *p != '"')
		return NULL;
	p += strspn(p, " \t");
	quoted = *p == '"';
	p += quoted;
	len = strcspn(p, quoted ? "\"\r\n" : " \t\r\n");
	path = *p == '/' ? cmd_text("%.*s", (int)len, p) :
	    cmd_text("/etc/%.*s", (int)len, p);
	if (folder)
		cmd_include_folder(&s->include, path, takes, NULL, read_text,
		    s);
	else
		cmd_include_file(&s->include, path, read_text, s);
	free(path);
	p += strcspn(p, "\n");
	return p + (*p == '\n');
}

static void
read_text(void *arg, const char *name, const char *text)
{
	struct cmd_sudoers *s = arg;
	char *line = cmd_memory(malloc(2 * strlen(text) + 1)), *where;
	unsigned int number = 0, first;
	const char *rest;

	while (*text != '\0') {
		first = number + 1;
		rest = include(s, text);
		if (rest != NULL)
			number++;
		else {
			rest = clean_line(text, line, &number);
			where = cmd_text("%s:%u", name, first);
			cmd_sudoers_line(s, where, line);
			free(where);
		}
		text = rest;
	}
	free(line);
}

void
cmd_sudoers_read(struct cmd_sudoers *s, const struct cmd_tree *tree,
    const char *name, const char *text)
{
	*s = (struct cmd_sudoers){ .include = { .tree = tree } };
	read_text(s, name, text);
}

void
cmd_sudoers_free(struct cmd_sudoers *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		free(s->entry[i].where);
		free(s->entry[i].users);
		free(s->entry[i].name);
		free(s->entry[i].value);
		free(s->entry[i].hosts);
	}
	free(s->entry);
	tdestroy(s->aliases, cmd_sudoers_alias_free);
	cmd_include_free(&s->include);
}

/* ---- Whom a line is for --------------------------------------------- */

/* One question: aliases may lead to each other, without an end. */
struct question {
	const struct cmd_sudoers *sudoers;
	const struct cmd_words *user;
	int aliases;		/* that may be looked up yet */
};

static bool	names(struct question *, const char *list);

static bool
names_one(struct question *q, const char *item)
{
	const char *list;

	if (strcmp(item, "ALL") == 0 || cmd_words_has(q->user, item))
		return true;
	list = q->aliases == 0 ? NULL : cmd_sudoers_alias(q->sudoers, item);
	if (list == NULL)
		return false;
	q->aliases--;
	return names(q, list);
}

/* The last one that fits decides. */
static bool
names(struct question *q, const char *list)
{
	bool found = false, negated;
	const char *end;
	char *item, *out;

	for (;; list = end + 1) {
		for (negated = false; *list == '!'; list++)
			negated = !negated;
		end = cmd_sudoers_find(list, ",");
		item = out = cmd_text("%.*s", (int)(end - list), list);
		for (; list < end; *out++ = *list++)
			list += *list == '\\';
		*out = '\0';
		if (names_one(q, item))
			found = !negated;
		free(item);
		if (*end == '\0')
			return found;
	}
}

bool
cmd_sudoers_names(const struct cmd_sudoers *s, const char *list,
    const struct cmd_words *user)
{
	struct question q = { s, user, ALIASES_MAX };

	return names(&q, list);
}
