/*
 * stage.h - one scene of the module: what the input says of the PAM line,
 * of the login and of what is on the disk.
 */
#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>

#include "fuzz.h"
#include "pam_apikey/options.h"

#define STAGE_RECORD	"keys.d/" VECTOR_ID ".conf"
#define STAGE_OTHER	"keys.d/" VECTOR_OTHER_ID ".conf"

/* In the replies that a scene writes itself, and in nothing else. */
#define STAGE_CANARY	"-canary.Kx93-"

enum stage_store {
	STORE_GOOD, STORE_OTHER_TOO, STORE_MISSING, STORE_FOLDER, STORE_FIFO,
	STORE_LINK, STORE_WRITABLE, STORE_SHARED, STORE_NO_KEYS,
	STORE_NO_CONFIG, STORE_WRITABLE_CONFIG, STORE_NUL, STORE_LARGE,
	STORE_RAW, STORE_NO_PEPPER, STORES
};

enum stage_state {
	STATE_GOOD, STATE_MISSING, STATE_USAGE, STATE_BAD_USAGE,
	STATE_BAD_THROTTLE, STATE_BAD_COUNTERS, STATE_SHARED,
	STATE_USAGE_FOLDER, STATES
};

enum stage_reply {
	REPLY_TEXT, REPLY_GOOD, REPLY_WRONG, REPLY_UNKNOWN, REPLY_NULL,
	REPLY_NONE, REPLY_FAILS, REPLY_AGAIN, REPLY_NO_MEMORY, REPLY_LARGE,
	REPLY_REFUSED, REPLY_EMPTY, REPLY_BEHIND, REPLY_BEFORE, REPLY_RAW,
	REPLY_LARGE_REFUSED, REPLIES
};

struct stage {
	enum stage_store	 store;
	enum stage_state	 state;
	enum stage_reply	 replies[2], stacked;
	unsigned		 flags, fault_part, fault_nth;
	const char		*hash;
	int64_t			 now_s;
	/* NULL where the input says "-". */
	const char		*phases, *options, *account_options;
	const char		*user, *service, *rhost, *tty, *ruser;
	const char		*connection, *bounds, *config, *text;

	const char		*config_text, *record_text;	/* as written */
	bool			 has_record;	/* one that can be read */
	bool			 sound;		/* nothing is amiss */
	bool			 tainted;	/* by what looks secret */
};

void	 stage_read(struct stage *, struct fuzz *);
void	 stage_build(struct stage *);

/* The files change while the scene goes on: revoked, or removed. */
void	 stage_revoke(struct stage *);
void	 stage_remove(struct stage *);

/* The text of a reply, which lives as long as the input; NULL: none. */
const char *stage_reply_text(const struct stage *, enum stage_reply);

/* The words of a PAM line behind config=; the texts are the input's. */
#define STAGE_WORDS	80
int	 stage_words(const char *line, bool with_config,
	    const char *ret[STAGE_WORDS]);

#endif
