/*
 * include.c - files that are included by others.  What includes itself has
 * no end, so there are bounds; where one is met, what was read is not all,
 * and too_much says so.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "include.h"

#define DEPTH_MAX	16
#define FILES_MAX	1024
#define LINES_MAX	4096

static void
unread(struct cmd_include *in, const char *path, int error)
{
	char *name = cmd_tree_name(in->tree, path);
	char *what = cmd_text("%s: cannot be read: %s", name,
	    strerror(error));

	(void)cmd_words_once(&in->unread, what);
	free(what);
	free(name);
}

void
cmd_include_file(struct cmd_include *in, const char *path,
    cmd_include_text *each, void *arg)
{
	char *text = NULL, *name;
	int error;

	if (in->depth == DEPTH_MAX)
		in->too_much = "its includes go too deep";
	else if (++in->files > FILES_MAX)
		in->too_much = "it includes too many files";
	if (in->too_much != NULL)
		return;
	error = cmd_tree_read(in->tree, path, &text, NULL, NULL);
	if (error != 0) {
		unread(in, path, error);
		return;
	}
	cmd_words_add(&in->opened, path);
	name = cmd_tree_name(in->tree, path);
	in->depth++;
	each(arg, name, text);
	in->depth--;
	free(name);
	free(text);
}

void
cmd_include_folder(struct cmd_include *in, const char *folder,
    cmd_include_name *takes, const char *pattern, cmd_include_text *each,
    void *arg)
{
	struct cmd_words names = { 0 };
	char *path;
	size_t i;
	int error;

	error = cmd_tree_list(in->tree, folder, &names);
	if (error != 0 && error != ENOENT)
		unread(in, folder, error);
	if (error == 0)
		cmd_words_add(&in->opened, folder);
	for (i = 0; i < names.count; i++) {
		if (!takes(names.item[i], pattern))
			continue;
		path = cmd_text("%s/%s", folder, names.item[i]);
		cmd_include_file(in, path, each, arg);
		free(path);
	}
	cmd_words_free(&names);
}

bool
cmd_include_line(struct cmd_include *in)
{
	if (++in->lines > LINES_MAX)
		in->too_much = "it says too much";
	return in->too_much == NULL;
}

void
cmd_include_free(struct cmd_include *in)
{
	cmd_words_free(&in->unread);
	cmd_words_free(&in->opened);
}
