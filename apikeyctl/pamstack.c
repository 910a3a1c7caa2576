/*
 * pamstack.c - the stack of one kind that a PAM service has.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pamstack.h"

#define LEVEL_MAX	15	/* libpam's own */
#define ENTRIES_MAX	1024
#define FILES_MAX	256

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

int
cmd_pam_service(const struct cmd_tree *tree, const char *service,
    char **ret_text, size_t *ret_len, char **ret_path)
{
	const char *const *folder;
	char *path;
	int error = ENOENT;

	*ret_text = *ret_path = NULL;
	for (folder = cmd_pam_folders; *folder != NULL; folder++) {
		path = *service == '/' ? cmd_text("%s", service) :
		    cmd_text("%s/%s", *folder, service);
		error = cmd_tree_read(tree, path, ret_text, ret_len, NULL);
		if (error != ENOENT) {
			*ret_path = path;
			break;
		}
		free(path);
	}
	return error;
}

void
cmd_pam_services(struct cmd_words *ret)
{
	struct cmd_words names = { 0 };
	const char *const *folder;
	struct cmd_tree tree;
	size_t i;

	if (cmd_tree_open(&tree, NULL) == 0)
		for (folder = cmd_pam_folders; *folder != NULL; folder++)
			(void)cmd_tree_list(&tree, *folder, &names);
	for (i = 0; i < names.count; i++)
		if (!cmd_pam_is_copy(names.item[i]))
			cmd_words_once(ret, names.item[i]);
	cmd_words_free(&names);
	cmd_tree_close(&tree);
}

const char *
cmd_pam_unfit(int error)
{
	return error == EINVAL ? "is no regular file" :
	    error == EISDIR ? "is a folder" :
	    error == EFBIG ? "is too large" :
	    error == ELOOP ? "is a link that leads nowhere" : NULL;
}

/* One taking in: where we are. */
struct taking {
	struct cmd_pam_stack *stack;
	const struct cmd_tree *tree;
	enum cmd_pam_kind kind;
	const char *service;	/* of pam.conf; or NULL */
	const char *by;		/* the service's own include; or NULL */
	int level;
	bool one_kind;		/* within "auth include", not "@include" */
	const struct taking *outer;	/* whose include it is; or NULL */
	const char *name;	/* of the file; set by take */
};

static bool	take(struct taking *, const char *name, const char *text,
		    size_t len);

static const char refused[] = "mend the line: for libpam it is a refusal";
static const char all_refused[] = "mend the line: libpam refuses everybody "
    "while it is there";
static const char misread[] = "write the line anew, as plain text";

static void
complain(const struct taking *t, const char *where, const char *mend,
    const char *what)
{
	struct cmd_pam_stack *s = t->stack;

	s->fault = cmd_memory(reallocarray(s->fault, s->faults + 1,
	    sizeof(s->fault[0])));
	s->fault[s->faults++] = (struct cmd_pam_fault){
	    .where = cmd_text("%s", where), .what = cmd_text("%s", what),
	    .mend = mend };
	if (mend == all_refused)
		s->dead = true;
}

/* What is there, but not seen by us. */
static void
leave_unread(const struct taking *t, const char *where, const char *why)
{
	if (!t->stack->unread)
		complain(t, where, NULL, why);
	t->stack->unread = true;
}

/* One more, which is a refusal until it is something else. */
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
	cmd_pam_control_all(entry->action, CMD_PAM_DO_BAD);
	return entry;
}

/* ---- Includes ------------------------------------------------------- */

/* An include that comes to nothing. */
static void
include_fails(const struct taking *t, const char *where, bool is_at,
    const char *what)
{
	(void)add(t, where);
	complain(t, where, is_at && !t->one_kind ? all_refused : refused,
	    what);
}

static void
include_error(const struct taking *t, const char *where, bool is_at,
    const char *name, int error)
{
	const char *why = error == ENOENT ? "is not there" :
	    cmd_pam_unfit(error);
	char *what = why != NULL ? cmd_text("includes %s, which %s", name,
	    why) : cmd_text("includes %s: %s", name, strerror(error));

	if (why != NULL && error != EFBIG)
		include_fails(t, where, is_at, what);
	else
		leave_unread(t, where, what);
	free(what);
}

static bool
is_within(const struct taking *t, const char *name)
{
	for (; t != NULL; t = t->outer)
		if (strcmp(t->name, name) == 0)
			return true;
	return false;
}

/* control is "@include", "include" or "substack", in any case. */
static void
include(const struct taking *t, const struct cmd_pam_line *line,
    const char *where, const char *control, const char *name)
{
	bool is_at = *control == '@';
	struct taking inner = *t;
	char *by = NULL, *path = NULL, *text = NULL, *full = NULL;
	size_t len;
	int error;

	if (strcasecmp(control, "substack") == 0) {
		add(t, where)->is_substack = true;
		inner.level++;
	}
	if (t->by == NULL)
		inner.by = by = cmd_text("%s (line %u)", name, line->number);
	inner.outer = t;
	inner.one_kind |= !is_at;
	inner.service = NULL;
	if (inner.level > LEVEL_MAX)
		include_fails(t, where, is_at, "substacks go too deep");
	else if (++t->stack->files > FILES_MAX)
		leave_unread(t, where, "too many files are included");
	else if ((error = cmd_pam_service(t->tree, name, &text, &len,
	    &path)) != 0)
		include_error(t, where, is_at, name, error);
	else {
		full = cmd_tree_name(t->tree, path);
		if (is_within(t, full))
			include_fails(t, where, is_at, "includes itself, or "
			    "what includes it");
		else if (!take(&inner, full, text, len))
			include_fails(t, where, is_at, "includes a file that "
			    "libpam cannot read to its end");
	}
	free(by);
	free(path);
	free(text);
	free(full);
}

/* ---- Lines ---------------------------------------------------------- */

static const char no_line[] = "is no line of PAM: kind, control and module "
    "are needed";

static void
take_module(const struct taking *t, const struct cmd_pam_line *line,
    const char *where, bool good)
{
	struct cmd_pam_entry *entry = add(t, where);
	size_t i;

	if (line->module == NULL)
		complain(t, where, refused, no_line);
	if (line->control == NULL)
		return;
	if (!cmd_pam_control(line->control, entry->action))
		complain(t, where, refused, "has a control that libpam does "
		    "not know");
	if (!good || line->module == NULL)
		return;
	entry->control = cmd_text("%s", line->control);
	entry->module = cmd_text("%s", line->module);
	entry->may_miss = line->may_miss;
	for (i = 0; i < line->args; i++)
		cmd_words_add(&entry->args, line->arg[i]);
}

static bool
is_kind(const char *type)
{
	return type != NULL && (strcasecmp(type, "auth") == 0 ||
	    strcasecmp(type, "account") == 0 ||
	    strcasecmp(type, "session") == 0 ||
	    strcasecmp(type, "password") == 0);
}

/* A line of no kind is for libpam one of the kind that is asked for, and
 * refuses; or one of auth. */
static void
take_line(const struct taking *t, const struct cmd_pam_line *line,
    const char *where)
{
	const char *control = line->control;
	bool good = is_kind(line->type);

	if (!good)
		complain(t, where, refused, line->type == NULL ? no_line :
		    "is no line of PAM: it begins with none of auth, "
		    "account, session, password");
	if (good ? strcasecmp(line->type, cmd_pam_kind_name(t->kind)) != 0 :
	    !t->one_kind && t->kind != CMD_PAM_AUTH)
		return;
	if (control == NULL || (strcasecmp(control, "include") != 0 &&
	    strcasecmp(control, "substack") != 0))
		take_module(t, line, where, good);
	else if (line->module == NULL)
		complain(t, where, all_refused, no_line); /* it falls over */
	else
		include(t, line, where, control, line->module);
}

static void
take_any(const struct taking *t, const struct cmd_pam_line *line,
    const char *where)
{
	if (t->service != NULL && (line->service == NULL ||
	    strcasecmp(line->service, t->service) != 0))
		return;
	if (line->type == NULL || strcasecmp(line->type, "@include") != 0)
		take_line(t, line, where);
	else if (line->control == NULL)
		include_fails(t, where, true, no_line);
	else
		include(t, line, where, line->type, line->control);
}

/* False: libpam does not read it to its end. */
static bool
take(struct taking *t, const char *name, const char *text, size_t len)
{
	struct cmd_pam_reader r = { .at = text, .end = text + len,
	    .has_service = t->service != NULL };
	struct cmd_pam_line line;
	char *where;

	t->name = name;
	while (cmd_pam_next(&r, &line)) {
		where = cmd_text("%s:%u", name, line.number);
		if (t->stack->count < ENTRIES_MAX)
			take_any(t, &line, where);
		else
			leave_unread(t, where, "there are too many lines");
		free(where);
	}
	if (r.odd != NULL) {
		where = cmd_text("%s:%u", name, r.odd_number);
		complain(t, where, misread, r.odd);
		free(where);
	}
	return !r.unfinished;
}

void
cmd_pam_stack(struct cmd_pam_stack *stack, const struct cmd_tree *tree,
    const char *name, const char *text, size_t len, const char *service,
    enum cmd_pam_kind kind)
{
	struct taking t = { .stack = stack, .tree = tree, .kind = kind,
	    .service = service };

	*stack = (struct cmd_pam_stack){ .count = 0 };
	if (!take(&t, name, text, len))
		complain(&t, name, all_refused, "ends with a line that goes "
		    "on");
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
	for (i = 0; i < stack->faults; i++) {
		free(stack->fault[i].where);
		free(stack->fault[i].what);
	}
	free(stack->fault);
}
