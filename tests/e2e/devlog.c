/*
 * devlog.c - a syslog daemon for tests.  It listens on a datagram socket
 * and appends each message to a file as one line that begins with its
 * facility and severity.  The command returns as soon as messages are
 * taken; the listener goes on in the background.
 *
 *	devlog SOCKET LOGFILE PIDFILE
 */
#define _GNU_SOURCE
#define SYSLOG_NAMES

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* "Nov 24 00:31:00 ", as syslog(3) puts it in front. */
#define STAMP_LEN	16

static const char *
code_name(const CODE *codes, int value)
{
	/* The first name that fits: "err" and "warn", not "error". */
	for (; codes->c_name != NULL; codes++)
		if (codes->c_val == value)
			return codes->c_name;
	return "?";
}

static int
is_stamp(const char *text, size_t len)
{
	return len >= STAMP_LEN && text[3] == ' ' && text[6] == ' ' &&
	    text[9] == ':' && text[12] == ':' && text[15] == ' ';
}

/* A message is one line, whatever is in it. */
static void
put_text(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f)
			fprintf(out, "#%03o", c);
		else
			putc(c, out);
	}
	putc('\n', out);
}

static void
put_message(FILE *out, const char *text, size_t len)
{
	int pri = LOG_USER | LOG_NOTICE;
	const char *end = memchr(text, '>', len < 6 ? len : 6);

	if (len > 0 && text[0] == '<' && end != NULL) {
		pri = atoi(text + 1);
		end++;
		len -= (size_t)(end - text);
		text = end;
	}
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\0'))
		len--;
	if (is_stamp(text, len)) {
		text += STAMP_LEN;
		len -= STAMP_LEN;
	}
	fprintf(out, "%s.%s ", code_name(facilitynames, pri & LOG_FACMASK),
	    code_name(prioritynames, LOG_PRI(pri)));
	put_text(out, text, len);
	fflush(out);
}

static int
open_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sun.sun_path))
		errx(2, "%s: too long", path);
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		err(1, "socket");
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		err(1, "%s", path);
	if (chmod(path, 0666) == -1)
		err(1, "%s", path);
	return fd;
}

int
main(int argc, char **argv)
{
	char text[65536];
	ssize_t len;
	FILE *out, *pidfile;
	pid_t pid;
	int fd;

	if (argc != 4)
		errx(2, "usage: devlog SOCKET LOGFILE PIDFILE");
	fd = open_socket(argv[1]);
	if ((out = fopen(argv[2], "ae")) == NULL)
		err(1, "%s", argv[2]);
	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid != 0) {
		if ((pidfile = fopen(argv[3], "we")) == NULL ||
		    fprintf(pidfile, "%d\n", (int)pid) < 0 ||
		    fclose(pidfile) != 0)
			err(1, "%s", argv[3]);
		return 0;
	}
	while ((len = recv(fd, text, sizeof(text) - 1, 0)) != -1) {
		text[len] = '\0';
		put_message(out, text, (size_t)len);
	}
	err(1, "recv");
}
