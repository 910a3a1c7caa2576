/*
 * Changes, and what there must be behind them.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../module/vectors.h"
#include "apikey.h"
#include "command.h"

#define BIT(code)	(1U << (code))
#define TOKEN_LEN	60

const struct scene command_scene = {
	.name = "a store", .want = SCENE_GRANT, .reply = VECTOR_TOKEN,
	.bounds = "max_uses = 1000000;\nfrom = [ \"192.0.2.0/24\" ];\n",
	.flags = SCENE_BOUNDED,
};

const struct command commands[] = {
	{ "create", { "create", "--user", "deploy" }, .issues = true,
	    .is_short = true, .again = BIT(0) },
	{ "create --output", { "create", "--user", "deploy", "--max-uses",
	    "5", "--output", "@/out/key" }, .issues = true,
	    .is_short = true, .again = BIT(0) },
	{ "rotate", { "rotate", VECTOR_ID }, .issues = true,
	    .is_short = true, .again = BIT(0) | BIT(6) },
	{ "rotate --output", { "rotate", VECTOR_ID, "--until-first-use",
	    "--output", "@/out/key" }, .issues = true,
	    .again = BIT(0) | BIT(6) },
	{ "revoke", { "revoke", VECTOR_ID }, .takes_away = true,
	    .is_short = true, .again = BIT(0) },
	{ "disable", { "disable", VECTOR_ID }, .takes_away = true,
	    .again = BIT(0) },
	{ "set", { "set", VECTOR_ID, "--label", "x", "--from", "192.0.2.1" },
	    .is_short = true, .again = BIT(0) },
	{ "renew", { "renew", VECTOR_ID, "--expires", "2d" },
	    .again = BIT(0) },
	{ "delete", { "delete", "--force", VECTOR_ID }, .takes_away = true,
	    .is_short = true, .again = BIT(0) | BIT(3) },
	{ "gc", { "gc", "--older-than", "1d" }, .again = BIT(0) },
	{ "usage --reset", { "usage", "--reset", VECTOR_ID },
	    .again = BIT(0) },
};

const size_t commands_count = sizeof(commands) / sizeof(commands[0]);

static struct ids {
	size_t	 count;
	char	 id[COMMAND_IDS][APIKEY_ID_SIZE];
	bool	 bad;
	bool	 gave_way;	/* the scene's key, to another */
} before;

/* ---- Running ---------------------------------------------------------- */

static void
redirect(int to, const char *name)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/out/%s", scene_folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd == -1 || dup2(fd, to) == -1)
		_exit(126);
	close(fd);
}

void
command_exec(const struct command *command)
{
	static char words[COMMAND_WORDS][512];
	char *argv[COMMAND_WORDS + 4];
	char config[512];
	size_t count = 0;

	snprintf(config, sizeof(config), "%s/apikey.conf", scene_folder);
	argv[count++] = getenv("CTL");
	for (size_t i = 0; command->words[i] != NULL; i++) {
		const char *word = command->words[i];

		snprintf(words[i], sizeof(words[i]), "%s%s",
		    *word == '@' ? scene_folder : "", word + (*word == '@'));
		argv[count++] = words[i];
	}
	argv[count++] = (char[]){ "--config" };
	argv[count++] = config;
	argv[count] = NULL;
	redirect(STDOUT_FILENO, "stdout");
	redirect(STDERR_FILENO, "stderr");
	(void)setenv("LD_PRELOAD", getenv("INJECT"), 1);
	execv(argv[0], argv);
	_exit(126);
}

int
command_run(const struct command *command)
{
	int status;
	pid_t pid;

	if ((pid = fork()) == 0)
		command_exec(command);
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		give_up("no process");
	return status;
}

/* ---- What there is ---------------------------------------------------- */

static int
note_key(void *arg, apikey_key *key, const char *message)
{
	struct ids *ids = arg;

	(void)message;
	if (key == NULL)
		ids->bad = true;
	else if (strcmp(apikey_key_id(key), VECTOR_ID) == 0)
		ids->gave_way = apikey_key_superseded_by(key)[0] != '\0';
	if (key != NULL && ids->count < COMMAND_IDS)
		snprintf(ids->id[ids->count++], APIKEY_ID_SIZE, "%s",
		    apikey_key_id(key));
	apikey_key_free(key);
	return 0;
}

static void
read_store(struct ids *ret)
{
	apikey_ctx *ctx = apikey_new();
	apikey_admin *admin = apikey_admin_new(ctx, "test");
	char config[512];

	ret->count = 0;
	ret->gave_way = false;
	snprintf(config, sizeof(config), "%s/apikey.conf", scene_folder);
	ret->bad = apikey_open(ctx, config) != APIKEY_OK;
	if (!ret->bad && apikey_list(admin, note_key, ret) != APIKEY_OK)
		ret->bad = true;
	apikey_admin_free(admin);
	apikey_free(ctx);
}

static bool
has(const struct ids *ids, const char *id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (strncmp(ids->id[i], id, APIKEY_ID_LEN) == 0)
			return true;
	return false;
}

/* What a file of out/ begins with; false without a whole token. */
static bool
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
	return n >= TOKEN_LEN && strncmp(ret, "apik_", 5) == 0;
}

/* ---- May that be? ----------------------------------------------------- */

void
command_before(void)
{
	read_store(&before);
}

/* A key that is there and nobody has the token of. */
static bool
is_lost(const struct ids *now, const char *token)
{
	for (size_t i = 0; i < now->count; i++)
		if (!has(&before, now->id[i]) &&
		    strncmp(token + 5, now->id[i], APIKEY_ID_LEN) != 0)
			return true;
	return false;
}

static const char *
judge_token(const struct ids *now, bool in_file, int exited)
{
	char token[512] = "", said[512];
	const bool told = read_text(in_file ? "key" : "stdout", token,
	    sizeof(token));

	token[TOKEN_LEN] = '\0';
	if (exited == 0 && !told)
		return "no token, and no error";
	if (told && has(now, token + 5) &&
	    watch_login(&command_scene, token) != ROAD_GRANTED)
		return "a key that does not open";
	/* Who is killed between storing and telling can say nothing. */
	(void)read_text("stderr", said, sizeof(said));
	if (told && !has(now, token + 5) && (!in_file || (exited >= 0 &&
	    strstr(said, "could not be taken back") == NULL)))
		return "a token without a record";
	if (is_lost(now, token) && (exited < 0 ? in_file :
	    strstr(said, "revoke") == NULL))
		return "a key without its token";
	return NULL;
}

const char *
command_judge(const struct command *command, int exited)
{
	enum road_end end;
	struct ids now;
	bool in_file;

	fault_page->over = true;
	read_store(&now);
	if (now.bad)
		return "the store cannot be read";
	in_file = strstr(command->name, "--output") != NULL;
	end = watch_login(&command_scene, VECTOR_TOKEN);
	if (end != ROAD_GRANTED && !(command->takes_away &&
	    end == ROAD_REFUSED))
		return "the key that was there does not open";
	if (exited == 0 && strcmp(command->words[0], "rotate") == 0 &&
	    !now.gave_way)
		return "the old key did not give way";
	return command->issues ? judge_token(&now, in_file, exited) : NULL;
}
