/*
 * L0: files of fixed size: numbers in them, little-endian, and bytes at
 * their places.
 */
#ifndef AK_BYTES_H
#define AK_BYTES_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void	 ak_put32(unsigned char *at, uint32_t);
void	 ak_put64(unsigned char *at, int64_t);
uint32_t ak_get32(const unsigned char *at);
int64_t	 ak_get64(const unsigned char *at);

/* How many of the bytes there are, fewer only where the file ends; -1 with
 * errno. */
ssize_t	 ak_read_at(int fd, void *ret, size_t len, off_t at);

/*
 * As pwrite(2) and ftruncate(2), but never beyond the size that the
 * process may write (RLIMIT_FSIZE), which is EFBIG: the signal that comes
 * with it would end su before it has said what it refused, and who calls
 * su chooses the limit.
 */
ssize_t	 ak_write_at(int fd, const void *bytes, size_t len, off_t at);
bool	 ak_resize(int fd, off_t size);

#endif
