/*
 * The handle.
 */
#include <stdlib.h>
#include <string.h>

#include "context.h"

/* Verifying threads must not keep a reload waiting for ever. */
static int
lock_init(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;
	int error;

	if ((error = pthread_rwlockattr_init(&attr)) != 0)
		return error;
	if ((error = pthread_rwlockattr_setkind_np(&attr,
	    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)) == 0)
		error = pthread_rwlock_init(lock, &attr);
	(void)pthread_rwlockattr_destroy(&attr);
	return error;
}

AK_EXPORT apikey_ctx *
apikey_new(void)
{
	apikey_ctx *ctx = calloc(1, sizeof(*ctx));

	if (ctx == NULL)
		return NULL;
	if (lock_init(&ctx->lock) != 0) {
		free(ctx);
		return NULL;
	}
	apikey_set_clock(ctx, ak_clock_real, NULL);
	apikey_set_sink(ctx, ak_audit_syslog, NULL);
	ctx->audit.facility = ak_audit_facility(NULL);
	(void)ak_fail(&ctx->fault, APIKEY_ERR_UNAVAILABLE,
	    "the keystore was not opened");
	return ctx;
}

static void
opened_free(struct ak_opened *opened)
{
	if (opened == NULL)
		return;
	ak_keystore_close(&opened->keystore);
	ak_config_clear(&opened->config);
	free(opened);
}

AK_EXPORT void
apikey_free(apikey_ctx *ctx)
{
	if (ctx == NULL)
		return;
	opened_free(ctx->opened);
	(void)pthread_rwlock_destroy(&ctx->lock);
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

AK_EXPORT int64_t
apikey_now(const apikey_ctx *ctx)
{
	return ak_clock_s(&ctx->clock);
}

static int
opened_new(const char *path, struct ak_opened **ret, struct ak_fault *fault)
{
	struct ak_opened *opened = calloc(1, sizeof(*opened));
	int code;

	if (opened == NULL)
		return ak_fail(fault, APIKEY_ERR_NO_MEMORY, "out of memory");
	opened->keystore.dir.fd = -1;
	if ((code = ak_mem_init()) != APIKEY_OK)
		(void)ak_fail(fault, code, "libsodium does not start");
	else if ((code = ak_config_load(path, &opened->config, fault)) ==
	    APIKEY_OK)
		code = ak_keystore_open(&opened->keystore,
		    opened->config.keystore, fault);
	if (code != APIKEY_OK) {
		opened_free(opened);
		return code;
	}
	*ret = opened;
	return APIKEY_OK;
}

AK_EXPORT int
apikey_reload(apikey_ctx *ctx)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	struct ak_opened *opened = NULL, *old;
	int code;

	code = opened_new(ctx->path == NULL ? APIKEY_CONFIG : ctx->path,
	    &opened, &fault);
	(void)pthread_rwlock_wrlock(&ctx->lock);
	ctx->fault = fault;
	if (opened != NULL) {
		old = ctx->opened;
		ctx->opened = opened;
		ctx->audit.facility =
		    ak_audit_facility(opened->config.audit.facility);
		ctx->audit.json = strcmp(opened->config.audit.format,
		    "json") == 0;
		opened_free(old);
	}
	(void)pthread_rwlock_unlock(&ctx->lock);
	return code;
}

AK_EXPORT int
apikey_open(apikey_ctx *ctx, const char *config)
{
	if (ak_copy(&ctx->path, config) != APIKEY_OK)
		return ak_fail(&ctx->fault, APIKEY_ERR_NO_MEMORY,
		    "out of memory");
	return apikey_reload(ctx);
}

AK_EXPORT const char *
apikey_message(const apikey_ctx *ctx)
{
	return ctx->fault.text;
}
