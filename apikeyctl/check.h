/*
 * check.h - the doctor: what its parts share.
 */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include "findings.h"
#include "people.h"
#include "tree.h"
#include "words.h"

/* What is known of how a service asks for keys. */
struct cmd_check_service {
	bool asks;			/* it has an auth line of ours */
	bool asks_all;			/* and one without group= */
	struct cmd_words groups;	/* or those that it is for */
	bool root_key;			/* root has one for it */
};

struct cmd_check {
	struct cmd_tree tree;
	struct cmd_people people;
	struct cmd_findings findings;
	int64_t now;

	/* From the PAM files. */
	bool single;			/* one file alone is looked at */
	bool asks_all;
	struct cmd_words services;	/* that ask for keys */
	struct cmd_words unread_services;	/* that may ask for them */
	struct cmd_words modules;	/* that libpam finds */
	struct cmd_words unread;	/* what was said could not be read */
	bool denied;			/* one of it, to this user */
	struct cmd_words configs;	/* that their lines name */
	struct cmd_words groups;	/* that their lines are for */
	struct cmd_check_service sshd, sudo;

	/* From the keystores: of keys that may be used now or later. */
	struct cmd_words key_users;
	struct cmd_words key_services;
	bool key_anywhere;		/* one for any service */
};

/* What a file is looked at for, on its own. */
void	 cmd_check_config_text(struct cmd_check *, const char *name,
	    const char *text, size_t len);
void	 cmd_check_record_text(struct cmd_check *, const char *name,
	    const char *text, size_t len, const char *id);
void	 cmd_check_pam_text(struct cmd_check *, const char *name,
	    const char *text, size_t len, const char *service, bool is_conf);

/* whole: it is not a part of another one. */
typedef void	 cmd_check_text(struct cmd_check *, const char *name,
		    const char *text, bool whole);
cmd_check_text	 cmd_check_sshd_text, cmd_check_sudoers_text;

/* One file that is not deployed yet, of whatever kind; the exit status.  as:
 * where it would be deployed, or NULL. */
int	 cmd_check_file(struct cmd_check *, const struct cmd_env *,
	    const char *file, const char *as);

/* Finds a NUL, behind which nothing of the text is looked at. */
void	 cmd_check_nul(struct cmd_check *, const char *name,
	    const char *text, size_t len);

/* The configuration at a path, with its keystore, state and pepper. */
void	 cmd_check_config(struct cmd_check *, const char *path);

struct cmd_check_settings {
	char *keystore, *state, *pepper, *ttl, *max_ttl, *failures;
	struct cmd_words local_services;
	int64_t max_memory, max_passes;
	char pepper_id[APIKEY_PEPPER_ID_SIZE];	/* "": none that is good */
};

void	 cmd_check_store(struct cmd_check *,
	    const struct cmd_check_settings *);
void	 cmd_check_state(struct cmd_check *,
	    const struct cmd_check_settings *);

/* Is the state's count of this key there, and good? */
void	 cmd_check_count(struct cmd_check *,
	    const struct cmd_check_settings *, const char *id);

/* Would a login trust the path?  Finds why not. */
bool	 cmd_check_path(struct cmd_check *, const char *path,
	    bool is_folder);

/* Says what could not be looked at, and why, once. */
void	 cmd_check_say(struct cmd_check *, const char *sentence);

/* What could not be read for another reason than that it is not there:
 * says so, and it is no finding. */
void	 cmd_check_unread(struct cmd_check *, const char *path, int error);

/* All services of the PAM files; and, when the keys are known, what is
 * missing there for them. */
void	 cmd_check_pam(struct cmd_check *);
void	 cmd_check_pam_services(struct cmd_check *);

/* The lines that are recommended. */
#define CMD_AUTH_CONTROL \
	"[success=done new_authtok_reqd=done ignore=ignore " \
	"module_unknown=ignore default=die]"
#define CMD_ACCOUNT_CONTROL \
	"[success=ok ignore=ignore module_unknown=ignore default=bad]"

/* One line of ours. */
struct cmd_pam_entry;
void	 cmd_check_pam_line(struct cmd_check *, const struct cmd_pam_entry *,
	    const char *kind);
void	 cmd_check_pam_module(struct cmd_check *,
	    const struct cmd_pam_entry *);

/* One of another module, in a service with lines of ours. */
void	 cmd_check_pam_other(struct cmd_check *,
	    const struct cmd_pam_entry *);

/* A file where it is deployed, if it is there. */
void	 cmd_check_deployed(struct cmd_check *, const char *path,
	    cmd_check_text *);

/* The mend that installs an example of the documentation in a folder; the
 * caller frees. */
char	*cmd_check_example(const struct cmd_check *, const char *mode,
	    const char *example, const char *folder);

/* What it includes and could not be read; false when there was too much of
 * it to judge it, which is said. */
struct cmd_include;
bool	 cmd_check_included(struct cmd_check *, const char *name,
	    const struct cmd_include *, const char *mend);

/* Those whom a service asks for keys: once for each group, as a member that
 * nobody has named yet (user NULL), and for everyone by name.  steps: what
 * the file costs for each of them. */
typedef void	 cmd_check_each(void *arg, const char *user,
		    const struct cmd_words *groups);
void	 cmd_check_members(struct cmd_check *,
	    const struct cmd_check_service *, const char *name,
	    size_t steps, cmd_check_each *, void *arg);

void	 cmd_check_sshd(struct cmd_check *);
void	 cmd_check_sudoers(struct cmd_check *);
void	 cmd_check_accounts(struct cmd_check *);

/* "usermod OPTIONS NAME", for the image's accounts if there is one; the
 * caller frees. */
char	*cmd_check_account(const struct cmd_check *, const char *tool,
	    const char *options, const char *name);

#endif /* CMD_CHECK_H */
