/*
 * token_io.c - a token that is shown to us: from a file, from a pipe, or
 * from a person at a terminal, where it must not stay on the screen.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "output.h"
#include "token_io.h"

static const int fatal[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

#define FATAL	(sizeof(fatal) / sizeof(fatal[0]))

static volatile sig_atomic_t caught;

static void
note(int signo)
{
	caught = signo;
}

/*
 * One byte at a time: what follows the line is for somebody else.  Where
 * signals are held, they come while it waits, and at no other time: one
 * that came just before would not end the waiting.
 */
static bool
read_line(int fd, const sigset_t *waiting, char *buf, size_t size,
    size_t *ret_len)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t got;

	while (len < size) {
		if (waiting != NULL &&
		    ppoll(&ready, 1, NULL, waiting) == -1)
			return false;
		got = read(fd, buf + len, 1);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return false;
		if (got == 0 || buf[len] == '\n')
			break;
		len++;
	}
	if (len > 0 && len < size && buf[len - 1] == '\r')
		len--;
	*ret_len = len;
	return true;
}

/* The terminal must get its echo back whatever ends the reading. */
static bool
prompt(int fd, char *buf, size_t size, size_t *ret_len)
{
	static const char text[] = "Key: ";
	struct sigaction sa = { .sa_handler = note }, old[FATAL];
	struct termios before, quiet;
	sigset_t held, waiting;
	bool done;
	size_t i;

	if (tcgetattr(fd, &before) == -1)
		return false;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	caught = 0;
	sigemptyset(&held);
	for (i = 0; i < FATAL; i++) {
		sigaddset(&held, fatal[i]);
		sigaction(fatal[i], &sa, &old[i]);
	}
	sigprocmask(SIG_BLOCK, &held, &waiting);
	done = tcsetattr(fd, TCSAFLUSH, &quiet) == 0 &&
	    write(fd, text, sizeof(text) - 1) != -1 &&
	    read_line(fd, &waiting, buf, size, ret_len);
	tcsetattr(fd, TCSAFLUSH, &before);
	(void)!write(fd, "\n", 1);
	for (i = 0; i < FATAL; i++)
		sigaction(fatal[i], &old[i], NULL);
	sigprocmask(SIG_SETMASK, &waiting, NULL);
	if (caught != 0) {
		explicit_bzero(buf, size);
		raise(caught);
		errno = EINTR;
		return false;
	}
	return done;
}

bool
cmd_token_read(const char *path, char *buf, size_t size, size_t *ret_len)
{
	const char *name = path != NULL ? path : "standard input";
	int fd = STDIN_FILENO, why;
	bool done;

	if (path != NULL)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	else if (isatty(fd))
		fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	done = fd != -1 && (isatty(fd) ? prompt(fd, buf, size, ret_len) :
	    read_line(fd, NULL, buf, size, ret_len));
	why = errno;
	if (fd > STDERR_FILENO)
		close(fd);
	if (!done)
		cmd_error("cannot read a key from %s: %s", name,
		    strerror(why));
	return done;
}
