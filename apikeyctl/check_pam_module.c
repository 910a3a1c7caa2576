/*
 * check_pam_module.c - is a module where libpam looks for it?
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pamstack.h"

/* Folders of modules below these, of which libpam knows one. */
static const char *const libraries[] = {
	"/usr/lib", "/lib", "/usr/lib64", "/lib64", NULL
};

/* Is a module where libpam looks?  libpam's folder is the one with its own
 * modules; ret_folder tells it.  True, too, when it cannot be told. */
static bool
look_in(const struct cmd_tree *tree, const char *folder, const char *module,
    bool *ret_there, char **ret_folder)
{
	char *own = cmd_text("%s/security/pam_deny.so", folder);
	char *wanted = cmd_text("%s/security/%s", folder, module);
	bool known = cmd_tree_has(tree, own);

	if (known) {
		*ret_there |= cmd_tree_has(tree, wanted);
		if (*ret_folder == NULL)
			*ret_folder = cmd_text("%s/security", folder);
	}
	free(own);
	free(wanted);
	return known;
}

static bool
module_there(const struct cmd_tree *tree, const char *module,
    char **ret_folder)
{
	struct cmd_words names = { 0 };
	const char *const *library;
	bool known = false, there = false;
	char *folder;
	size_t i;

	for (library = libraries; *library != NULL && !there; library++) {
		known |= look_in(tree, *library, module, &there,
		    ret_folder);
		(void)cmd_tree_list(tree, *library, &names);
		for (i = 0; i < names.count && !there; i++) {
			if (strstr(names.item[i], "-linux-") == NULL)
				continue;
			folder = cmd_text("%s/%s", *library, names.item[i]);
			known |= look_in(tree, folder, module, &there,
			    ret_folder);
			free(folder);
		}
		cmd_words_free(&names);
	}
	return there || !known;
}

/* A line of ours. */
void
cmd_check_pam_module(struct cmd_check *c, const struct cmd_pam_entry *e)
{
	char *folder = NULL, *name;

	if (*e->module == '/') {
		if (!cmd_tree_has(&c->tree, e->module))
			cmd_find(&c->findings, CMD_ERROR, e->where, "name it "
			    "without a folder, and install it",
			    "there is no %s", e->module);
	} else if (!module_there(&c->tree, "pam_apikey.so", &folder)) {
		name = cmd_tree_name(&c->tree, folder);
		cmd_find(&c->findings, CMD_ERROR, name, "install it there "
		    "(make install PAMDIR=), or take the lines out",
		    "pam_apikey.so is not here, where libpam looks, but "
		    "PAM files name it");
		free(name);
	}
	free(folder);
}

/* Where a line leaves it out, that is meant; but not of what may be ours,
 * misspelt. */
static bool
may_miss(const struct cmd_pam_entry *e)
{
	return e->may_miss ||
	    (e->action[CMD_PAM_UNKNOWN] == CMD_PAM_DO_IGNORE &&
	    strstr(e->module, "apikey") == NULL);
}

void
cmd_check_pam_other(struct cmd_check *c, const struct cmd_pam_entry *e)
{
	char *folder = NULL, *name;

	if (may_miss(e) || strpbrk(e->module, "/$\r") != NULL ||
	    cmd_words_has(&c->modules, e->module))
		return;
	if (module_there(&c->tree, e->module, &folder))
		cmd_words_add(&c->modules, e->module);
	else {
		name = cmd_tree_name(&c->tree, folder);
		cmd_find(&c->findings, CMD_WARNING, e->where, "name a module "
		    "that is there, or take the line out", "names %s, which "
		    "is not in %s, where libpam looks", e->module, name);
		free(name);
	}
	free(folder);
}
