/*
 * check_sshd.h - what the checks of sshd_config share.
 */
#ifndef CMD_CHECK_SSHD_H
#define CMD_CHECK_SSHD_H

#include "sshd.h"

/* Does sshd let the user in, who is called that?  told: places that were
 * found for others, too.  whole: nothing of the lists stands elsewhere. */
struct cmd_check;
void	 cmd_check_sshd_access(struct cmd_check *, const struct cmd_sshd *,
	    const struct cmd_sshd_user *, const char *who, bool whole,
	    struct cmd_words *told);

#endif /* CMD_CHECK_SSHD_H */
