/*
 * dual.c - what inetd does, on one socket for IPv4 and IPv6: run a program
 * for each connection, which is its stdin and stdout.  An IPv4 client's
 * address is then a ::ffff: one.
 *
 *	dual PORT PROGRAM [ARG...]
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int
listen_on(in_port_t port)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_ANY_INIT
	};
	int on = 1, off = 0;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
	    sizeof(off)) == -1 ||
	    bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)) == -1 ||
	    listen(fd, 16) == -1)
		err(1, "port %u", (unsigned)port);
	return fd;
}

int
main(int argc, char **argv)
{
	int listener, fd;

	if (argc < 3)
		errx(2, "usage: dual PORT PROGRAM [ARG...]");
	listener = listen_on((in_port_t)atoi(argv[1]));
	signal(SIGCHLD, SIG_IGN);
	while ((fd = accept(listener, NULL, NULL)) != -1) {
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			/* The program wants to wait for its own children. */
			signal(SIGCHLD, SIG_DFL);
			if (dup2(fd, 0) == -1 || dup2(fd, 1) == -1)
				err(1, "dup2");
			close(fd);
			close(listener);
			execv(argv[2], argv + 2);
			err(1, "%s", argv[2]);
		default:
			close(fd);
		}
	}
	err(1, "accept");
}
