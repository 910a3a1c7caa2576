/*
 * L2: apikey.conf.
 */
#ifndef AK_CONFIG_H
#define AK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "fileio.h"
#include "hash.h"
#include "mem.h"
#include "rate.h"

struct ak_config {
	char		*keystore;
	char		*state;
	char		*pepper;	/* NULL: none */
	char		*hash;
	bool		 has_argon2id;
	struct {
		struct ak_cost	 cost;		/* of new keys */
		struct ak_cost	 ceiling;	/* of stored hashes */
	} argon2id;
	bool		 has_issue;
	struct {
		int64_t		 ttl;		/* seconds or AK_FOREVER */
		int64_t		 max_ttl;
		struct ak_list	 services;
		int64_t		 overlap;	/* seconds */
	} issue;
	bool		 has_limits;
	struct {
		struct ak_rate	 key;
		struct ak_rate	 failures;
	} limits;
	int64_t		 expiry_warning;	/* seconds; AK_FOREVER: no
						 * warning */
	struct ak_list	 local_services;
	struct ak_list	 cleartext_services;
	bool		 has_audit;
	struct {
		char	*facility;
		char	*format;
	} audit;
};

/*
 * Read the file at path.  A missing file is an error: it may have held
 * a restriction.  ret is initialised here, and the caller clears it in
 * any case, and closes folder, which is closed before and then perhaps the
 * one that the file is in.  BAD_CONFIG, INSECURE_STORE, UNAVAILABLE, NO_MEMORY.
 */
int	 ak_config_load(const char *path, struct ak_dir *folder,
	    struct ak_config *ret, struct ak_fault *);

/* The same of a text (NUL-terminated), wherever it came from. */
int	 ak_config_parse(const char *text, size_t len, const char *path,
	    struct ak_config *ret, struct ak_fault *);
void	 ak_config_clear(struct ak_config *);

#endif
