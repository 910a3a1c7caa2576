/*
 * One decision on its way, and how it goes on record.
 */
#include <stdio.h>
#include <stdlib.h>

#include "counters.h"
#include "decision.h"
#include "result.h"
#include "usage.h"

#define DAY_S	86400

/* Every fault of ours has one of three names for others. */
static int
answer_of(int code)
{
	if (code < APIKEY_ERR_BAND || code == APIKEY_ERR_INSECURE_STORE ||
	    code == APIKEY_ERR_CORRUPT_RECORD)
		return code;
	return APIKEY_ERR_UNAVAILABLE;
}

int
ak_decision_begin(struct ak_decision *d, apikey_ctx *ctx,
    const apikey_request *req)
{
	*d = (struct ak_decision){ .ctx = ctx, .req = req, .failures = 1 };
	ak_record_init(&d->record);
	if ((d->opened = ak_context_hold(ctx, &d->fault)) == NULL)
		return d->fault.code;
	return ak_context_now(ctx, &d->now, &d->fault);
}

void
ak_decision_end(struct ak_decision *d)
{
	ak_context_release(d->ctx, d->opened);
	ak_record_clear(&d->record);
	ak_wipe(&d->token, sizeof(d->token));
}

const struct ak_dir *
ak_decision_state(const struct ak_decision *d)
{
	return d->req->is_question || d->opened == NULL ? NULL :
	    &d->opened->state.dir;
}

static const struct ak_audit *
audit_of(const struct ak_decision *d)
{
	return d->opened == NULL ? &d->ctx->audit : &d->opened->audit;
}

static void
add_request(struct ak_event *event, const apikey_request *req)
{
	ak_event_add(event, "user", req->user);
	ak_event_add(event, "service", req->service);
	ak_event_add(event, "rhost", req->source);
	ak_event_add(event, "tty", req->tty);
	ak_event_add(event, "ruser", req->caller);
}

/* A question looks like no login, whoever reads the trail. */
static void
event_init(struct ak_event *event, const struct ak_decision *d, bool granted)
{
	if (d->req->is_question) {
		ak_event_init(event, AK_NOTICE, "auth.check");
		ak_event_add(event, "verdict", granted ? "grant" : "deny");
	} else
		ak_event_init(event, AK_NOTICE,
		    granted ? "auth.grant" : "auth.deny");
}

static void
write_event(const struct ak_decision *d, struct ak_event *event)
{
	if (d->degraded)
		ak_event_add(event, "state", "degraded");
	ak_audit_write(audit_of(d), event);
}

static void
audit_grant(const struct ak_decision *d)
{
	char *scopes = ak_list_join(&d->record.scopes);
	struct ak_event event;

	event_init(&event, d, true);
	ak_event_add(&event, "key", d->record.id);
	add_request(&event, d->req);
	ak_event_add(&event, "scopes",
	    d->record.scopes.count == 0 ? NULL : scopes);
	if (d->uncounted && d->fault.text[0] != '\0')
		ak_event_add(&event, "detail", d->fault.text);
	write_event(d, &event);
	free(scopes);
}

static void
audit_deny(const struct ak_decision *d, const char *id, int code)
{
	char count[24];
	struct ak_event event;

	if (d->failures == 0)
		return;
	(void)snprintf(count, sizeof(count), "%lld", (long long)d->failures);
	event_init(&event, d, false);
	ak_event_add(&event, "reason",
	    apikey_error_name(answer_of(code)));
	ak_event_add(&event, "key", id);
	add_request(&event, d->req);
	if (code == APIKEY_ERR_THROTTLED)
		ak_event_add(&event, "count", count);
	if (code >= APIKEY_ERR_BAND)
		ak_event_add(&event, "detail", d->fault.text[0] == '\0' ?
		    apikey_error_text(code) : d->fault.text);
	write_event(d, &event);
}

/* Somebody still has the right secret of a key that should be gone. */
static void
audit_alarm(const struct ak_decision *d, int code)
{
	struct ak_event event;

	if (!d->right || d->req->is_question ||
	    (code != APIKEY_ERR_REVOKED && code != APIKEY_ERR_SUPERSEDED))
		return;
	ak_event_init(&event, AK_ALERT, "auth.alarm");
	ak_event_add(&event, "reason", apikey_error_name(code));
	ak_event_add(&event, "key", d->record.id);
	add_request(&event, d->req);
	ak_audit_write(audit_of(d), &event);
}

void
ak_decision_expiring(const struct ak_audit *audit,
    const struct ak_record *record)
{
	char text[APIKEY_TIME_SIZE];
	struct ak_event event;

	apikey_time_text(ak_policy_end(record), text);
	ak_event_init(&event, AK_NOTICE, "key.expiring");
	ak_event_add(&event, "key", record->id);
	ak_event_add(&event, "user", record->user);
	ak_event_add(&event, "ends", *text == '\0' ? NULL : text);
	if (record->superseded.by != NULL)
		ak_event_add(&event, "successor", record->superseded.by);
	ak_audit_write(audit, &event);
}

/* A granted key that ends soon, once a day.  Who holds the lock of its
 * file, or whatever else is wrong with it, is not waited for twice. */
static void
announce_end(const struct ak_decision *d, int64_t end)
{
	if (end == APIKEY_TIME_NONE || d->req->is_question ||
	    d->uncounted || !ak_usage_announce(&d->opened->state.usage,
	    d->record.id, d->now / AK_NS_PER_S, DAY_S))
		return;
	ak_decision_expiring(audit_of(d), &d->record);
}

/*
 * What is refused goes on record before its counter is waited for: who calls
 * su may kill it.  (Whether its failure could be counted stands in that
 * line: those locks come before it, 20 ms at the most.)  A grant that is
 * killed is none.
 */
int
ak_decision_conclude(struct ak_decision *d, const char *id, int code)
{
	const struct ak_dir *state = ak_decision_state(d);
	int said = answer_of(code);

	if (code != APIKEY_OK) {
		audit_deny(d, id, code);
		audit_alarm(d, code);
	}
	if (state != NULL && !ak_counters_add(state, said))
		d->degraded = true;
	return said == APIKEY_OK || said >= APIKEY_ERR_BAND ? said :
	    APIKEY_ERR_DENIED;
}

void
ak_decision_grant(const struct ak_decision *d, const apikey_result *result)
{
	audit_grant(d);
	announce_end(d, apikey_result_ends_soon(result));
}
