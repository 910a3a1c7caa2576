/*
 * check_pam_all.c - the PAM files of all services.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pamstack.h"

static void
unread(struct cmd_check *c, const char *path, int error)
{
	const char *why = cmd_pam_unfit(error);
	char *name;

	if (error == ENOENT)
		return;
	if (why == NULL) {
		cmd_check_unread(c, path, error);
		return;
	}
	name = cmd_tree_name(&c->tree, path);
	cmd_find(&c->findings, CMD_ERROR, name, "put a file of PAM in its "
	    "place, or take it away", "it %s, and cannot be judged", why);
	free(name);
}

/* Only where there is no folder. */
static void
check_pam_conf(struct cmd_check *c)
{
	static const char path[] = "/etc/pam.conf";
	char *text = NULL, *name;
	struct cmd_words services = { 0 };
	struct cmd_pam_reader r = { .has_service = true };
	struct cmd_pam_line line;
	size_t i, len;
	int error = cmd_tree_read(&c->tree, path, &text, &len, NULL);

	if (error != 0) {
		unread(c, path, error);
		return;
	}
	name = cmd_tree_name(&c->tree, path);
	r.at = text;
	r.end = text + len;
	while (cmd_pam_next(&r, &line))
		if (line.service != NULL)
			cmd_words_once(&services, line.service);
	for (i = 0; i < services.count; i++)
		cmd_check_pam_text(c, name, text, len, services.item[i],
		    true);
	cmd_words_free(&services);
	free(name);
	free(text);
}

static void
check_one(struct cmd_check *c, const char *service)
{
	char *path, *text, *name;
	size_t len;
	int error = cmd_pam_service(&c->tree, service, &text, &len, &path);

	if (error == 0) {
		name = cmd_tree_name(&c->tree, path);
		cmd_check_pam_text(c, name, text, len, service, false);
		free(name);
	} else if (error != EISDIR) {
		/* A folder is nobody's, and libpam finds nothing in it. */
		unread(c, path, error);
		cmd_words_once(&c->unread_services, service);
	}
	free(path);
	free(text);
}

void
cmd_check_pam(struct cmd_check *c)
{
	struct cmd_words names = { 0 };
	const char *const *folder;
	size_t i;
	int error;

	for (folder = cmd_pam_folders; *folder != NULL; folder++) {
		error = cmd_tree_list(&c->tree, *folder, &names);
		if (error != 0 && error != ENOENT)
			cmd_check_unread(c, *folder, error);
	}
	cmd_words_sort(&names);
	for (i = 0; i < names.count; i++)
		if (!cmd_pam_is_copy(names.item[i]) &&
		    (i == 0 || strcmp(names.item[i], names.item[i - 1]) != 0))
			check_one(c, names.item[i]);
	if (names.count == 0)
		check_pam_conf(c);
	cmd_words_free(&names);
}

/* ---- What the keys are for ------------------------------------------ */

static bool
may_ask(const struct cmd_check *c, const char *service)
{
	return cmd_words_has(&c->services, service) ||
	    cmd_words_has(&c->unread_services, service);
}

static bool
has_service(const struct cmd_check *c, const char *service)
{
	char *path, *text;
	size_t len;
	int error = cmd_pam_service(&c->tree, service, &text, &len, &path);

	free(path);
	free(text);
	return error == 0;
}

void
cmd_check_pam_services(struct cmd_check *c)
{
	static const char *const known[] = { "sshd", "sudo", "sudo-i", NULL };
	const char *const *service;
	size_t i;

	for (service = known; *service != NULL; service++) {
		if (!c->key_anywhere &&
		    !cmd_words_has(&c->key_services, *service))
			continue;
		/* Where it is not installed, nothing is amiss. */
		if (has_service(c, *service) && !may_ask(c, *service))
			cmd_find(&c->findings, CMD_WARNING, *service, "add "
			    "the lines to /etc/pam.d (pam_apikey(8))",
			    "there are keys for %s, but its PAM file has no "
			    "auth line of pam_apikey.so", *service);
	}
	for (i = 0; i < c->key_services.count; i++) {
		for (service = known; *service != NULL; service++)
			if (strcmp(*service, c->key_services.item[i]) == 0)
				break;
		if (*service == NULL &&
		    !may_ask(c, c->key_services.item[i]))
			cmd_find(&c->findings, CMD_NOTE,
			    c->key_services.item[i], "add the lines to its "
			    "PAM file, or leave it to programs that use the "
			    "library", "there are keys for %s, which asks "
			    "for none by PAM", c->key_services.item[i]);
	}
}
