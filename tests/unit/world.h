/*
 * world.h - a keystore of its own for each test, with a clock that stands
 * still and every audit line caught.
 */
#ifndef WORLD_H
#define WORLD_H

#include <syslog.h>

#include "unit.h"

#include "apikey.h"

#define NOW		INT64_C(1795478400)	/* 2026-11-24T00:00:00Z */
#define LINES		32
#define NOTICE		(LOG_AUTHPRIV | LOG_NOTICE)

struct world {
	char		 folder[PATH_SIZE];
	char		 config[PATH_SIZE];
	char		 store[PATH_SIZE];
	char		 state[PATH_SIZE];
	apikey_ctx	*ctx;
	apikey_admin	*admin;
	apikey_request	*req;
	int64_t		 now;			/* seconds */
	const char	*source;		/* of keys.h's logins */
	const char	*token;			/* a good one, if wanted */
	size_t		 count;			/* of audit lines */
	char		 line[LINES][1024];
	int		 priority[LINES];
	size_t		 fds;
};

static inline void
world_sink(void *arg, int priority, const char *line)
{
	struct world *w = arg;

	assert_true(w->count < LINES);
	(void)snprintf(w->line[w->count], sizeof(w->line[0]), "%s", line);
	w->priority[w->count++] = priority;
}

static inline int64_t
world_clock(void *arg)
{
	const struct world *w = arg;

	return w->now * INT64_C(1000000000) + 999999999;
}

/* Write the configuration: keystore, state and what else is given. */
static inline void
world_config(struct world *w, const char *more)
{
	char text[8 * PATH_SIZE];

	(void)snprintf(text, sizeof(text), "keystore = \"%s\"; "
	    "state = \"%s\";\n%s", w->store, w->state, more);
	tmp_write(w->folder, "apikey.conf", text);
}

/* A context with this clock and sink, not open yet. */
static inline apikey_ctx *
world_context(struct world *w)
{
	apikey_ctx *ctx = apikey_new();

	assert_non_null(ctx);
	apikey_set_clock(ctx, world_clock, w);
	apikey_set_sink(ctx, world_sink, w);
	return ctx;
}

static inline int
world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	*state = w;
	w->fds = fd_count();
	w->now = NOW;
	tmp_make(w->folder);
	tmp_mkdir(w->folder, "keys.d");
	tmp_mkdir(w->folder, "state");
	tmp_join(w->store, w->folder, "keys.d");
	tmp_join(w->state, w->folder, "state");
	tmp_join(w->config, w->folder, "apikey.conf");
	world_config(w, "");
	w->ctx = world_context(w);
	assert_int_equal(apikey_open(w->ctx, w->config), APIKEY_OK);
	assert_string_equal(apikey_message(w->ctx), "");
	w->admin = apikey_admin_new(w->ctx, "root");
	w->req = apikey_request_new();
	assert_non_null(w->admin);
	assert_non_null(w->req);
	return 0;
}

static inline int
world_teardown(void **state)
{
	struct world *w = *state;

	apikey_request_free(w->req);
	apikey_admin_free(w->admin);
	apikey_free(w->ctx);
	assert_int_equal(fd_count(), w->fds);
	tmp_remove(w->folder);
	free(w);
	return 0;
}

#define WORLD_TEST(name)	\
	cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

/* The record of TOKEN with this behind what is required. */
static inline void
world_record(const struct world *w, const char *more)
{
	char text[8 * PATH_SIZE];

	(void)snprintf(text, sizeof(text), "version = 1;\nid = \"%s\";\n"
	    "user = \"deploy\";\nhash = \"%s\";\n%s", TOKEN_ID, TOKEN_HASH,
	    more);
	tmp_write(w->store, TOKEN_ID ".conf", text);
}

/* Exactly this line and no other; and from now on none. */
static inline void
world_line(struct world *w, int priority, const char *want)
{
	if (w->count == 0)
		fail_msg("no line instead of %s", want);
	assert_string_equal(w->line[0], want);
	assert_int_equal(w->count, 1);
	assert_int_equal(w->priority[0], priority);
	w->count = 0;
}

static inline void
world_no_line(const struct world *w)
{
	if (w->count != 0)
		fail_msg("%s", w->line[0]);
}

/* The text, where STORE in what is wanted is the path of the keystore. */
static inline void
world_message(const struct world *w, const char *have, const char *want)
{
	char text[4 * PATH_SIZE], *at;
	size_t len = 0;

	while ((at = strstr(want, "STORE")) != NULL) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%.*s%s", (int)(at - want), want, w->store);
		want = at + strlen("STORE");
	}
	(void)snprintf(text + len, sizeof(text) - len, "%s", want);
	assert_string_equal(have, text);
}

#endif
