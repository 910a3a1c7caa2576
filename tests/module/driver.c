/*
 * driver SCRIPT DIR: run the cases of a script, each in a process and a
 * folder below DIR of its own, and print a line for each.  README in this
 * folder says what scripts look like.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scene.h"
#include "vectors.h"

#define CASE_SECONDS	30	/* a case that takes longer hangs */

#define CASE		"case "
#define REPEAT		"repeat "
#define REPEAT_END	"end"

static char nothing[] = "";
static char default_service[] = "test", default_user[] = "alice";
static char default_hash[] = VECTOR_HASH;

/* "+3d", "-90s": how a record writes that time; NULL for what is none. */
static const char *
time_of(const char *name)
{
	static const char units[] = "smhd";
	static const int seconds[] = { 1, 60, 3600, 86400 };
	static char text[sizeof("2026-11-24T00:00:00Z")];
	const char *unit;
	struct tm tm;
	time_t at;
	char *end;
	long count;

	if (*name != '+' && *name != '-')
		return NULL;
	count = strtol(name, &end, 10);
	if (*end == '\0' || end[1] != '}' ||
	    (unit = strchr(units, *end)) == NULL)
		return NULL;
	at = time(NULL) + count * seconds[unit - units];
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ",
	    gmtime_r(&at, &tm));
	return text;
}

static const char *
value_of(const char *name, size_t len, const char *dir)
{
	const struct { const char *name, *value; } table[] = {
		{ "DIR", dir }, { "MODULE", getenv("MODULE") },
		{ "PROBE", getenv("PROBE") }, { "CTL", getenv("CTL") },
		{ "ID", VECTOR_ID }, { "OTHER_ID", VECTOR_OTHER_ID },
		{ "GOOD", VECTOR_TOKEN }, { "WRONG", VECTOR_WRONG },
		{ "UNKNOWN", VECTOR_UNKNOWN }, { "HASH", VECTOR_HASH },
		{ "SECRET", VECTOR_SECRET }, { "PEPPER", VECTOR_PEPPER },
		{ "PEPPERED", VECTOR_PEPPERED },
		{ "ARGON2ID", VECTOR_ARGON2ID },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strlen(table[i].name) == len &&
		    strncmp(table[i].name, name, len) == 0)
			return table[i].value;
	return time_of(name);
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

static bool
is_case(const char *line)
{
	return strncmp(line, CASE, strlen(CASE)) == 0;
}

static void
run_line(struct scene *scene, const char *line)
{
	char *arg, *directive;

	if (*line == '\0' || *line == '#')
		return;
	arg = expand(line, scene->dir);
	directive = strsep(&arg, " ");
	scene_do(scene, directive, arg);
}

/* "repeat N" to "end" is done N times. */
static void
run_lines(struct scene *scene, char *const *lines)
{
	char *const *first = NULL;
	int left = 0;

	for (; *lines != NULL && !is_case(*lines); lines++) {
		if (strncmp(*lines, REPEAT, strlen(REPEAT)) == 0) {
			left = atoi(*lines + strlen(REPEAT));
			first = lines;
		} else if (strcmp(*lines, REPEAT_END) != 0)
			run_line(scene, *lines);
		else if (first == NULL)
			scene_give_up("nothing is repeated here");
		else if (--left > 0)
			lines = first;
		else
			first = NULL;
	}
	if (first != NULL)
		scene_give_up("what is repeated has no end");
}

/* In the case's own process. */
static void
run_case(char *const *lines, const char *dir)
{
	struct scene scene = { .dir = dir, .service = default_service,
	    .user = default_user, .key_user = default_user,
	    .key_hash = default_hash, .options = nothing,
	    .account_options = nothing };

	scene.conv = (struct pam_conv){ converse, &scene };
	if (mkdir(dir, 0700) != 0 ||
	    asprintf(&scene.log, "%s/log", dir) == -1)
		scene_give_up("%s: cannot be made", dir);
	setenv("APIKEY_TEST_LOG", scene.log, 1);
	/* nss_wrapper opens its files for good when it is first asked. */
	(void)getpwnam("root");
	(void)getgrnam("root");
	alarm(CASE_SECONDS);
	run_lines(&scene, lines);
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

static bool
fork_case(const char *script, char *const *lines, const char *dir)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0)
		run_case(lines + 1, dir);
	waitpid(pid, &status, 0);
	return report(script, *lines + strlen(CASE), status);
}

/* The lines, with NULL behind the last. */
static char **
load(const char *script)
{
	char **lines = NULL, *line = NULL;
	FILE *file = fopen(script, "re");
	size_t count = 0, size = 0;

	if (file == NULL)
		scene_give_up("%s: cannot be read", script);
	do {
		lines = reallocarray(lines, count + 1, sizeof(*lines));
		lines[count] = NULL;
		if (getline(&line, &size, file) != -1) {
			line[strcspn(line, "\n")] = '\0';
			lines[count] = strdup(line);
		}
	} while (lines[count++] != NULL);
	free(line);
	fclose(file);
	return lines;
}

int
main(int argc, char **argv)
{
	int number = 0, failed = 0;
	char **lines, dir[4096];

	if (argc != 3) {
		fprintf(stderr, "usage: driver SCRIPT DIR\n");
		return 2;
	}
	lines = load(argv[1]);
	for (size_t i = 0; lines[i] != NULL; i++) {
		if (!is_case(lines[i]))
			continue;
		snprintf(dir, sizeof(dir), "%s/%d", argv[2], ++number);
		if (!fork_case(argv[1], lines + i, dir))
			failed++;
	}
	for (size_t i = 0; lines[i] != NULL; i++)
		free(lines[i]);
	free(lines);
	return failed > 0;
}
