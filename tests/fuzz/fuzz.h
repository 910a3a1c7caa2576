/*
 * fuzz.h - what every harness has: the input taken apart, an end with a
 * reason where something does not hold, and the vectors.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/module/vectors.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* 2026-11-24T00:00:00Z */
#define NOW_S		INT64_C(1795478400)
#define NS		INT64_C(1000000000)

/* The harness: libFuzzer calls it, or replay.c. */
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What the leak sanitizer asks. */
__attribute__((__visibility__("default")))
const char *__lsan_default_suppressions(void);
__attribute__((__visibility__("default")))
const char *__lsan_default_options(void);

/* Ends the program, which is what a fuzzer takes for a finding. */
#define MUST(condition)							\
	((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
void	 fuzz_fail(const char *file, int line, const char *what)
	    __attribute__((__noreturn__));

struct fuzz {
	const unsigned char	*at;
	size_t			 left;
};

/* Each takes from the beginning of what is left, and goes on with zeros
 * when nothing is. */
unsigned fuzz_byte(struct fuzz *);
int64_t	 fuzz_int64(struct fuzz *);

/* Up to a NUL or the end, in a heap block of its own size, so that a
 * sanitizer sees a read over its end; it lives until fuzz_done. */
char	*fuzz_text(struct fuzz *);

/* All that is left, with a NUL behind it, in the same way. */
char	*fuzz_rest(struct fuzz *, size_t *ret_len);

/* A block of that size, and these bytes in one, without a NUL. */
char	*fuzz_block(size_t);
char	*fuzz_exact(const void *bytes, size_t len);
void	 fuzz_done(void);

/* Does a text say all but the first two bytes of a secret?  Where it is
 * escaped, "\xHH" may come to stand for these. */
bool	 fuzz_says_rest(const char *text, const char *secret);

/* CRC-32, a bit at a time: the library has its own. */
uint32_t fuzz_crc32(const void *bytes, size_t len);

#endif
