/*
 * pamlines.h - the groups that PAM hands to pam_apikey.
 */
#ifndef CMD_PAMLINES_H
#define CMD_PAMLINES_H

/* Called with each group that a line of /etc/pam.d has for pam_apikey,
 * once a group, and the path of the first file that names it. */
typedef void	cmd_pam_group(void *arg, const char *file,
		    const char *group);

void	cmd_pam_groups(cmd_pam_group *, void *arg);

#endif /* CMD_PAMLINES_H */
