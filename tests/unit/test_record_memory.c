/*
 * Records, when memory is short where they are written.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "unit.h"

#define HEAD "version = 1;\nid = \"" TOKEN_ID "\";\nuser = \"deploy\";\n" \
	"hash = \"" TOKEN_HASH "\";\ncreated = \"2026-11-23T22:00:00Z\";\n"

/* A sanitizer has an allocator of its own. */
#ifndef __SANITIZE_ADDRESS__
static bool is_short, is_closing;

void	*__libc_realloc(void *, size_t);

__attribute__((__visibility__("default"))) void *
realloc(void *p, size_t size)
{
	return is_short && is_closing ? NULL : __libc_realloc(p, size);
}

/* The C library's cuts the text to its length, and is content when that
 * fails. */
int
fclose(FILE *file)
{
	__typeof__(fclose) *next;
	int result;

	*(void **)&next = dlsym(RTLD_NEXT, "fclose");
	is_closing = true;
	result = next(file);
	is_closing = false;
	return result;
}
#endif

static void
no_text_is_an_error(void **state)
{
#ifdef __SANITIZE_ADDRESS__
	(void)state;
	skip();
#else
	struct ak_fault fault = { 0, "" };
	struct ak_record record;
	char *text = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(ak_record_parse(HEAD, strlen(HEAD), "test", &record,
	    NULL), APIKEY_OK);
	is_short = true;
	assert_int_equal(ak_record_encode(&record, &text, &len, &fault),
	    APIKEY_ERR_NO_MEMORY);
	is_short = false;
	assert_null(text);
	assert_int_equal(ak_record_encode(&record, &text, &len, NULL),
	    APIKEY_OK);
	assert_int_equal(strlen(text), len);
	free(text);
	ak_record_clear(&record);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_text_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
