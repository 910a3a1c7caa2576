/*
 * What a reply looks like, before anything is opened or hashed.
 */
#ifndef PAMAK_REPLY_H
#define PAMAK_REPLY_H

#include <stdbool.h>

/* Could a person have meant this as a key?  It holds "apik_" in any case
 * or 38 letters and digits in a row. */
bool	 pamak_reply_key_like(const char *text);

/* Is it what sshd says for a user whom it has refused already? */
bool	 pamak_reply_is_sshd_refusal(const char *text);

#endif
