/*
 * pressure: logins while something is short, and while signals come.
 */
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "groups.h"
#include "watch.h"

#define SHOWN_MAX	5
#define STACK		(1024 * 1024)
#define SIGNAL_NS	100000

static rlim_t limit;
static bool all, mounts;

/* ---- Mounts of its own ------------------------------------------------ */

/* For root alone: in a namespace of users, the folders above belong to
 * nobody that is known, and are refused. */
static bool
own_mounts(void)
{
	return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool
may_mount(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(own_mounts() ? 0 : 1);
	return pid != -1 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* ---- What is done to the process -------------------------------------- */

static void
set_limit(int resource, rlim_t value)
{
	if (setrlimit(resource, &(struct rlimit){ value, value }) == -1)
		give_up("no such limit: %m");
}

/* All below is taken, so that the limit is what is left. */
static void
take_descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd == -1 || close(fd) == -1)
		give_up("no descriptor");
	set_limit(RLIMIT_NOFILE, (rlim_t)fd + limit);
}

/* What the process has in pages, by /proc/self/statm. */
static rlim_t
size_now(void)
{
	char text[64] = "";
	int fd = open("/proc/self/statm", O_RDONLY);

	if (fd == -1 || read(fd, text, sizeof(text) - 1) <= 0)
		give_up("no /proc");
	close(fd);
	return strtoul(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* The stack is there already: where it cannot grow, there is no answer.
 * What the heap still has is taken, but for what is to be left. */
static void
take_memory(void)
{
	volatile char stack[STACK];
	void *volatile rest = malloc(limit + 1);
	void *p;

	for (size_t i = 0; i < sizeof(stack); i += 4096)
		stack[i] = 0;
	set_limit(RLIMIT_AS, size_now());
	for (size_t size = 1 << 20; size >= 16; size /= 2)
		while ((p = malloc(size)) != NULL)
			*(char *)p = 0;
	free(rest);
}

/* libpam has had what it needs. */
static void
few_descriptors(void)
{
	road_at_module = take_descriptors;
}

static void
little_memory(void)
{
	road_at_module = take_memory;
}

static void
no_locked_memory(void)
{
	set_limit(RLIMIT_MEMLOCK, 0);
}

static void
no_files(void)
{
	set_limit(RLIMIT_FSIZE, limit);
}

/* A state of its own, on a disk that has but so many pages left. */
static void
full_disk(void)
{
	static const char page[4096];
	char path[300];
	int fd;

	if (!own_mounts())
		give_up("no mounts of its own");
	snprintf(path, sizeof(path), "%s/state", scene_folder);
	if (mount("none", path, "tmpfs", MS_NOSUID, "size=64k,mode=700"))
		give_up("%s: cannot be mounted: %m", path);
	files_put_back();
	snprintf(path, sizeof(path), "%s/state/fill", scene_folder);
	if ((fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) == -1)
		give_up("%s: cannot be made", path);
	while (write(fd, page, sizeof(page)) > 0)
		continue;
	if (ftruncate(fd, lseek(fd, 0, SEEK_END) - (off_t)(limit *
	    sizeof(page))) == -1 || close(fd) == -1)
		give_up("%s: cannot be cut", path);
}

static void
on_signal(int number)
{
	(void)number;
}

/* A signal whenever it is least expected, and calls are not restarted. */
static void
signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
	    .sigev_signo = SIGUSR1 };
	const struct itimerspec often = {
		.it_interval.tv_nsec = SIGNAL_NS,
		.it_value.tv_nsec = SIGNAL_NS,
	};
	timer_t timer;

	if (sigaction(SIGUSR1, &action, NULL) == -1 ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer) == -1 ||
	    timer_settime(timer, 0, &often, NULL) == -1)
		give_up("no timer");
}

/* ---- What must come of it --------------------------------------------- */

enum tolerance {
	NOTHING,		/* it is as ever */
	NOT_BOUNDED,		/* but for keys that need their state */
	NO_ANSWER		/* or it cannot be told */
};

struct pressure {
	const char	*name;
	void		(*prepare)(void);
	enum tolerance	 tolerance;
	rlim_t		 from, to, step;
};

static const struct pressure pressures[] = {
	{ "descriptors left", few_descriptors, NO_ANSWER, 0, 20, 1 },
	{ "bytes of memory left", little_memory, NO_ANSWER, 0, 120000,
	    5000 },
	{ "bytes of locked memory", no_locked_memory, NOTHING, 0, 0, 1 },
	{ "bytes in a file", no_files, NOT_BOUNDED, 0, 8192, 1024 },
	{ "pages left on the disk", full_disk, NOT_BOUNDED, 0, 8, 2 },
	{ "times under signals", signals, NOTHING, 1, 15, 1 },
};

static const enum road_end wants[] = { ROAD_GRANTED, ROAD_REFUSED,
    ROAD_PASSED };

static void
judge(const struct scene *scene, const struct pressure *pressure,
    struct outcome *outcome)
{
	const bool bounded = (scene->flags & SCENE_BOUNDED) != 0;

	if (WIFEXITED(outcome->status) &&
	    WEXITSTATUS(outcome->status) == ROAD_NO_LIBPAM) {
		outcome->end = ROAD_UNAVAILABLE;
		return;
	}
	watch_judge(scene, outcome);
	if (outcome->problem[0] != '\0' || outcome->ended ||
	    outcome->end == wants[scene->want] ||
	    pressure->tolerance == NO_ANSWER ||
	    (pressure->tolerance == NOT_BOUNDED && bounded))
		return;
	snprintf(outcome->problem, sizeof(outcome->problem), "it is %s",
	    road_end_name(outcome->end));
}

static void
press(const struct scene *scene, const struct pressure *pressure)
{
	unsigned ends[ROAD_PASSED + 1] = { 0 }, ended = 0, problems = 0;
	unsigned degraded = 0;
	enum road_end last = ROAD_BROKEN;
	struct outcome outcome;

	for (limit = pressure->from; limit <= pressure->to;
	    limit += pressure->step) {
		files_put_back();
		watch_nothing();
		watch_run(scene, pressure->prepare, 0, &outcome);
		judge(scene, pressure, &outcome);
		degraded += watch_is_degraded();
		last = outcome.ended ? ROAD_BROKEN : outcome.end;
		if (outcome.ended)
			ended++;
		else
			ends[outcome.end]++;
		if (outcome.problem[0] == '\0' || problems++ >= SHOWN_MAX)
			continue;
		tell_more("%lu %s: %s", (unsigned long)limit, pressure->name,
		    outcome.problem);
		tell_more("  %s", fault_page->log);
	}
	/* With enough, it is as ever: otherwise nothing was shown.  But
	 * Argon2id's memory is not the heap's. */
	if (last != wants[scene->want] &&
	    !(pressure->prepare == little_memory && scene->hash != NULL &&
	    strstr(scene->hash, "argon2id") != NULL)) {
		tell_more("the last one is %s", road_end_name(last));
		problems++;
	}
	tell(problems == 0, "%s, %lu to %lu %s: granted %u, refused %u, "
	    "unavailable %u, passed over %u, ended %u (library); degraded %u",
	    scene->name, (unsigned long)pressure->from,
	    (unsigned long)pressure->to, pressure->name, ends[ROAD_GRANTED],
	    ends[ROAD_REFUSED], ends[ROAD_UNAVAILABLE], ends[ROAD_PASSED],
	    ended, degraded);
}

int
main(void)
{
	static const char *const shown[] = { "good key", "wrong secret",
	    "bounded uses", "group=, a member" };

	all = getenv("FAULTS_ALL") != NULL;
	watch_begin();
	(void)groups_begin();
	if (!(mounts = may_mount()))
		printf("skip a full disk: only root may mount one\n");
	for (size_t i = 0; i < scenes_count; i++) {
		bool is_shown = all;

		for (size_t j = 0; j < sizeof(shown) / sizeof(shown[0]); j++)
			if (strcmp(scenes[i].name, shown[j]) == 0)
				is_shown = true;
		if (!is_shown || ((scenes[i].flags & SCENE_GROUPS) &&
		    !groups_are_there))
			continue;
		watch_scene(&scenes[i],
		    (scenes[i].flags & SCENE_NOT_FRESH) == 0);
		for (size_t j = 0; j < sizeof(pressures) /
		    sizeof(pressures[0]); j++)
			if (mounts || pressures[j].prepare != full_disk)
				press(&scenes[i], &pressures[j]);
	}
	return tell_sum();
}
