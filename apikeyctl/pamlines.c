/*
 * pamlines.c - the lines of PAM files, as libpam reads them, and which
 * groups they hand to pam_apikey.
 */
#include <stdlib.h>
#include <string.h>

#include "pamlines.h"
#include "tree.h"

#define FOLDER	"/etc/pam.d"
#define BLANKS	" \t\n"

bool
cmd_pam_is_ours(const char *module)
{
	static const char ours[] = "pam_apikey.so";
	const char *slash = strrchr(module, '/');
	const char *name = slash == NULL ? module : slash + 1;

	return strncmp(name, ours, sizeof(ours) - 1) == 0 &&
	    name[sizeof(ours) - 1 + strspn(name + sizeof(ours) - 1, "\r")] ==
	    '\0';
}

static void
odd(struct cmd_pam_reader *r, const char *what)
{
	if (r->odd != NULL)
		return;
	r->odd = what;
	r->odd_number = r->number;
}

/*
 * What fgets(3) would read into the rest of the buffer, and what a reader
 * of texts makes of it: up to a NUL.
 */
static void
get(struct cmd_pam_reader *r, char *to)
{
	size_t room = sizeof(r->line) - 1 - (size_t)(to - r->line);
	size_t left = (size_t)(r->end - r->at), n;
	const char *newline = memchr(r->at, '\n', left);

	n = newline == NULL ? left : (size_t)(newline + 1 - r->at);
	/* The rest of one that was too long is no line of the file. */
	if (r->odd_rest)
		r->odd_rest = false;
	else
		r->number++;
	if (n > room) {
		odd(r, "is longer than 1023 bytes: libpam up to 1.5 takes "
		    "the rest for a line of its own");
		n = room;
		r->odd_rest = true;
	}
	memcpy(to, r->at, n);
	to[n] = '\0';
	r->at += n;
	if (strlen(to) < n)
		odd(r, "holds a NUL byte");
	else if (to[strcspn(to, "#\r")] == '\r')
		odd(r, "holds a carriage return, which libpam takes for a "
		    "part of a word");
}

/*
 * One line into the buffer, joined with the next ones while it ends with a
 * backslash; a comment ends it (as _pam_assemble_line of libpam 1.5).
 * False at the end of the text.
 */
static bool
join(struct cmd_pam_reader *r, unsigned int *ret_number)
{
	char *to = r->line, *start, *end;

	while (r->at < r->end && to < r->line + sizeof(r->line) - 1) {
		get(r, to);
		start = to + strspn(to, BLANKS);
		if (*start == '\0' || *start == '#') {
			if (to != r->line)
				odd(r, "is empty or a comment in the midst "
				    "of a line that goes on: libpam up to "
				    "1.5 passes it over, later ones end "
				    "the line there");
			continue;
		}
		if (to == r->line)
			*ret_number = r->number;
		end = start + strcspn(start, "#");
		if (*end == '#') {
			*end = '\0';
			return true;
		}
		while (end > start && strchr(BLANKS, end[-1]) != NULL)
			end--;
		if (end[-1] != '\\')
			return true;
		end[-1] = ' ';
		*end = '\0';
		to = end;
	}
	r->unfinished = to != r->line;
	return false;
}

/* A word, or what is in brackets, where \] is a bracket. */
static char *
token(char **at)
{
	char *word, *to;

	*at += strspn(*at, BLANKS);
	word = *at;
	if (*word == '\0')
		return NULL;
	if (*word != '[') {
		*at += strcspn(*at, BLANKS);
		if (**at != '\0')
			*(*at)++ = '\0';
		return word;
	}
	word++;
	for (to = *at = word; **at != '\0' && **at != ']'; (*at)++) {
		if (**at == '\\' && (*at)[1] == ']')
			(*at)++;
		*to++ = **at;
	}
	*at += **at == ']';
	*to = '\0';
	return word;
}

bool
cmd_pam_next(struct cmd_pam_reader *r, struct cmd_pam_line *ret)
{
	char *at = r->line, *arg;

	*ret = (struct cmd_pam_line){ .number = 0 };
	if (!join(r, &ret->number))
		return false;
	if (r->has_service)
		ret->service = token(&at);
	ret->type = token(&at);
	/* "-auth": it is no mistake if the module is missing. */
	if (ret->type != NULL && *ret->type == '-') {
		ret->type++;
		ret->may_miss = true;
	}
	ret->control = token(&at);
	ret->module = token(&at);
	while ((arg = token(&at)) != NULL && ret->args < CMD_PAM_ARGS)
		ret->arg[ret->args++] = arg;
	return true;
}

bool
cmd_pam_is_copy(const char *name)
{
	return strpbrk(name, ".~#") != NULL;
}

/* ---- Groups, for advice: what cannot be read is passed over --------- */

struct scan {
	cmd_pam_group *each;
	void *arg;
	struct cmd_words seen;
};

static void
scan_line(struct scan *scan, const char *file,
    const struct cmd_pam_line *line)
{
	static const char option[] = "group=";
	const char *group;
	size_t i;

	if (line->module == NULL || !cmd_pam_is_ours(line->module))
		return;
	for (i = 0; i < line->args; i++) {
		group = line->arg[i] + sizeof(option) - 1;
		if (strncmp(line->arg[i], option, sizeof(option) - 1) != 0 ||
		    *group == '\0' || cmd_words_has(&scan->seen, group))
			continue;
		cmd_words_add(&scan->seen, group);
		scan->each(scan->arg, file, group);
	}
}

static void
scan_file(struct scan *scan, const struct cmd_tree *tree, const char *name)
{
	struct cmd_pam_reader r = { .number = 0 };
	struct cmd_pam_line line;
	char *path, *text = NULL;
	size_t len;

	if (cmd_pam_is_copy(name))
		return;
	path = cmd_text(FOLDER "/%s", name);
	if (cmd_tree_read(tree, path, &text, &len, NULL) == 0) {
		r.at = text;
		r.end = text + len;
		while (cmd_pam_next(&r, &line))
			scan_line(scan, path, &line);
	}
	free(text);
	free(path);
}

void
cmd_pam_groups(cmd_pam_group *each, void *arg)
{
	struct scan scan = { .each = each, .arg = arg };
	struct cmd_words names = { 0 };
	struct cmd_tree tree;
	size_t i;

	if (cmd_tree_open(&tree, NULL) == 0 &&
	    cmd_tree_list(&tree, FOLDER, &names) == 0)
		for (i = 0; i < names.count; i++)
			scan_file(&scan, &tree, names.item[i]);
	cmd_words_free(&scan.seen);
	cmd_words_free(&names);
	cmd_tree_close(&tree);
}
