/*
 * Every key of a keystore.  What a batch holds is read by some threads,
 * each its share, and handed over by the caller's own.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"

#define BATCH		512
#define READERS_MAX	8
/* What is not worth a thread. */
#define SHARE_MIN	32

struct reading {
	char		 id[APIKEY_ID_SIZE];
	apikey_key	*key;		/* where code is APIKEY_OK */
	int		 code;
	struct ak_fault	 fault;
};

struct listing {
	apikey_admin	*admin;
	apikey_each	*each;
	void		*arg;
	int		 worst;
	unsigned	 readers;	/* at most */
	int		 stop;		/* what each said */
	size_t		 count;
	struct reading	 batch[BATCH];
};

struct reader {
	struct listing	*listing;
	pthread_t	 thread;
	size_t		 first;
	size_t		 step;
	bool		 runs;
};

static unsigned
count_processors(void)
{
	cpu_set_t set;
	int count;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) == -1)
		return 1;
	count = CPU_COUNT(&set);
	return count < 1 ? 1 : count > READERS_MAX ? READERS_MAX :
	    (unsigned)count;
}

static void *
read_share(void *arg)
{
	const struct reader *reader = arg;
	struct listing *listing = reader->listing;
	struct reading *reading;

	for (size_t i = reader->first; i < listing->count;
	    i += reader->step) {
		reading = &listing->batch[i];
		reading->code = ak_admin_read(listing->admin, reading->id,
		    &reading->key, &reading->fault);
	}
	return NULL;
}

/* A signal is the host's: none may come to a thread that it does not
 * know of. */
static void
start(struct reader *reader)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return;
	reader->runs = pthread_create(&reader->thread, NULL, read_share,
	    reader) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void
read_batch(struct listing *listing)
{
	struct reader reader[READERS_MAX];
	size_t shares = listing->count / SHARE_MIN;

	if (shares > listing->readers)
		shares = listing->readers;
	if (shares == 0)
		shares = 1;
	for (size_t i = 0; i < shares; i++) {
		reader[i] = (struct reader){ .listing = listing, .first = i,
			.step = shares };
		if (i > 0)
			start(&reader[i]);
	}
	/* The share of one that could not be started is the caller's. */
	for (size_t i = 0; i < shares; i++)
		if (!reader[i].runs)
			(void)read_share(&reader[i]);
	for (size_t i = 1; i < shares; i++)
		if (reader[i].runs)
			(void)pthread_join(reader[i].thread, NULL);
}

static void
tell_bad(struct listing *listing, int code)
{
	if (code > listing->worst || listing->worst == APIKEY_OK)
		listing->worst = code;
	listing->stop = listing->each(listing->arg, NULL,
	    listing->admin->fault.text);
}

static void
hand_over(struct listing *listing, const struct reading *reading)
{
	if (listing->stop != 0) {
		apikey_key_free(reading->key);
	} else if (reading->code == APIKEY_OK) {
		listing->stop = listing->each(listing->arg, reading->key,
		    NULL);
	} else if (reading->code != APIKEY_ERR_NOT_FOUND) {
		/* Not deleted meanwhile. */
		listing->admin->fault = reading->fault;
		tell_bad(listing, reading->code);
	}
}

static void
end_batch(struct listing *listing)
{
	if (listing->stop == 0)
		read_batch(listing);
	for (size_t i = 0; i < listing->count; i++)
		hand_over(listing, &listing->batch[i]);
	listing->count = 0;
}

static int
add_file(void *arg, const char *id, const char *name)
{
	struct listing *listing = arg;
	apikey_admin *admin = listing->admin;
	struct reading *reading = &listing->batch[listing->count];

	if (id == NULL) {
		tell_bad(listing, ak_fail(&admin->fault,
		    APIKEY_ERR_CORRUPT_RECORD, "%s/%s: is not named by the "
		    "id of a key and .conf; move it away",
		    admin->opened->config.keystore, name));
		return listing->stop;
	}
	*reading = (struct reading){ .code = APIKEY_ERR_NOT_FOUND };
	memcpy(reading->id, id, sizeof(reading->id));
	if (++listing->count == BATCH)
		end_batch(listing);
	return listing->stop;
}

int
ak_admin_each(apikey_admin *admin, apikey_each *each, void *arg)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	struct ak_fault fault = { APIKEY_OK, "" };
	int code;

	if (listing == NULL)
		return ak_fail(&admin->fault, APIKEY_ERR_NO_MEMORY,
		    "out of memory");
	listing->admin = admin;
	listing->each = each;
	listing->arg = arg;
	listing->readers = count_processors();
	code = ak_keystore_each(&admin->opened->keystore, add_file, listing,
	    &fault);
	end_batch(listing);
	if (code != APIKEY_OK)
		admin->fault = fault;
	else
		code = listing->worst;
	free(listing);
	return code;
}

AK_EXPORT int
apikey_list(apikey_admin *admin, apikey_each *each, void *arg)
{
	int code = ak_admin_begin(admin);

	if (code == APIKEY_OK)
		code = ak_admin_each(admin, each, arg);
	ak_admin_end(admin);
	return code;
}
