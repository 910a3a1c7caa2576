/*
 * family.c - keys that came from each other by rotation.  Records name
 * each other, and people can write records: the walk is bounded, and
 * ends at a key that it has met before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"

#define FAMILY_MAX	64

struct family {
	char id[FAMILY_MAX][APIKEY_ID_SIZE];
	const char *status[FAMILY_MAX];
	size_t count;
};

typedef const char	*next_of(const apikey_key *);

/* False when it is full, or the key is there already. */
static bool
add(struct family *family, const char *id, const char *status)
{
	size_t i;

	for (i = 0; i < family->count; i++)
		if (strcmp(family->id[i], id) == 0)
			return false;
	if (family->count == FAMILY_MAX)
		return false;
	snprintf(family->id[family->count], APIKEY_ID_SIZE, "%s", id);
	family->status[family->count++] = status;
	return true;
}

/* Add the key's relatives in one direction, the nearest first. */
static void
walk(const struct cmd_env *env, struct family *family,
    const apikey_key *from, next_of *next)
{
	char id[APIKEY_ID_SIZE];
	apikey_key *key = NULL;
	const char *status;
	bool more = true;

	snprintf(id, sizeof(id), "%s", next(from));
	while (more && *id != '\0') {
		key = NULL;
		status = "gone";
		if (apikey_get(env->admin, id, &key) == APIKEY_OK)
			status = apikey_status_name(apikey_key_status(key));
		more = add(family, id, status) && key != NULL;
		if (more)
			snprintf(id, sizeof(id), "%s", next(key));
		apikey_key_free(key);
	}
}

static void
put(FILE *f, const struct family *family, size_t i, const char *own)
{
	bool is_own = strcmp(family->id[i], own) == 0;

	fprintf(f, is_own ? "[%s] (%s)" : "%s (%s)", family->id[i],
	    family->status[i]);
}

char *
cmd_family(const struct cmd_env *env, const apikey_key *key)
{
	struct family family = { .count = 0 };
	const char *own = apikey_key_id(key);
	size_t i, older, size;
	char *text = NULL;
	FILE *f;

	if (*apikey_key_rotated_from(key) == '\0' &&
	    *apikey_key_superseded_by(key) == '\0')
		return NULL;
	f = open_memstream(&text, &size);
	if (f == NULL)
		return NULL;
	(void)add(&family, own, apikey_status_name(apikey_key_status(key)));
	walk(env, &family, key, apikey_key_rotated_from);
	older = family.count;
	walk(env, &family, key, apikey_key_superseded_by);
	for (i = older; i > 0; i--) {
		put(f, &family, i - 1, own);
		if (i > 1 || older < family.count)
			fputs(" -> ", f);
	}
	for (i = older; i < family.count; i++) {
		put(f, &family, i, own);
		if (i + 1 < family.count)
			fputs(" -> ", f);
	}
	if (fclose(f) == EOF) {
		free(text);
		return NULL;
	}
	return text;
}
