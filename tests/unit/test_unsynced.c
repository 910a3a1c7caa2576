/*
 * Changes that are made, but could not be synced, taken back or were cut
 * short: they are on record, and doing them again has them on the disk.
 *
 * fsync(2) is caught here: of the keystore's folder and files, counted, and
 * made to fail; and so is unlinkat(2), of records.
 */
#include <sys/syscall.h>

#include <errno.h>

#include "keys.h"

#define ALWAYS	1000

static struct {
	bool		 begun;
	unsigned	 folders, files;
	unsigned	 first, last;	/* of folders: fail */
} syncs;

int
fsync(int fd)
{
	struct stat st;

	if (!syncs.begun || fstat(fd, &st) == -1)
		return (int)syscall(SYS_fsync, fd);
	syncs.folders += S_ISDIR(st.st_mode);
	syncs.files += S_ISREG(st.st_mode);
	if (S_ISDIR(st.st_mode) && syncs.folders >= syncs.first &&
	    syncs.folders <= syncs.last) {
		errno = EIO;
		return -1;
	}
	return 0;
}

static bool stuck;

int
unlinkat(int dir, const char *name, int flags)
{
	if (!stuck || strstr(name, ".conf") == NULL)
		return (int)syscall(SYS_unlinkat, dir, name, flags);
	errno = EIO;
	return -1;
}

static void
begin(unsigned first, unsigned last)
{
	memset(&syncs, 0, sizeof(syncs));
	syncs.begun = true;
	syncs.first = first;
	syncs.last = last;
}

static int
revoke_it(apikey_admin *admin, apikey_key *key)
{
	return apikey_revoke(admin, key, "leaked", NULL);
}

static int
delete_it(apikey_admin *admin, apikey_key *key)
{
	return apikey_delete(admin, key, 1);
}

static int
renew_it(apikey_admin *admin, apikey_key *key)
{
	return apikey_renew(admin, key, "2d");
}

static const struct change {
	int		(*make)(apikey_admin *, apikey_key *);
	const char	 *event, *more;
	bool		  is_deletion;
} changes[] = {
	{ revoke_it, "revoke", " reason=leaked", false },
	{ apikey_disable, "disable", "", false },
	{ renew_it, "renew", " expires=2026-11-26T00:00:00Z", false },
	{ delete_it, "delete", "", true },
};

static void
made_but_not_synced(void **state)
{
	struct world *w = *state;
	const char *why = "STORE: Input/output error";
	char id[APIKEY_ID_SIZE], line[128];
	struct issued key;
	apikey_key *again;

	for (size_t i = 0; i < COUNT(changes); i++) {
		issue(w, &key, NULL);
		(void)strcpy(id, apikey_key_id(key.key));
		(void)snprintf(line, sizeof(line), "event=key.%s key=%s "
		    "user=deploy by=root%s", changes[i].event, id,
		    changes[i].more);
		begin(1, ALWAYS);
		assert_int_equal(changes[i].make(w->admin, key.key),
		    APIKEY_ERR_UNAVAILABLE);
		begin(ALWAYS, 0);
		world_message(w, apikey_admin_message(w->admin), why);
		world_line(w, NOTICE, line);
		if (changes[i].is_deletion) {
			apikey_key_free(key.key);
			continue;
		}
		/* It is so already, but is it for good? */
		assert_int_equal(apikey_get(w->admin, id, &again), APIKEY_OK);
		begin(1, ALWAYS);
		assert_int_equal(changes[i].make(w->admin, again),
		    APIKEY_ERR_UNAVAILABLE);
		begin(ALWAYS, 0);
		assert_int_equal(changes[i].make(w->admin, again), APIKEY_OK);
		assert_int_equal(syncs.files, 1);
		assert_int_equal(syncs.folders, 1);
		world_no_line(w);
		/* What the failed change left in hand is the new reading. */
		assert_int_equal(changes[i].make(w->admin, key.key),
		    APIKEY_OK);
		apikey_key_free(again);
		apikey_key_free(key.key);
	}
	syncs.begun = false;
}

/* The new key is told already: the old one's end is synced once more. */
static void
rotated(void **state)
{
	struct world *w = *state;
	struct issued old, new;

	for (unsigned lost = 0; lost < 2; lost++) {
		issue(w, &old, NULL);
		new.key = NULL;
		/* The first is of the new key. */
		begin(2, 1 + lost);
		assert_int_equal(apikey_rotate(w->admin, old.key, "7d", 0,
		    NULL, NULL, NULL, new.token, &new.key), APIKEY_OK);
		assert_int_equal(syncs.folders, 2 + lost);
		assert_int_equal(w->count, 1);
		assert_non_null(strstr(w->line[0], "event=key.rotate "));
		w->count = 0;
		apikey_key_free(old.key);
		apikey_key_free(new.key);
	}
	syncs.begun = false;
}

static int
renew_meanwhile(void *arg, const char *token, const apikey_key *key)
{
	(void)token;
	change_meanwhile(arg, key, renew_it);
	return APIKEY_OK;
}

/* What should not be there, but is, is on record. */
static void
not_taken_back(void **state)
{
	struct world *w = *state;
	struct issued old, new = { "", NULL };
	const char *id;
	char want[64];

	issue(w, &old, NULL);
	stuck = true;
	assert_int_equal(apikey_rotate(w->admin, old.key, "7d", 0, NULL,
	    renew_meanwhile, w, new.token, &new.key), APIKEY_ERR_CONFLICT);
	stuck = false;
	id = strstr(apikey_admin_message(w->admin),
	    "the new key could not be taken back: revoke ");
	assert_non_null(id);
	(void)snprintf(want, sizeof(want), "event=key.create key=%s ",
	    strrchr(id, ' ') + 1);
	assert_int_equal(w->count, 2);
	assert_non_null(strstr(w->line[0], "event=key.renew "));
	assert_non_null(strstr(w->line[1], want));
	w->count = 0;
	apikey_key_free(old.key);
}

/* Whatever is done behind it: the sentence is that of the deletion. */
static void
deleted_behind_its_predecessor(void **state)
{
	struct world *w = *state;
	struct issued old, new = { "", NULL };

	issue(w, &old, NULL);
	assert_int_equal(apikey_rotate(w->admin, old.key, "7d", 1, NULL,
	    NULL, NULL, new.token, &new.key), APIKEY_OK);
	w->count = 0;
	granted(w, new.token);
	assert_int_equal(apikey_delete(w->admin, old.key, 1), APIKEY_OK);
	begin(1, ALWAYS);
	assert_int_equal(delete_it(w->admin, new.key),
	    APIKEY_ERR_UNAVAILABLE);
	syncs.begun = false;
	world_message(w, apikey_admin_message(w->admin),
	    "STORE: Input/output error");
	w->count = 0;
	apikey_key_free(old.key);
	apikey_key_free(new.key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(made_but_not_synced), WORLD_TEST(rotated),
		WORLD_TEST(not_taken_back),
		WORLD_TEST(deleted_behind_its_predecessor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
