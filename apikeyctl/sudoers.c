/*
 * sudoers.c - the lines of sudoers.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sudoers.h"

#define DEPTH_MAX	16
#define FILES_MAX	1024	/* what includes itself twice has no end */
#define LINES_MAX	4096
#define ALIASES_MAX	64

struct reading {
	struct cmd_sudoers *sudoers;
	const struct cmd_tree *tree;
	int depth;
};

static void	read_text(const struct reading *, const char *name,
		    const char *text);

static void
include_file(const struct reading *r, const char *path)
{
	struct reading inner = *r;
	char *text, *name, *what;
	int error;

	inner.depth++;
	if (inner.depth > DEPTH_MAX || ++r->sudoers->files > FILES_MAX)
		return;
	error = cmd_tree_read(r->tree, path, &text, NULL, NULL);
	name = cmd_tree_name(r->tree, path);
	if (error == 0) {
		read_text(&inner, name, text);
		free(text);
	} else {
		what = cmd_text("%s: cannot be read: %s", name,
		    strerror(error));
		cmd_words_once(&r->sudoers->unread, what);
		free(what);
	}
	free(name);
}

/* Names with a dot in them, or a ~ at the end, are passed over. */
static void
include_folder(const struct reading *r, const char *folder)
{
	struct cmd_words names = { 0 };
	char *path;
	size_t i, len;

	(void)cmd_tree_list(r->tree, folder, &names);
	for (i = 0; i < names.count; i++) {
		len = strlen(names.item[i]);
		if (strchr(names.item[i], '.') != NULL ||
		    names.item[i][len - 1] == '~')
			continue;
		path = cmd_text("%s/%s", folder, names.item[i]);
		include_file(r, path);
		free(path);
	}
	cmd_words_free(&names);
}

/* True when the line is one of "@include" and its older forms. */
static bool
include(const struct reading *r, char *line)
{
	bool folder;
	char *path;
	size_t len;

	if ((*line != '@' && *line != '#') ||
	    strncmp(line + 1, "include", 7) != 0)
		return false;
	folder = strncmp(line + 1, "includedir", 10) == 0;
	path = line + (folder ? 11 : 8);
	if (!isspace((unsigned char)*path))
		return false;
	path += strspn(path, " \t\"");
	len = strcspn(path, "\"\r");
	while (len > 0 && isspace((unsigned char)path[len - 1]))
		len--;
	path[len] = '\0';
	path = *path == '/' ? cmd_text("%s", path) :
	    cmd_text("/etc/%s", path);
	if (folder)
		include_folder(r, path);
	else
		include_file(r, path);
	free(path);
	return true;
}

static void
add(const struct reading *r, const char *where, const char *text)
{
	struct cmd_sudoers *s = r->sudoers;

	s->line = cmd_memory(reallocarray(s->line, s->count + 1,
	    sizeof(s->line[0])));
	s->line[s->count++] = (struct cmd_sudoers_line){
		.where = cmd_text("%s", where), .text = cmd_text("%s", text)
	};
}

/* "#" begins a comment, but "#1000" is a user and "#include" a line. */
static void
cut_comment(char *line)
{
	char *p;

	for (p = line; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '#' && !isdigit((unsigned char)p[1])) {
			*p = '\0';
			return;
		}
	}
}

static char *
join(char **rest, unsigned int *number)
{
	char *line = *rest, *end;

	if (line == NULL || *line == '\0')
		return NULL;
	for (end = line;; end++) {
		end += strcspn(end, "\n");
		(*number)++;
		if (*end == '\0' || end == line || end[-1] != '\\')
			break;
		end[-1] = *end = ' ';
	}
	*rest = *end == '\0' ? end : end + 1;
	*end = '\0';
	return line;
}

static void
read_text(const struct reading *r, const char *name, const char *text)
{
	char *copy = cmd_text("%s", text), *rest = copy, *line, *where;
	unsigned int number = 0, first;

	for (;;) {
		first = number + 1;
		line = join(&rest, &number);
		if (line == NULL)
			break;
		line += strspn(line, " \t");
		if (include(r, line))
			continue;
		cut_comment(line);
		if (line[strspn(line, " \t\r")] == '\0' ||
		    r->sudoers->count >= LINES_MAX)
			continue;
		where = cmd_text("%s:%u", name, first);
		add(r, where, line);
		free(where);
	}
	free(copy);
}

void
cmd_sudoers_read(struct cmd_sudoers *sudoers, const struct cmd_tree *tree,
    const char *name, const char *text)
{
	struct reading r = { .sudoers = sudoers, .tree = tree };

	*sudoers = (struct cmd_sudoers){ .count = 0 };
	read_text(&r, name, text);
}

void
cmd_sudoers_free(struct cmd_sudoers *sudoers)
{
	size_t i;

	for (i = 0; i < sudoers->count; i++) {
		free(sudoers->line[i].where);
		free(sudoers->line[i].text);
	}
	free(sudoers->line);
	cmd_words_free(&sudoers->unread);
}

/* ---- Whom a line is for --------------------------------------------- */

/* The list of an alias; the caller frees.  NULL when there is none. */
static char *
alias(const struct cmd_sudoers *s, const char *name)
{
	static const char keyword[] = "User_Alias";
	size_t i, len = strlen(name);
	const char *p;

	for (i = 0; i < s->count; i++) {
		if (strncmp(s->line[i].text, keyword,
		    sizeof(keyword) - 1) != 0)
			continue;
		for (p = s->line[i].text + sizeof(keyword) - 1; p != NULL;
		    p = strchr(p, ':')) {
			p += strspn(p, ": \t");
			if (strncmp(p, name, len) == 0 &&
			    (p[len] == '=' || isspace((unsigned char)p[len])))
				return cmd_text("%.*s",
				    (int)strcspn(p + len, ":"),
				    p + len + strspn(p + len, "= \t"));
		}
	}
	return NULL;
}

/* One question: aliases may lead to each other, without an end. */
struct question {
	const struct cmd_sudoers *sudoers;
	const struct cmd_sudoers_user *user;
	int aliases;		/* that may be looked up yet */
};

static bool	names(struct question *, const char *list);

static bool
names_one(struct question *q, const char *item)
{
	const char *name = q->user->name;
	bool found = false;
	char *list;

	if (strcmp(item, "ALL") == 0)
		return true;
	if (*item == '%')
		return cmd_words_has(q->user->groups, item + 1);
	if (name != NULL && strcmp(item, name) == 0)
		return true;
	if (!isupper((unsigned char)*item) || q->aliases == 0)
		return false;
	q->aliases--;
	list = alias(q->sudoers, item);
	if (list != NULL)
		found = names(q, list);
	free(list);
	return found;
}

static bool
names(struct question *q, const char *list)
{
	struct cmd_words items = { 0 };
	bool found = false, negated;
	size_t i;

	cmd_words_split(&items, list, ", \t");
	/* The last one that fits decides. */
	for (i = 0; i < items.count; i++) {
		negated = *items.item[i] == '!';
		if (names_one(q, items.item[i] + negated))
			found = !negated;
	}
	cmd_words_free(&items);
	return found;
}

bool
cmd_sudoers_names(const struct cmd_sudoers *s, const char *list,
    const struct cmd_sudoers_user *user)
{
	struct question q = { s, user, ALIASES_MAX };

	return names(&q, list);
}
