/*
 * pamlines.c - the lines of PAM files, as libpam reads them, and which
 * groups they hand to pam_apikey.
 */
#include <stdlib.h>
#include <string.h>

#include "pamlines.h"
#include "tree.h"

#define FOLDER	"/etc/pam.d"
#define BLANKS	" \t\r"

bool
cmd_pam_is_ours(const char *module)
{
	const char *slash = strrchr(module, '/');

	return strcmp(slash == NULL ? module : slash + 1,
	    "pam_apikey.so") == 0;
}

/*
 * One line, joined with the next ones while it ends with a backslash; a
 * comment ends it.  NULL at the end of the text.
 */
static char *
join(struct cmd_pam_reader *r)
{
	char *line = r->at, *end, *comment;

	if (*line == '\0')
		return NULL;
	for (;;) {
		end = r->at + strcspn(r->at, "\n");
		r->number++;
		r->at = end + (*end == '\n');
		if (end == line || end[-1] != '\\' || *end == '\0')
			break;
		end[-1] = ' ';
		*end = ' ';
	}
	*end = '\0';
	comment = strchr(line, '#');
	if (comment != NULL)
		*comment = '\0';
	return line;
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

static void
split(const struct cmd_pam_reader *r, char *line, struct cmd_pam_line *ret)
{
	char *arg;

	if (r->has_service)
		ret->service = token(&line);
	ret->type = token(&line);
	if (ret->type != NULL && *ret->type == '-') {
		ret->quiet = true;
		ret->type++;
	}
	ret->control = token(&line);
	ret->module = token(&line);
	while ((arg = token(&line)) != NULL && ret->args < CMD_PAM_ARGS)
		ret->arg[ret->args++] = arg;
}

bool
cmd_pam_next(struct cmd_pam_reader *r, struct cmd_pam_line *ret)
{
	unsigned int number;
	char *line;

	do {
		number = r->number + 1;
		line = join(r);
		if (line == NULL)
			return false;
	} while (line[strspn(line, BLANKS)] == '\0');
	*ret = (struct cmd_pam_line){ .number = number };
	split(r, line, ret);
	return true;
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

	/* Editors and dpkg leave copies behind, which libpam never reads. */
	if (strpbrk(name, ".~#") != NULL)
		return;
	path = cmd_text(FOLDER "/%s", name);
	if (cmd_tree_read(tree, path, &text, NULL, NULL) == 0)
		for (r.at = text; cmd_pam_next(&r, &line);)
			scan_line(scan, path, &line);
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
