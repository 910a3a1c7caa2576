/*
 * May the key on standard input be used for this service?
 *
 *	printf "%s\n" "$KEY" | ./example SERVICE [CONFIG]
 */
#define _DEFAULT_SOURCE
#include <apikey.h>
#include <stdio.h>
#include <string.h>

static int
check(apikey_ctx *ctx, const apikey_request *request)
{
	char token[APIKEY_TOKEN_SIZE + 1];
	apikey_result *result;
	int error;

	if (fgets(token, sizeof(token), stdin) == NULL)
		return APIKEY_ERR_MALFORMED;
	error = apikey_verify(ctx, token, strcspn(token, "\n"), request,
	    &result);
	explicit_bzero(token, sizeof(token));
	if (error != APIKEY_OK)
		return error;
	printf("key %s of %s\n", apikey_result_id(result),
	    apikey_result_user(result));
	apikey_result_free(result);
	return APIKEY_OK;
}

static int
run(const char *service, const char *config)
{
	apikey_ctx *ctx = apikey_new();
	apikey_request *request = apikey_request_new();
	int error = APIKEY_ERR_NO_MEMORY;

	if (ctx == NULL || request == NULL)
		goto out;
	error = apikey_open(ctx, config);
	if (error != APIKEY_OK) {
		fprintf(stderr, "%s\n", apikey_message(ctx));
		goto out;
	}
	error = apikey_request_set_service(request, service);
	if (error == APIKEY_OK)
		error = check(ctx, request);
out:
	if (error != APIKEY_OK)
		fprintf(stderr, "no: %s\n", apikey_error_text(error));
	apikey_request_free(request);
	apikey_free(ctx);
	return error;
}

int
main(int argc, char **argv)
{
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: example SERVICE [CONFIG]\n");
		return 2;
	}
	return run(argv[1], argc == 3 ? argv[2] : NULL) != APIKEY_OK;
}
