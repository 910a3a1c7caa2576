/*
 * keys.h - keys that tests issue, show and change, each in one line.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>

#include "world.h"

struct issued {
	char		 token[APIKEY_TOKEN_SIZE];
	apikey_key	*key;
};

/* One bound; the list ends where text is NULL. */
struct bound {
	enum apikey_bound	 bound;
	const char		*text;
};

static inline apikey_spec *
spec_of(const struct bound *bounds)
{
	apikey_spec *spec = apikey_spec_new();

	assert_non_null(spec);
	for (; bounds->text != NULL; bounds++)
		assert_int_equal(apikey_spec_set(spec, bounds->bound,
		    bounds->text), APIKEY_OK);
	return spec;
}

/* A key of deploy's with more bounds; the line about it is dropped. */
static inline void
issue(struct world *w, struct issued *ret, const struct bound *bounds)
{
	static const struct bound none[] = { { APIKEY_USER, NULL } };
	apikey_spec *spec = spec_of(bounds == NULL ? none : bounds);
	int code;

	assert_int_equal(apikey_spec_set(spec, APIKEY_USER, "deploy"), 0);
	code = apikey_create(w->admin, spec, NULL, NULL, ret->token,
	    &ret->key);
	if (code != APIKEY_OK)
		fail_msg("%s", apikey_admin_message(w->admin));
	apikey_spec_free(spec);
	w->count = 0;
}

/* Show a token to sshd from 192.0.2.7; what comes back. */
static inline int
show(struct world *w, const char *token)
{
	apikey_result *result = NULL;
	int code;

	assert_int_equal(apikey_request_set_user(w->req, "deploy"), 0);
	assert_int_equal(apikey_request_set_service(w->req, "sshd"), 0);
	if (w->source == NULL)
		w->source = "192.0.2.7";
	assert_int_equal(apikey_request_set_source(w->req, w->source), 0);
	code = apikey_verify(w->ctx, token, strlen(token), w->req, &result);
	assert_int_equal(code == APIKEY_OK, result != NULL);
	apikey_result_free(result);
	return code;
}

/* In a delivery: another administrator changes the key that this one is to
 * replace. */
static inline void
change_meanwhile(struct world *w, const apikey_key *key,
    int (*change)(apikey_admin *, apikey_key *))
{
	apikey_admin *other = apikey_admin_new(w->ctx, "other");
	apikey_key *old = NULL;

	assert_int_equal(apikey_get(other, apikey_key_rotated_from(key),
	    &old), APIKEY_OK);
	assert_int_equal(change(other, old), APIKEY_OK);
	apikey_key_free(old);
	apikey_admin_free(other);
}

/* A login that must be granted, or be refused for a reason; and nothing
 * else must be on record, but that a granted key ends soon. */
static inline void
granted(struct world *w, const char *token)
{
	if (show(w, token) != APIKEY_OK)
		fail_msg("%s", w->count > 0 ? w->line[0] : "no line");
	assert_int_equal(w->count,
	    1 + (strstr(w->line[1], "event=key.expiring ") != NULL));
	assert_non_null(strstr(w->line[0], "event=auth.grant "));
	w->line[1][0] = '\0';
	assert_null(strstr(w->line[0], "degraded"));
	w->count = 0;
}

static inline void
denied(struct world *w, const char *token, const char *reason)
{
	char want[80];
	int code = show(w, token);

	(void)snprintf(want, sizeof(want), "event=auth.deny reason=%s ",
	    reason);
	assert_int_not_equal(code, APIKEY_OK);
	if (w->count == 0)
		fail_msg("no line instead of %s", want);
	if (strncmp(w->line[0], want, strlen(want)) != 0)
		fail_msg("%s instead of %s", w->line[0], want);
	assert_null(strstr(w->line[0], "degraded"));
	w->count = 0;
}

/* Read again; the caller frees. */
static inline apikey_key *
again(struct world *w, const apikey_key *key)
{
	apikey_key *now = NULL;

	if (apikey_get(w->admin, apikey_key_id(key), &now) != APIKEY_OK)
		fail_msg("%s", apikey_admin_message(w->admin));
	return now;
}

static inline enum apikey_status
status_of(struct world *w, const apikey_key *key)
{
	apikey_key *now = again(w, key);
	enum apikey_status status = apikey_key_status(now);

	apikey_key_free(now);
	return status;
}

static inline int64_t
uses_of(struct world *w, const apikey_key *key)
{
	apikey_key *now = again(w, key);
	int64_t uses = apikey_key_uses(now);

	apikey_key_free(now);
	return uses;
}

static inline bool
stored(const struct world *w, const char *id)
{
	char name[PATH_SIZE], path[PATH_SIZE];

	(void)snprintf(name, sizeof(name), "%s.conf", id);
	tmp_join(path, w->store, name);
	return access(path, F_OK) == 0;
}

#endif
