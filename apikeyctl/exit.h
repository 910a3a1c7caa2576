/*
 * exit.h - exit statuses.
 */
#ifndef CMD_EXIT_H
#define CMD_EXIT_H

/* What apikeyctl's exit status tells; scripts rely on the numbers. */
enum cmd_exit {
	CMD_EXIT_DONE = 0,
	CMD_EXIT_IO = 1,
	CMD_EXIT_USAGE = 2,
	CMD_EXIT_NOT_FOUND = 3,
	CMD_EXIT_DENIED = 4,
	CMD_EXIT_CONFLICT = 5,
	CMD_EXIT_POLICY = 6,
	CMD_EXIT_INSECURE = 7,
	CMD_EXIT_FOUND = 8
};

/* The exit status for one of the library's codes. */
int	cmd_exit(int code);

/*
 * The one of two exit statuses that a command with several keys ends
 * with: the one that leaves the most to do.
 */
int	cmd_exit_worst(int a, int b);

#endif /* CMD_EXIT_H */
