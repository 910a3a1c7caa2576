/*
 * What would happen, check by check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "netaddr.h"

#define DETAIL_SIZE	640

struct explanation {
	apikey_admin		*admin;
	struct ak_record	 record;
	struct ak_policy	 policy;
	char			 host[AK_HOST_SIZE];
	apikey_request		 req;		/* points to the caller's */
	bool			 no_user;	/* the key's own is taken */
	int64_t			 now;		/* nanoseconds */
	apikey_check		*each;
	void			*arg;
	int			 first;		/* refusal */
	bool			 stop;
};

static void
tell(struct explanation *x, const char *name, int verdict,
    const char *detail)
{
	if (x->stop)
		return;
	if (verdict > APIKEY_OK && x->first == APIKEY_OK)
		x->first = verdict;
	x->stop = x->each(x->arg, name, verdict, detail) != 0;
}

static const char *
or(const char *text, const char *absent)
{
	return text == NULL ? absent : text;
}

static void
describe_time(char ret[DETAIL_SIZE], const char *before, int64_t t,
    const char *absent)
{
	char text[APIKEY_TIME_SIZE];

	apikey_time_text(t, text);
	if (*text == '\0')
		(void)snprintf(ret, DETAIL_SIZE, "%s", absent);
	else
		(void)snprintf(ret, DETAIL_SIZE, "%s%s", before, text);
}

/* "the key is for a,b; and what this is" */
static void
describe_list(char ret[DETAIL_SIZE], const struct ak_list *list,
    const char *any, const char *asked)
{
	char *text = list->count == 0 ? NULL : ak_list_join(list);

	(void)snprintf(ret, DETAIL_SIZE, "the key is for %.250s%s%.330s",
	    list->count == 0 ? any : or(text, "?"),
	    *asked == '\0' ? "" : "; ", asked);
	free(text);
}

static void
describe_scopes(char ret[DETAIL_SIZE], const struct ak_list *has,
    const struct ak_list *asked)
{
	char *a = ak_list_join(has), *b = ak_list_join(asked);

	(void)snprintf(ret, DETAIL_SIZE, "the key has %.200s; %s%.200s",
	    has->count == 0 ? "none" : or(a, "?"),
	    asked->count == 0 ? "none was asked for" : "needed: ",
	    asked->count == 0 ? "" : or(b, "?"));
	free(a);
	free(b);
}

static void
describe_superseded(char ret[DETAIL_SIZE], const struct ak_record *record)
{
	char at[APIKEY_TIME_SIZE];

	if (!record->is_superseded) {
		(void)snprintf(ret, DETAIL_SIZE, "it was not replaced");
		return;
	}
	apikey_time_text(record->superseded.at, at);
	(void)snprintf(ret, DETAIL_SIZE, "replaced by %s, good until %s%s",
	    record->superseded.by, at, record->superseded.until_first_use ?
	    " or the first use of that" : "");
}

static void
describe_service(const struct explanation *x, char ret[DETAIL_SIZE])
{
	char asked[DETAIL_SIZE] = "no service was given";

	if (x->req.service != NULL)
		(void)snprintf(asked, sizeof(asked), "asked for %s",
		    x->req.service);
	describe_list(ret, &x->record.services, "any service", asked);
}

/* "asked from ..." */
static void
describe_asked_source(const struct explanation *x, char ret[DETAIL_SIZE])
{
	const char *source = x->req.source;
	struct ak_addr addr;

	if (source != NULL)
		(void)snprintf(ret, DETAIL_SIZE, "asked from %.200s%s",
		    source, ak_addr_parse(source, &addr) ? "" :
		    ", which is no numeric address and in no network");
	else if (ak_policy_is_local(&x->policy, &x->req))
		(void)snprintf(ret, DETAIL_SIZE, "asked from local: %.200s is "
		    "one of local_services", x->req.service);
	else if (x->req.service != NULL)
		(void)snprintf(ret, DETAIL_SIZE, "no address was given, and "
		    "%.200s is none of local_services", x->req.service);
	else
		(void)snprintf(ret, DETAIL_SIZE, "no address was given");
}

static void
describe_source(const struct explanation *x, char ret[DETAIL_SIZE])
{
	char asked[DETAIL_SIZE];

	describe_asked_source(x, asked);
	describe_list(ret, &x->record.from, "any source", asked);
}

static void
describe_host(const struct explanation *x, char ret[DETAIL_SIZE])
{
	char asked[DETAIL_SIZE] = "";

	if (*x->host != '\0')
		(void)snprintf(asked, sizeof(asked), "this host is %s",
		    x->host);
	describe_list(ret, &x->record.hosts, "any host", asked);
}

static bool
is_cleartext(const struct explanation *x)
{
	return x->req.service != NULL &&
	    ak_list_has(x->policy.cleartext_services, x->req.service);
}

static void
describe_cleartext(const struct explanation *x, char ret[DETAIL_SIZE])
{
	char asked[DETAIL_SIZE];

	if (x->req.service == NULL)
		(void)snprintf(ret, DETAIL_SIZE, "no service was given");
	else if (is_cleartext(x)) {
		describe_asked_source(x, asked);
		(void)snprintf(ret, DETAIL_SIZE, "%.200s is one of "
		    "cleartext_services; %.300s", x->req.service, asked);
	} else
		(void)snprintf(ret, DETAIL_SIZE, "%.200s is none of "
		    "cleartext_services", x->req.service);
}

static void
describe_user(const struct explanation *x, char ret[DETAIL_SIZE])
{
	(void)snprintf(ret, DETAIL_SIZE, "the key is for %.200s; %s%.200s",
	    x->record.user, x->no_user ? "no other was given" : "asked for ",
	    x->no_user ? "" : x->req.user);
}

static void
describe(const struct explanation *x, enum ak_check check,
    char ret[DETAIL_SIZE])
{
	const struct ak_record *record = &x->record;

	ret[0] = '\0';
	switch (check) {
	case AK_CHECK_REVOKED:
		describe_time(ret, "revoked at ", record->revoked.at,
		    "it is not");
		break;
	case AK_CHECK_SUPERSEDED:
		describe_superseded(ret, record);
		break;
	case AK_CHECK_EXPIRED:
		describe_time(ret, "it ends at ", record->expires, "never");
		break;
	case AK_CHECK_DISABLED:
		(void)snprintf(ret, DETAIL_SIZE, "it is%s",
		    record->disabled ? "" : " not");
		break;
	case AK_CHECK_NOT_BEFORE:
		describe_time(ret, "it begins at ", record->not_before,
		    "from the beginning");
		break;
	case AK_CHECK_USER:
		describe_user(x, ret);
		break;
	case AK_CHECK_SERVICE:
		describe_service(x, ret);
		break;
	case AK_CHECK_SOURCE:
		describe_source(x, ret);
		break;
	case AK_CHECK_HOST:
		describe_host(x, ret);
		break;
	case AK_CHECK_SCOPE:
		describe_scopes(ret, &record->scopes, &x->req.scopes);
		break;
	case AK_CHECK_CLEARTEXT:
		describe_cleartext(x, ret);
		break;
	case AK_CHECKS:
		break;
	}
}

static bool
is_for_local_alone(const struct ak_list *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (strcmp(from->item[i], "local") != 0)
			return false;
	return from->count > 0;
}

/* Not what depends on a thing that was not given.  Without an address a
 * request is a local one in services that are local, and in no other. */
static bool
is_asked(const struct explanation *x, enum ak_check check)
{
	bool has_source = x->req.source != NULL ||
	    ak_policy_is_local(&x->policy, &x->req);

	if (check == AK_CHECK_SERVICE)
		return x->req.service != NULL ||
		    x->record.services.count == 0;
	if (check == AK_CHECK_SOURCE)
		return has_source || x->record.from.count == 0 ||
		    (x->req.service != NULL &&
		    is_for_local_alone(&x->record.from));
	if (check == AK_CHECK_CLEARTEXT)
		return x->req.service != NULL &&
		    (has_source || !is_cleartext(x));
	return true;
}

static void
tell_policy(struct explanation *x)
{
	static const char *const names[AK_CHECKS] = {
		[AK_CHECK_REVOKED] = "revoked",
		[AK_CHECK_SUPERSEDED] = "superseded",
		[AK_CHECK_EXPIRED] = "expired",
		[AK_CHECK_DISABLED] = "disabled",
		[AK_CHECK_NOT_BEFORE] = "not-before",
		[AK_CHECK_USER] = "user", [AK_CHECK_SERVICE] = "service",
		[AK_CHECK_SOURCE] = "source", [AK_CHECK_HOST] = "host",
		[AK_CHECK_SCOPE] = "scope",
		[AK_CHECK_CLEARTEXT] = "cleartext",
	};
	char detail[DETAIL_SIZE];

	for (int i = 0; i < AK_CHECKS; i++) {
		enum ak_check check = (enum ak_check)i;

		describe(x, check, detail);
		tell(x, names[i], is_asked(x, check) ?
		    ak_policy_check(&x->policy, &x->record, &x->req, check) :
		    APIKEY_NOT_ASKED, detail);
	}
}

static void
tell_hash(struct explanation *x)
{
	struct ak_fault fault = { APIKEY_OK, "it can be verified" };

	tell(x, "hash", ak_context_hash(x->admin->opened, &x->record,
	    &fault), fault.text);
}

/* One question to the state: of the rate, or of the uses. */
static void
tell_count(struct explanation *x, const char *name, const struct ak_use *use,
    const char *detail)
{
	const struct ak_state *state = &x->admin->opened->state;
	struct ak_fault fault = { APIKEY_OK, "" };
	bool degraded = false;
	int code = ak_usage_peek(&state->usage, x->record.id, use, &degraded,
	    &fault);

	if (state->usage.fd == -1)
		fault = state->fault;
	tell(x, name, code, code >= APIKEY_ERR_BAND || degraded ?
	    fault.text : detail);
}

/* The time that is asked about, for what reads a clock. */
static int64_t
asked_time(void *arg)
{
	return *(const int64_t *)arg;
}

static void
tell_counts(struct explanation *x)
{
	const struct ak_clock clock = { asked_time, &x->now };
	static const struct ak_rate none = { 0, 0, 0 };
	const struct ak_state *state = &x->admin->opened->state;
	struct ak_use use = { .clock = &clock };
	char detail[DETAIL_SIZE], text[AK_RATE_SIZE];
	struct ak_usage usage;

	use.rate = &none;
	use.max_uses = x->record.max_uses;
	if (ak_usage_read(&state->usage, x->record.id, &usage, NULL) !=
	    APIKEY_OK)
		usage.count = 0;
	if (use.max_uses == 0)
		(void)snprintf(detail, sizeof(detail), "any number");
	else
		(void)snprintf(detail, sizeof(detail), "%lld of %lld taken",
		    (long long)usage.count, (long long)use.max_uses);
	tell_count(x, "uses", &use, detail);
	use.max_uses = 0;
	use.rate = ak_context_rate(x->admin->opened, &x->record);
	ak_rate_text(use.rate, text);
	(void)snprintf(detail, sizeof(detail), "at most %s", text);
	tell_count(x, "rate", &use, detail);
}

static int
explain(struct explanation *x, const char *id)
{
	const struct ak_opened *opened = x->admin->opened;
	struct ak_fault *fault = &x->admin->fault;
	struct ak_stamp stamp;
	bool degraded = false;
	int code = ak_keystore_get(&opened->keystore, id, &x->record,
	    &stamp, fault);

	if (code == APIKEY_ERR_NOT_FOUND)
		return ak_fail(fault, code, "there is no key %s in %s", id,
		    opened->config.keystore);
	if (code == APIKEY_OK)
		code = ak_context_policy(opened, &x->record,
		    x->now / AK_NS_PER_S, x->host, &x->policy, &degraded);
	if (code != APIKEY_OK)
		return code;
	x->no_user = x->req.user == NULL;
	if (x->no_user)
		x->req.user = x->record.user;
	tell_hash(x);
	tell_policy(x);
	tell_counts(x);
	return x->first;
}

AK_EXPORT int
apikey_explain(apikey_admin *admin, const char *id,
    const apikey_request *req, int64_t at, apikey_check *each, void *arg)
{
	struct explanation x = {
		.admin = admin, .req = *req, .each = each, .arg = arg,
		.first = APIKEY_OK,
	};
	int code = ak_admin_begin(admin);

	ak_record_init(&x.record);
	if (code == APIKEY_OK)
		code = ak_admin_check_id(admin, id);
	if (code == APIKEY_OK && at != APIKEY_TIME_NONE && (at < 0 ||
	    __builtin_mul_overflow(at, AK_NS_PER_S, &x.now)))
		code = ak_fail(&admin->fault, APIKEY_ERR_INVALID,
		    "the time is too far away");
	if (code == APIKEY_OK && at == APIKEY_TIME_NONE)
		code = ak_context_now(admin->ctx, &x.now, &admin->fault);
	if (code == APIKEY_OK)
		code = explain(&x, id);
	ak_admin_end(admin);
	ak_record_clear(&x.record);
	return code;
}
