/*
 * L1: a stored hash as text, taken apart and put together.
 */
#ifndef AK_STORED_H
#define AK_STORED_H

#include <stdbool.h>
#include <stdint.h>

/* Of the longest stored hash, NUL included. */
#define AK_HASH_SIZE	192

#define AK_PEPPER_ID_SIZE	9

/* Of a salt of 16 bytes and a digest of 32, in base64 with NUL. */
#define AK_SALT_TEXT_SIZE	23
#define AK_DIGEST_TEXT_SIZE	44

/* The cost of Argon2id: RFC 9106, section 3.1, with one lane. */
struct ak_cost {
	int64_t	 memory;	/* KiB */
	int64_t	 passes;
};

#define AK_MEMORY_MIN	8
#define AK_MEMORY_MAX	4194304
#define AK_PASSES_MAX	1000

bool	 ak_cost_valid(const struct ak_cost *);

struct ak_stored {
	bool		 argon2id;	/* or BLAKE2b alone */
	char		 pepper_id[AK_PEPPER_ID_SIZE];	/* "": no pepper */
	/* Without padding; that of Argon2id in the standard alphabet, that
	 * of BLAKE2b in the one for URLs. */
	char		 digest[AK_DIGEST_TEXT_SIZE];
	/* Of Argon2id alone: */
	char		 salt[AK_SALT_TEXT_SIZE];
	struct ak_cost	 cost;
};

/* False when it is not exactly one of the forms that ak_stored_text
 * writes.  ret is set in any case. */
bool	 ak_stored_parse(const char *text, struct ak_stored *ret);

void	 ak_stored_text(const struct ak_stored *, char ret[AK_HASH_SIZE]);

#endif
