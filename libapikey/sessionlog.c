/*
 * Sessions on record: who did what with which key is found by following
 * the pid and the audit session id into the system's own logs.
 */
#include <sys/types.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "context.h"

#define NUMBER_SIZE	24

/* The kernel's audit session id; "" where there is none. */
static void
audit_session(char ret[NUMBER_SIZE])
{
	char text[NUMBER_SIZE];
	ssize_t n = -1;
	size_t len;
	int fd;

	ret[0] = '\0';
	fd = open("/proc/self/sessionid", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd != -1) {
		n = read(fd, text, sizeof(text) - 1);
		(void)close(fd);
	}
	if (n <= 0)
		return;
	text[n] = '\0';
	len = strspn(text, "0123456789");
	/* 4294967295 is the kernel's "none". */
	if (len == 0 || strcmp(text, "4294967295") == 0)
		return;
	memcpy(ret, text, len);
	ret[len] = '\0';
}

AK_EXPORT void
apikey_audit_session(apikey_ctx *ctx, const apikey_request *req,
    const char *id, int opened)
{
	char pid[NUMBER_SIZE], ses[NUMBER_SIZE];
	struct ak_opened *held;
	struct ak_fault fault;
	struct ak_event event;

	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	audit_session(ses);
	ak_event_init(&event, AK_INFO,
	    opened != 0 ? "session.open" : "session.close");
	ak_event_add(&event, "key", id);
	ak_event_add(&event, "user", req->user);
	ak_event_add(&event, "ruser", req->caller);
	ak_event_add(&event, "service", req->service);
	ak_event_add(&event, "pid", pid);
	ak_event_add(&event, "ses", ses[0] == '\0' ? NULL : ses);
	held = ak_context_hold(ctx, &fault);
	ak_audit_write(held == NULL ? &ctx->audit : &held->audit, &event);
	ak_context_release(ctx, held);
}
