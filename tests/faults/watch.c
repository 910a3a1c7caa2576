/*
 * Processes of logins.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dlfcn.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

/* What the loader says when it cannot go on. */
#define LOADER_FAILED	127

static int passed, failed;

void
tell(bool ok, const char *format, ...)
{
	va_list ap;

	*(ok ? &passed : &failed) += 1;
	fputs(ok ? "ok   " : "FAIL ", stdout);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

void
tell_more(const char *format, ...)
{
	va_list ap;

	fputs("     ", stdout);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

int
tell_sum(void)
{

	return failed > 0 || passed == 0;
}

void
watch_begin(void)
{
	/* Commands that are executed are told of it by its number. */
	const int fd = memfd_create("faults", 0);
	char number[16];

	if (fd == -1 || ftruncate(fd, sizeof(*fault_page)) == -1)
		give_up("no shared memory");
	fault_page = mmap(NULL, sizeof(*fault_page), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	if (fault_page == MAP_FAILED)
		give_up("no shared memory");
	snprintf(number, sizeof(number), "%d", fd);
	(void)setenv("FAULT_PAGE", number, 1);
	fault_page->kind = -1;
	road_share();
	/* There in every child, which need not load it anew. */
	if (getenv("MODULE") == NULL || getenv("ARMED") == NULL ||
	    dlopen(getenv("MODULE"), RTLD_NOW | RTLD_LOCAL) == NULL ||
	    dlopen(getenv("ARMED"), RTLD_NOW | RTLD_LOCAL) == NULL)
		give_up("no module: MODULE, ARMED");
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	/* Something that could be changed. */
	setlocale(LC_ALL, "C.UTF-8");
	(void)umask(027);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setenv("APIKEY_ID", "a variable of the host's", 1);
	setlinebuf(stdout);
}

static void
wipe_page(void)
{
	struct fault_page *page = fault_page;

	page->armed = page->over = false;
	memset(page->count, 0, sizeof(page->count));
	page->injected = 0;
	page->starved = false;
	page->call[0] = page->where[0] = page->object[0] = '\0';
	page->within[0] = page->ended[0] = page->log[0] = '\0';
	page->fell_in[0] = page->fell_for[0] = page->loose[0] = '\0';
	memset(page->dirty, 0, sizeof(page->dirty));
	page->log_len = 0;
}

void
watch_nothing(void)
{
	fault_page->kind = -1;
}

void
watch_here(const struct scene *scene, unsigned how)
{
	alarm(WATCH_SECONDS);
	road->end = road_check(scene);
	road->admitted = road->code[ROAD_AUTH] == 0;
	if (how & WATCH_TWICE) {
		fault_page->over = true;
		road->again = road_go(scene);
	}
	road->uses = state_uses();
	alarm(0);
}

void
watch_child(const struct scene *scene, void (*prepare)(void), unsigned how)
{
	if (chdir(scene_folder) != 0)
		give_up("%s: cannot be entered", scene_folder);
	if (prepare != NULL)
		prepare();
	watch_here(scene, how);
	_exit(0);
}

void
watch_before(struct outcome *ret)
{
	wipe_page();
	*road = (struct road){ .end = ROAD_BROKEN, .again = ROAD_BROKEN };
	road->uses = -1;
	*ret = (struct outcome){ .before = state_uses() };
}

void
watch_after(int status, struct outcome *ret)
{
	ret->status = status;
	ret->end = road->end;
	ret->admitted = road->admitted;
	ret->again = road->again;
	snprintf(ret->problem, sizeof(ret->problem), "%s", road->problem);
	/* Its state may be one that is not seen from here; or it has no
	 * descriptor to see it by. */
	ret->after = state_uses();
	if (status == 0 && road->uses > ret->after)
		ret->after = road->uses;
}

void
watch_run(const struct scene *scene, void (*prepare)(void), unsigned how,
    struct outcome *ret)
{
	int status;
	pid_t pid;

	watch_before(ret);
	fflush(stdout);
	if ((pid = fork()) == 0)
		watch_child(scene, prepare, how);
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		give_up("no process");
	watch_after(status, ret);
}

enum road_end
watch_login(const struct scene *scene, const char *reply)
{
	struct scene shown = *scene;
	struct outcome outcome;

	shown.reply = reply;
	watch_nothing();
	watch_run(&shown, NULL, 0, &outcome);
	return outcome.problem[0] == '\0' ? outcome.end : ROAD_BROKEN;
}

/* The state that a scene begins with. */
void
watch_scene(const struct scene *scene, bool fresh)
{
	static int number;
	struct scene before = *scene;
	char folder[200], command[600];
	struct outcome outcome;

	snprintf(folder, sizeof(folder), "%s/%d", getenv("FOLDER"),
	    ++number);
	scene_write(scene, folder);
	watch_nothing();
	if (scene->flags & SCENE_BOUNDED) {
		snprintf(command, sizeof(command), "%s --config "
		    "%s/apikey.conf usage --reset 7k2m9q4t8w >/dev/null",
		    getenv("CTL"), folder);
		if (system(command) != 0)
			give_up("%s: has failed", command);
	}
	if (scene->before != NULL)
		before.reply = scene->before;
	for (int i = 0; !fresh && i < (scene->before == NULL ? 1 :
	    scene->times); i++)
		watch_run(&before, NULL, 0, &outcome);
	if (scene->flags & SCENE_GARBAGE)
		scene_litter();
	files_keep();
}

/* ---- May that be? ----------------------------------------------------- */

static void
problem(struct outcome *outcome, const char *text)
{
	if (outcome->problem[0] == '\0')
		snprintf(outcome->problem, sizeof(outcome->problem), "%s",
		    text);
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* The name services are of the C library, the loader brings them. */
static bool
is_of_names(const char *object)
{
	return begins(object, "libc.so") || begins(object, "ld-linux") ||
	    begins(object, "libnss_");
}

/* It ends the process, or falls over, on its own stack frames; README. */
static const char *
excuse_signal(int number)
{
	const struct fault_page *page = fault_page;
	const bool no_memory = page->kind == FAULT_ALLOC || page->starved;

	if (no_memory && number == SIGSEGV &&
	    begins(page->fell_for, "libconfig"))
		return page->fell_for;
	if (page->kind == FAULT_RANDOM && number == SIGABRT &&
	    begins(page->fell_for, "libsodium"))
		return page->fell_for;
	if (no_memory && (number == SIGSEGV || number == SIGABRT) &&
	    page->within[0] != '\0' && is_of_names(page->fell_in))
		return page->within;
	return NULL;
}

const char *
watch_excuse(int status)
{
	const struct fault_page *page = fault_page;
	const bool no_memory = page->kind == FAULT_ALLOC || page->starved;

	if (WIFSIGNALED(status))
		return excuse_signal(WTERMSIG(status));
	if (!no_memory || !WIFEXITED(status))
		return NULL;
	if (begins(page->ended, "libconfig"))
		return page->ended;
	return page->within[0] != '\0' &&
	    WEXITSTATUS(status) == LOADER_FAILED ? page->within : NULL;
}

static void
judge_end(struct outcome *outcome)
{
	const char *by = watch_excuse(outcome->status);
	const bool signalled = WIFSIGNALED(outcome->status);

	outcome->ended = true;
	outcome->end = ROAD_BROKEN;
	snprintf(outcome->by, sizeof(outcome->by), "%.40s",
	    by == NULL ? "?" : by);
	if (by == NULL && outcome->problem[0] == '\0')
		snprintf(outcome->problem, sizeof(outcome->problem),
		    "%s in %s, called by %s", signalled ?
		    strsignal(WTERMSIG(outcome->status)) :
		    "the process was ended", fault_page->fell_in,
		    fault_page->fell_for);
}

/* ---- Its lines -------------------------------------------------------- */

/* In either format. */
static unsigned
count_of(const char *event, const char *name)
{
	const char *at = fault_page->log;
	char texts[2][80];
	unsigned count = 0;

	snprintf(texts[0], sizeof(texts[0]), "%s=%s", event, name);
	snprintf(texts[1], sizeof(texts[1]), "\"%s\":\"%s\"", event, name);
	for (int i = 0; i < 2; i++)
		for (at = fault_page->log; (at = strstr(at, texts[i])) !=
		    NULL; at++)
			count++;
	return count;
}

bool
watch_is_degraded(void)
{
	return count_of("state", "degraded") > 0;
}

/* Of what a throttled source does, there is one line a minute. */
static void
judge_lines(const struct scene *scene, struct outcome *outcome)
{
	const bool claim = (scene->flags & SCENE_CLAIM) != 0;
	const unsigned grants = (outcome->admitted && !claim) +
	    (outcome->again == ROAD_GRANTED && !claim);
	const unsigned refusals = (outcome->end == ROAD_REFUSED) +
	    (outcome->again == ROAD_REFUSED);

	if (count_of("event", "auth.grant") < grants)
		problem(outcome, "a grant without its line");
	if (scene->failures == NULL && count_of("event", "auth.deny") +
	    count_of("event", "auth.alarm") < refusals)
		problem(outcome, "a refusal without its line");
	if (outcome->end == ROAD_UNAVAILABLE && fault_page->log_len == 0)
		problem(outcome, "no answer, and no line");
}

/* What fails in the state alone changes nothing of the verdict. */
static bool
is_in_state(void)
{
	char state[300];

	snprintf(state, sizeof(state), "%s/state", scene_folder);
	return fault_page->injected > 0 && !fault_page->on &&
	    strncmp(fault_page->where, state, strlen(state)) == 0;
}

static enum road_end
wanted(const struct scene *scene)
{
	return scene->want == SCENE_GRANT ? ROAD_GRANTED :
	    scene->want == SCENE_REFUSE ? ROAD_REFUSED : ROAD_PASSED;
}

static void
judge_uses(const struct scene *scene, struct outcome *outcome)
{
	const long grants = (outcome->end == ROAD_GRANTED) +
	    (outcome->again == ROAD_GRANTED);
	const bool counted = (scene->flags & SCENE_CLAIM) == 0 &&
	    ((scene->flags & SCENE_BOUNDED) || !watch_is_degraded());
	const long before = outcome->before < 0 ? 0 : outcome->before;
	const long after = outcome->after < 0 ? 0 : outcome->after;

	if (counted && after < before + grants)
		problem(outcome, "a use is not counted");
}

void
watch_judge(const struct scene *scene, struct outcome *outcome)
{
	const enum road_end want = wanted(scene);

	if (!WIFEXITED(outcome->status) || WEXITSTATUS(outcome->status)) {
		judge_end(outcome);
		return;
	}
	if ((outcome->end == ROAD_GRANTED || outcome->admitted) &&
	    want != ROAD_GRANTED &&
	    !((scene->flags & SCENE_BY_STATE) && watch_is_degraded()))
		problem(outcome, "a grant that should not be");
	if (outcome->end == ROAD_PASSED && want != ROAD_PASSED)
		problem(outcome, "PAM_IGNORE");
	if (is_in_state() && outcome->end != want &&
	    (scene->flags & (SCENE_BOUNDED | SCENE_BY_STATE)) == 0)
		problem(outcome, "another end, by the state alone");
	if (outcome->again != ROAD_BROKEN && outcome->again != want)
		problem(outcome, "the next login is another");
	judge_uses(scene, outcome);
	judge_lines(scene, outcome);
}
