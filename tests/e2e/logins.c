/*
 * logins.c - log in through libpam and this machine's own PAM stacks, as
 * fast as it goes: one after the other on one PAM handle, or, with -p,
 * each in a process of its own and all at once.  The reply is read from
 * stdin; with -r it is, each time, a key that nobody has issued.
 *
 *	logins [-p] [-r] COUNT SERVICE USER RHOST
 *
 * It prints how the logins ended, and how long the longest took, in
 * milliseconds: "granted=N refused=N unavailable=N other=N longest=N".
 */
#include <sys/random.h>
#include <sys/wait.h>

#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

enum end { GRANTED, REFUSED, UNAVAILABLE, OTHER, ENDS };

struct outcome {
	int	 end;
	int	 ms;
};

static const char *service, *user, *rhost;
static char reply[64];
static bool is_random;

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *arg)
{
	(void)arg;
	if ((*ret = calloc((size_t)count, sizeof(**ret))) == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*ret)[i].resp = strdup(reply);
	return PAM_SUCCESS;
}

static void
put_random(char *to, size_t len, const char *digits)
{
	unsigned char bytes[64];

	if (getrandom(bytes, len, 0) != (ssize_t)len)
		err(2, "getrandom");
	for (size_t i = 0; i < len; i++)
		to[i] = digits[bytes[i] % strlen(digits)];
}

static uint32_t
crc32_of(const char *text, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void
make_token(void)
{
	static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz";
	uint32_t crc;

	memcpy(reply, "apik_", 5);
	put_random(reply + 5, 10, "0123456789abcdefghjkmnpqrstvwxyz");
	reply[15] = '_';
	put_random(reply + 16, 38, base62);
	crc = crc32_of(reply, 54);
	for (int i = 59; i >= 54; i--, crc /= 62)
		reply[i] = base62[crc % 62];
	reply[60] = '\0';
}

static enum end
end_of(int code)
{
	switch (code) {
	case PAM_SUCCESS:
		return GRANTED;
	case PAM_AUTH_ERR:
		return REFUSED;
	case PAM_AUTHINFO_UNAVAIL:
		return UNAVAILABLE;
	default:
		return OTHER;
	}
}

static pam_handle_t *
start(void)
{
	static const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh;

	if (pam_start(service, user, &conv, &pamh) != PAM_SUCCESS ||
	    pam_set_item(pamh, PAM_RHOST, rhost) != PAM_SUCCESS)
		errx(2, "pam_start failed");
	return pamh;
}

static struct outcome
log_in(pam_handle_t *pamh)
{
	struct timespec begin, end;
	struct outcome outcome;
	int code;

	if (is_random)
		make_token();
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if ((code = pam_authenticate(pamh, 0)) == PAM_SUCCESS)
		code = pam_acct_mgmt(pamh, 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	outcome.end = (int)end_of(code);
	outcome.ms = (int)((end.tv_sec - begin.tv_sec) * 1000 +
	    (end.tv_nsec - begin.tv_nsec) / 1000000);
	return outcome;
}

/* Until nobody has the other end open any more. */
static void
wait_for_end(int fd)
{
	char byte;

	while (read(fd, &byte, 1) > 0)
		continue;
}

/* One of many: it tells that it is ready, and waits at the gate. */
static void
run_one(int ready, int gate, int to)
{
	pam_handle_t *pamh = start();
	struct outcome outcome;

	close(ready);
	wait_for_end(gate);
	outcome = log_in(pamh);
	pam_end(pamh, PAM_SUCCESS);
	_exit(write(to, &outcome, sizeof(outcome)) != sizeof(outcome));
}

static void
fork_all(int count, int to)
{
	int ready[2], gate[2];

	if (pipe(ready) == -1 || pipe(gate) == -1)
		err(2, "pipe");
	for (int i = 0; i < count; i++) {
		switch (fork()) {
		case -1:
			err(2, "fork");
		case 0:
			close(gate[1]);
			run_one(ready[1], gate[0], to);
		}
	}
	close(ready[1]);
	wait_for_end(ready[0]);
	close(gate[1]);
	while (wait(NULL) != -1)
		continue;
}

static void
add(const struct outcome *outcome, int ends[ENDS], int *longest)
{
	ends[outcome->end]++;
	if (outcome->ms > *longest)
		*longest = outcome->ms;
}

static void
run(int count, bool at_once)
{
	int ends[ENDS] = { 0 }, longest = 0, results[2];
	pam_handle_t *pamh = start();
	struct outcome outcome;

	if (pipe(results) == -1)
		err(2, "pipe");
	if (at_once)
		fork_all(count, results[1]);
	for (int i = 0; i < count && !at_once; i++) {
		outcome = log_in(pamh);
		add(&outcome, ends, &longest);
	}
	pam_end(pamh, PAM_SUCCESS);
	close(results[1]);
	while (read(results[0], &outcome, sizeof(outcome)) ==
	    sizeof(outcome))
		add(&outcome, ends, &longest);
	printf("granted=%d refused=%d unavailable=%d other=%d longest=%d\n",
	    ends[GRANTED], ends[REFUSED], ends[UNAVAILABLE], ends[OTHER],
	    longest);
}

int
main(int argc, char **argv)
{
	bool at_once = false;
	int opt;

	while ((opt = getopt(argc, argv, "pr")) != -1) {
		if (opt == 'p')
			at_once = true;
		else if (opt == 'r')
			is_random = true;
		else
			return 2;
	}
	if (argc - optind != 4)
		errx(2, "usage: logins [-p] [-r] COUNT SERVICE USER RHOST");
	service = argv[optind + 1];
	user = argv[optind + 2];
	rhost = *argv[optind + 3] == '\0' ? NULL : argv[optind + 3];
	if (!is_random && fgets(reply, sizeof(reply), stdin) == NULL)
		errx(2, "no reply");
	reply[strcspn(reply, "\n")] = '\0';
	run(atoi(argv[optind]), at_once);
	return 0;
}
