/*
 * L1: the hash of a secret, as it is stored.
 */
#ifndef AK_HASH_H
#define AK_HASH_H

#include <stdbool.h>

#include "token.h"

#define AK_HASH_SIZE	64

/* Is this text a stored hash that this library can verify? */
bool	 ak_hash_valid(const char *stored);

/* UNAVAILABLE when libsodium fails. */
int	 ak_hash_make(const struct ak_token *, char ret_stored[AK_HASH_SIZE]);

/* WRONG_SECRET, CORRUPT_RECORD (not a stored hash), UNAVAILABLE. */
int	 ak_hash_verify(const char *stored, const struct ak_token *);

#endif
