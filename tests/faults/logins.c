/*
 * logins: every call that can fail below pam_sm_*, failing once in turn.
 *
 * FAULTS_ALL in the environment: all scenes, each way to fail, and each
 * also from one call on to the end.  FAULTS_TELL: a line for each run.
 * FAULTS_SCENE: only the scenes of which the name begins so.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "groups.h"
#include "watch.h"

#define SHOWN_MAX	5

/* Shared with the processes that log in: a library may end one, and another
 * goes on where it was. */
struct work {
	/* Where it is. */
	unsigned	 n, calls;
	size_t		 error;		/* of those of its kind */
	/* What came of it. */
	unsigned	 runs, ends[ROAD_PASSED + 1], ended, degraded;
	unsigned	 problems;
};

static struct work *work;
static bool all, chatty, brief;
static unsigned long runs_total;

/* ---- One run ---------------------------------------------------------- */

static void
tell_run(const struct outcome *outcome)
{
	const struct fault_page *page = fault_page;
	const char *line = page->log;

	tell_more("%s %u%s, %s: %s in %s%s%s: %s%s",
	    fault_kind_name(page->kind), page->nth,
	    page->on ? " and on" : "",
	    fault_error_name(page->error), page->call, page->object,
	    page->where[0] == '\0' ? "" : ", ", page->where,
	    outcome->ended ? "ended by " : "", outcome->ended ? outcome->by :
	    road_end_name(outcome->end));
	if (outcome->problem[0] == '\0')
		return;
	tell_more("  %s; the next login: %s", outcome->problem,
	    road_end_name(outcome->again));
	for (; *line != '\0'; line += strcspn(line, "\n") + 1)
		tell_more("  %.*s", (int)strcspn(line, "\n"), line);
}

static void
add_up(const struct scene *scene, int status, struct outcome *outcome)
{
	watch_after(status, outcome);
	watch_judge(scene, outcome);
	work->runs++;
	if (outcome->ended)
		work->ended++;
	else
		work->ends[outcome->end]++;
	work->degraded += watch_is_degraded();
	if (outcome->problem[0] != '\0' ? work->problems++ < SHOWN_MAX :
	    chatty)
		tell_run(outcome);
}

/* Each way to fail, and then the next call. */
static bool
advance(void)
{
	struct fault_page *page = fault_page;
	const int *errors = fault_errors(page->kind);
	const bool each = all || page->kind == FAULT_TALK;
	/* Who is a member of what is asked twice. */
	const bool lasting = all || page->kind == FAULT_NAMES;

	if (lasting && !page->on && fault_may_go_on(page->error)) {
		page->on = true;
	} else if (page->on = false, !each || errors[++work->error] == 0) {
		work->error = 0;
		work->n++;
	}
	while (!all && work->n <= work->calls &&
	    !fault_is_worth_it(page->kind, work->n, brief))
		work->n++;
	page->nth = work->n;
	page->error = errors[work->error];
	return work->n <= work->calls;
}

/* Some are called only once in a process; and who is a member of what is
 * looked up in libraries that are loaded then. */
static bool
needs_own_process(const struct scene *scene, int kind)
{
	return (scene->flags & SCENE_LOOK_UP) || (kind != FAULT_ALLOC &&
	    kind != FAULT_OPEN && kind != FAULT_READ &&
	    kind != FAULT_FSTAT && kind != FAULT_CLOSE);
}

/* Is there another login behind it?  In a short run, now and then. */
static bool
is_followed(const struct scene *scene)
{
	return all || work->n % 8 == 0 ||
	    needs_own_process(scene, fault_page->kind);
}

/* Runs until there are none left, or a library ends the process. */
static void
run_here(const struct scene *scene, struct outcome *outcome)
{
	if (chdir(scene_folder) != 0)
		give_up("%s: cannot be entered", scene_folder);
	/* What is done once is done. */
	if (!needs_own_process(scene, fault_page->kind)) {
		fault_page->over = true;
		(void)road_go(scene);
	}
	do {
		files_put_back();
		watch_before(outcome);
		watch_here(scene, is_followed(scene) ? WATCH_TWICE : 0);
		add_up(scene, 0, outcome);
	} while (advance() && !needs_own_process(scene, fault_page->kind));
	fflush(stdout);
	_exit(0);
}

static void
each_call(const struct scene *scene, const char *state, int kind,
    unsigned calls)
{
	struct outcome outcome;
	int status;
	pid_t pid;

	*work = (struct work){ .n = 1, .calls = calls };
	fault_page->kind = kind;
	fault_page->nth = 1;
	fault_page->on = false;
	fault_page->error = fault_errors(kind)[0];
	while (work->n <= calls) {
		fflush(stdout);
		if ((pid = fork()) == 0)
			run_here(scene, &outcome);
		if (pid == -1 || waitpid(pid, &status, 0) != pid)
			give_up("no process");
		if (status == 0)
			continue;
		add_up(scene, status, &outcome);
		(void)advance();
	}
	runs_total += work->runs;
	tell(work->problems == 0, "%s, %s: %s: %u calls, %u runs: granted "
	    "%u, refused %u, unavailable %u, passed over %u, ended %u "
	    "(library); degraded %u", scene->name, state,
	    fault_kind_name(kind), calls, work->runs,
	    work->ends[ROAD_GRANTED], work->ends[ROAD_REFUSED],
	    work->ends[ROAD_UNAVAILABLE], work->ends[ROAD_PASSED],
	    work->ended, work->degraded);
}

/* ---- All of them ------------------------------------------------------ */

/* Once with nothing that fails, to count and to see that the scene is what
 * it says. */
static bool
dry(const struct scene *scene, const char *state,
    unsigned count[FAULT_KINDS_COUNT])
{
	static const enum road_end wants[] = { ROAD_GRANTED, ROAD_REFUSED,
	    ROAD_PASSED };
	struct outcome outcome;
	bool ok;

	files_put_back();
	watch_nothing();
	fault_page->noting = true;
	watch_run(scene, NULL, 0, &outcome);
	fault_page->noting = false;
	ok = outcome.status == 0 && outcome.problem[0] == '\0' &&
	    outcome.end == wants[scene->want];
	memcpy(count, fault_page->count, sizeof(fault_page->count));
	if (!ok) {
		tell(false, "%s, %s: without a fault: %s, %s", scene->name,
		    state, road_end_name(outcome.end), outcome.problem);
		tell_more("%s", fault_page->log);
	}
	return ok;
}

/* Does it matter to these calls whether there is a state yet? */
static bool
touches_state(int kind)
{
	return kind != FAULT_ALLOC && kind != FAULT_CLOSE &&
	    kind != FAULT_PAM && kind != FAULT_MUTEX && kind != FAULT_TALK;
}

/* The rest is as in other scenes: that files are closed, and what they are,
 * as in the first one, and where no more than usual are opened, that, too. */
static bool
is_left_out(const struct scene *scene, int kind)
{
	if (all || scene == scenes)
		return false;
	if (scene->flags & SCENE_BRIEF)
		return kind != FAULT_ALLOC && kind != FAULT_TALK &&
		    kind != FAULT_NAMES && kind != FAULT_PAM;
	return kind == FAULT_CLOSE || kind == FAULT_FSTAT ||
	    (kind == FAULT_OPEN && scene->flags == 0);
}

static void
run(const struct scene *scene, bool fresh)
{
	const char *state = fresh ? "no state yet" : "with state";
	unsigned count[FAULT_KINDS_COUNT];

	brief = (scene->flags & SCENE_BRIEF) != 0;
	watch_scene(scene, fresh);
	if (!dry(scene, state, count))
		return;
	for (int kind = 0; kind < FAULT_KINDS_COUNT; kind++)
		if (count[kind] > 0 && !is_left_out(scene, kind) &&
		    (all || fresh ||
		    scene->flags & SCENE_NOT_FRESH || touches_state(kind)))
			each_call(scene, state, kind, count[kind]);
}

int
main(void)
{
	const char *only = getenv("FAULTS_SCENE");

	all = getenv("FAULTS_ALL") != NULL;
	chatty = getenv("FAULTS_TELL") != NULL;
	watch_begin();
	if (!groups_begin())
		printf("skip a member by getgrouplist alone: only root may "
		    "mount such groups\n");
	work = mmap(NULL, sizeof(*work), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (work == MAP_FAILED)
		give_up("no shared memory");
	for (size_t i = 0; i < scenes_count; i++) {
		const struct scene *scene = &scenes[i];

		if (only != NULL ? strncmp(scene->name, only, strlen(only)) :
		    !all && (scene->flags & SCENE_LONG))
			continue;
		if ((scene->flags & SCENE_GROUPS) && !groups_are_there)
			continue;
		road_with_sessions = all || i == 0;
		if ((scene->flags & SCENE_NOT_FRESH) == 0)
			run(scene, true);
		if (all || scene->flags & SCENE_NOT_FRESH || i == 0)
			run(scene, false);
	}
	printf("     %lu logins in which a call failed\n", runs_total);
	return tell_sum();
}
