/*
 * changes: every call that can fail inside create, rotate and the like,
 * failing once in turn; but for FAULTS_ALL, only some of them.  FAULTS_TELL
 * and FAULTS_SCENE are as for logins.
 */
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define SHOWN_MAX	5
#define CODES		10

struct tally {
	unsigned	 runs, codes[CODES], ended, problems;
};

static bool all, chatty;
static unsigned long runs_total;

static void
tell_run(const char *problem, int status)
{
	const struct fault_page *page = fault_page;

	tell_more("%s %u%s, %s: %s in %s%s%s: status %x%s%s",
	    fault_kind_name(page->kind), page->nth, page->on ? " and on" : "",
	    fault_error_name(page->error), page->call, page->object,
	    page->where[0] == '\0' ? "" : ", ", page->where,
	    (unsigned)status, problem == NULL ? "" : ": ",
	    problem == NULL ? "" : problem);
}

/* Nobody has read it: that is not done. */
static bool
is_output_lost(void)
{
	return fault_page->kind == FAULT_STREAM && fault_page->injected > 0 &&
	    (strcmp(fault_page->call, "fflush") == 0 ||
	    strcmp(fault_page->call, "fwrite") == 0);
}

/* The page is used by what judges, too: what it tells is put back. */
static const char *
judge(const struct command *command, int status)
{
	static struct fault_page kept;
	const bool exited = WIFEXITED(status);
	const char *problem;

	kept = *fault_page;
	/* Names are looked up behind the telling: it may end there. */
	problem = command_judge(command, kept.within[0] != '\0' ? 127 :
	    exited && watch_excuse(status) == NULL ? WEXITSTATUS(status) :
	    -1);
	*fault_page = kept;
	if (problem == NULL && exited && WEXITSTATUS(status) == 0 &&
	    is_output_lost())
		problem = "what could not be put out is no error";
	if (problem == NULL && watch_excuse(status) == NULL &&
	    (!exited || WEXITSTATUS(status) >= CODES))
		problem = "it falls over";
	return problem;
}

/* The page is shared: here, nothing must fail. */
static int
run_armed(const struct command *command)
{
	int status;

	fault_page->always = true;
	status = command_run(command);
	fault_page->always = fault_page->armed = false;
	return status;
}

static void
one(const struct command *command, struct tally *tally)
{
	const struct fault_page how = *fault_page;
	struct outcome outcome;
	const char *problem;
	int status;

	files_put_back();
	watch_before(&outcome);
	fault_page->kind = how.kind;
	status = run_armed(command);
	problem = judge(command, status);
	runs_total++;
	tally->runs++;
	if (watch_excuse(status) != NULL)
		tally->ended++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) < CODES)
		tally->codes[WEXITSTATUS(status)]++;
	if (problem != NULL ? tally->problems++ < SHOWN_MAX : chatty)
		tell_run(problem, status);
}

/* Programs take long to start: a short run has but some of the calls. */
static bool
is_worth_it(int kind, unsigned n, unsigned calls)
{
	return kind == FAULT_ALLOC ? n % 11 == 0 :
	    calls <= 8 || n % (calls / 8 + 1) == 0;
}

static void
each_call(const struct command *command, int kind, unsigned calls)
{
	const int *errors = fault_errors(kind);
	struct tally tally = { .runs = 0 };
	char codes[128] = "";
	size_t used = 0;

	for (unsigned n = 1; n <= calls; n++) {
		if (!all && !is_worth_it(kind, n, calls))
			continue;
		for (int i = 0; errors[i] != 0 && (i == 0 || all); i++)
			for (int on = 0; on <= (all &&
			    fault_may_go_on(errors[i])); on++) {
				fault_page->kind = kind;
				fault_page->nth = n;
				fault_page->error = errors[i];
				fault_page->on = on != 0;
				one(command, &tally);
			}
	}
	for (unsigned i = 0; i < CODES; i++)
		if (tally.codes[i] > 0)
			used += (size_t)snprintf(codes + used,
			    sizeof(codes) - used, " exit %u: %u,", i,
			    tally.codes[i]);
	tell(tally.problems == 0, "%s: %s: %u calls, %u runs:%s ended %u "
	    "(library)", command->name, fault_kind_name(kind), calls,
	    tally.runs, codes, tally.ended);
}

static void
run(const struct command *command)
{
	unsigned count[FAULT_KINDS_COUNT];
	struct outcome outcome;

	command_scene(command);
	command_before();
	watch_nothing();
	watch_before(&outcome);
	fault_page->on = false;
	if (run_armed(command) != 0)
		give_up("%s: fails by itself", command->name);
	memcpy(count, fault_page->count, sizeof(count));
	for (int kind = 0; kind < FAULT_KINDS_COUNT; kind++)
		if (count[kind] > 0)
			each_call(command, kind, count[kind]);
}

int
main(void)
{
	const char *only = getenv("FAULTS_SCENE");

	all = getenv("FAULTS_ALL") != NULL;
	chatty = getenv("FAULTS_TELL") != NULL;
	watch_begin();
	for (size_t i = 0; i < commands_count; i++)
		if (only != NULL ? strncmp(commands[i].name, only,
		    strlen(only)) == 0 : all || commands[i].is_first)
			run(&commands[i]);
	printf("     %lu commands in which a call failed\n", runs_total);
	return tell_sum();
}
