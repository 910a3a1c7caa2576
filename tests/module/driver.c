/*
 * driver SCRIPT DIR: run the cases of a script, each in a process and a
 * folder below DIR of its own, and print a line for each.  README in this
 * folder says what scripts look like.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene.h"
#include "vectors.h"

#define CASE_SECONDS	30	/* a case that takes longer hangs */

static char nothing[] = "";
static char default_service[] = "test", default_user[] = "alice";

static const char *
value_of(const char *name, size_t len, const char *dir)
{
	const struct { const char *name, *value; } table[] = {
		{ "DIR", dir }, { "MODULE", getenv("MODULE") },
		{ "PROBE", getenv("PROBE") }, { "ID", VECTOR_ID },
		{ "GOOD", VECTOR_TOKEN }, { "WRONG", VECTOR_WRONG },
		{ "UNKNOWN", VECTOR_UNKNOWN }, { "HASH", VECTOR_HASH },
		{ "SECRET", VECTOR_SECRET },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strlen(table[i].name) == len &&
		    strncmp(table[i].name, name, len) == 0)
			return table[i].value;
	return NULL;
}

/* A copy of line with every {NAME} replaced. */
static char *
expand(const char *line, const char *dir)
{
	char *result = NULL;
	size_t size;
	FILE *to = open_memstream(&result, &size);

	while (*line != '\0') {
		const size_t len = strcspn(line + 1, "}");
		const char *value = *line == '{' ?
		    value_of(line + 1, len, dir) : NULL;

		if (value == NULL) {
			fputc(*line++, to);
			continue;
		}
		fputs(value, to);
		line += len + 2;
	}
	fclose(to);
	return result;
}

/* In the case's own process. */
static void
run_case(FILE *script, const char *dir)
{
	struct scene scene = { .dir = dir, .service = default_service,
	    .user = default_user, .key_user = default_user,
	    .options = nothing, .account_options = nothing };
	char *line = NULL;
	size_t size = 0;

	scene.conv = (struct pam_conv){ converse, &scene };
	if (mkdir(dir, 0700) != 0 ||
	    asprintf(&scene.log, "%s/log", dir) == -1)
		scene_give_up("%s: cannot be made", dir);
	setenv("APIKEY_TEST_LOG", scene.log, 1);
	alarm(CASE_SECONDS);
	while (getline(&line, &size, script) != -1) {
		char *arg, *directive;

		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "case ", 5) == 0)
			break;
		if (*line == '\0' || *line == '#')
			continue;
		arg = expand(line, dir);
		directive = strsep(&arg, " ");
		scene_do(&scene, directive, arg);
	}
	scene_end(&scene);
	fflush(stdout);
	_exit(scene.failures > 0);
}

static bool
report(const char *script, const char *title, int status)
{
	const char *name = strrchr(script, '/');
	const bool skipped = WIFEXITED(status) &&
	    WEXITSTATUS(status) == SCENE_SKIPPED;

	if (WIFSIGNALED(status))
		printf("#    ended by signal %d\n", WTERMSIG(status));
	printf("%s - %s: %s\n", skipped ? "skip" : status == 0 ? "ok" :
	    "not ok", name == NULL ? script : name + 1, title);
	return skipped || status == 0;
}

/* The case's lines are read again in the child, from a stream and an
 * offset of its own. */
static bool
fork_case(const char *script, long offset, const char *title,
    const char *dir)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		FILE *file = fopen(script, "re");

		if (file == NULL || fseek(file, offset, SEEK_SET) != 0)
			scene_give_up("%s: cannot be read", script);
		run_case(file, dir);
	}
	waitpid(pid, &status, 0);
	return report(script, title, status);
}

int
main(int argc, char **argv)
{
	char *line = NULL, dir[4096];
	int number = 0, failed = 0;
	size_t size = 0;
	FILE *script;

	if (argc != 3 || (script = fopen(argv[1], "re")) == NULL) {
		fprintf(stderr, "usage: driver SCRIPT DIR\n");
		return 2;
	}
	while (getline(&line, &size, script) != -1) {
		if (strncmp(line, "case ", 5) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(dir, sizeof(dir), "%s/%d", argv[2], ++number);
		if (!fork_case(argv[1], ftell(script), line + 5, dir))
			failed++;
	}
	free(line);
	fclose(script);
	return failed > 0;
}
