/*
 * files.h - files that are written.
 */
#ifndef CMD_FILES_H
#define CMD_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Open the folder of a path, and find the name in it.  -1 and errno. */
int	cmd_folder_open(const char *path, const char **ret_name);

/* False and errno. */
bool	cmd_write_all(int fd, const char *data, size_t len);

/*
 * Put a text, for all to read, in the place of the file path, or make it.
 * Who reads it meanwhile has the old one or the new one, whole.  What is
 * there and no regular file is left alone.  False after a sentence.
 */
bool	cmd_file_publish(const char *path, const char *text, size_t len);

#endif /* CMD_FILES_H */
