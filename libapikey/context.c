/*
 * The handle.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "pepper.h"

AK_EXPORT apikey_ctx *
apikey_new(void)
{
	apikey_ctx *ctx = calloc(1, sizeof(*ctx));

	if (ctx == NULL)
		return NULL;
	if (pthread_mutex_init(&ctx->lock, NULL) != 0) {
		free(ctx);
		return NULL;
	}
	apikey_set_clock(ctx, ak_clock_real, NULL);
	apikey_set_sink(ctx, ak_audit_syslog, NULL);
	ctx->audit.facility = ak_audit_facility(NULL);
	(void)ak_fail(&ctx->fault, APIKEY_ERR_UNAVAILABLE,
	    "the keystore was not opened");
	ctx->is_new = true;
	return ctx;
}

static void
opened_free(struct ak_opened *opened)
{
	ak_keystore_close(&opened->keystore);
	ak_state_close(&opened->state);
	ak_config_clear(&opened->config);
	ak_wipe(&opened->hashing, sizeof(opened->hashing));
	free(opened);
}

struct ak_opened *
ak_context_hold(apikey_ctx *ctx, struct ak_fault *ret_fault)
{
	struct ak_opened *opened;

	(void)pthread_mutex_lock(&ctx->lock);
	if ((opened = ctx->opened) != NULL)
		opened->holders++;
	else
		*ret_fault = ctx->fault;
	(void)pthread_mutex_unlock(&ctx->lock);
	return opened;
}

bool
ak_context_is_new(apikey_ctx *ctx)
{
	bool is_new;

	(void)pthread_mutex_lock(&ctx->lock);
	is_new = ctx->is_new;
	(void)pthread_mutex_unlock(&ctx->lock);
	return is_new;
}

void
ak_context_release(apikey_ctx *ctx, struct ak_opened *opened)
{
	bool last;

	if (opened == NULL)
		return;
	(void)pthread_mutex_lock(&ctx->lock);
	last = --opened->holders == 0;
	(void)pthread_mutex_unlock(&ctx->lock);
	if (last)
		opened_free(opened);
}

AK_EXPORT void
apikey_free(apikey_ctx *ctx)
{
	if (ctx == NULL)
		return;
	ak_context_release(ctx, ctx->opened);
	(void)pthread_mutex_destroy(&ctx->lock);
	free(ctx->path);
	free(ctx);
}

AK_EXPORT void
apikey_set_sink(apikey_ctx *ctx, apikey_sink *sink, void *arg)
{
	ctx->audit.sink = sink;
	ctx->audit.arg = arg;
}

AK_EXPORT void
apikey_set_clock(apikey_ctx *ctx, apikey_clock *now, void *arg)
{
	ctx->clock.now = now;
	ctx->clock.arg = arg;
}

int
ak_context_now(const apikey_ctx *ctx, int64_t *ret_ns,
    struct ak_fault *fault)
{
	int64_t now = ak_clock_ns(&ctx->clock);

	if (now <= 0 || now == INT64_MAX)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "the clock cannot be read");
	*ret_ns = now;
	return APIKEY_OK;
}

int
ak_context_policy(const struct ak_opened *opened,
    const struct ak_record *record, int64_t now, char host[AK_HOST_SIZE],
    struct ak_policy *ret, bool *ret_degraded)
{
	const struct ak_config *config = &opened->config;

	host[0] = '\0';
	if (record->hosts.count > 0 && gethostname(host, AK_HOST_SIZE) != 0)
		return APIKEY_ERR_UNAVAILABLE;
	host[AK_HOST_SIZE - 1] = '\0';
	*ret = (struct ak_policy){
		.local_services = &config->local_services,
		.cleartext_services = &config->cleartext_services,
		.host = host, .now = now,
	};
	/* Looked up only where it matters. */
	ret->successor_used = record->is_superseded &&
	    record->superseded.until_first_use &&
	    now < record->superseded.at &&
	    ak_state_was_used(&opened->state, record->superseded.by,
	    ret_degraded);
	return APIKEY_OK;
}

int
ak_context_hash(const struct ak_opened *opened,
    const struct ak_record *record, struct ak_fault *fault)
{
	int code = ak_hash_check(&opened->hashing, record->hash, fault);

	if (code == APIKEY_ERR_UNAVAILABLE &&
	    opened->pepper_fault.code != APIKEY_OK &&
	    ak_hash_is_peppered(record->hash))
		*fault = opened->pepper_fault;
	return code;
}

const struct ak_rate *
ak_context_rate(const struct ak_opened *opened,
    const struct ak_record *record)
{
	return record->rate.limit > 0 ? &record->rate :
	    &opened->config.limits.key;
}

AK_EXPORT int64_t
apikey_now(const apikey_ctx *ctx)
{
	return ak_clock_s(&ctx->clock);
}

/* Without its pepper a context still does what needs none: keys that
 * were made without, and everything of an administrator but issuing. */
static void
hashing_init(struct ak_opened *opened)
{
	const struct ak_config *config = &opened->config;

	opened->hashing.argon2id = strcmp(config->hash, "argon2id") == 0;
	opened->hashing.cost = config->argon2id.cost;
	opened->hashing.ceiling = config->argon2id.ceiling;
	if (config->pepper != NULL)
		(void)ak_pepper_load(config->pepper,
		    &opened->hashing.pepper, &opened->pepper_fault);
}

static void
audit_init(struct ak_opened *opened, const apikey_ctx *ctx)
{
	opened->audit = ctx->audit;
	opened->audit.facility =
	    ak_audit_facility(opened->config.audit.facility);
	opened->audit.json = strcmp(opened->config.audit.format,
	    "json") == 0;
}

static int
opened_new(const apikey_ctx *ctx, struct ak_opened **ret,
    struct ak_fault *fault)
{
	const char *path = ctx->path == NULL ? APIKEY_CONFIG : ctx->path;
	struct ak_opened *opened = calloc(1, sizeof(*opened));
	struct ak_dir folder = AK_DIR_CLOSED;
	int code;

	if (opened == NULL)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	opened->keystore.dir = (struct ak_dir)AK_DIR_CLOSED;
	opened->state.dir = (struct ak_dir)AK_DIR_CLOSED;
	opened->state.usage = (struct ak_dir)AK_DIR_CLOSED;
	if ((code = ak_mem_init()) != APIKEY_OK)
		(void)ak_fail(fault, code, "libsodium does not start");
	else if ((code = ak_config_load(path, &folder, &opened->config,
	    fault)) == APIKEY_OK)
		code = ak_keystore_open(&opened->keystore,
		    opened->config.keystore, &folder, fault);
	ak_dir_close(&folder);
	if (code != APIKEY_OK) {
		opened_free(opened);
		return code;
	}
	ak_state_open(&opened->state, opened->config.state);
	hashing_init(opened);
	audit_init(opened, ctx);
	opened->holders = 1;	/* the context */
	*ret = opened;
	return APIKEY_OK;
}

/*
 * In a chroot, or without the privileges that there were, what is open
 * already may be the only way to it.  A folder that others can write to by
 * now is not used on.
 */
static void
keep(struct ak_opened *opened, const struct ak_opened *old)
{
	const struct ak_config *config = &opened->config;

	if (opened->state.usage.fd == -1 &&
	    opened->state.fault.code != APIKEY_ERR_INSECURE_STORE &&
	    strcmp(config->state, old->config.state) == 0)
		ak_state_keep(&opened->state, &old->state);
	if (opened->pepper_fault.code == APIKEY_ERR_UNAVAILABLE &&
	    old->hashing.pepper.is_set &&
	    strcmp(config->pepper, old->config.pepper) == 0) {
		opened->hashing.pepper = old->hashing.pepper;
		opened->pepper_fault = (struct ak_fault){ APIKEY_OK, "" };
	}
}

AK_EXPORT int
apikey_reload(apikey_ctx *ctx)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_opened *opened = NULL, *old = NULL;
	int code;

	code = opened_new(ctx, &opened, &fault);
	(void)pthread_mutex_lock(&ctx->lock);
	ctx->fault = fault;
	ctx->is_new = false;
	if (opened != NULL) {
		old = ctx->opened;
		if (old != NULL)
			keep(opened, old);
		ctx->opened = opened;
	}
	(void)pthread_mutex_unlock(&ctx->lock);
	ak_context_release(ctx, old);
	return code;
}

AK_EXPORT int
apikey_open(apikey_ctx *ctx, const char *config)
{
	char *path = NULL, *before = ctx->path;
	int code;

	if (ak_copy(&path, config) != APIKEY_OK)
		return ak_fail(&ctx->fault, APIKEY_ERR_NO_MEMORY,
		    "out of memory");
	ctx->path = path;
	code = apikey_reload(ctx);
	/* A context that is open stays what it was. */
	if (code != APIKEY_OK && ctx->opened != NULL) {
		ctx->path = before;
		before = path;
	}
	free(before);
	return code;
}

AK_EXPORT const char *
apikey_message(const apikey_ctx *ctx)
{
	return ctx->fault.text;
}
