/*
 * check_service.c - what the checks of sshd and of sudo have in common.
 */
#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "exit.h"
#include "include.h"
#include "output.h"

/* For all users together. */
#define STEPS_MAX	500000

static void
too_much(struct cmd_check *c, const char *name, const char *what)
{
	cmd_error("%s: %s to look at all", name, what);
	c->findings.status = cmd_exit_worst(c->findings.status, CMD_EXIT_IO);
}

bool
cmd_check_included(struct cmd_check *c, const char *name,
    const struct cmd_include *in, const char *mend)
{
	size_t i;

	for (i = 0; i < in->unread.count; i++)
		cmd_find(&c->findings, CMD_NOTE, name, mend, "%s",
		    in->unread.item[i]);
	if (in->too_much != NULL)
		too_much(c, name, in->too_much);
	return in->too_much == NULL;
}

char *
cmd_check_example(const struct cmd_check *c, const char *mode,
    const char *example, const char *folder)
{
	char *to = cmd_tree_name(&c->tree, folder), *mend;

	mend = cmd_text("install -m %s " APIKEY_EXAMPLES "/%s %s", mode,
	    example, cmd_harmless(to) ? to : "where it belongs in the image");
	free(to);
	return mend;
}

static void
each_named(struct cmd_check *c, const char *user, cmd_check_each *each,
    void *arg)
{
	struct cmd_words groups = { 0 };

	cmd_groups_of(&c->people, user, &groups);
	each(arg, user, &groups);
	cmd_words_free(&groups);
}

void
cmd_check_members(struct cmd_check *c,
    const struct cmd_check_service *service, const char *name,
    size_t steps, cmd_check_each *each, void *arg)
{
	const size_t max = STEPS_MAX / (steps + 1);
	struct cmd_words members = { 0 }, one = { 0 };
	size_t i;

	for (i = 0; i < service->groups.count; i++) {
		cmd_words_add(&one, service->groups.item[i]);
		each(arg, NULL, &one);
		cmd_words_free(&one);
		cmd_members(&c->people, service->groups.item[i], &members);
	}
	for (i = 0; i < c->key_users.count && service->asks_all; i++)
		(void)cmd_words_once(&members, c->key_users.item[i]);
	/* Without all users and groups, nobody's groups are known. */
	for (i = 0; i < members.count && i < max && c->people.whole; i++)
		each_named(c, members.item[i], each, arg);
	if (members.count > max)
		too_much(c, name, "there are too many users");
	if (service->root_key)
		each_named(c, "root", each, arg);
	cmd_words_free(&members);
}

void
cmd_check_deployed(struct cmd_check *c, const char *path,
    cmd_check_text *check)
{
	char *name, *text = NULL;
	size_t len;
	int error;

	error = cmd_tree_read(&c->tree, path, &text, &len, NULL);
	name = cmd_tree_name(&c->tree, path);
	if (error == 0) {
		cmd_check_nul(c, name, text, len);
		check(c, name, text, true);
	} else if (error != ENOENT)
		cmd_check_unread(c, path, error);
	free(name);
	free(text);
}
