/*
 * CRC-32 against vectors of others, and against one bit at a time.
 */
#include "unit.h"

#include "crc32.h"

#define LONG	4099

static void
vectors(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		uint32_t crc;
	} rows[] = {
		{ LITERAL(""), 0x00000000 },
		{ LITERAL("a"), 0xe8b7be43 },
		{ LITERAL("abc"), 0x352441c2 },
		{ LITERAL("123456789"), 0xcbf43926 },
		{ LITERAL("\0"), 0xd202ef8d },
		{ LITERAL("\0\0\0\0"), 0x2144df1c },
		{ LITERAL("\xff\xff\xff\xff"), 0xffffffff },
		{ LITERAL("message digest"), 0x20159d7f },
		{ LITERAL("The quick brown fox jumps over the lazy dog"),
		    0x414fa339 },
		{ TOKEN, 54, 0xfb10ed45 },
		{ TOKEN2, 54, 0x08e46a31 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = exact_copy(rows[i].text, rows[i].len);

		if (ak_crc32(copy, rows[i].len) != rows[i].crc)
			fail_msg("row %zu: %08x", i,
			    (unsigned)ak_crc32(copy, rows[i].len));
		free(copy);
	}
}

static uint32_t
slow(const unsigned char *p, size_t len)
{
	uint32_t crc = 0xffffffffU;

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
	}
	return ~crc;
}

static void
every_byte_and_many_lengths(void **state)
{
	unsigned char bytes[LONG], byte;

	(void)state;
	for (size_t i = 0; i < 256; i++) {
		byte = (unsigned char)i;
		assert_int_equal(ak_crc32(&byte, 1), slow(&byte, 1));
	}
	for (size_t i = 0; i < LONG; i++)
		bytes[i] = (unsigned char)(i * i + i / 7);
	for (size_t len = 0; len <= LONG; len += 61)
		assert_int_equal(ak_crc32(bytes, len), slow(bytes, len));
}

static void
nothing_at_all(void **state)
{
	(void)state;
	assert_int_equal(ak_crc32(NULL, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(every_byte_and_many_lengths),
		cmocka_unit_test(nothing_at_all),
	};

	return cmocka_run_group_tests_name("crc32", tests, NULL, NULL);
}
