/*
 * L1: the hash of a secret, as it is stored.
 */
#ifndef AK_HASH_H
#define AK_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "stored.h"
#include "token.h"

#define AK_PEPPER_LEN	32

/* A key for the hash, kept apart from the keystore. */
struct ak_pepper {
	bool		 is_set;	/* false: there is none */
	unsigned char	 key[AK_PEPPER_LEN];
	char		 id[AK_PEPPER_ID_SIZE];	/* as in p=XXXXXXXX */
};

/* Sets key and id. */
void	 ak_pepper_set(struct ak_pepper *ret,
	    const unsigned char key[AK_PEPPER_LEN]);

struct ak_hashing {
	struct ak_pepper	 pepper;
	bool			 argon2id;	/* for new keys */
	struct ak_cost		 cost;		/* of new keys */
	struct ak_cost		 ceiling;	/* of stored hashes */
};

/* Is this text a stored hash that this library can verify? */
bool	 ak_hash_valid(const char *stored);

/* The id of the pepper that it was made with; "": none. */
void	 ak_hash_pepper_id(const char *stored, char ret[AK_PEPPER_ID_SIZE]);

/* Was it made with a pepper? */
bool	 ak_hash_is_peppered(const char *stored);

/* Does verifying it take much memory and time? */
bool	 ak_hash_is_costly(const char *stored);

/* INVALID (a cost out of bounds), NO_MEMORY, UNAVAILABLE when libsodium
 * fails. */
int	 ak_hash_make(const struct ak_hashing *, const struct ak_token *,
	    char ret_stored[AK_HASH_SIZE]);

/*
 * WRONG_SECRET; CORRUPT_RECORD (not a stored hash); UNAVAILABLE, with a
 * sentence: another pepper or none where one is needed, a cost above the
 * ceiling (before any memory is taken); NO_MEMORY.
 */
int	 ak_hash_verify(const struct ak_hashing *, const char *stored,
	    const struct ak_token *, struct ak_fault *);

/* Could it be verified?  As ak_hash_verify, without a secret. */
int	 ak_hash_check(const struct ak_hashing *, const char *stored,
	    struct ak_fault *);

/* Spend what one BLAKE2b costs, for a token that no record fits. */
void	 ak_hash_idle(const struct ak_hashing *, const struct ak_token *);

#endif
