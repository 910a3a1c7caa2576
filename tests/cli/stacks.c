/*
 * stacks.c - what the real libpam makes of PAM files.  usage: stacks DIR
 * SERVICE...
 *
 * For each service it goes every way that its auth lines can go, with
 * modules of the folder DIR/modules (answer.c) that answer what they are
 * told to, and prints two words (or "?" where there are too many ways):
 * whether somebody is let in when
 * pam_apikey.so answers PAM_IGNORE, and when it refuses.
 */
#include <errno.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The answers that are tried of the modules that stand for their like;
 * PAM_SERVICE_ERR is any that a control does not name. */
static const struct {
	const char *name;
	int count, answer[5];
} modules[] = {
	{ "pam_unix.so", 3,
	    { PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL, PAM_SERVICE_ERR } },
	{ "pam_env.so", 4, { PAM_IGNORE, PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL,
	    PAM_SERVICE_ERR } },
	{ "pam_faillock.so", 5, { PAM_SUCCESS, PAM_IGNORE, PAM_AUTH_ERR,
	    PAM_AUTHINFO_UNAVAIL, PAM_SERVICE_ERR } }
};

#define CALLS	64
#define WAYS	50000

static struct {
	int ours;
	size_t calls;
	int choice[CALLS], of[CALLS];
} way;

int	 stack_answer(const char *module);
void	 syslog(int priority, const char *format, ...);
void	 __syslog_chk(int priority, int flag, const char *format, ...);
int	 audit_open(void);

/* In the places of the C library's and libaudit's: nothing of all this is
 * to go on record. */
void
syslog(int priority, const char *format, ...)
{
	(void)priority, (void)format;
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	(void)priority, (void)flag, (void)format;
}

int
audit_open(void)
{
	errno = EPROTONOSUPPORT;
	return -1;
}

/* Called by each module. */
int
stack_answer(const char *module)
{
	size_t i;

	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (strcmp(module, modules[i].name) == 0)
			break;
	if (i == sizeof(modules) / sizeof(modules[0]))
		return way.ours;
	if (way.calls == CALLS)
		exit(3);
	way.of[way.calls] = modules[i].count;
	return modules[i].answer[way.choice[way.calls++]];
}

/* The next way: the last choice that has another one; false at the end. */
static int
next_way(void)
{
	size_t i = way.calls;

	while (i > 0 && way.choice[i - 1] + 1 == way.of[i - 1])
		way.choice[--i] = 0;
	if (i > 0)
		way.choice[i - 1]++;
	return i > 0;
}

static int
converse(int count, const struct pam_message **message,
    struct pam_response **ret, void *arg)
{
	(void)count, (void)message, (void)ret, (void)arg;
	return PAM_CONV_ERR;
}

/* -1: there are too many ways. */
static int
lets_in(const char *dir, const char *service, int ours)
{
	struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh = NULL;
	int in = 0, ways = 0;

	if (pam_start_confdir(service, "nobody", &conv, dir, &pamh) !=
	    PAM_SUCCESS)
		return 0;
	memset(&way, 0, sizeof(way));
	way.ours = ours;
	do {
		way.calls = 0;
		in = pam_authenticate(pamh, PAM_SILENT) == PAM_SUCCESS;
	} while (!in && next_way() && ++ways < WAYS);
	pam_end(pamh, 0);
	return ways == WAYS ? -1 : in;
}

int
main(int argc, char **argv)
{
	int i, shown, refused, failed;

	for (i = 2; i < argc; i++) {
		shown = lets_in(argv[1], argv[i], PAM_IGNORE);
		refused = lets_in(argv[1], argv[i], PAM_AUTH_ERR);
		failed = lets_in(argv[1], argv[i], PAM_AUTHINFO_UNAVAIL);
		if (shown == -1 || refused == -1 || failed == -1)
			printf("%s ?\n", argv[i]);
		else
			printf("%s %s %s\n", argv[i], shown ? "in" : "out",
			    refused || failed ? "in" : "out");
	}
	return argc < 3;
}
