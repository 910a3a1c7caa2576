/*
 * kills: a login, and a change, killed behind each of its system calls.
 *
 * It is traced from the first folder that the library opens to its end.
 * In a short run only those calls count that change something; with
 * FAULTS_ALL it is all of them.
 */
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/ptrace.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define STEPS_MAX	4096
#define SHOWN_MAX	5

struct step {
	long		 number;
	bool		 changes;
};

static struct step steps[STEPS_MAX];
static bool all;
static unsigned long kills_total;

/* ---- Tracing ---------------------------------------------------------- */

static long
trace(enum __ptrace_request request, pid_t pid, void *address,
    unsigned long data)
{
	return ptrace(request, pid, address, data);
}

static void
traced(const struct scene *scene, const struct command *command)
{
	if (trace(PTRACE_TRACEME, 0, NULL, 0) == -1)
		_exit(125);
	if (command != NULL)
		command_exec(command);
	(void)road_go(scene);
	_exit(0);
}

/* Comes back when it stands at the first folder. */
static pid_t
begin(const struct scene *scene, const struct command *command)
{
	int status;
	pid_t pid;

	fault_page->stop = true;
	fflush(stdout);
	if ((pid = fork()) == 0)
		traced(scene, command);
	while (pid != -1 && waitpid(pid, &status, 0) == pid) {
		if (!WIFSTOPPED(status))
			give_up("it ends before it begins: %x", status);
		(void)trace(PTRACE_SETOPTIONS, pid, NULL,
		    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
		if (WSTOPSIG(status) == SIGSTOP)
			return pid;
		(void)trace(PTRACE_CONT, pid, NULL, 0);
	}
	give_up("no process");
}

static bool
is_change(const struct ptrace_syscall_info *info)
{
	switch (info->entry.nr) {
	case SYS_openat:
		return (info->entry.args[2] & O_CREAT) != 0;
	case SYS_fcntl:
		return info->entry.args[1] == F_OFD_SETLK;
	case SYS_write:
	case SYS_pwrite64:
	case SYS_mkdirat:
	case SYS_unlinkat:
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_ftruncate:
	case SYS_fchmod:
	case SYS_fchown:
	case SYS_fsync:
	case SYS_fdatasync:
		return true;
	default:
		return false;
	}
}

/* To behind the next call; false when it has ended. */
static bool
next_call(pid_t pid, struct step *ret)
{
	struct ptrace_syscall_info info;
	int status, passed_on = 0;

	while (trace(PTRACE_SYSCALL, pid, NULL,
	    (unsigned long)passed_on) == 0 &&
	    waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		passed_on = 0;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			passed_on = WSTOPSIG(status);
			continue;
		}
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info),
		    &info) <= 0)
			give_up("what call it is cannot be told");
		if (info.op == PTRACE_SYSCALL_INFO_EXIT)
			return true;
		*ret = (struct step){ (long)info.entry.nr,
		    is_change(&info) };
	}
	return false;
}

static unsigned
count_calls(const struct scene *scene, const struct command *command)
{
	pid_t pid = begin(scene, command);
	unsigned count = 0;

	while (count < STEPS_MAX && next_call(pid, &steps[count]))
		count++;
	return count;
}

/* Behind the nth call. */
static void
kill_at(const struct scene *scene, const struct command *command, unsigned n)
{
	pid_t pid = begin(scene, command);
	struct step step;

	for (unsigned i = 0; i < n; i++)
		if (!next_call(pid, &step))
			return;
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	kills_total++;
}

/* ---- What is left ----------------------------------------------------- */

/* Of a login: the next one is as if nothing had been, and what the killed
 * one was granted is counted. */
static void
judge_login(const struct scene *scene, long before, struct outcome *outcome)
{
	const bool granted = (scene->flags & SCENE_CLAIM) == 0 &&
	    road->seen[ROAD_AUTH] == 0;
	const long after = state_uses();

	watch_nothing();
	watch_run(scene, NULL, 0, outcome);
	watch_judge(scene, outcome);
	if (outcome->problem[0] != '\0')
		return;
	if (outcome->end != (scene->want == SCENE_GRANT ? ROAD_GRANTED :
	    ROAD_REFUSED))
		snprintf(outcome->problem, sizeof(outcome->problem),
		    "the next login is %s", road_end_name(outcome->end));
	if (granted && after < before + 1)
		snprintf(outcome->problem, sizeof(outcome->problem),
		    "the grant is not counted");
}

static void
login(const struct scene *scene, bool fresh)
{
	unsigned calls, runs = 0, problems = 0;
	struct outcome outcome;
	long before;

	watch_scene(scene, fresh);
	watch_nothing();
	before = state_uses();
	calls = count_calls(scene, NULL);
	for (unsigned n = 1; n <= calls; n++) {
		if (!all && !steps[n - 1].changes)
			continue;
		files_put_back();
		watch_before(&outcome);
		kill_at(scene, NULL, n);
		judge_login(scene, before < 0 ? 0 : before, &outcome);
		runs++;
		if (outcome.problem[0] != '\0' && problems++ < SHOWN_MAX)
			tell_more("behind call %u (%ld): %s", n,
			    steps[n - 1].number, outcome.problem);
	}
	tell(problems == 0, "a login killed, %s, %s: %u calls, killed %u "
	    "times", scene->name, fresh ? "no state yet" : "with state",
	    calls, runs);
}

static const char *
judge_change(const struct command *command)
{
	const char *problem = command_judge(command, -1);
	char path[512];
	int status;

	if (problem != NULL)
		return problem;
	/* Its file would be in the way of another time. */
	snprintf(path, sizeof(path), "%s/out/key", scene_folder);
	(void)unlink(path);
	status = command_run(command);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 31 ||
	    (command->again & 1U << WEXITSTATUS(status)) == 0)
		return "it cannot be done again";
	return NULL;
}

static void
change(const struct command *command)
{
	unsigned calls, runs = 0, problems = 0;
	struct outcome outcome;
	const char *problem;

	command_scene(command);
	watch_nothing();
	command_before();
	if (command_run(command) != 0)
		give_up("%s: fails by itself", command->name);
	files_put_back();
	calls = count_calls(NULL, command);
	for (unsigned n = 1; n <= calls; n++) {
		if (!all && !steps[n - 1].changes)
			continue;
		files_put_back();
		watch_before(&outcome);
		kill_at(NULL, command, n);
		problem = judge_change(command);
		runs++;
		if (problem != NULL && problems++ < SHOWN_MAX)
			tell_more("behind call %u (%ld): %s", n,
			    steps[n - 1].number, problem);
	}
	tell(problems == 0, "%s killed: %u calls, killed %u times",
	    command->name, calls, runs);
}

int
main(void)
{
	static const char *const shown[] = { "good key", "wrong secret",
	    "bounded uses" };

	all = getenv("FAULTS_ALL") != NULL;
	watch_begin();
	for (size_t i = 0; i < scenes_count; i++)
		for (size_t j = 0; j < sizeof(shown) / sizeof(shown[0]); j++)
			if (strcmp(scenes[i].name, shown[j]) == 0) {
				login(&scenes[i], true);
				login(&scenes[i], false);
			}
	for (size_t i = 0; i < commands_count; i++)
		if (all || commands[i].is_short)
			change(&commands[i]);
	printf("     %lu processes were killed\n", kills_total);
	return tell_sum();
}
