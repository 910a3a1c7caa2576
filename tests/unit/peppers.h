/*
 * peppers.h - a folder with the file of a pepper in it.
 */
#ifndef PEPPERS_H
#define PEPPERS_H

#include "unit.h"

#include "mem.h"
#include "pepper.h"
#include "traces.h"

#define HALF1	"9a7f03c6e15db24880fe6d1ca35b79e2"
#define HALF2	"41d8b60f2c973ae5170d84cb6f92e35a"
#define DIGITS	HALF1 HALF2

struct fixture {
	char			 folder[PATH_SIZE];
	char			 path[PATH_SIZE];	/* folder/pepper */
	struct ak_pepper	 pepper;
	struct ak_fault		 fault;
	size_t			 fds;
};

static inline int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	tmp_make(f->folder);
	tmp_join(f->path, f->folder, "pepper");
	f->fds = fd_count();
	/* What should hang ends the program instead. */
	(void)alarm(20);
	return 0;
}

static inline int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)alarm(0);
	assert_int_equal(fd_count(), f->fds);
	tmp_remove(f->folder);
	free(f);
	return 0;
}

static inline int
load(struct fixture *f)
{
	memset(&f->pepper, 0, sizeof(f->pepper));
	f->fault = (struct ak_fault){ 0, "" };
	return ak_pepper_load(f->path, &f->pepper, &f->fault);
}

/* This code, a sentence of the path and this alone (so that nothing of
 * the file is in it), and nothing is set. */
static inline void
refused(struct fixture *f, int code, int want, const char *why)
{
	static const struct ak_pepper none;
	char message[2 * PATH_SIZE];

	(void)snprintf(message, sizeof(message), "%s%s", f->path, why);
	assert_string_equal(f->fault.text, message);
	assert_int_equal(code, want);
	assert_int_equal(f->fault.code, want);
	assert_memory_equal(&f->pepper, &none, sizeof(none));
}

static inline int
create(struct fixture *f)
{
	memset(&f->pepper, 0, sizeof(f->pepper));
	f->fault = (struct ak_fault){ 0, "" };
	return ak_pepper_create(f->path, &f->pepper, &f->fault);
}

/* Of a key: it and its digits, disguised. */
static inline void
no_trace(const unsigned char hidden[AK_PEPPER_LEN])
{
	static const char hex[] = "0123456789abcdef";
	char digits[AK_PEPPER_LEN];
	unsigned byte;

	assert_int_equal(traces_left(hidden, AK_PEPPER_LEN), 0);
	/* Those in the middle: a freed block is overwritten at its ends. */
	for (size_t i = 0; i < AK_PEPPER_LEN; i++) {
		byte = hidden[(AK_PEPPER_LEN / 2 + i) / 2] ^ TRACES_MASK;
		digits[i] = hex[i % 2 == 0 ? byte >> 4 : byte & 15];
		traces_hide(&digits[i], 1);
	}
	assert_int_equal(traces_left(digits, sizeof(digits)), 0);
}

#define PEPPER_TEST(name)	\
	cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
