/*
 * A stored hash as text.  There is one way to write each: what is
 * written otherwise, or has something behind it, is not a stored hash.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stored.h"

#define BLAKE2B		"$blake2b$v=1"
#define ARGON2ID	"$apikey-argon2id$v=1"
#define PEPPER		",p="
#define LIBSODIUM	"$argon2id$v=19$"	/* its own string begins so */

#define ALNUM		"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"abcdefghijklmnopqrstuvwxyz0123456789"
#define STANDARD	ALNUM "+/"
#define URLSAFE		ALNUM "-_"

/* What the last of the base64 characters may be, so that the bits over
 * 16 and over 32 bytes are zero. */
#define LAST_OF_16	"AQgw"
#define LAST_OF_32	"AEIMQUYcgkosw048"

bool
ak_cost_valid(const struct ak_cost *cost)
{
	/* The product is a size_t where that has 32 bits, too. */
	return cost->memory >= AK_MEMORY_MIN &&
	    cost->memory <= AK_MEMORY_MAX &&
	    (uint64_t)cost->memory <= SIZE_MAX / 2 / 1024 &&
	    cost->passes >= 1 && cost->passes <= AK_PASSES_MAX;
}

/* Each of these moves *p behind what it takes. */
static bool
take(const char **p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*p, word, len) != 0)
		return false;
	*p += len;
	return true;
}

/* size - 1 characters of these, the last one of those. */
static bool
take_word(const char **p, const char *these, const char *last, char *ret,
    size_t size)
{
	size_t len = size - 1;

	if (strspn(*p, these) < len || strchr(last, (*p)[len - 1]) == NULL)
		return false;
	memcpy(ret, *p, len);
	ret[len] = '\0';
	*p += len;
	return true;
}

static bool
take_number(const char **p, int64_t *ret)
{
	size_t len = strspn(*p, "0123456789");
	int64_t n = 0;

	/* Seven digits hold every cost that there is. */
	if (len == 0 || len > 7 || **p == '0')
		return false;
	for (; len > 0; len--)
		n = n * 10 + (*(*p)++ - '0');
	*ret = n;
	return true;
}

static bool
take_pepper_id(const char **p, char ret[AK_PEPPER_ID_SIZE])
{
	static const char hex[] = "0123456789abcdef";

	return !take(p, PEPPER) ||
	    take_word(p, hex, hex, ret, AK_PEPPER_ID_SIZE);
}

static bool
take_argon2id(const char **p, struct ak_stored *ret)
{
	return take(p, LIBSODIUM) &&
	    take(p, "m=") && take_number(p, &ret->cost.memory) &&
	    take(p, ",t=") && take_number(p, &ret->cost.passes) &&
	    ak_cost_valid(&ret->cost) && take(p, ",p=1$") &&
	    take_word(p, STANDARD, LAST_OF_16, ret->salt,
	    sizeof(ret->salt)) && take(p, "$") &&
	    take_word(p, STANDARD, LAST_OF_32, ret->digest,
	    sizeof(ret->digest));
}

bool
ak_stored_parse(const char *text, struct ak_stored *ret)
{
	const char *p = text;

	*ret = (struct ak_stored){ .argon2id = take(&p, ARGON2ID) };
	if (ret->argon2id)
		return take_pepper_id(&p, ret->pepper_id) &&
		    take_argon2id(&p, ret) && *p == '\0';
	return take(&p, BLAKE2B) && take_pepper_id(&p, ret->pepper_id) &&
	    take(&p, "$") && take_word(&p, URLSAFE, LAST_OF_32, ret->digest,
	    sizeof(ret->digest)) && *p == '\0';
}

void
ak_stored_text(const struct ak_stored *stored, char ret[AK_HASH_SIZE])
{
	const char *id = stored->pepper_id;
	const char *p = id[0] == '\0' ? "" : PEPPER;

	if (stored->argon2id)
		(void)snprintf(ret, AK_HASH_SIZE, ARGON2ID "%s%s" LIBSODIUM
		    "m=%" PRId64 ",t=%" PRId64 ",p=1$%s$%s", p, id,
		    stored->cost.memory, stored->cost.passes, stored->salt,
		    stored->digest);
	else
		(void)snprintf(ret, AK_HASH_SIZE, BLAKE2B "%s%s$%s", p, id,
		    stored->digest);
}
