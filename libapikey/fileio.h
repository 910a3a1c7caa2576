/*
 * L0: the file system, without trusting it.
 *
 * Every file is reached from "/" one folder at a time, following no
 * symbolic link.  Each folder and the file must belong to root or to the
 * effective user and be writable by nobody else; a root-owned sticky
 * folder (such as /tmp) is all right on the way.  Anything else is
 * INSECURE_STORE, with a sentence that names the path and the reason.
 */
#ifndef AK_FILEIO_H
#define AK_FILEIO_H

#include <sys/stat.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* An open folder and its name for messages. */
struct ak_dir {
	int	 fd;		/* -1: not open */
	char	*path;
};

#define AK_DIR_CLOSED	{ -1, NULL }

/* INSECURE_STORE, NOT_FOUND, UNAVAILABLE, NO_MEMORY; so are the others. */
int	 ak_dir_open(struct ak_dir *, const char *path, struct ak_fault *);

/* The same, from another folder where path leads through it: what is above
 * that was walked to open it, and is not walked again. */
int	 ak_dir_open_near(struct ak_dir *, const struct ak_dir *near,
	    const char *path, struct ak_fault *);

/* The same where another folder, whose own path is not judged, stands for
 * "/"; path and the messages are as seen from there. */
int	 ak_dir_open_below(struct ak_dir *, const char *root,
	    const char *path, struct ak_fault *);

/* The folder name in an open one; with make, a new one of mode 0700 when
 * it is not there. */
int	 ak_dir_open_in(struct ak_dir *, const struct ak_dir *parent,
	    const char *name, bool make, struct ak_fault *);

/* Another descriptor of an open folder; a closed one stays so. */
int	 ak_dir_copy(struct ak_dir *, const struct ak_dir *,
	    struct ak_fault *);

/* The folder that path's last part stands in; ret_name points into path.
 * BAD_CONFIG when path is not that of a file. */
int	 ak_dir_open_of(struct ak_dir *, const char *path,
	    const char **ret_name, struct ak_fault *);
void	 ak_dir_close(struct ak_dir *);

/*
 * The lock of those who change what is in a folder: on its file .lock,
 * which is made when it is not there, and stays.  UNAVAILABLE when
 * another holds it for ten seconds.
 */
int	 ak_dir_lock(const struct ak_dir *, int *ret_fd, struct ak_fault *);
void	 ak_dir_unlock(int fd);

/* flags as for open(2), to which the safe ones are added. */
int	 ak_file_open(const struct ak_dir *, const char *name, int flags,
	    int *ret_fd, struct stat *ret_st, struct ak_fault *);

/* Make a new file ours alone, whatever umask and group its maker ran with:
 * mode 0600, and root:root when we are root.  False with errno. */
bool	 ak_file_own(int fd);

/*
 * The whole of a file of at most max bytes, with a NUL behind it; the
 * caller frees.  too_large is the code for a larger one.  ret_st may be
 * NULL.
 */
int	 ak_file_read(const struct ak_dir *, const char *name, size_t max,
	    int too_large, char **ret_text, size_t *ret_len,
	    struct stat *ret_st, struct ak_fault *);

/*
 * Write a file whole or not at all: a temporary file, fsync, rename,
 * fsync of the folder.  The caller holds the folder's lock.  With is_new
 * an existing file is a CONFLICT.
 */
int	 ak_file_replace(const struct ak_dir *, const char *name,
	    const char *text, size_t len, bool is_new, struct ak_fault *);

/* Have the open file of that name on the disk, and that it is there. */
int	 ak_file_sync(const struct ak_dir *, int fd, const char *name,
	    struct ak_fault *);

/* Remove a file, and have that on the disk. */
int	 ak_file_remove(const struct ak_dir *, const char *name,
	    struct ak_fault *);

/*
 * Take an exclusive open-file-description lock on len bytes from start
 * (0, 0: the file), waiting at most wait_ns without a signal.  The lock
 * goes with ak_unlock, or with the last copy of the descriptor.
 * UNAVAILABLE when another holds it longer.
 */
int	 ak_lock(int fd, off_t start, off_t len, int64_t wait_ns);
void	 ak_unlock(int fd, off_t start, off_t len);

#endif
