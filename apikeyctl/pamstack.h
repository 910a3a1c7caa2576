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

/* The answers of modules that are told apart here, and what a line does
 * about one: from CMD_PAM_JUMP on, it jumps over lines. */
enum cmd_pam_answer { CMD_PAM_SUCCESS, CMD_PAM_NEW_AUTHTOK, CMD_PAM_IGNORED,
	CMD_PAM_UNKNOWN, CMD_PAM_DENIED, CMD_PAM_UNAVAILABLE,
	CMD_PAM_ANSWERS };
enum { CMD_PAM_DO_IGNORE, CMD_PAM_DO_OK, CMD_PAM_DO_DONE, CMD_PAM_DO_BAD,
	CMD_PAM_DO_DIE, CMD_PAM_DO_RESET, CMD_PAM_JUMP };

/* What "required" or "[success=ok default=bad]" say; false when they say
 * nothing that libpam knows. */
bool	 cmd_pam_control(const char *control, int ret[CMD_PAM_ANSWERS]);

struct cmd_pam_entry {
	char *where;		/* FILE:LINE */
	char *control, *module;	/* module NULL: an include that is not
				 * there, or of unknown contents */
	char *by;		/* the include of the service's own file that
				 * brought it: "NAME (line N)"; or NULL */
	int action[CMD_PAM_ANSWERS];
	int level;		/* of substacks */
	struct cmd_words args;
};

struct cmd_pam_stack {
	struct cmd_pam_entry *entry;
	size_t count;
	size_t files;		/* that were included */
	struct cmd_words bad;	/* "WHERE: what is wrong" */
};

/* Where files of services are, in the order in which they are taken. */
extern const char *const cmd_pam_folders[];

/* The text of a service's file from the folders; the path is where it is.
 * NULL when there is none; the caller frees both. */
char	*cmd_pam_service(const struct cmd_tree *, const char *service,
	    char **ret_path);

/*
 * Take in a text, which stays as it is; name is for messages.  service is
 * NULL, or, in the text of pam.conf, the one whose lines are meant.
 */
void	 cmd_pam_stack(struct cmd_pam_stack *, const struct cmd_tree *,
	    const char *name, const char *text, const char *service,
	    enum cmd_pam_kind);
void	 cmd_pam_stack_free(struct cmd_pam_stack *);

/* Does the module decide on who somebody is? */
bool	 cmd_pam_decides(const struct cmd_pam_entry *);

/*
 * Does the stack say yes to somebody who knows no password, when our module
 * gives this answer?  ret_by, which may be NULL, is the last line that was
 * for it.
 */
bool	 cmd_pam_permits(const struct cmd_pam_stack *, enum cmd_pam_answer,
	    const struct cmd_pam_entry **ret_by);

#endif /* CMD_PAMSTACK_H */
