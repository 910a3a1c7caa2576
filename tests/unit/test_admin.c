/*
 * Keys that exist: reading, listing, revoking, disabling, enabling, and
 * two administrators at once.
 */
#include <stdbool.h>

#include "world.h"

static apikey_key *
get(struct world *w)
{
	apikey_key *key = NULL;

	if (apikey_get(w->admin, TOKEN_ID, &key) != APIKEY_OK)
		fail_msg("%s", apikey_admin_message(w->admin));
	return key;
}

static enum apikey_status
stored_status(struct world *w)
{
	apikey_key *key = get(w);
	enum apikey_status status = apikey_key_status(key);

	apikey_key_free(key);
	return status;
}

#define NO_ID	"not the id of a key, which is 10 characters of " \
		"0123456789abcdefghjkmnpqrstvwxyz"

static void
reading(void **state)
{
	static const struct {
		const char *id;
		int code;
		const char *message;
	} rows[] = {
		{ "0000000000", APIKEY_ERR_NOT_FOUND,
		    "there is no key 0000000000 in STORE" },
		{ "", APIKEY_ERR_INVALID, "\"\" is " NO_ID },
		{ "../../../x", APIKEY_ERR_INVALID,
		    "\"../../../x\" is " NO_ID },
		{ "x\ny", APIKEY_ERR_INVALID, "what was given is " NO_ID },
		{ TOKEN, APIKEY_ERR_INVALID, "what was given is " NO_ID },
		{ TOKEN_ID, APIKEY_ERR_CORRUPT_RECORD,
		    "STORE/7k2m9q4t8w.conf:5: unknown setting \"x\"" },
	};
	struct world *w = *state;
	apikey_key *key = NULL;

	world_record(w, "x = 1;");
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(apikey_get(w->admin, rows[i].id, &key),
		    rows[i].code);
		world_message(w, apikey_admin_message(w->admin),
		    rows[i].message);
		assert_null(key);
	}
	world_no_line(w);
}

static void
revoked(void **state)
{
	struct world *w = *state;
	apikey_key *key, *again;

	world_record(w, "label = \"x\";");
	key = get(w);
	w->now = NOW + 5;
	assert_int_equal(apikey_revoke(w->admin, key, "leaked",
	    "in a \"paste\""), APIKEY_OK);
	world_line(w, NOTICE, "event=key.revoke key=7k2m9q4t8w user=deploy "
	    "by=root reason=leaked");
	again = get(w);
	for (int i = 0; i < 2; i++) {
		const apikey_key *k = i == 0 ? key : again;

		assert_int_equal(apikey_key_status(k), APIKEY_STATUS_REVOKED);
		assert_int_equal(apikey_key_revoked_at(k), NOW + 5);
		assert_string_equal(apikey_key_revoked_by(k), "root");
		assert_string_equal(apikey_key_revoked_reason(k), "leaked");
		assert_string_equal(apikey_key_revoked_note(k),
		    "in a \"paste\"");
		assert_string_equal(apikey_key_label(k), "x");
	}
	/* Once more is no error, and changes nothing. */
	assert_int_equal(apikey_revoke(w->admin, key, "other", NULL),
	    APIKEY_OK);
	assert_string_equal(apikey_key_revoked_reason(key), "leaked");
	world_no_line(w);
	apikey_key_free(again);
	apikey_key_free(key);
}

static void
revoked_without_a_note(void **state)
{
	struct world *w = *state;
	static const char *const notes[] = { NULL, "" };
	apikey_key *key;

	for (size_t i = 0; i < COUNT(notes); i++) {
		world_record(w, "");
		key = get(w);
		assert_int_equal(apikey_revoke(w->admin, key, "offboarded",
		    notes[i]), APIKEY_OK);
		assert_string_equal(apikey_key_revoked_note(key), "");
		apikey_key_free(key);
		w->count = 0;
		assert_int_equal(stored_status(w), APIKEY_STATUS_REVOKED);
	}
}

static void
not_revoked(void **state)
{
	char note[APIKEY_TEXT_MAX + 2];
	struct world *w = *state;
	apikey_key *key;

	world_record(w, "");
	key = get(w);
	assert_int_equal(apikey_revoke(w->admin, key, "bored", NULL),
	    APIKEY_ERR_INVALID);
	assert_string_equal(apikey_admin_message(w->admin), "reason: "
	    "\"bored\" is not leaked, superseded, offboarded or other");
	memset(note, 'n', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	assert_int_equal(apikey_revoke(w->admin, key, "other", note),
	    APIKEY_ERR_INVALID);
	assert_int_equal(apikey_revoke(w->admin, key, "other", "caf\xe9"),
	    APIKEY_ERR_INVALID);
	/* The reading is as it was. */
	assert_int_equal(apikey_key_status(key), APIKEY_STATUS_ACTIVE);
	assert_string_equal(apikey_key_revoked_by(key), "");
	assert_int_equal(stored_status(w), APIKEY_STATUS_ACTIVE);
	world_no_line(w);
	apikey_key_free(key);
}

static void
disabled_and_enabled(void **state)
{
	struct world *w = *state;
	apikey_key *key;

	world_record(w, "");
	key = get(w);
	assert_int_equal(apikey_enable(w->admin, key), APIKEY_OK);
	world_no_line(w);
	assert_int_equal(apikey_disable(w->admin, key), APIKEY_OK);
	world_line(w, NOTICE,
	    "event=key.disable key=7k2m9q4t8w user=deploy by=root");
	assert_int_equal(apikey_key_status(key), APIKEY_STATUS_DISABLED);
	assert_int_equal(stored_status(w), APIKEY_STATUS_DISABLED);
	assert_int_equal(apikey_disable(w->admin, key), APIKEY_OK);
	world_no_line(w);
	/* The same reading is good for the next change. */
	assert_int_equal(apikey_enable(w->admin, key), APIKEY_OK);
	world_line(w, NOTICE,
	    "event=key.enable key=7k2m9q4t8w user=deploy by=root");
	assert_int_equal(stored_status(w), APIKEY_STATUS_ACTIVE);
	apikey_key_free(key);
}

static void
revoked_for_good(void **state)
{
	struct world *w = *state;
	apikey_key *key;

	world_record(w, "disabled = true;\n"
	    "revoked = { at = \"2026-11-01T00:00:00Z\"; };");
	key = get(w);
	assert_int_equal(apikey_enable(w->admin, key), APIKEY_ERR_POLICY);
	assert_string_equal(apikey_admin_message(w->admin),
	    "the key 7k2m9q4t8w is revoked, which is for good");
	assert_int_equal(apikey_disable(w->admin, key), APIKEY_ERR_POLICY);
	world_no_line(w);
	apikey_key_free(key);
}

/* One revokes; the other, who has read before that, changes nothing. */
static void
two_administrators(void **state)
{
	struct world *w = *state;
	apikey_admin *other = apikey_admin_new(w->ctx, "alice");
	apikey_key *key, *old;

	world_record(w, "disabled = true;");
	key = get(w);
	old = get(w);
	assert_int_equal(apikey_revoke(other, key, "leaked", NULL),
	    APIKEY_OK);
	world_line(w, NOTICE, "event=key.revoke key=7k2m9q4t8w user=deploy "
	    "by=alice reason=leaked");
	assert_int_equal(apikey_enable(w->admin, old), APIKEY_ERR_CONFLICT);
	world_message(w, apikey_admin_message(w->admin),
	    "STORE/7k2m9q4t8w.conf: was changed by somebody else meanwhile; "
	    "look at it and try again");
	world_no_line(w);
	assert_int_equal(apikey_key_status(old), APIKEY_STATUS_DISABLED);
	assert_int_equal(apikey_enable(w->admin, old), APIKEY_ERR_CONFLICT);
	assert_int_equal(apikey_revoke(w->admin, old, "other", "x"),
	    APIKEY_ERR_CONFLICT);
	assert_int_equal(stored_status(w), APIKEY_STATUS_REVOKED);
	apikey_key_free(key);
	apikey_key_free(old);
	apikey_admin_free(other);
}

/* "It is so already" is no answer from an old reading. */
static void
no_change_needs_the_newest_reading(void **state)
{
	struct world *w = *state;
	apikey_key *key, *old;

	world_record(w, "disabled = true;");
	key = get(w);
	old = get(w);
	assert_int_equal(apikey_disable(w->admin, key), APIKEY_OK);
	world_no_line(w);
	assert_int_equal(apikey_enable(w->admin, key), APIKEY_OK);
	world_line(w, NOTICE, "event=key.enable key=7k2m9q4t8w user=deploy "
	    "by=root");
	assert_int_equal(apikey_disable(w->admin, old), APIKEY_ERR_CONFLICT);
	world_no_line(w);
	apikey_key_free(key);
	apikey_key_free(old);
}

static void
deleted_meanwhile(void **state)
{
	struct world *w = *state;
	char path[PATH_SIZE];
	apikey_key *key;

	world_record(w, "");
	key = get(w);
	tmp_join(path, w->store, TOKEN_ID ".conf");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(apikey_disable(w->admin, key), APIKEY_ERR_NOT_FOUND);
	assert_string_equal(apikey_admin_message(w->admin),
	    "the key 7k2m9q4t8w was deleted meanwhile");
	assert_int_equal(access(path, F_OK), -1);
	world_no_line(w);
	apikey_key_free(key);
}

/* Names on record are escaped; one that cannot be stored is refused. */
static void
names_of_administrators(void **state)
{
	struct world *w = *state;
	apikey_admin *odd = apikey_admin_new(w->ctx, "al\"ice by=root\n");
	apikey_admin *bad = apikey_admin_new(w->ctx, "caf\xe9");
	apikey_key *key;

	world_record(w, "");
	key = get(w);
	assert_int_equal(apikey_revoke(bad, key, "leaked", NULL),
	    APIKEY_ERR_INVALID);
	world_no_line(w);
	assert_int_equal(apikey_revoke(odd, key, "leaked", NULL), APIKEY_OK);
	world_line(w, NOTICE, "event=key.revoke key=7k2m9q4t8w user=deploy "
	    "by=al\\x22ice\\x20by\\x3Droot\\x0A reason=leaked");
	assert_string_equal(apikey_key_revoked_by(key), "al\"ice by=root\n");
	apikey_key_free(key);
	apikey_admin_free(odd);
	apikey_admin_free(bad);
}

struct seen {
	size_t	keys, bad;
	char	message[8][1024];
	int	stop;
};

static int
see(void *arg, apikey_key *key, const char *message)
{
	struct seen *seen = arg;

	if (key != NULL) {
		assert_null(message);
		assert_string_equal(apikey_key_id(key), TOKEN_ID);
		apikey_key_free(key);
		seen->keys++;
	} else {
		assert_true(seen->bad < 8);
		(void)snprintf(seen->message[seen->bad++],
		    sizeof(seen->message[0]), "%s", message);
	}
	return seen->stop;
}

static bool
has_message(const struct world *w, const struct seen *seen, const char *want)
{
	for (size_t i = 0; i < seen->bad; i++) {
		const char *message = seen->message[i];

		assert_memory_equal(message, w->store, strlen(w->store));
		if (strcmp(message + strlen(w->store), want) == 0)
			return true;
	}
	return false;
}

static void
listed(void **state)
{
	struct world *w = *state;
	struct seen seen = { .keys = 0 };

	assert_int_equal(apikey_list(w->admin, see, &seen), APIKEY_OK);
	assert_int_equal(seen.keys + seen.bad, 0);
	world_record(w, "");
	assert_int_equal(apikey_list(w->admin, see, &seen), APIKEY_OK);
	assert_int_equal(seen.keys, 1);
	assert_int_equal(seen.bad, 0);
	world_no_line(w);
}

static void
listed_with_bad_files(void **state)
{
	struct world *w = *state;
	struct seen seen = { .keys = 0 };
	char path[PATH_SIZE];

	world_record(w, "");
	tmp_write(w->store, "0000000000.conf", "");
	assert_int_equal(apikey_list(w->admin, see, &seen),
	    APIKEY_ERR_CORRUPT_RECORD);
	tmp_write(w->store, "0000000001.conf", "oops");
	tmp_write(w->store, "README", "");
	tmp_mkdir(w->store, "0000000002.conf");
	tmp_join(path, w->store, "0000000003.conf");
	assert_int_equal(symlink("0000000000.conf", path), 0);
	tmp_join(path, w->store, "0000000004.conf");
	assert_int_equal(mkfifo(path, 0600), 0);
	seen = (struct seen){ .keys = 0 };
	assert_int_equal(apikey_list(w->admin, see, &seen),
	    APIKEY_ERR_CORRUPT_RECORD);
	assert_int_equal(seen.keys, 1);
	assert_int_equal(seen.bad, 6);
	assert_true(has_message(w, &seen, "/0000000000.conf: is empty"));
	assert_true(has_message(w, &seen,
	    "/0000000001.conf:1: " SYNTAX_ERROR));
	assert_true(has_message(w, &seen, "/README: is not named by the id "
	    "of a key and .conf; move it away"));
	assert_true(has_message(w, &seen,
	    "/0000000002.conf: is not a regular file"));
	assert_true(has_message(w, &seen, "/0000000003.conf: is a symbolic "
	    "link, which is never followed"));
	assert_true(has_message(w, &seen,
	    "/0000000004.conf: is not a regular file"));
	seen = (struct seen){ .stop = 1 };
	(void)apikey_list(w->admin, see, &seen);
	assert_int_equal(seen.keys + seen.bad, 1);
}

/* One corrupt file among many that are merely insecure. */
static void
the_worst_is_told(void **state)
{
	struct world *w = *state;
	struct seen seen = { .keys = 0 };
	char name[] = "000000000x.conf";

	for (char c = '0'; c <= '6'; c++) {
		name[APIKEY_ID_LEN - 1] = c;
		tmp_mkdir(w->store, name);
	}
	assert_int_equal(apikey_list(w->admin, see, &seen),
	    APIKEY_ERR_INSECURE_STORE);
	tmp_write(w->store, "README", "");
	seen = (struct seen){ .keys = 0 };
	assert_int_equal(apikey_list(w->admin, see, &seen),
	    APIKEY_ERR_CORRUPT_RECORD);
	assert_int_equal(seen.bad, 8);
}

static void
names_of_statuses(void **state)
{
	static const char *const names[] = { "active", "pending", "disabled",
	    "expired", "revoked", "superseded", "exhausted" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(
		    apikey_status_name((enum apikey_status)i), names[i]);
	assert_string_equal(apikey_status_name((enum apikey_status)7),
	    "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(reading), WORLD_TEST(revoked),
		WORLD_TEST(revoked_without_a_note), WORLD_TEST(not_revoked),
		WORLD_TEST(disabled_and_enabled),
		WORLD_TEST(revoked_for_good), WORLD_TEST(two_administrators),
		WORLD_TEST(no_change_needs_the_newest_reading),
		WORLD_TEST(deleted_meanwhile),
		WORLD_TEST(names_of_administrators), WORLD_TEST(listed),
		WORLD_TEST(listed_with_bad_files),
		WORLD_TEST(the_worst_is_told),
		cmocka_unit_test(names_of_statuses),
	};

	return cmocka_run_group_tests_name("admin", tests, NULL, NULL);
}
