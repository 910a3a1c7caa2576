/*
 * Keys that are over, what was counted, and the pepper.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "counters.h"
#include "decision.h"
#include "pepper.h"
#include "token.h"

/*
 * A key that dies at its successor's first use must stay dead when that
 * use is forgotten: it is given its end first.  So it is where nobody can
 * tell whether there was one.
 */
static int
end_predecessor(apikey_admin *admin, const apikey_key *key)
{
	apikey_key *old = NULL;
	struct ak_record changed;
	struct ak_event event;
	bool stored = false;
	int code;

	if (key->record.rotated_from == NULL || apikey_key_uses(key) == 0)
		return APIKEY_OK;
	code = ak_admin_read(admin, key->record.rotated_from, &old,
	    &admin->fault);
	/* One that cannot be read is refused anyway. */
	if (code == APIKEY_ERR_NOT_FOUND ||
	    code == APIKEY_ERR_CORRUPT_RECORD) {
		admin->fault = (struct ak_fault){ APIKEY_OK, "" };
		return APIKEY_OK;
	}
	if (code != APIKEY_OK)
		return code;
	if (!old->record.is_superseded ||
	    !old->record.superseded.until_first_use ||
	    old->record.superseded.at <= admin->now ||
	    strcmp(old->record.superseded.by, key->record.id) != 0) {
		apikey_key_free(old);
		return APIKEY_OK;
	}
	code = ak_record_copy(&changed, &old->record);
	changed.superseded.at = admin->now;
	if (code != APIKEY_OK)
		(void)ak_fail(&admin->fault, code, "out of memory");
	else
		code = ak_change_store(admin, old, &changed, &stored);
	if (stored) {
		ak_admin_event(&event, admin, "key.set", &old->record);
		ak_event_add(&event, "changed", "superseded");
		ak_audit_write(&admin->opened->audit, &event);
	}
	ak_record_clear(&changed);
	apikey_key_free(old);
	return code;
}

/* What is counted now, not when the key was read. */
static int
delete_key(apikey_admin *admin, apikey_key *key)
{
	const struct ak_opened *opened = admin->opened;
	struct ak_fault fault;
	bool gone = false;
	int code;

	ak_key_count_uses(key, &opened->state);
	code = end_predecessor(admin, key);
	if (code == APIKEY_OK)
		code = ak_change_remove(admin, key, &gone);
	if (!gone)
		return code;
	/* It may have been used first in this very moment. */
	fault = admin->fault;
	ak_key_count_uses(key, &opened->state);
	/* A count that stays behind is harmless, and gc finds it. */
	if (end_predecessor(admin, key) == APIKEY_OK)
		(void)ak_usage_remove(&opened->state.usage, key->record.id,
		    NULL);
	admin->fault = fault;
	ak_admin_audit(admin, "key.delete", &key->record);
	return code;
}

AK_EXPORT int
apikey_delete(apikey_admin *admin, apikey_key *key, int force)
{
	enum apikey_status status = apikey_key_status(key);
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK && force == 0 &&
	    status != APIKEY_STATUS_SUPERSEDED &&
	    apikey_key_ended(key) == APIKEY_TIME_NONE)
		code = ak_fail(&admin->fault, APIKEY_ERR_POLICY, "the key %s "
		    "has not ended: revoke it first", key->record.id);
	if (code == APIKEY_OK)
		code = delete_key(admin, key);
	ak_admin_end(admin);
	return code;
}

AK_EXPORT int
apikey_usage_reset(apikey_admin *admin, apikey_key *key)
{
	const struct ak_dir *usage = NULL;
	int code = ak_admin_begin(admin);

	if (code != APIKEY_OK ||
	    (code = ak_admin_usage(admin, &usage)) != APIKEY_OK)
		goto out;
	ak_key_count_uses(key, &admin->opened->state);
	if ((code = end_predecessor(admin, key)) == APIKEY_OK)
		code = ak_usage_reset(usage, key->record.id, &admin->fault);
	if (code != APIKEY_OK)
		goto out;
	ak_key_count_uses(key, &admin->opened->state);
	ak_admin_audit(admin, "key.reset", &key->record);
out:
	ak_admin_end(admin);
	return code;
}

AK_EXPORT int
apikey_audit_expiring(apikey_admin *admin, const apikey_key *key)
{
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK)
		ak_decision_expiring(&admin->opened->audit, &key->record);
	ak_admin_end(admin);
	return code;
}

/* ---- Garbage -------------------------------------------------------- */

/* A new key's count is there before its record: it is no orphan. */
#define ORPHAN_AGE	INT64_C(86400)

struct collection {
	apikey_admin	*admin;
	int64_t		 before;
	bool		 dry_run;
	apikey_each	*each;
	void		*arg;
	int		 worst;		/* of what could not be deleted */
	char		(*needed)[APIKEY_ID_SIZE];	/* counts of others */
	size_t		 needed_count;
	bool		 partial;	/* not all that are needed */
};

/* A key that ends when its successor is first used needs that one's count,
 * also where the successor itself is gone. */
static void
need_count(struct collection *c, const struct ak_record *record)
{
	char (*bigger)[APIKEY_ID_SIZE];

	if (!record->is_superseded || !record->superseded.until_first_use)
		return;
	bigger = reallocarray(c->needed, c->needed_count + 1,
	    sizeof(*bigger));
	if (bigger == NULL) {
		c->partial = true;
		return;
	}
	c->needed = bigger;
	(void)stpncpy(bigger[c->needed_count++], record->superseded.by,
	    APIKEY_ID_SIZE);
}

static bool
is_needed(const struct collection *c, const char *id)
{
	for (size_t i = 0; i < c->needed_count; i++)
		if (strcmp(c->needed[i], id) == 0)
			return true;
	return false;
}

static bool
is_over(const struct collection *c, const apikey_key *key)
{
	int64_t ended = apikey_key_ended(key);

	return ended != APIKEY_TIME_NONE && ended <= c->before;
}

/* What was changed since it was read, by the deletion of its successor
 * perhaps, is read again, once. */
static int
delete_over(struct collection *c, apikey_key **key)
{
	apikey_key *now = NULL;
	int code = delete_key(c->admin, *key);

	if (code != APIKEY_ERR_CONFLICT)
		return code;
	code = ak_admin_read(c->admin, (*key)->record.id, &now,
	    &c->admin->fault);
	if (code != APIKEY_OK)
		return code;
	apikey_key_free(*key);
	*key = now;
	if (is_over(c, now))
		return delete_key(c->admin, now);
	need_count(c, &now->record);
	return APIKEY_ERR_NOT_FOUND;
}

static int
tell(struct collection *c, apikey_key *key, const char *message)
{
	int stop = c->each(c->arg, key, message);

	c->partial = c->partial || stop != 0;
	return stop;
}

static int
collect_key(void *arg, apikey_key *key, const char *message)
{
	struct collection *c = arg;
	int code;

	if (key == NULL)
		return tell(c, NULL, message);
	if (!is_over(c, key)) {
		need_count(c, &key->record);
		apikey_key_free(key);
		return 0;
	}
	code = c->dry_run ? APIKEY_OK : delete_over(c, &key);
	if (code == APIKEY_OK)
		return tell(c, key, NULL);
	apikey_key_free(key);
	if (code == APIKEY_ERR_NOT_FOUND)	/* deleted meanwhile */
		return 0;
	if (code > c->worst)
		c->worst = code;
	return tell(c, NULL, c->admin->fault.text);
}

static bool
is_orphan(const struct collection *c, int dir, const char *name)
{
	const struct ak_keystore *store = &c->admin->opened->keystore;
	struct ak_record record;
	struct ak_stamp stamp;
	struct stat st;
	int code;

	if (!ak_id_valid(name) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    st.st_mtim.tv_sec > c->before || st.st_mtim.tv_sec >
	    c->admin->now - ORPHAN_AGE)
		return false;
	code = ak_keystore_get(store, name, &record, &stamp, NULL);
	ak_record_clear(&record);
	return code == APIKEY_ERR_NOT_FOUND && !is_needed(c, name);
}

/* What was counted of keys that are gone: nobody misses what cannot be
 * removed. */
static void
collect_counts(const struct collection *c)
{
	const struct ak_dir *usage = &c->admin->opened->state.usage;
	struct dirent *entry;
	DIR *dir;
	int fd;

	if (usage->fd == -1 || c->dry_run)
		return;
	fd = openat(usage->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	if ((dir = fdopendir(fd)) == NULL) {
		(void)close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (is_orphan(c, fd, entry->d_name))
			(void)ak_usage_remove(usage, entry->d_name, NULL);
	(void)closedir(dir);
}

AK_EXPORT int
apikey_gc(apikey_admin *admin, int64_t before, int dry_run,
    apikey_each *each, void *arg)
{
	struct collection c = {
		.admin = admin, .before = before, .dry_run = dry_run != 0,
		.each = each, .arg = arg, .worst = APIKEY_OK,
	};
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK && before > admin->now)
		code = ak_fail(&admin->fault, APIKEY_ERR_INVALID,
		    "the time up to which keys are collected is yet to come: "
		    "is the clock right?");
	if (code == APIKEY_OK) {
		code = ak_admin_each(admin, collect_key, &c);
		if (code != APIKEY_ERR_UNAVAILABLE &&
		    code != APIKEY_ERR_NO_MEMORY && !c.partial)
			collect_counts(&c);
	}
	free(c.needed);
	ak_admin_end(admin);
	return code != APIKEY_OK ? code : c.worst;
}

/* ---- The state's other parts, and the pepper ------------------------ */

AK_EXPORT int
apikey_counter(apikey_admin *admin, int code, int64_t *ret_count)
{
	int64_t counts[AK_COUNTERS];
	int error = ak_admin_begin(admin);

	if (error == APIKEY_OK && (code < 0 || code >= AK_COUNTERS))
		error = ak_fail(&admin->fault, APIKEY_ERR_INVALID,
		    "%d is not counted", code);
	if (error == APIKEY_OK && admin->opened->state.dir.fd == -1) {
		admin->fault = admin->opened->state.fault;
		error = admin->fault.code;
	}
	if (error == APIKEY_OK)
		error = ak_counters_read(&admin->opened->state.dir,
		    counts, &admin->fault);
	if (error == APIKEY_OK)
		*ret_count = counts[code];
	ak_admin_end(admin);
	return error;
}

AK_EXPORT int
apikey_pepper_init(apikey_admin *admin, char ret_id[APIKEY_PEPPER_ID_SIZE])
{
	struct ak_pepper pepper = { .is_set = false };
	struct ak_event event;
	const char *path;
	int code = ak_admin_begin(admin);

	if (code != APIKEY_OK)
		goto out;
	path = admin->opened->config.pepper;
	code = path == NULL ? ak_fail(&admin->fault, APIKEY_ERR_POLICY,
	    "the configuration names no pepper: add pepper = "
	    "\"/etc/apikey/pepper\"; to it first") :
	    ak_pepper_create(path, &pepper, &admin->fault);
	if (code != APIKEY_OK)
		goto out;
	ak_event_init(&event, AK_NOTICE, "pepper.init");
	ak_event_add(&event, "pepper", pepper.id);
	ak_event_add(&event, "by", admin->by);
	ak_audit_write(&admin->opened->audit, &event);
	memcpy(ret_id, pepper.id, sizeof(pepper.id));
out:
	ak_admin_end(admin);
	ak_wipe(&pepper, sizeof(pepper));
	return code;
}
