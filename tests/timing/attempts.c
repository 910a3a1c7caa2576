/*
 * An attempt is what sshd does: everything from pam_start(3) to pam_end(3),
 * the delay that is asked for excepted: a function of ours notes it, and
 * nobody waits.
 *
 * libpam draws that delay by chance from what the module asks for, but from
 * no other seed than the second in which pam_authenticate(3) began.  So
 * what was asked for is the same if and only if all that begin in one
 * second get the same.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <security/pam_appl.h>

#include "attempts.h"

#define SERVICE	"sshd"
#define RHOST	"192.0.2.7"
#define FIELDS	5

typedef void delay_fn(int code, unsigned usec, void *arg);

/* Of the attempt that is being made. */
struct asked {
	const char	*reply;
	int		 prompts;
	unsigned	 usec;
};

static struct {
	time_t		 second;
	unsigned	 usec, least, most;
	long		 shared;
	int		 times;
} seen = { .least = UINT32_MAX };

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *arg)
{
	struct asked *asked = arg;

	if ((*ret = calloc((size_t)count, sizeof(**ret))) == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF) {
			(*ret)[i].resp = strdup(asked->reply);
			asked->prompts++;
		}
	return PAM_SUCCESS;
}

static void
note_delay(int code, unsigned usec, void *arg)
{
	struct asked *asked = arg;

	(void)code;
	asked->usec = usec;
}

static void
compare_delay(const struct kind *kind, unsigned usec, time_t second)
{
	if (usec < seen.least)
		seen.least = usec;
	if (usec > seen.most)
		seen.most = usec;
	if (second != seen.second) {
		seen.second = second;
		seen.usec = usec;
		seen.times = 0;
		return;
	}
	if (usec != seen.usec)
		errx(1, "%s: is delayed by %u us, another of the same second "
		    "by %u us", kind->name, usec, seen.usec);
	if (++seen.times == 1)
		seen.shared++;
}

void
delays(unsigned *ret_least, unsigned *ret_most, long *ret_shared)
{
	*ret_least = seen.least;
	*ret_most = seen.most;
	*ret_shared = seen.shared;
}

static double
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int
start(const struct kind *kind, const struct pam_conv *conv,
    pam_handle_t **ret)
{
	/* ISO C has no way from a function to a void pointer. */
	const union { delay_fn *function; const void *item; } delay =
	    { note_delay };
	int code = pam_start_confdir(SERVICE, kind->user, conv,
	    kind->confdir, ret);

	if (code == PAM_SUCCESS)
		code = pam_set_item(*ret, PAM_RHOST, RHOST);
	if (code == PAM_SUCCESS)
		code = pam_set_item(*ret, PAM_TTY, "ssh");
	if (code == PAM_SUCCESS)
		code = pam_set_item(*ret, PAM_FAIL_DELAY, delay.item);
	return code;
}

double
attempt(const struct kind *kind)
{
	struct asked asked = { .reply = kind->reply };
	const struct pam_conv conv = { converse, &asked };
	time_t second = time(NULL);
	pam_handle_t *pamh = NULL;
	double began = now_ns(), took;
	int code = start(kind, &conv, &pamh);

	if (code != PAM_SUCCESS)
		errx(1, "%s: libpam does not start", kind->name);
	code = pam_authenticate(pamh, 0);
	pam_end(pamh, code);
	took = now_ns() - began;
	if (code != PAM_AUTH_ERR || asked.prompts != 1)
		errx(1, "%s: %s, asked %d times", kind->name,
		    pam_strerror(NULL, code), asked.prompts);
	if (time(NULL) == second)
		compare_delay(kind, asked.usec, second);
	return took;
}

static char *
field(char **line)
{
	char *text = strsep(line, "\t");

	if (text == NULL)
		errx(2, "a line of the list has %d fields", FIELDS);
	if ((text = strdup(text)) == NULL)
		err(1, "list");
	return text;
}

static void
parse(char *line, struct kind *ret)
{
	ret->set = field(&line);
	ret->name = field(&line);
	ret->confdir = field(&line);
	ret->user = field(&line);
	ret->reply = field(&line);
	ret->times = NULL;
}

size_t
kinds_read(struct kind **ret)
{
	struct kind *kinds = NULL;
	size_t count = 0, size = 0;
	char *line = NULL;

	while (getline(&line, &size, stdin) != -1) {
		line[strcspn(line, "\n")] = '\0';
		kinds = reallocarray(kinds, count + 1, sizeof(*kinds));
		if (kinds == NULL)
			err(1, "list");
		parse(line, &kinds[count++]);
	}
	free(line);
	if (count == 0)
		errx(2, "an empty list");
	*ret = kinds;
	return count;
}
