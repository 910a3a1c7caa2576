/*
 * folder.h - a folder of this process, in memory where that can be had.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include <sys/types.h>

#include <stddef.h>

#define FOLDER_PATH	256

/* Made at the first call, removed at the program's end.  FUZZ_TMP of the
 * environment says where. */
const char *folder(void);

/* Its path and that of something in it. */
void	 folder_join(char ret[FOLDER_PATH], const char *name);
void	 folder_make(const char *name);
void	 folder_write(const char *name, const void *bytes, size_t len);
void	 folder_write_text(const char *name, const char *text);

/* A file, a link or a tree; also none. */
void	 folder_remove(const char *name);

/* How many bytes there are, at most max; -1 when there is no such file. */
ssize_t	 folder_read(const char *name, void *ret, size_t max);

/* Of the descriptors below 64, those that are open. */
int	 folder_open_files(void);

#endif
