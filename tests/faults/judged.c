/*
 * What there must be behind a command.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../module/vectors.h"
#include "apikey.h"
#include "command.h"

#define TOKEN_LEN	60
#define KEYS		16
#define FACTS		512
#define DAYS_2		(INT64_C(2) * 86400)
#define SLACK		60
#define PEPPER_LEN	65

/* What can be changed of a key, as one text; empty: it is not there. */
struct key {
	char	 id[APIKEY_ID_SIZE];
	char	 facts[FACTS];
};

static struct store {
	size_t	 count;
	struct key key[KEYS];
	bool	 bad;
	/* Of the scene's key. */
	bool	 gave_way;
	bool	 is_set;	/* as the commands set it */
	bool	 is_renewed;
} before;

/* What the command has left on the page, before others are watched. */
static char log_text[sizeof(((struct fault_page *)NULL)->log)];

/* ---- What there is ---------------------------------------------------- */

static void
note_facts(const apikey_key *key, struct key *ret)
{
	const char *from = apikey_key_count(key, APIKEY_FROM) == 0 ? "" :
	    apikey_key_item(key, APIKEY_FROM, 0);
	const enum apikey_status status = apikey_key_status(key);

	snprintf(ret->id, sizeof(ret->id), "%s", apikey_key_id(key));
	snprintf(ret->facts, sizeof(ret->facts), "%s %s %lld %lld %d %s %lld",
	    apikey_key_label(key), from, (long long)apikey_key_expires(key),
	    (long long)apikey_key_revoked_at(key),
	    status == APIKEY_STATUS_DISABLED, apikey_key_superseded_by(key),
	    (long long)apikey_key_superseded_at(key));
}

static void
note_own(const apikey_key *key, struct store *store)
{
	const int64_t left = apikey_key_expires(key) - (int64_t)time(NULL);

	store->gave_way = apikey_key_superseded_by(key)[0] != '\0';
	store->is_set = strcmp(apikey_key_label(key), "x") == 0 &&
	    apikey_key_count(key, APIKEY_FROM) == 1 &&
	    strncmp(apikey_key_item(key, APIKEY_FROM, 0), "192.0.2.1", 9)
	    == 0 && strstr(apikey_key_item(key, APIKEY_FROM, 0), "/24") ==
	    NULL;
	store->is_renewed = left <= DAYS_2 && left > DAYS_2 - SLACK;
}

static int
note_key(void *arg, apikey_key *key, const char *message)
{
	struct store *store = arg;

	(void)message;
	if (key == NULL)
		store->bad = true;
	else if (store->count < KEYS)
		note_facts(key, &store->key[store->count++]);
	if (key != NULL && strcmp(apikey_key_id(key), VECTOR_ID) == 0)
		note_own(key, store);
	apikey_key_free(key);
	return 0;
}

static void
read_store(struct store *ret)
{
	apikey_ctx *ctx = apikey_new();
	apikey_admin *admin = apikey_admin_new(ctx, "test");
	char config[512];

	memset(ret, 0, sizeof(*ret));
	snprintf(config, sizeof(config), "%s/apikey.conf", scene_folder);
	ret->bad = apikey_open(ctx, config) != APIKEY_OK;
	if (!ret->bad && apikey_list(admin, note_key, ret) != APIKEY_OK)
		ret->bad = true;
	apikey_admin_free(admin);
	apikey_free(ctx);
}

static const char *
facts_of(const struct store *store, const char *id)
{
	for (size_t i = 0; i < store->count; i++)
		if (strncmp(store->key[i].id, id, APIKEY_ID_LEN) == 0)
			return store->key[i].facts;
	return NULL;
}

/* The beginning of a file of out/; -1 if it is not there. */
static ssize_t
read_text(const char *name, char *ret, size_t size)
{
	char path[512];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/out/%s", scene_folder, name);
	if ((fd = open(path, O_RDONLY)) != -1) {
		n = read(fd, ret, size - 1);
		close(fd);
	}
	ret[n < 0 ? 0 : n] = '\0';
	return n;
}

void
command_before(void)
{
	read_store(&before);
}

/* ---- Tokens ----------------------------------------------------------- */

/* A key that is there and nobody has the token of. */
static bool
is_lost(const struct store *now, const char *token)
{
	for (size_t i = 0; i < now->count; i++)
		if (facts_of(&before, now->key[i].id) == NULL &&
		    strncmp(token + 5, now->key[i].id, APIKEY_ID_LEN) != 0)
			return true;
	return false;
}

/* Whole, or none: with --json it is not alone. */
static bool
read_token(const char *name, char ret[TOKEN_LEN + 1])
{
	char text[2048];
	const char *at;

	memset(ret, 0, TOKEN_LEN + 1);
	(void)read_text(name, text, sizeof(text));
	if ((at = strstr(text, "apik_")) == NULL || strlen(at) < TOKEN_LEN)
		return false;
	memcpy(ret, at, TOKEN_LEN);
	return true;
}

static const char *
judge_token(const struct scene *scene, const struct store *now,
    bool in_file, int exited)
{
	char token[TOKEN_LEN + 1], said[512];
	const bool told = read_token(in_file ? "key" : "stdout", token);
	const bool there = told && facts_of(now, token + 5) != NULL;

	if (exited == 0 && !told)
		return "no token, and no error";
	if (there && watch_login(scene, token) != ROAD_GRANTED)
		return "a key that does not open";
	/* Who is killed between storing and telling can say nothing. */
	(void)read_text("stderr", said, sizeof(said));
	if (told && !there && (!in_file || (exited >= 0 &&
	    strstr(said, "could not be taken back") == NULL)))
		return "a token without a record";
	if (is_lost(now, token) && (exited < 0 ? in_file :
	    strstr(said, "revoke") == NULL))
		return "a key without its token";
	return NULL;
}

/* ---- Lines ------------------------------------------------------------ */

/* A line of a change that names the key; any change, without an event. */
static bool
has_line(const char *event, const char *id)
{
	const char *line = log_text, *end;
	char start[64];

	snprintf(start, sizeof(start), "event=%s", event);
	for (; *line != '\0'; line = end + (*end == '\n')) {
		end = strchrnul(line, '\n');
		if (strncmp(line, start, strlen(start)) == 0 &&
		    memmem(line, (size_t)(end - line), id, strlen(id)) !=
		    NULL)
			return true;
	}
	return false;
}

static bool
is_told(const struct store *now, const char *id)
{
	const char *was = facts_of(&before, id), *is = facts_of(now, id);

	return (was == NULL ? is == NULL : is != NULL &&
	    strcmp(was, is) == 0) || has_line("key.", id);
}

/* Every key that was changed, came or went. */
static bool
are_told(const struct store *now)
{
	for (size_t i = 0; i < before.count; i++)
		if (!is_told(now, before.key[i].id))
			return false;
	for (size_t i = 0; i < now->count; i++)
		if (!is_told(now, now->key[i].id))
			return false;
	return true;
}

/* ---- May that be? ----------------------------------------------------- */

static const char *
judge_pepper(int exited)
{
	char text[128];
	const ssize_t len = read_text("pepper", text, sizeof(text));

	if (len == -1)
		return exited == 0 ? "no pepper, and no error" : NULL;
	if (len != PEPPER_LEN || strspn(text, "0123456789abcdef") !=
	    PEPPER_LEN - 1)
		return "half a pepper";
	return exited < 0 || has_line("pepper.init", "") ? NULL :
	    "a pepper without its line";
}

static const char *
judge_metrics(int exited)
{
	char text[8192];
	const ssize_t len = read_text("prom", text, sizeof(text));

	if (len == -1)
		return exited == 0 ? "no metrics, and no error" : NULL;
	if (len == 0 || text[len - 1] != '\n' ||
	    strstr(text, "apikey_build_info{") == NULL)
		return "half of the metrics";
	return exited == 0 && strstr(text, "\napikey_grants_total ") == NULL ?
	    "metrics are missing, and no error" : NULL;
}

/* What exit 0 says is so. */
static const char *
judge_done(const struct command *command, const struct store *now, long uses)
{
	const char *verb = command->words[0];

	if (strcmp(verb, "rotate") == 0 && !now->gave_way)
		return "the old key did not give way";
	if (strcmp(verb, "set") == 0 && !now->is_set)
		return "it was not set";
	if (strcmp(verb, "renew") == 0 && !now->is_renewed)
		return "it was not renewed";
	if (strcmp(verb, "usage") == 0 && uses != 0)
		return "the count was not reset";
	if ((strcmp(verb, "delete") == 0 &&
	    facts_of(now, command->words[2]) != NULL) ||
	    (strcmp(verb, "gc") == 0 &&
	    facts_of(now, VECTOR_OTHER_ID) != NULL))
		return "the key is still there";
	return command->event == NULL || has_line(command->event, "") ?
	    NULL : "it is done, without its line";
}

static const char *
judge_key(enum command_key key, enum road_end end, int exited)
{
	const bool may_open = key != KEY_IS_OUT &&
	    !(key == KEY_ENDS && exited == 0);
	const bool may_be_refused = key == KEY_IS_OUT || key == KEY_ENDS ||
	    (key == KEY_COMES && exited != 0);

	if (end == ROAD_GRANTED)
		return may_open ? NULL : "a key opens that is out";
	if (end == ROAD_REFUSED || key == KEY_COMES)
		return may_be_refused ? NULL :
		    "the key that was there does not open";
	return "a key of which nothing can be told";
}

/* An old key that gave way where that could not be synced: its new key must
 * not be taken back for it. */
static const char *
judge_loose(const struct command *command)
{
	return command->is_idle || (strcmp(command->words[0], "rotate") == 0 &&
	    fault_page->kind == FAULT_FSYNC) ? NULL : fault_loose();
}

const char *
command_judge(const struct command *command, int exited)
{
	static char loose_text[256];
	const struct scene *scene = command->scene == NULL ? &command_store :
	    command->scene;
	const char *problem = NULL, *loose;
	const long uses = state_uses();
	struct store now;

	fault_page->over = true;
	memcpy(log_text, fault_page->log, sizeof(log_text));
	loose = exited == 0 ? judge_loose(command) : NULL;
	if (loose != NULL)
		snprintf(loose_text, sizeof(loose_text), "%s", loose);
	read_store(&now);
	if (now.bad && strcmp(command->words[0], "pepper") != 0)
		return "the store cannot be read";
	problem = judge_key(command->key, watch_login(scene, VECTOR_TOKEN),
	    exited);
	if (problem == NULL && exited == 0)
		problem = judge_done(command, &now, uses);
	if (problem == NULL && exited >= 0 && !are_told(&now))
		problem = "a change without its line";
	if (problem == NULL && command->issues)
		problem = judge_token(scene, &now,
		    strstr(command->name, "--output") != NULL, exited);
	if (problem == NULL && strcmp(command->words[0], "pepper") == 0)
		problem = judge_pepper(exited);
	if (problem == NULL && strcmp(command->words[0], "metrics") == 0)
		problem = judge_metrics(exited);
	return problem != NULL ? problem : loose != NULL ? loose_text : NULL;
}
