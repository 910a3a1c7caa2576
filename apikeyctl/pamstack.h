/*
 * pamstack.h - the stack of one kind that a PAM service has, its includes
 * taken in, and what libpam would make of it.
 */
#ifndef CMD_PAMSTACK_H
#define CMD_PAMSTACK_H

#include "pamlines.h"
#include "tree.h"

enum cmd_pam_kind { CMD_PAM_AUTH, CMD_PAM_ACCOUNT, CMD_PAM_SESSION,
	CMD_PAM_KINDS };

const char *cmd_pam_kind_name(enum cmd_pam_kind);

/* What modules may answer, by libpam's numbers (those that are asked for
 * here have names), and what a line does about an answer: from CMD_PAM_JUMP
 * on, it jumps over one line or more. */
enum cmd_pam_answer { CMD_PAM_SUCCESS = 0, CMD_PAM_REFUSED = 6,
	CMD_PAM_DENIED = 7, CMD_PAM_UNAVAILABLE = 9, CMD_PAM_NEW_AUTHTOK = 12,
	CMD_PAM_IGNORED = 25, CMD_PAM_UNKNOWN = 28, CMD_PAM_INCOMPLETE = 31,
	CMD_PAM_ANSWERS };
enum { CMD_PAM_DO_IGNORE, CMD_PAM_DO_OK, CMD_PAM_DO_DONE, CMD_PAM_DO_BAD,
	CMD_PAM_DO_DIE, CMD_PAM_DO_RESET, CMD_PAM_JUMP };

/* What "required" or "[success=ok default=bad]" say.  False when they say
 * nothing that libpam knows: for it, all answers are bad ones then. */
bool	 cmd_pam_control(const char *control, int ret[CMD_PAM_ANSWERS]);
void	 cmd_pam_control_all(int ret[CMD_PAM_ANSWERS], int action);

struct cmd_pam_entry {
	char *where;		/* FILE:LINE */
	char *control, *module;	/* module NULL: what is no good, which for
				 * libpam is a module that refuses */
	char *by;		/* the include of the service's own file that
				 * brought it: "NAME (line N)"; or NULL */
	int action[CMD_PAM_ANSWERS];
	int level;		/* of substacks */
	bool may_miss;		/* "-auth": without a module, no line */
	bool is_substack;	/* no module: those of a higher level follow */
	struct cmd_words args;
};

/* What is wrong with a line; or, without a mend, what could not be looked
 * at, and why. */
struct cmd_pam_fault {
	char *where, *what;
	const char *mend;
};

struct cmd_pam_stack {
	struct cmd_pam_entry *entry;
	size_t count;
	size_t files;		/* that were included */
	struct cmd_pam_fault *fault;
	size_t faults;
	bool unread;		/* something could not be looked at */
	bool dead;		/* libpam refuses to work at all */
};

/* Where files of services are, in the order in which they are taken. */
extern const char *const cmd_pam_folders[];

/* The services that this machine has files for; what cannot be read is
 * passed over. */
void	 cmd_pam_services(struct cmd_words *ret);

/*
 * The text of a service's file from the folders; the path is where it is.
 * 0, ENOENT when there is none, or why it cannot be read, with the path; the
 * caller frees both, which are NULL where they are not set.
 */
int	 cmd_pam_service(const struct cmd_tree *, const char *service,
	    char **ret_text, size_t *ret_len, char **ret_path);

/* What an error says of a file that libpam cannot make sense of, either;
 * NULL when that cannot be told. */
const char *cmd_pam_unfit(int error);

/*
 * Take in a text; name is for messages.  service is NULL, or, in the text
 * of pam.conf, the one whose lines are meant.
 */
void	 cmd_pam_stack(struct cmd_pam_stack *, const struct cmd_tree *,
	    const char *name, const char *text, size_t len,
	    const char *service, enum cmd_pam_kind);
void	 cmd_pam_stack_free(struct cmd_pam_stack *);

/* Does the module decide on who somebody is? */
bool	 cmd_pam_decides(const struct cmd_pam_entry *);

/* May it ask for a password, which modules behind it then have? */
bool	 cmd_pam_may_ask(const struct cmd_pam_entry *);

/* Is nothing known of it?  It may do so. */
bool	 cmd_pam_is_strange(const struct cmd_pam_entry *);

/*
 * May the stack say yes to somebody who knows no password, when our module
 * gives this answer?  ret_by, which may be NULL, is the line that a yes is
 * owed to.
 */
bool	 cmd_pam_permits(const struct cmd_pam_stack *, enum cmd_pam_answer,
	    const struct cmd_pam_entry **ret_by);

/* May it say yes to somebody who knows a password, without coming to a line
 * of ours? */
bool	 cmd_pam_leads_past(const struct cmd_pam_stack *);

#endif /* CMD_PAMSTACK_H */
