/*
 * pamstack.c - the stack of one kind that a PAM service has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pamstack.h"

#define DEPTH_MAX	16
#define ENTRIES_MAX	1024
#define FILES_MAX	256	/* what includes itself twice has no end */

const char *const cmd_pam_folders[] = {
	"/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d", NULL
};

const char *
cmd_pam_kind_name(enum cmd_pam_kind kind)
{
	static const char *const names[] = {
		[CMD_PAM_AUTH] = "auth", [CMD_PAM_ACCOUNT] = "account",
		[CMD_PAM_SESSION] = "session"
	};

	return names[kind];
}

char *
cmd_pam_service(const struct cmd_tree *tree, const char *service,
    char **ret_path)
{
	const char *const *folder;
	char *path, *text;

	for (folder = cmd_pam_folders; *folder != NULL; folder++) {
		path = *service == '/' ? cmd_text("%s", service) :
		    cmd_text("%s/%s", *folder, service);
		if (cmd_tree_read(tree, path, &text, NULL, NULL) == 0) {
			*ret_path = path;
			return text;
		}
		free(path);
	}
	return NULL;
}

/* One taking in: where we are. */
struct taking {
	struct cmd_pam_stack *stack;
	const struct cmd_tree *tree;
	const char *kind;
	const char *service;	/* of pam.conf; or NULL */
	const char *by;		/* the service's own include; or NULL */
	int depth, level;
};

static void	take(const struct taking *, const char *name,
		    const char *text);

static void
complain(const struct taking *t, const char *where, const char *what)
{
	char *text = cmd_text("%s: %s", where, what);

	cmd_words_once(&t->stack->bad, text);
	free(text);
}

static struct cmd_pam_entry *
add(const struct taking *t, const char *where)
{
	struct cmd_pam_stack *s = t->stack;
	struct cmd_pam_entry *entry;

	s->entry = cmd_memory(reallocarray(s->entry, s->count + 1,
	    sizeof(s->entry[0])));
	entry = &s->entry[s->count++];
	*entry = (struct cmd_pam_entry){ .level = t->level };
	entry->where = cmd_text("%s", where);
	if (t->by != NULL)
		entry->by = cmd_text("%s", t->by);
	return entry;
}

static void
include(const struct taking *t, const struct cmd_pam_line *line,
    const char *where, const char *name, bool substack)
{
	struct taking inner = *t;
	char *by = NULL, *path = NULL, *text = NULL, *full = NULL;

	if (t->by == NULL)
		inner.by = by = cmd_text("%s (line %u)", name, line->number);
	inner.depth++;
	inner.level += substack;
	inner.service = NULL;
	if (inner.depth > DEPTH_MAX)
		complain(t, where, "includes go too deep");
	else if (++t->stack->files > FILES_MAX)
		(void)add(&inner, where);
	else if ((text = cmd_pam_service(t->tree, name, &path)) == NULL) {
		full = cmd_text("includes %s, which is not there", name);
		complain(t, where, full);
		(void)add(&inner, where);
	} else {
		free(full);
		full = cmd_tree_name(t->tree, path);
		take(&inner, full, text);
	}
	free(by);
	free(path);
	free(text);
	free(full);
}

static void
take_module(const struct taking *t, const struct cmd_pam_line *line,
    const char *where)
{
	struct cmd_pam_entry *entry = add(t, where);
	size_t i;

	entry->control = cmd_text("%s", line->control);
	entry->module = cmd_text("%s", line->module);
	if (!cmd_pam_control(line->control, entry->action))
		complain(t, where, "has a control that libpam does not know");
	for (i = 0; i < line->args; i++)
		cmd_words_add(&entry->args, line->arg[i]);
}

static bool
is_kind(const char *type)
{
	return strcasecmp(type, "auth") == 0 ||
	    strcasecmp(type, "account") == 0 ||
	    strcasecmp(type, "session") == 0 ||
	    strcasecmp(type, "password") == 0;
}

static void
take_line(const struct taking *t, const struct cmd_pam_line *line,
    const char *name)
{
	char *where = cmd_text("%s:%u", name, line->number);

	if (t->service != NULL && (line->service == NULL ||
	    strcasecmp(line->service, t->service) != 0))
		goto out;
	if (line->type == NULL || line->control == NULL ||
	    (line->module == NULL && strcmp(line->type, "@include") != 0))
		complain(t, where, "is no line of PAM: kind, control and "
		    "module are needed");
	else if (strcmp(line->type, "@include") == 0)
		include(t, line, where, line->control, false);
	else if (!is_kind(line->type))
		complain(t, where, "is no line of PAM: it begins with none "
		    "of auth, account, session, password");
	else if (strcasecmp(line->type, t->kind) != 0)
		goto out;
	else if (strcmp(line->control, "include") == 0 ||
	    strcmp(line->control, "substack") == 0)
		include(t, line, where, line->module,
		    strcmp(line->control, "substack") == 0);
	else
		take_module(t, line, where);
out:
	free(where);
}

static void
take(const struct taking *t, const char *name, const char *text)
{
	char *copy = cmd_text("%s", text);
	struct cmd_pam_reader r = { .at = copy,
	    .has_service = t->service != NULL };
	struct cmd_pam_line line;

	while (t->stack->count < ENTRIES_MAX && cmd_pam_next(&r, &line))
		take_line(t, &line, name);
	free(copy);
}

void
cmd_pam_stack(struct cmd_pam_stack *stack, const struct cmd_tree *tree,
    const char *name, const char *text, const char *service,
    enum cmd_pam_kind kind)
{
	struct taking t = { .stack = stack, .tree = tree,
	    .kind = cmd_pam_kind_name(kind), .service = service };

	*stack = (struct cmd_pam_stack){ .count = 0 };
	take(&t, name, text);
}

void
cmd_pam_stack_free(struct cmd_pam_stack *stack)
{
	struct cmd_pam_entry *entry;
	size_t i;

	for (i = 0; i < stack->count; i++) {
		entry = &stack->entry[i];
		free(entry->where);
		free(entry->control);
		free(entry->module);
		free(entry->by);
		cmd_words_free(&entry->args);
	}
	free(stack->entry);
	cmd_words_free(&stack->bad);
}
