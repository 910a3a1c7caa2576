/*
 * keys.c - make a keystore of any size, of valid records that the library
 * itself has encoded, without the lock and the syncs of a real issue:
 * nothing in it is to outlive the benchmark.
 *
 *	keys [-o OLD] FOLDER COUNT SAMPLE USER
 *
 * It prints the tokens of SAMPLE keys, evenly spread.  With -o each
 * OLDth key expired a year ago, and is never among these.
 */
#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hash.h"
#include "mem.h"
#include "record.h"
#include "token.h"

#define DAY	86400

static int folder;

static void
put(struct ak_record *record, enum apikey_bound bound, const char *text)
{
	struct ak_fault fault = { 0, "" };

	if (ak_record_put(record, bound, text, &fault) != APIKEY_OK)
		errx(1, "%s", fault.text);
}

static void
store(const char *id, const char *text, size_t len)
{
	char name[APIKEY_ID_SIZE + sizeof(".conf")];
	int fd;

	snprintf(name, sizeof(name), "%s.conf", id);
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (fd == -1 || write(fd, text, len) != (ssize_t)len ||
	    close(fd) == -1)
		err(1, "%s", name);
}

/* What `apikeyctl create' makes of a key for sshd and sudo. */
static void
make(struct ak_record *record, bool is_old, char token_text[APIKEY_TOKEN_SIZE])
{
	const struct ak_hashing hashing = { .argon2id = false };
	struct ak_fault fault = { 0, "" };
	int64_t now = (int64_t)time(NULL);
	char hash[AK_HASH_SIZE], *text = NULL;
	struct ak_token token;
	size_t len = 0;

	ak_token_draw(&token, token_text);
	record->created = is_old ? now - 455 * DAY : now;
	record->expires = record->created + 90 * DAY;
	if (ak_copy(&record->id, token.id) != APIKEY_OK ||
	    ak_hash_make(&hashing, &token, hash) != APIKEY_OK ||
	    ak_copy(&record->hash, hash) != APIKEY_OK)
		errx(1, "no key");
	if (ak_record_encode(record, &text, &len, &fault) != APIKEY_OK)
		errx(1, "%s", fault.text);
	store(token.id, text, len);
	free(text);
}

static void
make_all(long count, long sample, long old, const char *user)
{
	char token[APIKEY_TOKEN_SIZE];
	struct ak_record record;
	long shown = 0;
	bool is_old;

	ak_record_init(&record);
	put(&record, APIKEY_USER, user);
	put(&record, APIKEY_LABEL, "build farm");
	put(&record, APIKEY_SERVICES, "sshd");
	put(&record, APIKEY_SERVICES, "sudo");
	put(&record, APIKEY_FROM, "192.0.2.0/24");
	put(&record, APIKEY_FROM, "127.0.0.0/8");
	put(&record, APIKEY_FROM, "local");
	put(&record, APIKEY_SCOPES, "deploy");
	if (ak_copy(&record.created_by, "root") != APIKEY_OK)
		errx(1, "out of memory");
	for (long i = 0; i < count; i++) {
		is_old = old > 0 && i % old == 0;
		make(&record, is_old, token);
		if (is_old || i < shown * (count / sample) || shown == sample)
			continue;
		printf("%s\n", token);
		shown++;
	}
	ak_record_clear(&record);
}

static long
number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n < 1)
		errx(2, "%s: not a number from 1", text);
	return n;
}

int
main(int argc, char **argv)
{
	long old = 0;
	int opt;

	while ((opt = getopt(argc, argv, "o:")) != -1) {
		if (opt != 'o')
			return 2;
		old = number(optarg);
	}
	if (argc - optind != 4)
		errx(2, "usage: keys [-o OLD] FOLDER COUNT SAMPLE USER");
	if (ak_mem_init() != APIKEY_OK)
		errx(1, "libsodium does not start");
	folder = open(argv[optind], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		err(1, "%s", argv[optind]);
	make_all(number(argv[optind + 1]), number(argv[optind + 2]), old,
	    argv[optind + 3]);
	return 0;
}
