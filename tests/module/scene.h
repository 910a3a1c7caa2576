/*
 * One case of a script: its files, its PAM handle, what it expects.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stddef.h>

#include <security/pam_appl.h>

#define SCENE_MAX	64	/* replies, messages, expected lines */
#define SCENE_SKIPPED	77	/* exit status of a case that cannot run */

struct reply {
	char	*text;
	int	 code;		/* of the conversation */
	bool	 silent;	/* no response at all */
};

struct text {
	char	 buf[4096];
};

struct scene {
	const char	*dir;
	char		*log;		/* where capture.c writes */
	bool		 ready;		/* the files are there */
	int		 failures;

	char		*service, *user, *key_user, *key_hash;
	bool		 successor;	/* its key, too, is in the keystore */
	struct text	 config, record, stack;
	char		*options, *account_options;

	pam_handle_t	*pamh;
	struct pam_conv	 conv;
	struct reply	 replies[SCENE_MAX];
	size_t		 reply_count, reply_next;
	char		*last_prompt;
	unsigned	 delay;
	int		 flags;		/* of every call */
	char		*infos[SCENE_MAX];
	size_t		 info_count, info_next;

	char		*lines[SCENE_MAX];
	size_t		 line_count;
};

/* A line of the script, its placeholders filled in. */
void	 scene_do(struct scene *, const char *directive, char *arg);
void	 scene_end(struct scene *);

void	 scene_fail(struct scene *, const char *format, ...)
	    __attribute__((__format__(__printf__, 2, 3)));
void	 scene_give_up(const char *format, ...)
	    __attribute__((__noreturn__, __format__(__printf__, 1, 2)));

/* scene_files.c: what is on the disk. */
void	 scene_write(struct scene *);
void	 scene_check_log(struct scene *);
void	 text_add(struct text *, const char *line);

/* converse.c: the application's side. */
int	 converse(int count, const struct pam_message **messages,
	    struct pam_response **ret_responses, void *scene);
void	 reply_add(struct scene *, char *text, int code, bool silent);
char	*repeated(char *arg);
char	*unescaped(char *text);

/* faults.c */
bool	 fault_set(const char *function, int error);

#endif
