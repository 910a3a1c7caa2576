/*
 * token -> record -> policy -> decision -> audit.
 */
#include <string.h>

#include "decision.h"
#include "result.h"
#include "throttle.h"
#include "usage.h"

/*
 * What an unknown id is verified against, so that it costs the same
 * parsing and the same hash as a known one.  No secret fits it.
 */
static const char nobody[] =
    "version = 1;\n"
    "id = \"0000000000\";\n"
    "user = \"nobody\";\n"
    "label = \"an id that is not known\";\n"
    "hash = \"$blake2b$v=1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\";\n"
    "created = \"2026-11-24T00:00:00Z\";\n"
    "created_by = \"root\";\n"
    "expires = \"2026-11-24T00:00:00Z\";\n"
    "services = [ \"sshd\", \"sudo\", \"sudo-i\" ];\n"
    "from = [ \"127.0.0.0/8\", \"local\" ];\n";

/* ---- The secret ----------------------------------------------------- */

static int
lookup(struct ak_decision *d, const char *id)
{
	struct ak_stamp stamp;

	return ak_keystore_get(&d->opened->keystore, id, &d->record,
	    &stamp, &d->fault);
}

static int
unknown(struct ak_decision *d)
{
	int code;

	ak_record_clear(&d->record);
	code = ak_record_parse(nobody, sizeof(nobody) - 1, "nobody",
	    &d->record, &d->fault);
	if (code != APIKEY_OK)
		return code;
	d->fault = (struct ak_fault){ APIKEY_OK, "" };
	ak_keystore_idle(&d->opened->keystore);
	ak_hash_idle(&d->opened->hashing, &d->token);
	return APIKEY_ERR_UNKNOWN_KEY;
}

static int
check_secret(struct ak_decision *d)
{
	const struct ak_hashing *hashing = &d->opened->hashing;
	int code = lookup(d, d->token.id);

	if (code == APIKEY_ERR_NOT_FOUND)
		return unknown(d);
	if (code != APIKEY_OK)
		return code;
	if (d->over && ak_hash_is_costly(d->record.hash)) {
		ak_hash_idle(hashing, &d->token);
		return APIKEY_ERR_THROTTLED;
	}
	code = ak_hash_verify(hashing, d->record.hash, &d->token, &d->fault);
	/* Why there is no pepper is what there is to mend. */
	if (code == APIKEY_ERR_UNAVAILABLE)
		(void)ak_context_hash(d->opened, &d->record, &d->fault);
	return code;
}

/* ---- Failures ------------------------------------------------------- */

static const char *
shown_id(const struct ak_decision *d)
{
	return d->token.id[0] == '\0' ? NULL : d->token.id;
}

static struct ak_failure
failure_of(const struct ak_decision *d)
{
	return (struct ak_failure){
		.source = d->req->source, .caller = d->req->caller,
		.id = shown_id(d), .now = d->now,
	};
}

/* Before the hash, and without deciding: the right secret will do. */
static void
look_for_failures(struct ak_decision *d)
{
	const struct ak_failure failure = failure_of(d);
	const struct ak_dir *state = ak_decision_state(d);

	if (state != NULL)
		d->over = ak_throttle_over(state,
		    &d->opened->config.limits.failures, &failure,
		    &d->degraded);
}

/* Only who does not know the secret has failed. */
static bool
is_failure(int code)
{
	return code == APIKEY_ERR_MALFORMED ||
	    code == APIKEY_ERR_UNKNOWN_KEY ||
	    code == APIKEY_ERR_WRONG_SECRET || code == APIKEY_ERR_THROTTLED;
}

static int
count_failure(struct ak_decision *d, int code)
{
	const struct ak_failure failure = failure_of(d);
	const struct ak_dir *state = ak_decision_state(d);
	const struct ak_rate *limit;

	if (state == NULL)
		return code;
	limit = &d->opened->config.limits.failures;
	if (d->over) {
		d->failures = ak_throttle_report(state, limit, &failure);
		return APIKEY_ERR_THROTTLED;
	}
	if (!ak_throttle_charge(state, limit, &failure))
		d->degraded = true;
	return code;
}

/* The right secret of a key that is refused is no failure, and takes as
 * long as one. */
static void
count_nothing(struct ak_decision *d)
{
	const struct ak_failure failure = failure_of(d);
	const struct ak_dir *state = ak_decision_state(d);

	if (state != NULL)
		ak_throttle_idle(state, &d->opened->config.limits.failures,
		    &failure, d->over);
}

/* ---- The key -------------------------------------------------------- */

static int
check_policy(struct ak_decision *d)
{
	char host[AK_HOST_SIZE];
	struct ak_policy policy;
	int code = ak_context_policy(d->opened, &d->record,
	    d->now / AK_NS_PER_S, host, &policy, &d->degraded);

	return code != APIKEY_OK ? code :
	    ak_policy_decide(&policy, &d->record, d->req);
}

static int
take_use(struct ak_decision *d)
{
	const struct ak_state *state = &d->opened->state;
	const struct ak_use use = {
		.rate = ak_context_rate(d->opened, &d->record),
		.max_uses = d->record.max_uses, .clock = &d->ctx->clock,
		.source = d->req->source == NULL ? "local" : d->req->source,
		.service = d->req->service,
	};
	bool degraded = false;
	int code = (d->req->is_question ? ak_usage_peek : ak_usage_take)(
	    &state->usage, d->record.id, &use, &degraded, &d->fault);

	d->uncounted = degraded || code >= APIKEY_ERR_BAND;
	/* Another part of the state may have failed before. */
	d->degraded = d->degraded || d->uncounted;
	if (d->uncounted && state->usage.fd == -1)
		d->fault = state->fault;
	return code;
}

static int
make_result(const struct ak_decision *d, apikey_result **ret)
{
	return ak_result_new(&d->record, d->now / AK_NS_PER_S,
	    d->opened->config.expiry_warning, ret);
}

AK_EXPORT int
apikey_verify(apikey_ctx *ctx, const char *text, size_t len,
    const apikey_request *req, apikey_result **ret_result)
{
	apikey_result *result = NULL;
	struct ak_decision d;
	int parsed, code = ak_decision_begin(&d, ctx, req);

	/* In any case: the id of a token goes on record. */
	parsed = ak_token_parse(text, len, &d.token);
	if (code == APIKEY_OK) {
		look_for_failures(&d);
		code = parsed;
	}
	if (code == APIKEY_OK)
		code = check_secret(&d);
	d.right = code == APIKEY_OK;
	if (is_failure(code))
		code = count_failure(&d, code);
	if (d.right && (code = check_policy(&d)) != APIKEY_OK)
		count_nothing(&d);
	if (code == APIKEY_OK)
		code = make_result(&d, &result);
	/* The last thing that can refuse: what is refused takes no use. */
	if (code == APIKEY_OK)
		code = take_use(&d);
	code = ak_decision_conclude(&d, shown_id(&d), code);
	if (code == APIKEY_OK) {
		ak_decision_grant(&d, result);
		*ret_result = result;
		result = NULL;
	}
	ak_decision_end(&d);
	apikey_result_free(result);
	return code;
}

AK_EXPORT int
apikey_recheck(apikey_ctx *ctx, const char *id, const apikey_request *req,
    apikey_result **ret_result)
{
	struct ak_decision d;
	int code = ak_decision_begin(&d, ctx, req);

	if (code == APIKEY_OK)
		code = ak_id_valid(id) ? lookup(&d, id) :
		    APIKEY_ERR_MALFORMED;
	if (code == APIKEY_ERR_NOT_FOUND)
		code = APIKEY_ERR_UNKNOWN_KEY;
	if (code == APIKEY_OK)
		code = check_policy(&d);
	if (code == APIKEY_OK)
		code = make_result(&d, ret_result);
	/* A grant was counted when the secret was shown. */
	if (code != APIKEY_OK)
		code = ak_decision_conclude(&d, id, code);
	ak_decision_end(&d);
	return code;
}

AK_EXPORT int
apikey_belongs(apikey_ctx *ctx, const char *id, const apikey_request *req)
{
	struct ak_decision d;
	int code;

	if (!ak_id_valid(id) || req->user == NULL)
		return APIKEY_ERR_DENIED;
	code = ak_decision_begin(&d, ctx, req);
	if (code == APIKEY_OK)
		code = lookup(&d, id);
	if (code == APIKEY_ERR_NOT_FOUND ||
	    (code == APIKEY_OK && strcmp(d.record.user, req->user) != 0))
		code = APIKEY_ERR_DENIED;
	else if (code != APIKEY_OK)
		code = ak_decision_conclude(&d, id, code);
	ak_decision_end(&d);
	return code;
}

AK_EXPORT void
apikey_audit_deny(apikey_ctx *ctx, const apikey_request *req,
    enum apikey_error reason)
{
	struct ak_decision d;
	int code = ak_decision_begin(&d, ctx, req);

	/* A context that did not open knows more than its caller. */
	if (code == APIKEY_OK || (int)reason != APIKEY_ERR_UNAVAILABLE ||
	    ak_context_is_new(ctx)) {
		d.fault = (struct ak_fault){ APIKEY_OK, "" };
		if (code == APIKEY_OK && reason == APIKEY_ERR_MALFORMED) {
			look_for_failures(&d);
			code = count_failure(&d, (int)reason);
		} else
			code = (int)reason;
	}
	(void)ak_decision_conclude(&d, NULL, code);
	ak_decision_end(&d);
}
