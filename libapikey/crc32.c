/*
 * CRC-32 as in zlib, half a byte at a time.
 */
#include "crc32.h"

uint32_t
ak_crc32(const void *data, size_t len)
{
	/* The remainders of the sixteen half bytes. */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const unsigned char *p = data;
	uint32_t crc = 0xffffffffU;

	for (size_t i = 0; i < len; i++) {
		crc = table[(crc ^ p[i]) & 0xf] ^ (crc >> 4);
		crc = table[(crc ^ (p[i] >> 4)) & 0xf] ^ (crc >> 4);
	}
	return ~crc;
}
