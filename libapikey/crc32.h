/*
 * L0: CRC-32 as in zlib: ISO 3309, reflected, polynomial 0xedb88320.
 */
#ifndef AK_CRC32_H
#define AK_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t ak_crc32(const void *data, size_t len);

#endif
