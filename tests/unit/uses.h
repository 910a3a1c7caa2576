/*
 * uses.h - uses of one key, at a time that each test sets.
 */
#ifndef USES_H
#define USES_H

#include "statedir.h"

#include "usage.h"

#define ID		TOKEN_ID
#define NOW		INT64_C(1795478400)	/* 2026-11-24T00:00:00Z */
#define NOT_A_RECORD	"is not a record of a key's uses; " \
	"apikeyctl usage --reset " ID
#define MISSING		"is missing, but the key's uses are bounded; " \
	"apikeyctl usage --reset " ID

#define HELD		"another process holds the lock and does not let go"
#define UNEXPECTED	100	/* exit status of a child */

/* Nanoseconds from NOW; each test begins there. */
static int64_t passed;

static inline int64_t
uses_clock(void *arg)
{
	return NOW * AK_NS_PER_S + *(const int64_t *)arg;
}

static inline int
uses_setup(void **state)
{
	passed = 0;
	return state_setup(state);
}

#define USES_TEST(name)	\
	cmocka_unit_test_setup_teardown(name, uses_setup, state_teardown)

typedef int	 asking(const struct ak_dir *, const char *,
		    const struct ak_use *, bool *, struct ak_fault *);

/*
 * Ask for one use, with this rate (NULL: none) and bound, and say what is
 * answered: "ok", "ok degraded" or the name of the error.  What is wanted
 * shows whether ret_degraded is set, and that only with an answer.
 */
static inline const char *
answer(struct state *s, asking *function, const char *rate, int64_t max_uses,
    const char *want)
{
	static const struct ak_clock clock = { uses_clock, &passed };
	struct ak_rate parsed = { 0, 0, 0 };
	struct ak_use use = { &parsed, max_uses, &clock, "192.0.2.1", "sshd" };
	bool degraded = strcmp(want, "ok degraded") != 0;
	int code;

	s->fault = (struct ak_fault){ 0, "" };
	if (rate != NULL && !ak_rate_parse(rate, &parsed))
		return "not a rate";
	code = function(&s->dir, ID, &use, &degraded, &s->fault);
	if (code == APIKEY_OK)
		return degraded ? "ok degraded" : "ok";
	return degraded ? apikey_error_name(code) : "ret_degraded was set";
}

#define TAKE(s, rate, max, want)	\
	assert_string_equal(answer(s, ak_usage_take, rate, max, want), want)
#define PEEK(s, rate, max, want)	\
	assert_string_equal(answer(s, ak_usage_peek, rate, max, want), want)

/* The sentence is of the key's file and this. */
static inline bool
says(const struct state *s, const char *why)
{
	char want[2 * PATH_SIZE];

	(void)snprintf(want, sizeof(want), "%s/" ID ": %s", s->folder, why);
	return strcmp(s->fault.text, want) == 0;
}

#define SAYS(s, why)	\
	do {							\
		if (!says(s, why))				\
			fail_msg("\"%s\"", (s)->fault.text);	\
	} while (0)

/* How many uses were counted.  On a machine that is busy with other things
 * the lock may be waited for in vain; then it is no use. */
static inline int
take_times(struct state *s, const char *rate, int64_t max_uses, int times)
{
	int counted = 0;

	for (int i = 0; i < times; i++) {
		const char *have = answer(s, ak_usage_take, rate, max_uses,
		    "ok");

		if (strcmp(have, "ok") == 0)
			counted++;
		else if (strcmp(have, "exhausted") != 0 &&
		    strcmp(have, "rate") != 0 && !says(s, HELD))
			return UNEXPECTED;
	}
	return counted;
}

static inline struct ak_usage
usage_of(struct state *s)
{
	struct ak_usage usage;
	int code = ak_usage_read(&s->dir, ID, &usage, &s->fault);

	if (code != APIKEY_OK)
		fail_msg("%s", s->fault.text);
	return usage;
}

static inline bool
is_there(const struct state *s)
{
	struct stat st;

	return fstatat(s->dir.fd, ID, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

#endif
