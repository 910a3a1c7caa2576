/*
 * keys.c - many keys of the keystore at once.
 */
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "keys.h"
#include "output.h"

struct reading {
	cmd_keys_want *want;	/* NULL: all */
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
	if (r->want != NULL && !r->want(r->arg, key)) {
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

/* What to say in the end, and the exit status. */
static int
finish(const struct cmd_env *env, const struct reading *r, int code)
{
	struct cmd_keys *keys = r->keys;

	if (keys->count > 1)
		qsort(keys->key, keys->count, sizeof(keys->key[0]), compare);
	if (r->full)
		return cmd_no_memory();
	if (code != APIKEY_OK && !r->named)
		return cmd_failed(env, code);
	return cmd_exit(code);
}

int
cmd_keys_read(struct cmd_env *env, cmd_keys_want *want, void *arg,
    struct cmd_keys *keys)
{
	struct reading r = { .want = want, .arg = arg, .keys = keys };

	return finish(env, &r, apikey_list(env->admin, take, &r));
}

int
cmd_keys_gc(struct cmd_env *env, int64_t before, bool dry_run,
    struct cmd_keys *keys)
{
	struct reading r = { .keys = keys };

	return finish(env, &r, apikey_gc(env->admin, before, dry_run, take,
	    &r));
}

bool
cmd_keys_add(struct cmd_keys *keys, apikey_key *key)
{
	if (append(keys, key))
		return true;
	(void)cmd_no_memory();
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
