/*
 * store.c - the keystore as the commands use it: opened once, in the
 * name of the one who asks, with every failure told in one sentence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds.h"
#include "exit.h"
#include "identity.h"
#include "output.h"

char *
cmd_absolute(const char *path)
{
	char *folder, *whole = NULL;

	if (*path == '/' || *path == '\0')
		return strdup(path);
	folder = getcwd(NULL, 0);
	if (folder != NULL && asprintf(&whole, "%s/%s", folder, path) == -1)
		whole = NULL;
	free(folder);
	return whole;
}

static int
open_config(apikey_ctx *ctx, const char *config)
{
	char *path;
	int code;

	if (config == NULL)
		return apikey_open(ctx, NULL);
	path = cmd_absolute(config);
	code = apikey_open(ctx, path != NULL ? path : config);
	free(path);
	return code;
}

int
cmd_open(struct cmd_env *env)
{
	char by[APIKEY_TEXT_MAX + 1];
	int code;

	cmd_identity(by);
	env->ctx = apikey_new();
	if (env->ctx == NULL)
		return cmd_no_memory();
	code = open_config(env->ctx, env->config);
	if (code != APIKEY_OK) {
		cmd_error("%s", apikey_message(env->ctx));
		return cmd_exit(code);
	}
	env->admin = apikey_admin_new(env->ctx, by);
	return env->admin != NULL ? CMD_EXIT_DONE : cmd_no_memory();
}

int
cmd_no_memory(void)
{
	cmd_error("%s", apikey_error_text(APIKEY_ERR_NO_MEMORY));
	return cmd_exit(APIKEY_ERR_NO_MEMORY);
}

int
cmd_failed(const struct cmd_env *env, int code)
{
	cmd_error("%s", apikey_admin_message(env->admin));
	return cmd_exit(code);
}

/* What the library's sentences begin with, and whence it came. */
static const struct {
	const char *setting, *option;
} options[] = {
	{ "user", "user" }, { "label", "label" }, { "expires", "expires" },
	{ "not_before", "not-before" }, { "services", "service" },
	{ "from", "from" }, { "hosts", "host" }, { "scopes", "scope" },
	{ "max_uses", "max-uses" }, { "rate", "rate" },
	{ "overlap", "overlap" }
};

int
cmd_failed_option(const struct cmd_env *env, int code)
{
	const char *text = apikey_admin_message(env->admin);
	size_t i, len = strcspn(text, ": ");

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strlen(options[i].setting) == len &&
		    strncmp(options[i].setting, text, len) == 0)
			break;
	if (i == sizeof(options) / sizeof(options[0]))
		return cmd_failed(env, code);
	cmd_error("--%s%s", options[i].option, text + len);
	return cmd_exit(code);
}

int
cmd_get(struct cmd_env *env, const char *id, apikey_key **ret_key)
{
	int code;

	code = apikey_get(env->admin, id, ret_key);
	return code == APIKEY_OK ? CMD_EXIT_DONE : cmd_failed(env, code);
}

int
cmd_open_key(struct cmd_env *env, const char *id, apikey_key **ret_key)
{
	int status;

	status = cmd_open(env);
	return status == CMD_EXIT_DONE ? cmd_get(env, id, ret_key) : status;
}
