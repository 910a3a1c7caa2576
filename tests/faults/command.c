/*
 * The commands.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../module/vectors.h"
#include "command.h"

#define BIT(code)	(1U << (code))
#define FROM	"from = [ \"192.0.2.0/24\" ];\n"
#define HEIR	"superseded = { by = \"" VECTOR_OTHER_ID "\"; "		\
	"at = \"9999-01-02T00:00:00Z\"; until_first_use = true; };\n"

const struct scene command_store = {
	.name = "a store", .want = SCENE_GRANT, .reply = VECTOR_TOKEN,
	.bounds = "max_uses = 1000000;\n" FROM, .flags = SCENE_BOUNDED,
};

static const struct scene disabled = {
	.name = "a disabled key", .want = SCENE_REFUSE,
	.reply = VECTOR_TOKEN, .bounds = "disabled = true;\n" FROM,
};

/* One that has ended, and a count of one that is gone. */
static const struct scene garbage = {
	.name = "garbage", .want = SCENE_GRANT, .reply = VECTOR_TOKEN,
	.bounds = FROM, .flags = SCENE_BOUNDED | SCENE_GARBAGE,
};

/* The key is out by its successor's use alone. */
static const struct scene succeeded = {
	.name = "a used successor", .want = SCENE_REFUSE,
	.reply = VECTOR_TOKEN, .bounds = HEIR,
	.flags = SCENE_SUCCESSOR, .before = VECTOR_UNKNOWN, .times = 1,
};

static const struct scene without_pepper = {
	.name = "no pepper yet", .want = SCENE_GRANT, .reply = VECTOR_TOKEN,
	.flags = SCENE_PEPPER_NONE,
};

const struct command commands[] = {
	{ "create", { "create", "--user", "deploy" }, .event = "key.create",
	    .issues = true, .is_first = true, .again = BIT(0) },
	{ "create --json", { "create", "--user", "deploy", "--json" },
	    .event = "key.create", .issues = true, .again = BIT(0) },
	{ "create --output", { "create", "--user", "deploy", "--max-uses",
	    "5", "--output", "@/out/key" }, .event = "key.create",
	    .issues = true, .is_short = true, .again = BIT(0) },
	{ "rotate", { "rotate", VECTOR_ID }, .event = "key.rotate",
	    .issues = true, .is_short = true, .again = BIT(0) | BIT(6) },
	{ "rotate --output", { "rotate", VECTOR_ID, "--until-first-use",
	    "--output", "@/out/key" }, .event = "key.rotate",
	    .issues = true, .is_first = true, .again = BIT(0) | BIT(6) },
	{ "revoke", { "revoke", VECTOR_ID }, .event = "key.revoke",
	    .key = KEY_ENDS, .is_short = true, .is_first = true,
	    .again = BIT(0) },
	{ "disable", { "disable", VECTOR_ID }, .event = "key.disable",
	    .key = KEY_ENDS, .again = BIT(0) },
	{ "enable", { "enable", VECTOR_ID }, .scene = &disabled,
	    .event = "key.enable", .key = KEY_COMES, .again = BIT(0) },
	{ "set", { "set", VECTOR_ID, "--label", "x", "--from", "192.0.2.1" },
	    .event = "key.set", .is_short = true, .again = BIT(0) },
	{ "renew", { "renew", VECTOR_ID, "--expires", "2d" },
	    .event = "key.renew", .again = BIT(0) },
	{ "delete", { "delete", "--force", VECTOR_ID },
	    .event = "key.delete", .key = KEY_ENDS,
	    .again = BIT(0) | BIT(3) },
	{ "delete of a successor", { "delete", "--force", VECTOR_OTHER_ID },
	    .scene = &succeeded, .is_used = true, .event = "key.delete",
	    .key = KEY_IS_OUT, .is_short = true, .is_first = true,
	    .again = BIT(0) | BIT(3) },
	{ "gc", { "gc", "--older-than", "1d" }, .scene = &garbage,
	    .is_used = true, .event = "key.delete", .again = BIT(0) },
	{ "usage --reset", { "usage", "--reset", VECTOR_ID },
	    .is_used = true, .event = "key.reset", .again = BIT(0) },
	{ "pepper init", { "pepper", "init" }, .scene = &without_pepper,
	    .event = "pepper.init", .key = KEY_COMES, .is_short = true,
	    .again = BIT(0) | BIT(5) },
	{ "metrics --output", { "metrics", "--output", "@/out/prom" },
	    .is_used = true, .is_idle = true, .again = BIT(0) },
	{ "list --json", { "list", "--json" }, .is_relative = true,
	    .again = BIT(0) },
};

const size_t commands_count = sizeof(commands) / sizeof(commands[0]);

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

/* Only the count of bounded uses must last; and that of a key that is
 * deleted may come back. */
void
command_scene(const struct command *command)
{
	const struct scene *scene = command->scene == NULL ? &command_store :
	    command->scene;
	char *unwatched = fault_page->unwatched;

	watch_scene(scene, !command->is_used);
	snprintf(unwatched, sizeof(fault_page->unwatched), "%s/state",
	    scene_folder);
	if ((scene->flags & SCENE_BOUNDED) != 0 && command->event != NULL &&
	    strcmp(command->event, "key.delete") != 0)
		*unwatched = '\0';
}

void
command_exec(const struct command *command)
{
	static char words[COMMAND_WORDS][512];
	char *argv[COMMAND_WORDS + 4];
	char config[512];
	size_t count = 0;

	snprintf(config, sizeof(config), "%s/apikey.conf",
	    command->is_relative ? "." : scene_folder);
	if (chdir(scene_folder) != 0)
		_exit(126);
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
	alarm(COMMAND_SECONDS);
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
