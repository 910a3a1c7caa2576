/*
 * hold.c - hold the lock of a keystore, as a change that is under way
 * does.  usage: hold FILE
 *
 * It prints a line when it has the lock and keeps it until its standard
 * input ends.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char byte;
	int fd;

	if (argc != 2)
		return 2;
	fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1 || fcntl(fd, F_OFD_SETLKW, &all) == -1) {
		perror("hold");
		return 1;
	}
	puts("held");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return 0;
}
