/*
 * cmd_metrics.c - apikeyctl metrics: the keystore and its counters in the
 * text format of Prometheus, version 0.0.4.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "exit.h"
#include "files.h"
#include "idle.h"
#include "output.h"

#define STATUSES	(sizeof(statuses) / sizeof(statuses[0]))
#define UNUSED_S	(INT64_C(90) * 86400)

static const enum apikey_status statuses[] = {
#define APIKEY_X(code, name)	APIKEY_STATUS_##code,
	APIKEY_STATUS_MAP(APIKEY_X)
#undef APIKEY_X
};

static const int codes[] = {
#define APIKEY_X(num, code, name, text)	(num),
	APIKEY_ERROR_MAP(APIKEY_X)
#undef APIKEY_X
};

static const struct option options[] = {
	{ "output", required_argument, NULL, CMD_OPT_OUTPUT },
	CMD_OPTIONS_EVERYWHERE
};

/* What the keys amount to. */
struct totals {
	int64_t now, next;	/* the next expiry, or APIKEY_TIME_NONE */
	size_t keys[STATUSES];
	size_t unused, unknown, bad;
};

static void
add_key(struct totals *t, const apikey_key *key)
{
	enum apikey_status status = apikey_key_status(key);
	int64_t expires = apikey_key_expires(key);
	enum cmd_idle idle = cmd_idle(key, t->now - UNUSED_S);
	size_t i;

	for (i = 0; i < STATUSES; i++)
		if (statuses[i] == status)
			t->keys[i]++;
	t->unused += idle == CMD_IDLE_YES;
	t->unknown += idle == CMD_IDLE_UNKNOWN;
	if ((status == APIKEY_STATUS_ACTIVE ||
	    status == APIKEY_STATUS_PENDING) && expires != APIKEY_TIME_NONE &&
	    (t->next == APIKEY_TIME_NONE || expires < t->next))
		t->next = expires;
}

static int
take(void *arg, apikey_key *key, const char *message)
{
	struct totals *t = arg;

	if (key != NULL)
		add_key(t, key);
	else {
		cmd_error("%s", message);
		t->bad++;
	}
	apikey_key_free(key);
	return 0;
}

/* ---- Prometheus ----------------------------------------------------- */

static void
put_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_gauge(FILE *out, const char *name, size_t value, const char *help)
{
	put_head(out, name, "gauge", help);
	fprintf(out, "%s %zu\n", name, value);
}

static void
put_keys(FILE *out, const struct totals *t)
{
	size_t i;

	put_head(out, "apikey_keys", "gauge", "Keys in the keystore.");
	for (i = 0; i < STATUSES; i++)
		fprintf(out, "apikey_keys{status=\"%s\"} %zu\n",
		    apikey_status_name(statuses[i]), t->keys[i]);
	put_gauge(out, "apikey_keys_unused_90d", t->unused,
	    "Active keys that nobody has used for 90 days.");
	put_gauge(out, "apikey_keys_usage_unknown", t->unknown,
	    "Active keys older than 90 days whose usage cannot be read.");
	put_gauge(out, "apikey_bad_records", t->bad,
	    "Files of the keystore that are no valid record.");
	/* NaN where 0 would be misleading, and absence hard to deal with. */
	put_head(out, "apikey_next_expiry_seconds", "gauge",
	    "Time to the first expiry of an active or pending key; NaN if "
	    "none expires.");
	if (t->next == APIKEY_TIME_NONE)
		fputs("apikey_next_expiry_seconds NaN\n", out);
	else
		fprintf(out, "apikey_next_expiry_seconds %lld\n",
		    (long long)(t->next - t->now));
}

/* What a decision can be counted as: others are made one of these. */
static bool
is_reason(int code)
{
	return code > APIKEY_ERR_DENIED && code <= APIKEY_ERR_UNAVAILABLE;
}

/* Nothing rather than a count that would seem to begin anew. */
static int
put_counters(const struct cmd_env *env, FILE *out)
{
	int64_t count;
	size_t i;
	int code;

	code = apikey_counter(env->admin, APIKEY_OK, &count);
	if (code != APIKEY_OK)
		return cmd_failed(env, code);
	put_head(out, "apikey_grants_total", "counter",
	    "Decisions of this host that granted.");
	fprintf(out, "apikey_grants_total %lld\n", (long long)count);
	put_head(out, "apikey_refusals_total", "counter",
	    "Decisions of this host that refused.");
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (!is_reason(codes[i]))
			continue;
		code = apikey_counter(env->admin, codes[i], &count);
		if (code != APIKEY_OK)
			return cmd_failed(env, code);
		fprintf(out, "apikey_refusals_total{reason=\"%s\"} %lld\n",
		    apikey_error_name(codes[i]), (long long)count);
	}
	return CMD_EXIT_DONE;
}

static int
put_all(struct cmd_env *env, FILE *out)
{
	struct totals t = { .next = APIKEY_TIME_NONE };
	int code, status = CMD_EXIT_DONE;

	put_head(out, "apikey_build_info", "gauge",
	    "The version of apikeyctl; always 1.");
	fprintf(out, "apikey_build_info{version=\"%s\"} 1\n", APIKEY_VERSION);
	t.now = apikey_now(env->ctx);
	code = apikey_list(env->admin, take, &t);
	if (code != APIKEY_OK)
		status = t.bad > 0 ? cmd_exit(code) : cmd_failed(env, code);
	/* Of a keystore that was not read there is nothing to say. */
	if (code == APIKEY_OK || t.bad > 0)
		put_keys(out, &t);
	return cmd_exit_worst(status, put_counters(env, out));
}

/* ---- The command ---------------------------------------------------- */

static int
write_metrics(struct cmd_env *env, const char *path)
{
	char *text = NULL;
	size_t len = 0;
	int status;
	FILE *out;

	if (path == NULL)
		return put_all(env, stdout);
	out = open_memstream(&text, &len);
	if (out == NULL)
		return cmd_no_memory();
	status = put_all(env, out);
	if (fclose(out) == EOF || text == NULL)
		status = cmd_no_memory();
	else if (!cmd_file_publish(path, text, len))
		status = cmd_exit_worst(status, CMD_EXIT_IO);
	free(text);
	return status;
}

static int
run(struct cmd_env *env, int argc, char **argv)
{
	const char *path = NULL;
	int opt, status;

	while ((opt = cmd_args_next(env, argc, argv, options)) >= 0)
		path = optarg;
	if (opt == CMD_ARGS_STOP)
		return env->status;
	if (optind < argc)
		return cmd_usage(env, "'%s' belongs to no option",
		    argv[optind]);
	if (env->json)
		return cmd_usage(env, "it has Prometheus' format alone, "
		    "no JSON");
	status = cmd_open(env);
	return status == CMD_EXIT_DONE ? write_metrics(env, path) : status;
}

const struct cmd_command cmd_metrics = {
	.name = "metrics",
	.summary = "count keys, grants and refusals, for Prometheus",
	.keeps_on = true,
	.run = run,
	.help =
"usage: apikeyctl metrics [--output FILE]\n"
"\n"
"Count the keys by status, and this host's grants and refusals by reason,\n"
"in the text format of Prometheus.  What cannot be read is left out and\n"
"named on standard error; the exit status tells of it.\n"
"\n"
"  --output FILE  replace FILE as a whole, for node_exporter's folder of\n"
"                 text files; its name must end in .prom there\n"
"  --config FILE  --help\n"
};
