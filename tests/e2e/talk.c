/*
 * talk SOCKET PACKET [deaf]: send one packet to a Unix socket, print the one
 * that comes back.  Who is deaf takes none.  Exit: 0 when it begins with
 * "ok", 1 when not, 2 when there is none.
 */
#define _GNU_SOURCE
#include <sys/socket.h>
#include <sys/un.h>

#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char packet[512] = "";
	int fd;

	if (argc < 3 || strlen(argv[1]) >= sizeof(addr.sun_path))
		return 2;
	memcpy(addr.sun_path, argv[1], strlen(argv[1]));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&addr,
	    sizeof(addr)) == -1 ||
	    (argc > 3 && shutdown(fd, SHUT_RD) == -1) ||
	    send(fd, argv[2], strlen(argv[2]), MSG_NOSIGNAL) == -1 ||
	    recv(fd, packet, sizeof(packet) - 1, 0) <= 0) {
		perror(argv[1]);
		return 2;
	}
	printf("%s\n", packet);
	return strncmp(packet, "ok", 2) != 0;
}
