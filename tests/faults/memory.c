/*
 * Allocations that fail, and what is made of them by whom.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "inject.h"

#define CALLER	__builtin_return_address(0)

void	*__libc_malloc(size_t);
void	*__libc_calloc(size_t, size_t);
void	*__libc_realloc(void *, size_t);
void	*__libc_memalign(size_t, size_t);
void	 __libc_free(void *);

static bool
fails(const char *call)
{
	int error = fault_due(FAULT_ALLOC, call, -1, NULL);

	if (error != 0)
		errno = error;
	return error != 0;
}

/* It may also be that there really is none. */
static void *
born(void *p, void *caller)
{
	if (p == NULL)
		fault_starved();
	fault_born(p, caller);
	return p;
}

void *
malloc(size_t size)
{
	return fails("malloc") ? NULL : born(__libc_malloc(size), CALLER);
}

void *
calloc(size_t count, size_t size)
{
	return fails("calloc") ? NULL :
	    born(__libc_calloc(count, size), CALLER);
}

static void *
resize(void *p, size_t size, void *caller)
{
	void *grown = __libc_realloc(p, size);

	if (grown == NULL && size > 0)
		fault_starved();
	if (grown != NULL || size == 0) {
		fault_died(p);
		fault_born(grown, caller);
	}
	return grown;
}

void *
realloc(void *p, size_t size)
{
	return fails("realloc") ? NULL : resize(p, size, CALLER);
}

void *
reallocarray(void *p, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return fails("reallocarray") ? NULL : resize(p, bytes, CALLER);
}

int
posix_memalign(void **ret, size_t alignment, size_t size)
{
	if (fails("posix_memalign"))
		return ENOMEM;
	*ret = born(__libc_memalign(alignment, size), CALLER);
	return *ret == NULL ? ENOMEM : 0;
}

static char *
copy(const char *text, size_t len, const char *call, void *caller)
{
	char *p;

	if (fails(call) || (p = __libc_malloc(len + 1)) == NULL)
		return NULL;
	memcpy(p, text, len);
	p[len] = '\0';
	fault_born(p, caller);
	return p;
}

char *
strdup(const char *text)
{
	return copy(text, strlen(text), "strdup", CALLER);
}

char *
__strdup(const char *text)
{
	return copy(text, strlen(text), "strdup", CALLER);
}

char *
strndup(const char *text, size_t max)
{
	return copy(text, strnlen(text, max), "strndup", CALLER);
}

void
free(void *p)
{
	fault_died(p);
	__libc_free(p);
}
