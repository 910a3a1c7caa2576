/*
 * Calls that fail.  The library that this belongs to stands before the C
 * library and libpam: it counts each call of a kind while it is armed, and
 * lets the one that the page names fail.  The page is shared with the
 * process that watches.
 */
#ifndef INJECT_H
#define INJECT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Kind, and what it may fail by; the first will do for a short run. */
#define FAULT_KINDS(X)							\
	X(ALLOC, "allocation", ENOMEM)					\
	X(OPEN, "open", EMFILE, EIO, ENOMEM, EACCES, EINTR)		\
	X(READ, "read", EIO, FAULT_HALF, EINTR)				\
	X(WRITE, "write", ENOSPC, FAULT_HALF, EIO, EINTR)		\
	X(LOCK, "lock", ENOLCK, EINTR, EAGAIN)				\
	X(FSTAT, "fstat", EIO, ENOMEM)					\
	X(RENAME, "rename", EIO, ENOSPC)				\
	X(FSYNC, "fsync", EIO, ENOSPC, EINTR)				\
	X(RANDOM, "random", EIO, EINTR, ENOSYS)				\
	X(CLOCK, "clock", EINVAL)					\
	X(TALK, "conversation", FAULT_CONV_ERR, FAULT_CONV_BUF,		\
	    FAULT_CONV_AGAIN, FAULT_CONV_NONE, FAULT_CONV_NULL)		\
	X(MKDIR, "mkdir", ENOSPC, EACCES)				\
	X(UNLINK, "unlink", EIO, EACCES)				\
	X(OWN, "chown, chmod", EPERM, EIO)				\
	X(SIZE, "truncate", EIO, ENOSPC, EINTR)				\
	X(CLOSE, "close", EIO, EINTR)					\
	X(NAMES, "names", ENOMEM, EMFILE, EINTR)			\
	X(HOST, "hostname", EPERM)					\
	X(MAP, "map", ENOMEM, EAGAIN)					\
	X(SLEEP, "sleep", EINTR)					\
	X(MUTEX, "mutex", EAGAIN)					\
	X(STREAM, "stream", ENOMEM, EIO)				\
	X(LIMIT, "limit", EPERM)					\
	X(LOCALE, "locale", EINVAL)					\
	X(PATH, "path", ENOMEM, ENOENT)					\
	X(PAM, "libpam", EIO, ENOMEM)

enum fault_kind {
#define X(kind, ...)	FAULT_##kind,
	FAULT_KINDS(X)
#undef X
	FAULT_KINDS_COUNT
};

/* Beside the errnos; a conversation has its own ways to fail. */
enum {
	FAULT_HALF = 10000,	/* of what was asked for */
	FAULT_CONV_ERR,
	FAULT_CONV_BUF,
	FAULT_CONV_AGAIN,
	FAULT_CONV_NONE,	/* success without a response */
	FAULT_CONV_NULL		/* a response without a text */
};

#define FAULT_ERRORS_MAX	6
#define FAULT_NOTED_MAX		2048
#define FAULT_LIVE_MAX		4096	/* a power of two */
#define FAULT_DIRTY_MAX		16

struct fault_live {
	void	*p;
	void	*caller;
};

/* A file or a folder that was changed and not synced since. */
struct fault_dirty {
	dev_t	 dev;
	ino_t	 ino;		/* 0: none */
	char	 name[160];	/* as it was then */
};

struct fault_page {
	/* What is to be done. */
	int		 kind;		/* -1: nothing fails */
	unsigned	 nth;		/* from 1 */
	int		 error;
	bool		 on;		/* all from the nth on; names: of it */
	bool		 always;	/* armed from the beginning */
	bool		 over;		/* nothing fails any more */
	bool		 stop;		/* at the first folder it opens */
	char		 unwatched[300]; /* what is below it may be lost */
	/* What was done. */
	bool		 armed;
	unsigned	 count[FAULT_KINDS_COUNT];
	unsigned	 injected;
	bool		 starved;
	char		 call[32];
	char		 where[512];	/* its file, if it has one */
	char		 object[64];	/* who called */
	char		 within[32];	/* the call of NAMES that is on */
	char		 ended[64];	/* who called exit(3) */
	char		 fell_in[64];	/* where a signal ended it */
	char		 fell_for[64];	/* and who had called there */
	/* Of commands. */
	struct fault_dirty dirty[FAULT_DIRTY_MAX];
	char		 loose[256];	/* what a loss of power would take */
	/* While noting: is it ours that allocates? */
	bool		 noting;
	bool		 ours[FAULT_NOTED_MAX];
	/* Allocated while armed, and not freed. */
	struct fault_live live[FAULT_LIVE_MAX];
	size_t		 log_len;
	char		 log[16384];	/* what went to syslog */
};

/* Of the process; in one that was executed, that which FAULT_PAGE, the
 * number of a descriptor, names. */
extern struct fault_page *fault_page;

void	 fault_arm(void);
void	 fault_disarm(void);

/* Counts a call; 0, or what it is to fail by.  fd is that which it is
 * about, or -1, name that below it, or NULL. */
int	 fault_due(enum fault_kind, const char *call, int fd,
	    const char *name);

/* The object that an address is in; and of the frames, the first that is
 * neither in this library nor in the C library. */
const char *fault_object(void *address);
void	 fault_caller(void *const *frames, int count, char *ret,
	    size_t size);

/* What has been done to files, when it is done: written; a name made or
 * taken away in a folder; synced; a file put in the place of another. */
void	 fault_wrote(int fd);
void	 fault_named(int folder, const char *name);
void	 fault_synced(int fd);
void	 fault_moved(int folder);

/* NULL, or what was not safe in time, or is not yet. */
const char *fault_loose(void);

/* For those that allocate; starved: there was nothing to be had. */
void	 fault_starved(void);
void	 fault_born(void *p, void *caller);
void	 fault_died(void *p);

/* How many allocations of the named objects are left; the first one's
 * place goes into ret. */
unsigned fault_left(const char *const *objects, char *ret, size_t size);

/* Is the nth call worth it in a short run?  What libraries allocate fails
 * in most of these by every fifth alone; brief: not at all. */
bool	 fault_is_worth_it(int kind, unsigned n, bool brief);

/* Interruptions without end, or only half of all, is what no system does. */
bool	 fault_may_go_on(int error);

const char *fault_kind_name(int kind);
const char *fault_error_name(int error);
const int *fault_errors(int kind);	/* 0 behind the last */

#endif
