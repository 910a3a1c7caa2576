/*
 * traces.h - does a secret stand in this process's writable memory, in
 * freed blocks and dead stack frames, too?
 *
 * A sanitizer forbids such reading, so there the tests are skipped.
 */
#ifndef TRACES_H
#define TRACES_H

#include "unit.h"

#if defined(__SANITIZE_ADDRESS__)
#define TRACES_UNREADABLE	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define TRACES_UNREADABLE	1
#endif
#endif
#ifndef TRACES_UNREADABLE
#define TRACES_UNREADABLE	0
#endif

/* What is looked for is kept in disguise, so as not to be found. */
#define TRACES_MASK	0xa5

static inline void
traces_hide(void *text, size_t len)
{
	unsigned char *p = text;

	for (size_t i = 0; i < len; i++)
		p[i] ^= TRACES_MASK;
}

/* Runs it deeper in the stack than what looks for it then. */
static __attribute__((noinline)) void
traces_run(void (*fn)(void *), void *arg)
{
	volatile char pad[16384];

	pad[0] = 0;
	fn(arg);
	pad[sizeof(pad) - 1] = 0;
}

static inline size_t
traces_in(const unsigned char *p, const unsigned char *end,
    const unsigned char *hidden, size_t len)
{
	const unsigned char first = hidden[0] ^ TRACES_MASK;
	size_t count = 0, i;

	for (; (size_t)(end - p) >= len; p++) {
		p = memchr(p, first, (size_t)(end - p) - len + 1);
		if (p == NULL)
			break;
		for (i = 0; i < len && (p[i] ^ TRACES_MASK) == hidden[i]; )
			i++;
		count += i == len;
	}
	return count;
}

static inline size_t
traces_left(const void *hidden, size_t len)
{
	static char maps[1 << 16];
	uintptr_t from, to;
	size_t have = 0, count = 0;
	char *line, *end;
	ssize_t n;
	int fd;

	fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	while ((n = read(fd, maps + have, sizeof(maps) - 1 - have)) > 0)
		have += (size_t)n;
	(void)close(fd);
	maps[have] = '\0';
	for (line = maps; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		from = (uintptr_t)strtoull(line, &line, 16);
		to = (uintptr_t)strtoull(line + 1, &line, 16);
		if (strncmp(line, " rw", 3) == 0)
			count += traces_in((const unsigned char *)from,
			    (const unsigned char *)to, hidden, len);
	}
	return count;
}

#endif
