/*
 * issue.h - the way out of a new token, for create and rotate.
 */
#ifndef CMD_ISSUE_H
#define CMD_ISSUE_H

#include "args.h"
#include "token_io.h"

#define CMD_OPTIONS_ISSUE						\
	{ "output", required_argument, NULL, CMD_OPT_OUTPUT },		\
	{ "owner", required_argument, NULL, CMD_OPT_OWNER }

#define CMD_HELP_ISSUE							\
"  --output FILE       put the token into a new file and print the id\n" \
"  --owner USER        give that file to USER\n"

struct cmd_issue {
	struct cmd_token_file file;
	const char *owner;
	apikey_key *old;	/* the key that is replaced, or NULL */
	char token[APIKEY_TOKEN_SIZE];
	apikey_key *key;	/* the new one; NULL until there is one */
};

/* Make the key: the library's code.  deliver's argument is &issue->file. */
typedef int	cmd_issue_make(struct cmd_env *, struct cmd_issue *,
		    apikey_deliver *deliver, void *arg);

/* Take the value of one of CMD_OPTIONS_ISSUE, and see whether they fit
 * together; the exit status. */
int	cmd_issue_take(struct cmd_env *, struct cmd_issue *, int opt);
int	cmd_issue_check(struct cmd_env *, struct cmd_issue *);

/* Make the key and tell its token; the exit status. */
int	cmd_issue(struct cmd_env *, struct cmd_issue *, cmd_issue_make *,
	    void *arg);

/* Wipe and free what it has. */
void	cmd_issue_clear(struct cmd_issue *);

#endif /* CMD_ISSUE_H */
