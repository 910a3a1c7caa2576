/*
 * How the module comes by a reply.
 */
#ifndef PAMAK_PROMPT_H
#define PAMAK_PROMPT_H

#include <stddef.h>

#include "log.h"
#include "options.h"

/* sudo passes no more than this. */
#define PAMAK_REPLY_MAX	511

struct pamak_reply {
	size_t	len;
	char	text[PAMAK_REPLY_MAX + 1];
};

/* Wipes; for the cleanup attribute. */
void	 pamak_reply_wipe(struct pamak_reply *);

/*
 * Take the stacked reply or ask for one, as the options say.  APIKEY_OK:
 * the library shall decide on it.  PAMAK_NOT_OURS (mixed): it is in
 * PAM_AUTHTOK for the next module.  Otherwise the reason why the answer
 * is no without looking closer.  Unless the reply was left to the next
 * module, PAM_AUTHTOK is empty afterwards.
 */
int	 pamak_prompt(const struct pamak_log *, const struct pamak_options *,
	    struct pamak_reply *ret);

#endif
