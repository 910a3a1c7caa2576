/*
 * What there is in this process.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "census.h"

static uint64_t
sum_of_environment(void)
{
	uint64_t sum = 14695981039346656037U;

	for (char **entry = environ; *entry != NULL; entry++)
		for (const char *c = *entry;; c++) {
			sum = (sum ^ (unsigned char)*c) * 1099511628211U;
			if (*c == '\0')
				break;
		}
	return sum;
}

/* In one call, since this is done very often; but where fewer can be open
 * than are asked for, it refuses to tell. */
static void
look_at_descriptors(unsigned char ret[CENSUS_DESCRIPTORS])
{
	struct pollfd fds[CENSUS_DESCRIPTORS];

	bool told;

	for (int i = 0; i < CENSUS_DESCRIPTORS; i++)
		fds[i] = (struct pollfd){ .fd = i };
	told = poll(fds, CENSUS_DESCRIPTORS, 0) != -1;
	for (int i = 0; i < CENSUS_DESCRIPTORS; i++)
		ret[i] = told ? (fds[i].revents & POLLNVAL) == 0 :
		    fcntl(i, F_GETFD) != -1;
}

static void
take_action(int number, struct census_action *ret)
{
	struct sigaction action;

	/* The C library keeps two for itself. */
	if (sigaction(number, NULL, &action) == -1)
		return;
	ret->handler = action.sa_handler;
	ret->flags = action.sa_flags;
	memcpy(&ret->mask, &action.sa_mask, sizeof(ret->mask));
}

void
census_take(struct census *ret)
{
	memset(ret, 0, sizeof(*ret));
	look_at_descriptors(ret->open);
	for (int i = 1; i < CENSUS_SIGNALS; i++)
		take_action(i, &ret->action[i]);
	(void)sigprocmask(SIG_SETMASK, NULL, &ret->blocked);
	ret->environment = sum_of_environment();
	if (getcwd(ret->cwd, sizeof(ret->cwd)) == NULL)
		ret->cwd[0] = '\0';
	snprintf(ret->locale, sizeof(ret->locale), "%s",
	    setlocale(LC_ALL, NULL));
	ret->thread_locale = uselocale((locale_t)0);
	ret->mask = umask(0);
	(void)umask(ret->mask);
	(void)getresuid(&ret->uid[0], &ret->uid[1], &ret->uid[2]);
	(void)getresgid(&ret->gid[0], &ret->gid[1], &ret->gid[2]);
}

const char *
census_differs(const struct census *a, const struct census *b)
{
	if (memcmp(a->open, b->open, sizeof(a->open)) != 0)
		return "the open descriptors";
	if (memcmp(a->action, b->action, sizeof(a->action)) != 0)
		return "what signals do";
	if (memcmp(&a->blocked, &b->blocked, sizeof(a->blocked)) != 0)
		return "the signals that are blocked";
	if (a->environment != b->environment)
		return "the environment";
	if (strcmp(a->cwd, b->cwd) != 0)
		return "the working folder";
	if (strcmp(a->locale, b->locale) != 0 ||
	    a->thread_locale != b->thread_locale)
		return "the locale";
	if (a->mask != b->mask)
		return "the umask";
	return memcmp(a->uid, b->uid, sizeof(a->uid)) != 0 ||
	    memcmp(a->gid, b->gid, sizeof(a->gid)) != 0 ?
	    "whom the process is" : NULL;
}

unsigned
census_descriptors(void)
{
	unsigned char open[CENSUS_DESCRIPTORS];
	unsigned count = 0;

	look_at_descriptors(open);
	for (int i = 0; i < CENSUS_DESCRIPTORS; i++)
		count += open[i];
	return count;
}
