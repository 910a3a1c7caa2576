/*
 * cmd_check.c - apikeyctl check: the doctor.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "check.h"
#include "exit.h"
#include "output.h"

enum { OPT_ROOT = CMD_OPT_FIRST, OPT_AS };

static const struct option options[] = {
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "as", required_argument, NULL, OPT_AS },
	CMD_OPTIONS_EVERYWHERE
};

static void
check_log(struct cmd_check *c)
{
	struct stat st;

	if (cmd_tree_root(&c->tree) == NULL && stat("/dev/log", &st) == -1)
		cmd_find(&c->findings, CMD_WARNING, "/dev/log", "run "
		    "systemd-journald, or a syslog daemon", "there is no "
		    "syslog: nothing that keys do goes on record");
}

/* PAM first: it tells whom the rest is about. */
static int
check_all(struct cmd_check *c, const char *config)
{
	char *path = cmd_memory(cmd_absolute(config == NULL ? APIKEY_CONFIG :
	    config));
	size_t i;

	cmd_check_pam(c);
	cmd_check_config(c, path);
	for (i = 0; i < c->configs.count; i++)
		if (strcmp(c->configs.item[i], path) != 0)
			cmd_check_config(c, c->configs.item[i]);
	free(path);
	cmd_check_pam_services(c);
	cmd_check_sshd(c);
	cmd_check_sudoers(c);
	cmd_check_accounts(c);
	check_log(c);
	return CMD_EXIT_DONE;
}

static int
check_files(struct cmd_check *c, const struct cmd_env *env, char **files,
    const char *as)
{
	int status = CMD_EXIT_DONE;

	c->single = true;
	for (; *files != NULL; files++)
		status = cmd_exit_worst(status, cmd_check_file(c, env,
		    *files, as));
	return status;
}

static void
advise(const struct cmd_check *c)
{
	if (c->denied && geteuid() != 0)
		cmd_error("not all could be looked at: run it as root");
}

static void
clear(struct cmd_check *c)
{
	cmd_words_free(&c->services);
	cmd_words_free(&c->unread_services);
	cmd_words_free(&c->configs);
	cmd_words_free(&c->modules);
	cmd_words_free(&c->unread);
	cmd_words_free(&c->groups);
	cmd_words_free(&c->sshd.groups);
	cmd_words_free(&c->sudo.groups);
	cmd_words_free(&c->key_users);
	cmd_words_free(&c->key_services);
	cmd_people_free(&c->people);
	cmd_tree_close(&c->tree);
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	struct cmd_check c = { .now = (int64_t)time(NULL) };
	const char *root = NULL, *as = NULL, *path;
	int opt, status, error;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0)
		if (opt == OPT_AS)
			as = optarg;
		else
			root = optarg;
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (as != NULL && argc - optind != 1)
		return cmd_usage(env, "--as is for one FILE");
	status = cmd_tree_open(&c.tree, root);
	if (status == CMD_EXIT_DONE) {
		error = cmd_people_read(&c.people, &c.tree, &path);
		if (error != 0)
			cmd_check_unread(&c, path, error);
		status = argv[optind] == NULL ? check_all(&c, env->config) :
		    check_files(&c, env, argv + optind, as);
		status = cmd_exit_worst(status,
		    cmd_findings_put(env, &c.findings));
		advise(&c);
	}
	clear(&c);
	return status;
}

const struct cmd_command cmd_check = {
	.name = "check",
	.summary = "find what is wrong with the set-up",
	.run = run,
	.help =
"usage: apikeyctl check [--root DIR] [[--as PATH] FILE...]\n"
"\n"
"Look for mistakes in the whole set-up: configuration, keystore, state and\n"
"pepper with their owners and modes, every record, PAM stacks, sshd_config,\n"
"sudoers, the accounts of members.  Each finding is an error, a warning or\n"
"a note, with its place, what is wrong, and how to mend it: blocks on a\n"
"terminal, in a pipe one line each with tabs between severity, place, what\n"
"and mend.  Nothing is changed.  The exit status is 8 when something was\n"
"found, and 1 when something could not be looked at.\n"
"\n"
"  FILE...     only these files, before they are deployed: apikey.conf,\n"
"              records, files of pam.d, sshd_config, sudoers; told by name,\n"
"              or by content.  It does not replace sshd -t and visudo -c:\n"
"              run these, too\n"
"  --as PATH   the FILE, whatever its name is, as what would be at that path\n"
"  --root DIR  the tree of an image, and nothing of this machine\n"
"  --config FILE  --json  --help\n"
};
