/*
 * What fails, and when.  Nothing here allocates once the program runs.
 */
#include <sys/mman.h>

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inject.h"

#define FRAMES	64

static struct fault_page nothing = { .kind = -1 };
struct fault_page *fault_page = &nothing;

static const struct {
	const char	*name;
	int		 errors[FAULT_ERRORS_MAX];
} kinds[] = {
#define X(kind, name, ...)	{ name, { __VA_ARGS__, 0 } },
	FAULT_KINDS(X)
#undef X
};

const char *
fault_kind_name(int kind)
{
	return kinds[kind].name;
}

const int *
fault_errors(int kind)
{
	return kinds[kind].errors;
}

const char *
fault_error_name(int error)
{
	static const char *const own[] = { "half", "CONV_ERR", "BUF_ERR",
	    "CONV_AGAIN", "no response", "no text" };

	return error >= FAULT_HALF ? own[error - FAULT_HALF] :
	    strerrorname_np(error);
}

void
fault_arm(void)
{
	fault_page->armed = true;
}

void
fault_disarm(void)
{
	fault_page->armed = false;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

const char *
fault_object(void *address)
{
	Dl_info info;

	return dladdr(address, &info) == 0 || info.dli_fname == NULL ? "?" :
	    base_name(info.dli_fname);
}

static bool
is_below(const char *object)
{
	static const char *const below[] = { "inject.so", "libc.so",
	    "ld-linux", "libgcc_s", "libdl" };

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		if (strncmp(object, below[i], strlen(below[i])) == 0)
			return true;
	return false;
}

void
fault_caller(void *const *frames, int count, char *ret, size_t size)
{
	const char *object = "?";

	for (int i = 0; i < count; i++)
		if (!is_below(object = fault_object(frames[i])))
			break;
	snprintf(ret, size, "%s", object);
}

static void
note_caller(char *ret, size_t size)
{
	void *frames[FRAMES];

	fault_caller(frames, backtrace(frames, FRAMES), ret, size);
}

static void
note_file(int fd, const char *name)
{
	char link[64], *to = fault_page->where;
	const size_t size = sizeof(fault_page->where);
	ssize_t len = 0;

	*to = '\0';
	if (fd >= 0 && (name == NULL || *name != '/')) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		if ((len = readlink(link, to, size - 1)) == -1)
			len = 0;
		to[len] = '\0';
	}
	if (name != NULL)
		snprintf(to + len, size - (size_t)len, "%s%s",
		    len > 1 ? "/" : "", name);
}

bool
fault_may_go_on(int error)
{
	return error != EINTR && error != FAULT_HALF;
}

bool
fault_is_worth_it(int kind, unsigned n, bool brief)
{
	return kind != FAULT_ALLOC || n > FAULT_NOTED_MAX ||
	    fault_page->ours[n - 1] || (!brief && n % 5 == 0);
}

/* The count is that of the allocations. */
static void
note_whose(unsigned n)
{
	static const char *const ours[] = { "libapikey", "pam_apikey" };
	char object[64];

	if (n > FAULT_NOTED_MAX)
		return;
	fault_page->armed = false;
	note_caller(object, sizeof(object));
	fault_page->armed = true;
	/* What is looked up for us is as good. */
	fault_page->ours[n - 1] = fault_page->within[0] != '\0';
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strncmp(object, ours[i], strlen(ours[i])) == 0)
			fault_page->ours[n - 1] = true;
}

int
fault_due(enum fault_kind kind, const char *call, int fd, const char *name)
{
	struct fault_page *page = fault_page;
	const int saved = errno;

	if (!page->armed)
		return 0;
	page->count[kind]++;
	if (page->noting && kind == FAULT_ALLOC)
		note_whose(page->count[kind]);
	if (page->over || page->kind != (int)kind ||
	    page->count[kind] < page->nth ||
	    (page->count[kind] > page->nth && !page->on))
		return 0;
	/* One name service that fails again and again, and others do not. */
	if (kind == FAULT_NAMES && page->injected > 0 &&
	    strcmp(page->call, call) != 0)
		return 0;
	if (page->injected++ > 0 && kind != FAULT_ALLOC)
		return page->error;
	/* Of many allocations, it is the last one that somebody fell over. */
	page->armed = false;
	snprintf(page->call, sizeof(page->call), "%s", call);
	note_file(fd, name);
	note_caller(page->object, sizeof(page->object));
	page->armed = true;
	errno = saved;
	return page->error;
}

/* The last caller is the one that may fall over. */
void
fault_starved(void)
{
	struct fault_page *page = fault_page;

	if (!page->armed)
		return;
	page->armed = false;
	page->starved = true;
	note_caller(page->object, sizeof(page->object));
	page->armed = true;
}

/* ---- What is alive ---------------------------------------------------- */

static size_t
slot_of(const void *p)
{
	return ((size_t)p >> 4) * 0x9e3779b97f4a7c15U >> 40;
}

void
fault_born(void *p, void *caller)
{
	struct fault_live *live = fault_page->live;

	if (!fault_page->armed || p == NULL)
		return;
	for (size_t i = slot_of(p), n = 0; n < FAULT_LIVE_MAX; i++, n++) {
		struct fault_live *slot = &live[i % FAULT_LIVE_MAX];

		if (slot->p == NULL || slot->p == p || slot->p == live) {
			*slot = (struct fault_live){ p, caller };
			return;
		}
	}
}

/* What is gone leaves a mark: others may have gone past it. */
void
fault_died(void *p)
{
	struct fault_live *live = fault_page->live;

	if (p == NULL || fault_page == &nothing)
		return;
	for (size_t i = slot_of(p), n = 0; n < FAULT_LIVE_MAX; i++, n++) {
		struct fault_live *slot = &live[i % FAULT_LIVE_MAX];

		if (slot->p == NULL)
			return;
		if (slot->p == p) {
			slot->p = live;
			return;
		}
	}
}

unsigned
fault_left(const char *const *objects, char *ret, size_t size)
{
	const struct fault_live *live = fault_page->live;
	unsigned left = 0;
	Dl_info info;

	for (size_t i = 0; i < FAULT_LIVE_MAX; i++) {
		const char *object;

		if (live[i].p == NULL || live[i].p == live)
			continue;
		object = fault_object(live[i].caller);
		for (size_t j = 0; objects[j] != NULL; j++) {
			if (strncmp(object, objects[j],
			    strlen(objects[j])) != 0)
				continue;
			if (left++ == 0 && dladdr(live[i].caller, &info) != 0)
				snprintf(ret, size, "%s+0x%zx", object,
				    (size_t)((char *)live[i].caller -
				    (char *)info.dli_fbase));
		}
	}
	return left;
}

/* ---- The beginning and the end ---------------------------------------- */

__attribute__((__constructor__)) static void
begin(void)
{
	const char *number = getenv("FAULT_PAGE");
	void *frames[FRAMES], *page;

	/* It loads a library when it is called first. */
	(void)backtrace(frames, FRAMES);
	if (number == NULL)
		return;
	page = mmap(NULL, sizeof(struct fault_page), PROT_READ | PROT_WRITE,
	    MAP_SHARED, atoi(number), 0);
	if (page == MAP_FAILED)
		return;
	fault_page = page;
	fault_page->armed = fault_page->always;
}

/* A library that ends the process is told of. */
void
exit(int status)
{
	__typeof__(exit) *next;

	if (fault_page->armed) {
		fault_page->armed = false;
		note_caller(fault_page->ended, sizeof(fault_page->ended));
	}
	*(void **)&next = dlsym(RTLD_NEXT, "exit");
	next(status);
	abort();
}
