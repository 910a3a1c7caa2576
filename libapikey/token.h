/*
 * L1: the token as text.
 */
#ifndef AK_TOKEN_H
#define AK_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "apikey.h"

#define AK_SECRET_LEN	38
#define AK_SECRET_SIZE	(AK_SECRET_LEN + 1)

struct ak_token {
	char	 id[APIKEY_ID_SIZE];
	char	 secret[AK_SECRET_SIZE];
};

/* Shape and checksum; MALFORMED. */
int	 ak_token_parse(const char *text, size_t len, struct ak_token *ret);

/* Draw a token.  The caller wipes both. */
void	 ak_token_draw(struct ak_token *ret_token,
	    char ret_text[APIKEY_TOKEN_SIZE]);

/* APIKEY_ID_LEN of these make an id. */
#define AK_ID_ALPHABET	"0123456789abcdefghjkmnpqrstvwxyz"
bool	 ak_id_valid(const char *id);

/*
 * Where in a text the part begins that must never be written down:
 * behind "apik_" id "_" (in any case), or where AK_SECRET_LEN base62
 * characters stand in a row.  len when there is none.
 */
size_t	 ak_token_find(const char *text, size_t len);

#endif
