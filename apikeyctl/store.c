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
#include "keys.h"
#include "output.h"

/*
 * The library takes absolute paths only, for it looks at every folder on
 * the way; people type what is short.  The caller frees the path.
 */
static char *
absolute(const char *path)
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
	path = absolute(config);
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
	if (env->ctx == NULL) {
		cmd_error("%s", apikey_error_text(APIKEY_ERR_NO_MEMORY));
		return cmd_exit(APIKEY_ERR_NO_MEMORY);
	}
	code = open_config(env->ctx, env->config);
	if (code != APIKEY_OK) {
		cmd_error("%s", apikey_message(env->ctx));
		return cmd_exit(code);
	}
	env->admin = apikey_admin_new(env->ctx, by);
	if (env->admin == NULL) {
		cmd_error("%s", apikey_error_text(APIKEY_ERR_NO_MEMORY));
		return cmd_exit(APIKEY_ERR_NO_MEMORY);
	}
	return CMD_EXIT_DONE;
}

int
cmd_failed(const struct cmd_env *env, int code)
{
	cmd_error("%s", apikey_admin_message(env->admin));
	return cmd_exit(code);
}

int
cmd_get(struct cmd_env *env, const char *id, apikey_key **ret_key)
{
	int code;

	code = apikey_get(env->admin, id, ret_key);
	return code == APIKEY_OK ? CMD_EXIT_DONE : cmd_failed(env, code);
}

/* ---- Many keys ------------------------------------------------------ */

struct reading {
	cmd_keys_want *want;
	void *arg;
	struct cmd_keys *keys;
	bool named;		/* a bad file was named */
	bool full;		/* memory is short */
};

static bool
append(struct cmd_keys *keys, apikey_key *key)
{
	apikey_key **bigger;
	size_t room;

	if (keys->count == keys->room) {
		room = keys->room == 0 ? 64 : keys->room * 2;
		bigger = reallocarray(keys->key, room, sizeof(*bigger));
		if (bigger == NULL)
			return false;
		keys->key = bigger;
		keys->room = room;
	}
	keys->key[keys->count++] = key;
	return true;
}

static int
take(void *arg, apikey_key *key, const char *message)
{
	struct reading *r = arg;

	if (key == NULL) {
		cmd_error("%s", message);
		r->named = true;
		return 0;
	}
	if (!r->want(r->arg, key)) {
		apikey_key_free(key);
		return 0;
	}
	r->full = !append(r->keys, key);
	if (r->full)
		apikey_key_free(key);
	return r->full;
}

static int
compare(const void *a, const void *b)
{
	const apikey_key *x = *(apikey_key *const *)a;
	const apikey_key *y = *(apikey_key *const *)b;
	int order;

	order = strcmp(apikey_key_user(x), apikey_key_user(y));
	if (order == 0)
		order = (apikey_key_created(x) > apikey_key_created(y)) -
		    (apikey_key_created(x) < apikey_key_created(y));
	if (order == 0)
		order = strcmp(apikey_key_id(x), apikey_key_id(y));
	return order;
}

int
cmd_keys_read(struct cmd_env *env, cmd_keys_want *want, void *arg,
    struct cmd_keys *keys)
{
	struct reading r = { .want = want, .arg = arg, .keys = keys };
	int code;

	code = apikey_list(env->admin, take, &r);
	if (keys->count > 1)
		qsort(keys->key, keys->count, sizeof(keys->key[0]), compare);
	if (r.full) {
		cmd_error("%s", apikey_error_text(APIKEY_ERR_NO_MEMORY));
		return cmd_exit(APIKEY_ERR_NO_MEMORY);
	}
	if (code != APIKEY_OK && !r.named)
		return cmd_failed(env, code);
	return cmd_exit(code);
}

bool
cmd_keys_add(struct cmd_keys *keys, apikey_key *key)
{
	if (append(keys, key))
		return true;
	cmd_error("%s", apikey_error_text(APIKEY_ERR_NO_MEMORY));
	return false;
}

void
cmd_keys_free(struct cmd_keys *keys)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		apikey_key_free(keys->key[i]);
	free(keys->key);
}
