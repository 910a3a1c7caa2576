/*
 * Records: any text as the file of a key in a real keystore, or as the
 * bounds behind a good beginning, shown the right token and a wrong one in
 * a request that the input chooses.
 *
 * What is granted is what a second reading of the text would grant; what
 * parses is written and comes back the same, also when one bound of it is
 * changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "fuzz.h"
#include "host.h"
#include "libapikey/context.h"
#include "libapikey/record.h"
#include "libapikey/usage.h"
#include "oracle.h"

#define RECORD		"keys.d/" VECTOR_ID ".conf"
#define USAGE		"state/usage/" VECTOR_ID
#define BEGINNING	"version = 1;\nid = \"" VECTOR_ID "\";\n" \
	"user = \"deploy\";\nhash = \"%s\";\n"

static const char *const users[] = { "deploy", "alice", "", NULL };
static const char *const services[] = {
	"sshd", "sudo", "login", "telnet", NULL, "su", "sshd ", "*",
};
static const char *const sources[] = {
	NULL, "10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "fe80::1%eth0",
	"web.example.org", "192.0.2.1", "255.255.255.255", "local", "",
};
static const char *const scopes[] = { "deploy", "backup", "a b" };
/* Now, a second before and after, and by years. */
static const int64_t steps[] = {
	0, -1, 1, 86400, -86400, INT64_C(31536000), INT64_C(-31536000),
	INT64_C(3153600000), 86400 * 90,
};
static const char *const hashes[] = {
	VECTOR_HASH, VECTOR_PEPPERED, VECTOR_ARGON2ID, VECTOR_OTHER_HASH,
};

/* What the input chooses. */
struct choice {
	struct ask	 ask;
	const char	*asked_scopes[COUNT(scopes)];
	bool		 whole;		/* the text is all of the record */
	bool		 has_usage, successor_used, consume;
	const char	*hash;
	enum apikey_bound bound;
	const char	*value;		/* for it */
	const char	*text;
	size_t		 len;
};

static apikey_ctx *ctx;
static const char *said = "";	/* the text that is the input's */

static int64_t
now(void *arg)
{
	(void)arg;
	return host_now();
}

/* What a stranger says may hold what looks like a hash, and so may the name
 * of a scope that was granted. */
static void
check_line(void *arg, int priority, const char *line)
{
	static const char *const secrets[] = {
		VECTOR_SECRET, VECTOR_WRONG_SECRET, VECTOR_HASH_END,
		VECTOR_PEPPERED_END, VECTOR_ARGON2ID_END,
	};

	(void)arg;
	(void)priority;
	for (const char *c = line; *c != '\0'; c++)
		MUST(*c >= 0x20 && *c < 0x7f);
	for (size_t i = 0; i < COUNT(secrets); i++) {
		const char *at = strstr(line, secrets[i]);
		const char *granted = strstr(line, " scopes=");

		MUST(at == NULL || fuzz_says_rest(said, secrets[i]) ||
		    strstr(said, VECTOR_PEPPERED_END) != NULL ||
		    (granted != NULL && at > granted));
	}
}

static void
set_up(void)
{
	char path[FOLDER_PATH], text[1024];

	if (ctx != NULL)
		return;
	folder_make("keys.d");
	folder_make("state");
	(void)snprintf(text, sizeof(text), "keystore = \"%s/keys.d\";\n"
	    "state = \"%s/state\";\npepper = \"%s/pepper\";\n"
	    "argon2id = { memory = 8; passes = 1; max_memory = 16; "
	    "max_passes = 2; };\n", folder(), folder(), folder());
	folder_write_text("apikey.conf", text);
	folder_write_text("pepper", VECTOR_PEPPER "\n");
	folder_join(path, "apikey.conf");
	ctx = apikey_new();
	MUST(ctx != NULL);
	apikey_set_clock(ctx, now, NULL);
	apikey_set_sink(ctx, check_line, NULL);
	MUST(apikey_open(ctx, path) == APIKEY_OK);
}

static void
choose(struct fuzz *in, struct choice *c)
{
	const unsigned flags = fuzz_byte(in), scope_bits = fuzz_byte(in);
	struct ask *ask = &c->ask;

	c->whole = (flags & 1) != 0;
	c->has_usage = (flags & 2) != 0;
	c->successor_used = (flags & 4) != 0;
	c->consume = (flags & 8) != 0;
	c->hash = hashes[flags >> 4 & 3];
	for (size_t i = 0; i < COUNT(scopes); i++)
		if ((scope_bits >> i & 1) != 0)
			c->asked_scopes[ask->scope_count++] = scopes[i];
	ask->scopes = c->asked_scopes;
	ask->user = users[fuzz_byte(in) % COUNT(users)];
	ask->service = services[fuzz_byte(in) % COUNT(services)];
	ask->source = sources[fuzz_byte(in) % COUNT(sources)];
	ask->now_s = NOW_S + steps[fuzz_byte(in) % COUNT(steps)];
	ask->host = HOST_NAME;
	ask->used_successor = c->successor_used ? VECTOR_OTHER_ID : NULL;
	c->bound = (enum apikey_bound)(fuzz_byte(in) % (APIKEY_RATE + 2));
	c->value = fuzz_text(in);
	if ((flags & 64) != 0)
		ask->source = c->value;
	said = c->value;
	if (ask->source != NULL && *ask->source == '\0')
		ask->source = NULL;
}

/* The record's text and file. */
static void
write_record(struct fuzz *in, struct choice *c)
{
	char *all;
	size_t len = 0, left;
	const char *rest = fuzz_rest(in, &left);

	all = fuzz_block(512 + left);
	if (!c->whole)
		len = (size_t)snprintf(all, 512, BEGINNING, c->hash);
	memcpy(all + len, rest, left + 1);
	c->len = len + left;
	/* It ends with a NUL, and has no byte behind it. */
	c->text = fuzz_exact(all, c->len + 1);
	folder_write(RECORD, c->text, c->len);
}

static void
write_usage(const struct choice *c)
{
	static const struct ak_rate no_rate = { 0, 0, 0 };
	const struct ak_dir *dir = &ctx->opened->state.usage;
	const struct ak_clock clock = { now, NULL };
	const struct ak_use use = { &no_rate, 0, &clock, NULL, NULL };
	bool degraded = false;

	/* Of a time that may be in the future. */
	folder_remove("state/throttle");
	folder_remove(USAGE);
	folder_remove("state/usage/" VECTOR_OTHER_ID);
	if (c->has_usage)
		MUST(ak_usage_create(dir, VECTOR_ID, NULL) == APIKEY_OK);
	if (c->successor_used)
		MUST(ak_usage_take(dir, VECTOR_OTHER_ID, &use, &degraded,
		    NULL) == APIKEY_OK);
	MUST(!degraded);
}

static apikey_request *
request_of(const struct choice *c)
{
	apikey_request *req = apikey_request_new();

	MUST(req != NULL);
	MUST(apikey_request_set_user(req, c->ask.user) == APIKEY_OK);
	MUST(apikey_request_set_service(req, c->ask.service) == APIKEY_OK);
	MUST(apikey_request_set_source(req, c->ask.source) == APIKEY_OK);
	for (size_t i = 0; i < c->ask.scope_count; i++)
		MUST(apikey_request_add_scope(req, c->ask.scopes[i]) ==
		    APIKEY_OK);
	apikey_request_set_consume(req, c->consume ? 1 : 0);
	return req;
}

/* Is it one that the first token fits? */
static bool
fits(const char *hash)
{
	return strcmp(hash, VECTOR_HASH) == 0 ||
	    strcmp(hash, VECTOR_PEPPERED) == 0 ||
	    strcmp(hash, VECTOR_ARGON2ID) == 0;
}

static int
verify(const char *token, const apikey_request *req)
{
	apikey_result *result = NULL;
	int code = apikey_verify(ctx, token, strlen(token), req, &result);

	MUST((code == APIKEY_OK) == (result != NULL));
	if (result != NULL)
		MUST(strcmp(apikey_result_id(result), VECTOR_ID) == 0);
	apikey_result_free(result);
	return code;
}

static void
check_verify(const struct choice *c, int parsed, const struct opinion *o)
{
	apikey_request *req = request_of(c);
	apikey_result *result = NULL;
	const bool mine = parsed == APIKEY_OK && strcmp(o->id, VECTOR_ID) == 0;
	const int open_files = folder_open_files();
	int right, again, wrong;

	again = apikey_recheck(ctx, VECTOR_ID, req, &result);
	apikey_result_free(result);
	right = verify(VECTOR_TOKEN, req);
	/* A question, which is not counted as a failure. */
	apikey_request_set_consume(req, 0);
	wrong = verify(VECTOR_WRONG, req);
	apikey_request_free(req);
	MUST(folder_open_files() == open_files);
	MUST(wrong != APIKEY_OK);
	if (!mine) {
		MUST(right == APIKEY_ERR_CORRUPT_RECORD && again == right);
		return;
	}
	MUST((again == APIKEY_OK) == o->within);
	if (o->max_uses != 0 && !c->has_usage && o->within && fits(o->hash))
		MUST(right == APIKEY_ERR_UNAVAILABLE);
	else
		MUST((right == APIKEY_OK) == (o->within && fits(o->hash)));
}

/* What is written says the same, to both readers. */
static void
check_writing(const struct choice *c, const struct ak_record *record)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct opinion before, after;
	struct ak_record again;
	char *text = NULL;
	size_t len = 0;
	int code = ak_record_encode(record, &text, &len, &fault);

	/* A file has more room than what is written may take. */
	MUST(code == APIKEY_OK || code == APIKEY_ERR_INVALID);
	if (code != APIKEY_OK) {
		MUST(strstr(fault.text, "more bounds") != NULL);
		return;
	}
	MUST(ak_record_parse(text, len, "f", &again, &fault) == APIKEY_OK);
	MUST(ak_record_equal(record, &again));
	oracle(c->text, "", &c->ask, &before);
	oracle(text, "", &c->ask, &after);
	MUST(before.within == after.within &&
	    before.max_uses == after.max_uses &&
	    strcmp(before.hash, after.hash) == 0);
	ak_record_clear(&again);
	free(text);
}

/* One bound is changed; all the others stay. */
static void
check_change(const struct choice *c, const struct ak_record *record)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_record changed, again;
	char *text = NULL;
	size_t len = 0;
	int code;

	MUST(ak_record_copy(&changed, record) == APIKEY_OK);
	MUST(ak_record_equal(&changed, record));
	code = ak_record_put(&changed, c->bound, c->value, &fault);
	MUST(code == APIKEY_OK || code == APIKEY_ERR_INVALID);
	if (code != APIKEY_OK)
		MUST(ak_record_equal(&changed, record));
	else if (ak_record_encode(&changed, &text, &len, &fault) ==
	    APIKEY_OK) {
		MUST(ak_record_parse(text, len, "f", &again, &fault) ==
		    APIKEY_OK);
		MUST(ak_record_equal(&changed, &again));
		ak_record_clear(&again);
	}
	ak_record_clear(&changed);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct choice c = { .whole = false };
	struct fuzz in = { bytes, len };
	struct ak_record record;
	struct opinion o = { .parsed = false };
	int parsed;

	set_up();
	choose(&in, &c);
	host_enter(c.ask.now_s * NS);
	write_record(&in, &c);
	write_usage(&c);
	parsed = ak_record_parse(c.text, c.len, "f", &record, &fault);
	MUST(parsed == APIKEY_OK || parsed == APIKEY_ERR_CORRUPT_RECORD);
	if (parsed == APIKEY_OK) {
		oracle(c.text, "", &c.ask, &o);
		MUST(o.parsed);
	}
	if (c.len > AK_RECORD_MAX)
		parsed = APIKEY_ERR_CORRUPT_RECORD;
	check_verify(&c, parsed, &o);
	if (parsed == APIKEY_OK) {
		check_writing(&c, &record);
		check_change(&c, &record);
	}
	ak_record_clear(&record);
	host_leave();
	said = "";
	fuzz_done();
	return 0;
}
