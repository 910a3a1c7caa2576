/*
 * login.c - log in through the real libpam, and say how long each login
 * took.  A login is everything from pam_start_confdir(3) to pam_end(3):
 * auth, account, setcred, session opened and closed.  Each has a process
 * of its own, as it has in sshd: what is loaded is loaded anew.  What
 * fork(2) and exit cost is not counted, since it is the same for all.
 *
 *	login [-k] [-c AT_ONCE] [-s SKIP] [-w WARM] COUNT CONFDIR SERVICE
 *	    USER RHOST <REPLIES
 *
 * Replies are lines of a file, used one after the other and from the beginning
 * again.  -k: one after the other in one process.  -c: so many processes
 * at once.  -s: begin behind so many replies.  -w: so many logins come
 * first and are not reported.
 *
 * For each login one line: the nanoseconds of the whole and of each of its
 * seven calls, the most memory that its process had resident, in KiB, and
 * its page faults; at the end "wall" and the nanoseconds of all of them.  A
 * login that is not granted is an error of the benchmark: it ends with 1.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

#define CALLS		7
#define AT_ONCE_MAX	1024

struct login {
	int64_t	 at[CALLS + 1];
	int	 code;
	int	 call;
	long	 kib;
	long	 faults;
};

struct flight {
	pid_t	 pid;
	long	 login;
};

static const char *const calls[CALLS] = {
	"pam_start_confdir", "pam_authenticate", "pam_acct_mgmt",
	"pam_setcred", "pam_open_session", "pam_close_session", "pam_end"
};

static const char *confdir, *service, *user, *rhost;
/* The replies, one behind the other, and where each begins: in memory of
 * their own that is shared, so that a process of a login is the same however
 * many there are. */
static char *replies;
static size_t *starts;
static size_t reply_count;

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *arg)
{
	const char *reply = arg;

	if ((*ret = calloc((size_t)count, sizeof(**ret))) == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			(*ret)[i].resp = strdup(reply);
	return PAM_SUCCESS;
}

static int
do_call(int call, pam_handle_t **pamh, const struct pam_conv *conv)
{
	int code;

	switch (call) {
	case 0:
		code = pam_start_confdir(service, user, conv, confdir, pamh);
		if (code == PAM_SUCCESS)
			code = pam_set_item(*pamh, PAM_RHOST, rhost);
		if (code == PAM_SUCCESS)
			code = pam_set_item(*pamh, PAM_TTY, "ssh");
		return code;
	case 1:
		return pam_authenticate(*pamh, 0);
	case 2:
		return pam_acct_mgmt(*pamh, 0);
	case 3:
		return pam_setcred(*pamh, PAM_ESTABLISH_CRED);
	case 4:
		return pam_open_session(*pamh, 0);
	case 5:
		return pam_close_session(*pamh, 0);
	default:
		return pam_end(*pamh, PAM_SUCCESS);
	}
}

static long
faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

/* The one function that a profile looks into. */
__attribute__((__noinline__)) static void
log_in(struct login *login, char *reply)
{
	const struct pam_conv conv = { converse, reply };
	pam_handle_t *pamh = NULL;

	login->faults = -faults();
	login->at[0] = now_ns();
	for (int i = 0; i < CALLS; i++) {
		login->call = i;
		login->code = do_call(i, &pamh, &conv);
		login->at[i + 1] = now_ns();
		if (login->code != PAM_SUCCESS)
			return;
	}
	login->faults += faults();
}

static void
must_be_granted(const struct login *login)
{
	if (login->code != PAM_SUCCESS)
		errx(1, "%s: %s: %s", service, calls[login->call],
		    pam_strerror(NULL, login->code));
}

static void *
shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "replies");
	return p;
}

/* From a file; each line is one. */
static void
read_replies(void)
{
	struct stat st;
	size_t size;
	char *end;

	if (fstat(STDIN_FILENO, &st) == -1 || st.st_size == 0)
		errx(2, "no reply");
	size = (size_t)st.st_size;
	replies = shared(size + 1);
	starts = shared((size + 1) * sizeof(*starts));
	if (fread(replies, 1, size, stdin) != size)
		err(1, "replies");
	for (size_t at = 0; at < size; at = (size_t)(end - replies) + 1) {
		starts[reply_count++] = at;
		end = strchrnul(replies + at, '\n');
		*end = '\0';
	}
}

static char *
reply_of(size_t number)
{
	return replies + starts[number % reply_count];
}

static void
run_kept(struct login *logins, long count, size_t skip)
{
	struct rusage usage;

	for (long i = 0; i < count; i++) {
		log_in(&logins[i], reply_of(skip + (size_t)i));
		must_be_granted(&logins[i]);
		getrusage(RUSAGE_SELF, &usage);
		logins[i].kib = usage.ru_maxrss;
	}
}

static void
start(struct flight *flight, long i, struct login *logins, size_t skip)
{
	flight->login = i;
	if ((flight->pid = fork()) == -1)
		err(1, "fork");
	if (flight->pid != 0)
		return;
	log_in(&logins[i], reply_of(skip + (size_t)i));
	_exit(0);
}

static void
await(struct flight *flights, struct login *logins, int at_once)
{
	struct rusage usage;
	int status;
	pid_t pid = wait4(-1, &status, 0, &usage);

	if (pid == -1)
		err(1, "wait4");
	for (int i = 0; i < at_once; i++) {
		if (flights[i].pid != pid)
			continue;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			errx(1, "%s: a login's process was ended", service);
		must_be_granted(&logins[flights[i].login]);
		logins[flights[i].login].kib = usage.ru_maxrss;
		flights[i].pid = 0;
	}
}

static void
run_apart(struct login *logins, long count, size_t skip, int at_once)
{
	struct flight flights[AT_ONCE_MAX] = { { 0, 0 } };
	int flying = 0, free_one;

	for (long i = 0; i < count || flying > 0;) {
		if (i == count || flying == at_once) {
			await(flights, logins, at_once);
			flying--;
			continue;
		}
		for (free_one = 0; flights[free_one].pid != 0;)
			free_one++;
		start(&flights[free_one], i++, logins, skip);
		flying++;
	}
}

static void
report(const struct login *login)
{
	printf("%lld", (long long)(login->at[CALLS] - login->at[0]));
	for (int i = 0; i < CALLS; i++)
		printf("\t%lld", (long long)(login->at[i + 1] - login->at[i]));
	printf("\t%ld\t%ld\n", login->kib, login->faults);
}

static long
number(const char *text, long min, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n < min || n > max)
		errx(2, "%s: not from %ld to %ld", text, min, max);
	return n;
}

static void
run(long count, long warm, long skip, bool kept, int at_once)
{
	struct login *logins;
	int64_t begin, end;

	logins = mmap(NULL, (size_t)(warm + count) * sizeof(*logins),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (logins == MAP_FAILED)
		err(1, "mmap");
	/* What is not counted in time must not cost page faults in it. */
	memset(logins, 0, (size_t)(warm + count) * sizeof(*logins));
	if (warm > 0)
		run_apart(logins, warm, (size_t)skip, 1);
	skip += warm;
	begin = now_ns();
	if (kept)
		run_kept(logins + warm, count, (size_t)skip);
	else
		run_apart(logins + warm, count, (size_t)skip, at_once);
	end = now_ns();
	for (long i = 0; i < count; i++)
		report(&logins[warm + i]);
	printf("wall\t%lld\n", (long long)(end - begin));
}

int
main(int argc, char **argv)
{
	long at_once = 1, skip = 0, warm = 0;
	bool kept = false;
	int opt;

	while ((opt = getopt(argc, argv, "kc:s:w:")) != -1) {
		if (opt == 'k')
			kept = true;
		else if (opt == 'c')
			at_once = number(optarg, 1, AT_ONCE_MAX);
		else if (opt == 's')
			skip = number(optarg, 0, 100000000);
		else if (opt == 'w')
			warm = number(optarg, 0, 100000);
		else
			return 2;
	}
	if (argc - optind != 5)
		errx(2, "usage: login [-k] [-c AT_ONCE] [-s SKIP] [-w WARM] "
		    "COUNT CONFDIR SERVICE USER RHOST");
	confdir = argv[optind + 1];
	service = argv[optind + 2];
	user = argv[optind + 3];
	rhost = argv[optind + 4];
	read_replies();
	run(number(argv[optind], 1, 10000000), warm, skip, kept,
	    (int)at_once);
	return 0;
}
