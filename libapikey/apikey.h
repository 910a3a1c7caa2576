/*
 * apikey.h - API keys: issue them, verify them, change them.
 *
 * This is libapikey's only public header; libapikey(3) documents every
 * name in it with a complete example.
 *
 * Conventions that hold for every function here:
 *
 *  - A function that returns int returns APIKEY_OK (0) or one of the
 *    APIKEY_ERR_ codes below.
 *  - A parameter named ret_... is written only when the function
 *    returns APIKEY_OK.
 *  - Text is UTF-8 and NUL-terminated unless a length goes with it.
 *    Setters copy what they are given.  Text that a getter returns
 *    belongs to the object and lives as long as the object.
 *  - Times are seconds since 1970-01-01T00:00:00Z; APIKEY_TIME_NONE
 *    means that there is none.
 *  - Functions named ..._free take NULL, and wipe what was secret.
 *  - One apikey_ctx serves any number of threads.  Every other object
 *    belongs to one thread at a time.
 *  - The library never prints, never exits, never forks, and changes
 *    nothing of the process: no environment, locale, umask, signal
 *    or working directory.
 */
#ifndef APIKEY_H
#define APIKEY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A token is "apik_" id "_" secret crc: 60 ASCII characters.  The id is
 * public and stands in logs; the secret is 226 random bits.
 */
#define APIKEY_TOKEN_LEN	60
#define APIKEY_TOKEN_SIZE	(APIKEY_TOKEN_LEN + 1)
#define APIKEY_ID_LEN		10
#define APIKEY_ID_SIZE		(APIKEY_ID_LEN + 1)

/* The most elements a list of a key may have, and the longest text. */
#define APIKEY_LIST_MAX		64
#define APIKEY_TEXT_MAX		255

#define APIKEY_TIME_NONE	INT64_MIN

/*
 * Every error: number, code, name (as in the audit trail) and sentence.
 * Numbers below APIKEY_ERR_BAND are refusals: the answer is no.  The
 * others say that there is no answer.
 */
#define APIKEY_ERR_BAND	64
#define APIKEY_ERROR_MAP(X)						\
	X(1, DENIED, "denied", "the key was not accepted")		\
	X(2, MALFORMED, "malformed", "this is not a well-formed key")	\
	X(3, UNKNOWN_KEY, "unknown-key", "there is no key with this id") \
	X(4, WRONG_SECRET, "wrong-secret", "the secret is wrong")	\
	X(5, WRONG_USER, "wrong-user", "the key belongs to another user") \
	X(6, DISABLED, "disabled", "the key is disabled")		\
	X(7, NOT_YET_VALID, "not-yet-valid", "the key is not valid yet") \
	X(8, EXPIRED, "expired", "the key has expired")			\
	X(9, REVOKED, "revoked", "the key was revoked")			\
	X(10, SUPERSEDED, "superseded", "the key was replaced by another") \
	X(11, EXHAUSTED, "exhausted", "the key has no uses left")	\
	X(12, SERVICE, "service", "the key is not for this service")	\
	X(13, SOURCE, "source", "the key is not for this source")	\
	X(14, HOST, "host", "the key is not for this host")		\
	X(15, SCOPE, "scope", "the key lacks a required scope")		\
	X(16, CLEARTEXT, "cleartext",					\
	    "the service would carry the key in clear text")		\
	X(17, RATE, "rate", "the key is used too often")		\
	X(18, THROTTLED, "throttled", "too many failures from this source") \
	X(19, SSHD_REFUSED, "sshd-refused", "sshd had refused the user") \
	X(64, INSECURE_STORE, "insecure-store",				\
	    "a file or folder could be changed by others")		\
	X(65, CORRUPT_RECORD, "corrupt-record", "the record is not valid") \
	X(66, UNAVAILABLE, "unavailable", "the keystore cannot be used") \
	X(67, BAD_CONFIG, "bad-config", "the configuration is not valid") \
	X(68, NO_MEMORY, "no-memory", "out of memory")			\
	X(69, INVALID, "invalid", "an argument is not valid")		\
	X(70, NOT_FOUND, "not-found", "there is no such key")		\
	X(71, CONFLICT, "conflict", "the key was changed meanwhile")	\
	X(72, POLICY, "policy", "the configuration does not allow this")

enum apikey_error {
	APIKEY_OK = 0,
#define APIKEY_X(num, code, name, text)	APIKEY_ERR_##code = (num),
	APIKEY_ERROR_MAP(APIKEY_X)
#undef APIKEY_X
};

/* Name and sentence of a code; "ok" and "unknown" for what is not one. */
const char	*apikey_error_name(int code);
const char	*apikey_error_text(int code);

typedef struct apikey_ctx	apikey_ctx;	/* an open keystore */
typedef struct apikey_request	apikey_request;	/* what a key is shown for */
typedef struct apikey_result	apikey_result;	/* a grant */
typedef struct apikey_admin	apikey_admin;	/* somebody who changes keys */
typedef struct apikey_spec	apikey_spec;	/* the bounds of a key */
typedef struct apikey_key	apikey_key;	/* one reading of a record */

/* ---- The context ---------------------------------------------------- */

/*
 * Where audit lines go.  priority is one of syslog(3)'s, facility
 * included; line has no newline and neither secret nor hash.  It may be
 * called from any thread that uses the context, and must not call back
 * with the same context.
 */
typedef void	 apikey_sink(void *arg, int priority, const char *line);

/* The time in nanoseconds since 1970-01-01T00:00:00Z. */
typedef int64_t	 apikey_clock(void *arg);

/* A context that is not open yet, or NULL when memory is short. */
apikey_ctx	*apikey_new(void);
void		 apikey_free(apikey_ctx *);

/* Before apikey_open: they hold from then on.  The defaults are syslog(3)
 * and CLOCK_REALTIME. */
void		 apikey_set_sink(apikey_ctx *, apikey_sink *, void *arg);
void		 apikey_set_clock(apikey_ctx *, apikey_clock *, void *arg);

/*
 * Read the configuration (NULL: /etc/apikey/apikey.conf) and open the
 * keystore; afterwards verifying works in a chroot, and without
 * privileges as long as the user may read the records.  BAD_CONFIG,
 * INSECURE_STORE, UNAVAILABLE, NO_MEMORY.
 */
int		 apikey_open(apikey_ctx *, const char *config);

/* Read it all again; on an error the context stays as it was. */
int		 apikey_reload(apikey_ctx *);

/* What went wrong in the last apikey_open or apikey_reload: one sentence
 * with the path, the line and the mend.  Never NULL.  Not while another
 * thread opens or reloads the same context. */
const char	*apikey_message(const apikey_ctx *);

/* ---- Verifying ------------------------------------------------------ */

apikey_request	*apikey_request_new(void);
void		 apikey_request_free(apikey_request *);

/*
 * All take NULL for "none".  user: whose key it must be (NULL: anyone's,
 * for a bearer token that names its own user).  source: the numeric
 * address of the remote host; NULL or "" is a local request, and text
 * that is no address matches no network.  caller: the user who asks
 * (PAM_RUSER), by whom failures of local requests are counted.  tty
 * only goes to the audit trail.  NO_MEMORY.
 */
int	 apikey_request_set_user(apikey_request *, const char *user);
int	 apikey_request_set_service(apikey_request *, const char *service);
int	 apikey_request_set_source(apikey_request *, const char *source);
int	 apikey_request_set_tty(apikey_request *, const char *tty);
int	 apikey_request_set_caller(apikey_request *, const char *caller);
int	 apikey_request_add_scope(apikey_request *, const char *scope);

/* Is an answer to this request a use of the key (1, as it is at first), or
 * only a question (0)?  A question counts and limits nothing, and its line
 * in the audit trail is an event of its own. */
void	 apikey_request_set_consume(apikey_request *, int consume);

/*
 * Decide on a token of len bytes, and take one use of its key when it is
 * accepted.  APIKEY_OK; APIKEY_ERR_DENIED, the
 * reason going to the audit trail alone; or, when there is no answer,
 * INSECURE_STORE, CORRUPT_RECORD or UNAVAILABLE, which must be taken as
 * no.  The result is the caller's to free.  When the key ends within the
 * configuration's expiry_warning, that goes on record, too, once a day at
 * the most.
 */
int	 apikey_verify(apikey_ctx *, const char *token, size_t len,
	    const apikey_request *, apikey_result **ret_result);

/* Is the granted key still good for the request?  As apikey_verify, for
 * the account phase: the secret is not needed again, and no use is
 * taken. */
int	 apikey_recheck(apikey_ctx *, const char *id, const apikey_request *,
	    apikey_result **ret_result);

/* Does the key id belong to the request's user?  APIKEY_OK,
 * APIKEY_ERR_DENIED or as above; only that there is no answer goes on
 * record. */
int	 apikey_belongs(apikey_ctx *, const char *id, const apikey_request *);

/* Put on record a refusal that the caller decided, and a session that
 * was opened or closed with a granted key. */
void	 apikey_audit_deny(apikey_ctx *, const apikey_request *,
	    enum apikey_error reason);
void	 apikey_audit_session(apikey_ctx *, const apikey_request *,
	    const char *id, int opened);

void		 apikey_result_free(apikey_result *);
const char	*apikey_result_id(const apikey_result *);
const char	*apikey_result_user(const apikey_result *);
const char	*apikey_result_label(const apikey_result *);	/* or "" */
int64_t		 apikey_result_expires(const apikey_result *);

/* When the key ends, if that is within the configuration's expiry_warning;
 * APIKEY_TIME_NONE otherwise.  A key that was rotated ends with its
 * overlap, if that is earlier. */
int64_t		 apikey_result_ends_soon(const apikey_result *);
size_t		 apikey_result_scope_count(const apikey_result *);
const char	*apikey_result_scope(const apikey_result *, size_t i);

/* The id in a text that has the shape of a token (its checksum need not
 * fit).  MALFORMED for any other text. */
int	 apikey_token_id(const char *text, size_t len,
	    char ret_id[APIKEY_ID_SIZE]);

/* ---- Keys as they stand in the keystore ----------------------------- */

#define APIKEY_STATUS_MAP(X)						\
	X(ACTIVE, "active") X(PENDING, "pending")			\
	X(DISABLED, "disabled") X(EXPIRED, "expired")			\
	X(REVOKED, "revoked") X(SUPERSEDED, "superseded")		\
	X(EXHAUSTED, "exhausted")

enum apikey_status {
#define APIKEY_X(code, name)	APIKEY_STATUS_##code,
	APIKEY_STATUS_MAP(APIKEY_X)
#undef APIKEY_X
};

const char	*apikey_status_name(enum apikey_status);

/* What a key is bound to; create and set take these. */
enum apikey_bound {
	APIKEY_USER,		/* any text; required */
	APIKEY_LABEL,		/* any text */
	APIKEY_EXPIRES,		/* duration, RFC 3339 time, "never" */
	APIKEY_NOT_BEFORE,	/* duration, RFC 3339 time */
	APIKEY_SERVICES,	/* list: PAM service names */
	APIKEY_FROM,		/* list: networks, addresses, "local" */
	APIKEY_HOSTS,		/* list: fnmatch(3) patterns */
	APIKEY_SCOPES,		/* list: exact words */
	APIKEY_MAX_USES,	/* a count from 1 */
	APIKEY_RATE		/* N/DURATION or N/DURATION:BURST */
};

void		 apikey_key_free(apikey_key *);
const char	*apikey_key_id(const apikey_key *);
const char	*apikey_key_user(const apikey_key *);
const char	*apikey_key_label(const apikey_key *);		/* or "" */
const char	*apikey_key_created_by(const apikey_key *);	/* or "" */
int64_t		 apikey_key_created(const apikey_key *);
int64_t		 apikey_key_not_before(const apikey_key *);
int64_t		 apikey_key_expires(const apikey_key *);
enum apikey_status apikey_key_status(const apikey_key *);	/* when read */

/* The lists: SERVICES, FROM, HOSTS, SCOPES.  Empty means any. */
size_t		 apikey_key_count(const apikey_key *, enum apikey_bound);
const char	*apikey_key_item(const apikey_key *, enum apikey_bound,
		    size_t i);

/* Of a revoked key; APIKEY_TIME_NONE and "" otherwise. */
int64_t		 apikey_key_revoked_at(const apikey_key *);
const char	*apikey_key_revoked_by(const apikey_key *);
const char	*apikey_key_revoked_reason(const apikey_key *);
const char	*apikey_key_revoked_note(const apikey_key *);

/* As they were asked for: 0 and "" when there is no such bound. */
int64_t		 apikey_key_max_uses(const apikey_key *);
const char	*apikey_key_rate(const apikey_key *);

/* How its secret was hashed, as the configuration calls it ("blake2b",
 * "argon2id"), and the id of the pepper that it needs ("": none). */
const char	*apikey_key_hash(const apikey_key *);
const char	*apikey_key_pepper(const apikey_key *);

/*
 * The family of a rotated key: the one it replaces, and the one that
 * replaces it ("": none), with the time from which it is dead in any case,
 * and whether it dies earlier, at its successor's first use.
 */
const char	*apikey_key_rotated_from(const apikey_key *);
const char	*apikey_key_superseded_by(const apikey_key *);
int64_t		 apikey_key_superseded_at(const apikey_key *);
int		 apikey_key_until_first_use(const apikey_key *);

/* What this host has counted: -1, APIKEY_TIME_NONE and "" when the state
 * cannot be read; 0, APIKEY_TIME_NONE and "" when it was never used. */
int64_t		 apikey_key_uses(const apikey_key *);
int64_t		 apikey_key_first_used(const apikey_key *);
int64_t		 apikey_key_last_used(const apikey_key *);
const char	*apikey_key_last_from(const apikey_key *);
const char	*apikey_key_last_service(const apikey_key *);

/* From when on the key was good for nothing, and for good: revoked,
 * superseded or expired; the latest of these.  APIKEY_TIME_NONE when it
 * has not ended. */
int64_t		 apikey_key_ended(const apikey_key *);

/* Text of a time ("2026-11-24T00:00:00Z"), for people and for scripts.
 * "" for APIKEY_TIME_NONE and for times before 1970 or after 9999. */
#define APIKEY_TIME_SIZE	sizeof("2026-11-24T00:00:00Z")
void	 apikey_time_text(int64_t t, char ret_text[APIKEY_TIME_SIZE]);

/* A duration: "90d", "1d12h". INVALID. */
int	 apikey_duration_parse(const char *text, int64_t *ret_seconds);

/* A duration counted from now, or an RFC 3339 time.  INVALID. */
int	 apikey_time_parse(const char *text, int64_t now, int64_t *ret_time);

/* The context's time, in seconds. */
int64_t	 apikey_now(const apikey_ctx *);

/* ---- Issuing and changing ------------------------------------------- */

/* by: the name that goes on record with every change. NULL when memory
 * is short.  The context must outlive it. */
apikey_admin	*apikey_admin_new(apikey_ctx *, const char *by);
void		 apikey_admin_free(apikey_admin *);

/* What went wrong in the last call with this object: one sentence that
 * says what, where and the mend.  Never NULL. */
const char	*apikey_admin_message(const apikey_admin *);

apikey_spec	*apikey_spec_new(void);
void		 apikey_spec_free(apikey_spec *);

/*
 * Set one bound from its text; a list bound takes one element a call.
 * "" is for changes: it clears the bound.  Nothing is judged here;
 * apikey_create says what it does not understand.  NO_MEMORY, INVALID
 * (too long, or too many elements).
 */
int	 apikey_spec_set(apikey_spec *, enum apikey_bound, const char *text);

/*
 * Takes a new token into safe keeping.  It is called before the key is
 * stored, and when it returns anything but APIKEY_OK, the key is not.
 */
typedef int	 apikey_deliver(void *arg, const char *token,
		    const apikey_key *);

/*
 * Issue a key.  deliver may be NULL.  The token is in ret_token and
 * nowhere else; the caller wipes it.  ret_key is the caller's to free.
 * INVALID, POLICY, CONFLICT, INSECURE_STORE, UNAVAILABLE, NO_MEMORY.
 */
int	 apikey_create(apikey_admin *, const apikey_spec *,
	    apikey_deliver *deliver, void *arg,
	    char ret_token[APIKEY_TOKEN_SIZE], apikey_key **ret_key);

/* Read a key.  INVALID (not an id), NOT_FOUND, CORRUPT_RECORD,
 * INSECURE_STORE, UNAVAILABLE, NO_MEMORY. */
int	 apikey_get(apikey_admin *, const char *id, apikey_key **ret_key);

/*
 * Call each for every file of the keystore, in no order: with a key,
 * which becomes the callee's to free, or with NULL and the sentence that
 * says which file is bad and why.  It stops when each returns non-zero.
 * Many files are read by several threads, which have ended when it
 * returns; each is called in the caller's.  The worst error among the
 * files.
 */
typedef int	 apikey_each(void *arg, apikey_key *, const char *message);
int	 apikey_list(apikey_admin *, apikey_each *each, void *arg);

/*
 * Changes.  Each is based on the reading that key is: when the record
 * was changed since, it is a CONFLICT and nothing is written.  On
 * success key is the new reading.  reason: "leaked", "superseded",
 * "offboarded", "other"; note may be NULL or "" for none.  NOT_FOUND, CONFLICT,
 * INVALID, and as apikey_get.  What is so already is no error and is
 * not written again.
 */
int	 apikey_revoke(apikey_admin *, apikey_key *, const char *reason,
	    const char *note);
int	 apikey_disable(apikey_admin *, apikey_key *);
int	 apikey_enable(apikey_admin *, apikey_key *);

/*
 * Change the bounds that the spec gives: a list is replaced, "" clears a
 * bound.  A change of the expiry is held to issue.max_ttl, from now on.
 * POLICY: the key is revoked.  apikey_renew changes nothing but the expiry
 * (as for APIKEY_EXPIRES), and goes on record as such.
 */
int	 apikey_set(apikey_admin *, apikey_key *, const apikey_spec *);
int	 apikey_renew(apikey_admin *, apikey_key *, const char *expires);

/*
 * Issue a key with the bounds of another, which ends after the overlap (a
 * duration, "0s" for at once; NULL: issue.overlap), and with
 * until_first_use as soon as the new key is used, if that is earlier.
 * expires: as for APIKEY_EXPIRES; NULL: issue.ttl from now.  deliver,
 * ret_token and ret_key are as for apikey_create; on success key is the new
 * reading of the old key.  POLICY: the old key is revoked, expired,
 * disabled or replaced, or has a successor that is not revoked.  One whose
 * uses are spent may be rotated.
 */
int	 apikey_rotate(apikey_admin *, apikey_key *, const char *overlap,
	    int until_first_use, const char *expires,
	    apikey_deliver *deliver, void *arg,
	    char ret_token[APIKEY_TOKEN_SIZE], apikey_key **ret_key);

/* Remove the record and what was counted.  POLICY: the key has not ended,
 * and force is 0.  CONFLICT, NOT_FOUND, and as apikey_get. */
int	 apikey_delete(apikey_admin *, apikey_key *, int force);

/* Put on record that a key ends, and when: with its expiry, or with the
 * overlap of a rotation.  Which keys, and how often, is the caller's.
 * The errors of apikey_open, when that has failed. */
int	 apikey_audit_expiring(apikey_admin *, const apikey_key *);

/* Count anew from nothing; what key tells of its uses is new, too.
 * UNAVAILABLE, and as apikey_get. */
int	 apikey_usage_reset(apikey_admin *, apikey_key *);

/*
 * Delete every key that ended at or before a time, and what was counted of
 * keys that are gone since then.  each is called for every such key, which
 * becomes the callee's to free, and for every bad file, as for
 * apikey_list; with dry_run nothing is deleted.  Returns the worst error
 * of all; INVALID when that time is yet to come.
 */
int	 apikey_gc(apikey_admin *, int64_t before, int dry_run,
	    apikey_each *each, void *arg);

/* ---- Diagnosis ------------------------------------------------------ */

/*
 * What would happen if the right secret of a key were shown at a time
 * (APIKEY_TIME_NONE: now): each is called for every check in its order,
 * with its name, its verdict and what it compared.  The request's user
 * NULL stands for the key's own; a check that needs a service or a source,
 * where the request has none, is NOT_ASKED.  Returns the first refusal,
 * APIKEY_OK, or as apikey_get.  Nothing is written.
 */
#define APIKEY_NOT_ASKED	(-1)
typedef int	 apikey_check(void *arg, const char *name, int verdict,
		    const char *detail);
int	 apikey_explain(apikey_admin *, const char *id,
	    const apikey_request *, int64_t at, apikey_check *each,
	    void *arg);

/* How many grants (code APIKEY_OK) or refusals with a code this host has
 * counted.  INVALID, CORRUPT_RECORD (no file of counters), UNAVAILABLE,
 * INSECURE_STORE, NO_MEMORY. */
int	 apikey_counter(apikey_admin *, int code, int64_t *ret_count);

/* Make the file that the configuration names as pepper; a context uses it
 * from its next apikey_reload on.  CONFLICT when there is one, POLICY when
 * none is named.  ret_id: as in stored hashes. */
#define APIKEY_PEPPER_ID_SIZE	9
int	 apikey_pepper_init(apikey_admin *,
	    char ret_id[APIKEY_PEPPER_ID_SIZE]);

/* ---- Files, before they are used ------------------------------------ */

/*
 * What a check finds is one sentence, "NAME: what is wrong; the mend" or
 * "NAME:LINE: ...", in message, which is "" when nothing was found.  A text
 * is the whole of a file, with a NUL behind its len bytes, and name is what
 * the sentence calls it.  No file is opened for a text, and none is
 * written.
 */
#define APIKEY_MESSAGE_SIZE	512

/*
 * Would a login trust this path?  Every folder from root (NULL: "/") on,
 * and the file, or with is_folder the folder, must belong to root or to the
 * effective user, be writable by nobody else, and be no link.  root stands
 * for "/", for the tree of an image; path is absolute, as seen from there.
 * INSECURE_STORE, NOT_FOUND, UNAVAILABLE, BAD_CONFIG (no such path can be
 * configured), NO_MEMORY.
 */
int	 apikey_check_path(const char *root, const char *path, int is_folder,
	    char message[APIKEY_MESSAGE_SIZE]);

/*
 * The text of a configuration.  On success each is called for every setting
 * that then holds, defaults included, with its name ("issue.ttl") and its
 * value as text, for a list once an element.  BAD_CONFIG, NO_MEMORY.
 */
typedef void	 apikey_setting(void *arg, const char *name,
		    const char *value);
int	 apikey_check_config(const char *text, size_t len, const char *name,
	    apikey_setting *each, void *arg,
	    char message[APIKEY_MESSAGE_SIZE]);

/*
 * The text of a record; id is what it must hold, or NULL.  Of the key's
 * uses nothing is known; its status is that at a time in seconds.
 * CORRUPT_RECORD, NO_MEMORY.
 */
int	 apikey_check_record(const char *text, size_t len, const char *name,
	    const char *id, int64_t at, apikey_key **ret_key,
	    char message[APIKEY_MESSAGE_SIZE]);

/*
 * Could a login check the key's hash?  pepper is the id of the pepper that
 * there is ("": none), and argon2id hashes may cost at most so much (KiB,
 * and passes).  UNAVAILABLE.
 */
int	 apikey_check_hash(const apikey_key *, const char *pepper,
	    int64_t max_memory, int64_t max_passes,
	    char message[APIKEY_MESSAGE_SIZE]);

/* The text of a pepper's file, and that of a key's usage.  BAD_CONFIG;
 * CORRUPT_RECORD. */
int	 apikey_check_pepper(const char *text, size_t len, const char *name,
	    char ret_id[APIKEY_PEPPER_ID_SIZE],
	    char message[APIKEY_MESSAGE_SIZE]);
int	 apikey_check_usage(const char *text, size_t len, const char *name,
	    char message[APIKEY_MESSAGE_SIZE]);

#ifdef __cplusplus
}
#endif

#endif /* APIKEY_H */
