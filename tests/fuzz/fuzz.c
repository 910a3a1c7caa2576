/*
 * The input of a harness, taken apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define BLOCKS_MAX	256

static char *blocks[BLOCKS_MAX];
static size_t block_count;

void
fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	fflush(stderr);
	abort();
}

unsigned
fuzz_byte(struct fuzz *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

int64_t
fuzz_int64(struct fuzz *in)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 64; i += 8)
		value |= (uint64_t)fuzz_byte(in) << i;
	return (int64_t)value;
}

/* Not by malloc, which may be what fails. */
char *
fuzz_block(size_t size)
{
	void *block = NULL;

	MUST(posix_memalign(&block, sizeof(void *), size == 0 ? 1 : size) ==
	    0);
	MUST(block_count < BLOCKS_MAX);
	blocks[block_count++] = block;
	return block;
}

char *
fuzz_exact(const void *bytes, size_t len)
{
	char *block = fuzz_block(len);

	if (len > 0)
		memcpy(block, bytes, len);
	return block;
}

static char *
take(struct fuzz *in, size_t len)
{
	char *block = fuzz_block(len + 1);

	if (len > 0)
		memcpy(block, in->at, len);
	block[len] = '\0';
	in->at += len;
	in->left -= len;
	return block;
}

char *
fuzz_text(struct fuzz *in)
{
	const unsigned char *end = in->left == 0 ? NULL :
	    memchr(in->at, '\0', in->left);
	char *text;

	if (end == NULL)
		return take(in, in->left);
	text = take(in, (size_t)(end - in->at));
	(void)fuzz_byte(in);
	return text;
}

char *
fuzz_rest(struct fuzz *in, size_t *ret_len)
{
	*ret_len = in->left;
	return take(in, in->left);
}

void
fuzz_done(void)
{
	while (block_count > 0)
		free(blocks[--block_count]);
}

bool
fuzz_says_rest(const char *text, const char *secret)
{
	const char *at = text;

	for (; (at = strstr(at, secret + 2)) != NULL; at++)
		if (at - text < 2 || memcmp(at - 2, secret, 2) != 0)
			return true;
	return false;
}

uint32_t
fuzz_crc32(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint32_t crc = ~UINT32_C(0);

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 1) == 0 ? crc >> 1 :
			    crc >> 1 ^ UINT32_C(0xedb88320);
	}
	return ~crc;
}

/* libconfig 1.5 forgets the texts of a file that is no configuration. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}
