/*
 * eight.c - eight threads on one context, while keys are created, rotated,
 * revoked and deleted and the configuration is read again.  Every verdict
 * must be right, and every use counted.  usage: eight SECONDS
 *
 * Made to be run under ThreadSanitizer.
 */
#include <sys/stat.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apikey.h"

#define SHOWERS		5
#define CHANGERS	2

static apikey_ctx *ctx;
static char shared_token[APIKEY_TOKEN_SIZE];
static atomic_bool over;
static atomic_long grants, denials, changes, reloads, degraded, wrong;

static void
expect(bool right, const char *what)
{
	if (!right && wrong++ < 10)
		printf("wrong: %s\n", what);
}

static void
sink(void *arg, int priority, const char *line)
{
	(void)arg;
	(void)priority;
	if (strstr(line, "state=degraded") != NULL)
		degraded++;
}

static int
show(const apikey_request *req, const char *token)
{
	apikey_result *result = NULL;
	int code = apikey_verify(ctx, token, strlen(token), req, &result);

	expect((code == APIKEY_OK) == (result != NULL), "a result");
	apikey_result_free(result);
	if (code == APIKEY_OK)
		grants++;
	else
		denials++;
	return code;
}

/* The same secret with another id, with a sum that fits by chance only. */
static void *
shower(void *arg)
{
	apikey_request *req = apikey_request_new();
	char bad[APIKEY_TOKEN_SIZE];

	(void)arg;
	memcpy(bad, shared_token, sizeof(bad));
	bad[20] = bad[20] == 'a' ? 'b' : 'a';
	apikey_request_set_service(req, "sshd");
	while (!over) {
		expect(show(req, shared_token) == APIKEY_OK, "the good key");
		expect(show(req, bad) == APIKEY_ERR_DENIED, "a bad key");
	}
	apikey_request_free(req);
	return NULL;
}

/* The life of one key, with a look at each step. */
static void
live(apikey_admin *admin, const apikey_request *req, const apikey_spec *spec)
{
	char old[APIKEY_TOKEN_SIZE], new[APIKEY_TOKEN_SIZE];
	apikey_key *old_key = NULL, *new_key = NULL;
	char id[APIKEY_ID_SIZE];

	expect(apikey_create(admin, spec, NULL, NULL, old, &old_key) ==
	    APIKEY_OK, "create");
	expect(show(req, old) == APIKEY_OK, "a new key");
	expect(apikey_rotate(admin, old_key, "1d", 1, NULL, NULL, NULL, new,
	    &new_key) == APIKEY_OK, "rotate");
	expect(show(req, old) == APIKEY_OK, "the old key in the overlap");
	expect(show(req, new) == APIKEY_OK, "the new key");
	expect(show(req, old) == APIKEY_ERR_DENIED, "the old key after it");
	expect(apikey_disable(admin, new_key) == APIKEY_OK, "disable");
	expect(show(req, new) == APIKEY_ERR_DENIED, "a disabled key");
	expect(apikey_enable(admin, new_key) == APIKEY_OK, "enable");
	expect(show(req, new) == APIKEY_OK, "an enabled key");
	expect(apikey_revoke(admin, new_key, "other", NULL) == APIKEY_OK,
	    "revoke");
	expect(show(req, new) == APIKEY_ERR_DENIED, "a revoked key");
	expect(apikey_delete(admin, new_key, 0) == APIKEY_OK, "delete");
	/* Its use ended the old key, which is so on record now. */
	expect(apikey_delete(admin, old_key, 1) == APIKEY_ERR_CONFLICT,
	    "delete on an old reading");
	snprintf(id, sizeof(id), "%s", apikey_key_id(old_key));
	apikey_key_free(old_key);
	old_key = NULL;
	expect(apikey_get(admin, id, &old_key) == APIKEY_OK &&
	    apikey_delete(admin, old_key, 0) == APIKEY_OK, "delete both");
	expect(show(req, old) == APIKEY_ERR_DENIED, "a deleted key");
	apikey_key_free(old_key);
	apikey_key_free(new_key);
	changes++;
}

static void *
changer(void *arg)
{
	apikey_admin *admin = apikey_admin_new(ctx, "root");
	apikey_request *req = apikey_request_new();
	apikey_spec *spec = apikey_spec_new();

	(void)arg;
	apikey_request_set_service(req, "sshd");
	apikey_spec_set(spec, APIKEY_USER, "deploy");
	while (!over)
		live(admin, req, spec);
	apikey_spec_free(spec);
	apikey_request_free(req);
	apikey_admin_free(admin);
	return NULL;
}

static void *
reloader(void *arg)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	(void)arg;
	for (; !over; reloads++) {
		expect(apikey_reload(ctx) == APIKEY_OK, "reload");
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static bool
set_up(const char *folder)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/keys.d", folder);
	if (mkdir(path, 0700) == -1)
		return false;
	snprintf(path, sizeof(path), "%s/state", folder);
	if (mkdir(path, 0700) == -1)
		return false;
	snprintf(path, sizeof(path), "%s/apikey.conf", folder);
	if ((f = fopen(path, "w")) == NULL)
		return false;
	fprintf(f, "keystore = \"%s/keys.d\";\nstate = \"%s/state\";\n"
	    "limits = { key = \"1000000/1s\"; failures = \"1000000/1s\"; };\n",
	    folder, folder);
	fclose(f);
	ctx = apikey_new();
	apikey_set_sink(ctx, sink, NULL);
	return apikey_open(ctx, path) == APIKEY_OK;
}

static void
run(int seconds)
{
	pthread_t threads[SHOWERS + CHANGERS + 1];
	size_t count = 0;

	for (int i = 0; i < SHOWERS; i++)
		pthread_create(&threads[count++], NULL, shower, NULL);
	for (int i = 0; i < CHANGERS; i++)
		pthread_create(&threads[count++], NULL, changer, NULL);
	pthread_create(&threads[count++], NULL, reloader, NULL);
	sleep((unsigned)seconds);
	over = true;
	while (count > 0)
		pthread_join(threads[--count], NULL);
}

/* What was counted is what was granted, but for what the lines own to. */
static void
check_counts(apikey_admin *admin)
{
	int64_t granted = -1;

	expect(apikey_counter(admin, APIKEY_OK, &granted) == APIKEY_OK,
	    "the counters");
	expect(granted <= grants && granted >= grants - degraded,
	    "the number of grants");
}

int
main(int argc, char **argv)
{
	char folder[] = "/tmp/apikey-threads-XXXXXX", command[64];
	apikey_key *key = NULL;
	apikey_spec *spec = apikey_spec_new();
	apikey_admin *admin;

	if (mkdtemp(folder) == NULL || !set_up(folder)) {
		fprintf(stderr, "cannot set up: %s\n",
		    ctx == NULL ? folder : apikey_message(ctx));
		return 1;
	}
	admin = apikey_admin_new(ctx, "root");
	apikey_spec_set(spec, APIKEY_USER, "deploy");
	if (apikey_create(admin, spec, NULL, NULL, shared_token, &key) !=
	    APIKEY_OK)
		return 1;
	run(argc > 1 ? atoi(argv[1]) : 5);
	check_counts(admin);
	printf("%ld grants, %ld refusals, %ld lives of keys, %ld reloads, "
	    "%ld lines with a degraded state\n", (long)grants, (long)denials,
	    (long)changes, (long)reloads, (long)degraded);
	expect(changes > 0 && reloads > 0 && denials > 0, "something ran");
	printf("%d passed, %d failed\n", wrong == 0, wrong != 0);
	apikey_key_free(key);
	apikey_spec_free(spec);
	apikey_admin_free(admin);
	apikey_free(ctx);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) != 0 || wrong != 0;
}
