/*
 * Who fell: the object in which a signal came that ends a process, and the
 * first one above it that is neither this library nor the C library.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "inject.h"

#define FRAMES		64
#define STACK		(64 * 1024)
/* The handler's own, and that which comes back from it. */
#define FRAMES_ABOVE	2

/* With SA_RESETHAND the signal comes again, and ends the process. */
static void
on_fall(int number)
{
	struct fault_page *page = fault_page;
	void *frames[FRAMES];
	int count;

	(void)number;
	page->armed = false;
	count = backtrace(frames, FRAMES);
	if (count <= FRAMES_ABOVE)
		return;
	snprintf(page->fell_in, sizeof(page->fell_in), "%s",
	    fault_object(frames[FRAMES_ABOVE]));
	fault_caller(frames + FRAMES_ABOVE, count - FRAMES_ABOVE,
	    page->fell_for, sizeof(page->fell_for));
}

/* A stack may be what there was too little of. */
__attribute__((__constructor__)) static void
begin(void)
{
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL,
	    SIGFPE };
	static char room[STACK];
	const stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };
	const struct sigaction action = {
		.sa_handler = on_fall,
		.sa_flags = (int)(SA_ONSTACK | SA_RESETHAND),
	};

	if (sigaltstack(&stack, NULL) == -1)
		abort();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], &action, NULL) == -1)
			abort();
}
