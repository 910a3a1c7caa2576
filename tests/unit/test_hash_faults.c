/*
 * The hash when libsodium or memory fails, what it costs, and what it
 * leaves behind.
 *
 * The functions of libsodium that are used are caught here: counted, and
 * made to fail.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <dlfcn.h>
#include <errno.h>

#include "unit.h"

#include <sodium.h>

#include "hash.h"
#include "hashes.h"
#include "mem.h"
#include "traces.h"

static struct {
	unsigned	 blake2b;	/* how often it was called */
	unsigned	 keyed;		/* so, with a key */
	unsigned	 argon2id;
	bool		 blake2b_fails;
	int		 argon2id_errno;	/* not 0: it fails so; -1:
						 * and leaves errno alone */
} sodium;

int
crypto_generichash_blake2b_salt_personal(unsigned char *out, size_t outlen,
    const unsigned char *in, unsigned long long inlen,
    const unsigned char *key, size_t keylen, const unsigned char *salt,
    const unsigned char *personal)
{
	static int (*real)(unsigned char *, size_t, const unsigned char *,
	    unsigned long long, const unsigned char *, size_t,
	    const unsigned char *, const unsigned char *);
	int failed;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, __func__);
	sodium.blake2b++;
	sodium.keyed += key != NULL && keylen == AK_PEPPER_LEN;
	if (sodium.blake2b_fails)
		return -1;
	failed = real(out, outlen, in, inlen, key, keylen, salt, personal);
	/* libsodium leaves the digest in its own dead stack frame. */
	sodium_stackzero(8192);
	return failed;
}

int
crypto_pwhash(unsigned char *const out, unsigned long long outlen,
    const char *const passwd, unsigned long long passwdlen,
    const unsigned char *const salt, unsigned long long opslimit,
    size_t memlimit, int alg)
{
	static int (*real)(unsigned char *, unsigned long long, const char *,
	    unsigned long long, const unsigned char *, unsigned long long,
	    size_t, int);
	int failed;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, __func__);
	sodium.argon2id++;
	if (sodium.argon2id_errno > 0)
		errno = sodium.argon2id_errno;
	if (sodium.argon2id_errno != 0)
		return -1;
	failed = real(out, outlen, passwd, passwdlen, salt, opslimit,
	    memlimit, alg);
	sodium_stackzero(8192);
	return failed;
}

static int
setup(void **state)
{
	(void)state;
	memset(&sodium, 0, sizeof(sodium));
	return 0;
}

static void
libsodium_fails(void **state)
{
	static const struct {
		const char	*stored;
		bool		 argon2id;
		bool		 pepper;
		bool		 blake2b_fails;
	} rows[] = {
		{ TOKEN_HASH, false, false, true },
		{ TOKEN_HASH_P, false, true, true },
		{ TOKEN_HASH_A, true, false, true },
		{ TOKEN_HASH_A, true, false, false },
		{ TOKEN_HASH_AP, true, true, false },
	};
	struct ak_token token = token_of(TOKEN);
	char text[AK_HASH_SIZE] = "as it was";
	struct ak_hashing hashing;
	struct ak_fault fault;

	(void)state;
	sodium.argon2id_errno = EINVAL;
	for (size_t i = 0; i < COUNT(rows); i++) {
		sodium.blake2b_fails = rows[i].blake2b_fails;
		hashing = hashing_of(rows[i].argon2id, rows[i].pepper);
		assert_int_equal(ak_hash_make(&hashing, &token, text),
		    APIKEY_ERR_UNAVAILABLE);
		assert_string_equal(text, "as it was");
		fault = (struct ak_fault){ 0, "" };
		assert_int_equal(ak_hash_verify(&hashing, rows[i].stored,
		    &token, &fault), APIKEY_ERR_UNAVAILABLE);
		assert_int_equal(fault.code, APIKEY_ERR_UNAVAILABLE);
		assert_string_equal(fault.text, "libsodium cannot hash");
	}
}

/* Never taken for a wrong secret. */
static void
memory_is_short(void **state)
{
	struct ak_hashing hashing = hashing_of(true, false);
	struct ak_token token = token_of(TOKEN), other = token_of(TOKEN2);
	char text[AK_HASH_SIZE] = "as it was";
	struct ak_fault fault = { 0, "" };

	(void)state;
	sodium.argon2id_errno = ENOMEM;
	assert_int_equal(ak_hash_make(&hashing, &token, text),
	    APIKEY_ERR_NO_MEMORY);
	assert_string_equal(text, "as it was");
	assert_int_equal(ak_hash_verify(&hashing, TOKEN_HASH_A3, &token,
	    &fault), APIKEY_ERR_NO_MEMORY);
	assert_int_equal(fault.code, APIKEY_ERR_NO_MEMORY);
	assert_string_equal(fault.text,
	    "the key's hash takes 64 KiB of memory, which cannot be had");
	assert_int_equal(ak_hash_verify(&hashing, TOKEN_HASH_A3, &other,
	    NULL), APIKEY_ERR_NO_MEMORY);
	/* Nor is another failure taken for it, whatever errno was. */
	sodium.argon2id_errno = -1;
	errno = ENOMEM;
	assert_int_equal(ak_hash_verify(&hashing, TOKEN_HASH_A3, &token,
	    NULL), APIKEY_ERR_UNAVAILABLE);
}

/* A gibibyte, and a process that may have 64 MiB more than it has. */
#define GIB		1048576
#define STORED_GIB	ARGON2ID "m=1048576,t=1,p=1$" SALT_TEXT "$" \
	ARGON2ID_DIGEST

/* Runs in a child, whose exit code tells which step failed. */
static int
in_little_memory(void)
{
	struct ak_hashing hashing = hashing_of(true, false);
	struct ak_token token = token_of(TOKEN);
	struct ak_fault fault = { 0, "" };
	char stored[AK_HASH_SIZE];

	hashing.cost = hashing.ceiling = (struct ak_cost){ GIB, 1 };
	if (ak_hash_make(&hashing, &token, stored) != APIKEY_ERR_NO_MEMORY)
		return 1;
	if (ak_hash_verify(&hashing, STORED_GIB, &token, &fault) !=
	    APIKEY_ERR_NO_MEMORY)
		return 2;
	if (strstr(fault.text, "1048576 KiB") == NULL)
		return 3;
	/* Above the ceiling none is asked for. */
	hashing.ceiling.memory--;
	if (ak_hash_verify(&hashing, STORED_GIB, &token, &fault) !=
	    APIKEY_ERR_UNAVAILABLE)
		return 4;
	/* And what fits goes on. */
	return ak_hash_verify(&hashing, TOKEN_HASH_A3, &token, NULL) ==
	    APIKEY_ERR_UNAVAILABLE &&
	    ak_hash_verify(&hashing, TOKEN_HASH_A, &token, NULL) ==
	    APIKEY_OK ? 0 : 5;
}

static void
real_memory_is_short(void **state)
{
	struct rlimit limit;
	char text[32] = "";
	int fd, status;
	pid_t child;

	(void)state;
	fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	(void)close(fd);
	limit.rlim_cur = limit.rlim_max = (64 << 20) +
	    strtoull(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)alarm(20);
		if (setrlimit(RLIMIT_AS, &limit) == -1)
			_exit(9);
		_exit(in_little_memory());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* What is refused by its parameters is not hashed. */
static void
refused_before_hashing(void **state)
{
	struct ak_hashing hashing = hashing_of(false, false);
	struct ak_token token = token_of(TOKEN);
	char text[AK_HASH_SIZE];

	(void)state;
	hashing.ceiling = (struct ak_cost){ 63, 2 };
	assert_int_equal(ak_hash_verify(&hashing, TOKEN_HASH_A3, &token,
	    NULL), APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(ak_hash_verify(&hashing, TOKEN_HASH_AP, &token,
	    NULL), APIKEY_ERR_UNAVAILABLE);
	assert_int_equal(ak_hash_verify(&hashing, TOKEN_HASH_A "x", &token,
	    NULL), APIKEY_ERR_CORRUPT_RECORD);
	hashing.argon2id = true;
	hashing.cost.memory = 7;
	assert_int_equal(ak_hash_make(&hashing, &token, text),
	    APIKEY_ERR_INVALID);
	assert_int_equal(sodium.blake2b, 0);
	assert_int_equal(sodium.argon2id, 0);
}

/* An unknown key costs what a known one does: one BLAKE2b. */
static void
idle(void **state)
{
	struct ak_token token = token_of(TOKEN);
	struct ak_hashing hashing = hashing_of(true, false);

	(void)state;
	ak_hash_idle(&hashing, &token);
	assert_int_equal(sodium.blake2b, 1);
	assert_int_equal(sodium.keyed, 0);
	hashing = hashing_of(true, true);
	ak_hash_idle(&hashing, &token);
	assert_int_equal(sodium.blake2b, 2);
	assert_int_equal(sodium.keyed, 1);
	assert_int_equal(ak_hash_verify(&hashing, TOKEN_HASH_P, &token, NULL),
	    APIKEY_OK);
	assert_int_equal(sodium.blake2b, 3);
	assert_int_equal(sodium.keyed, 2);
	assert_int_equal(sodium.argon2id, 0);
}

struct step {
	struct ak_hashing	 hashing;
	unsigned		 number;
};

/* One call each: a later one would cover what an earlier one left. */
static void
use_it(void *arg)
{
	const struct step *step = arg;
	struct ak_token token = token_of(TOKEN);
	char stored[AK_HASH_SIZE];

	switch (step->number) {
	case 0:
		(void)ak_hash_verify(&step->hashing, TOKEN_HASH, &token, NULL);
		break;
	case 1:
		(void)ak_hash_verify(&step->hashing, TOKEN_HASH_A, &token,
		    NULL);
		break;
	case 2:
		token.secret[0] = '1';
		(void)ak_hash_verify(&step->hashing, TOKEN_HASH_A, &token,
		    NULL);
		break;
	case 3:
		(void)ak_hash_verify(&step->hashing, TOKEN_HASH "x", &token,
		    NULL);
		break;
	case 4:
		(void)ak_hash_valid(TOKEN_HASH);
		break;
	case 5:
		(void)ak_hash_is_costly(TOKEN_HASH_A);
		break;
	case 6:
		(void)ak_hash_make(&step->hashing, &token, stored);
		ak_wipe(stored, sizeof(stored));
		break;
	default:
		ak_hash_idle(&step->hashing, &token);
	}
}
#define STEPS	8

static void
no_trace(const void *hidden, size_t len)
{
	assert_int_equal(traces_left(hidden, len), 0);
}

/* Neither a digest nor the text of one. */
static void
nothing_is_left(void **state)
{
	static unsigned char digest[32], stretched[32];
	static char text[] = "4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU";
	static char text2[] = ARGON2ID_DIGEST;
	const size_t len = sizeof(text) - 1;
	char copy[sizeof(text)];
	struct step step;

	(void)state;
	if (TRACES_UNREADABLE)
		skip();
	assert_int_equal(sodium_base642bin(digest, sizeof(digest), text, len,
	    NULL, NULL, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING), 0);
	assert_int_equal(sodium_base642bin(stretched, sizeof(stretched),
	    text2, len, NULL, NULL, NULL,
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING), 0);
	traces_hide(digest, sizeof(digest));
	traces_hide(stretched, sizeof(stretched));
	traces_hide(text2, len);
	memcpy(copy, text, len);
	traces_hide(text, len);
	assert_int_equal(traces_left(text, len), 1);
	ak_wipe(copy, len);
	for (unsigned i = 0; i < 4 * STEPS; i++) {
		step.hashing = hashing_of((i & 1) != 0, false);
		step.number = i / 4;
		sodium.argon2id_errno = (i & 2) != 0 ? ENOMEM : 0;
		traces_run(use_it, &step);
		no_trace(digest, sizeof(digest));
		no_trace(stretched, sizeof(stretched));
		no_trace(text, len);
		no_trace(text2, len);
	}
}

int
main(void)
{
#define TEST(name)	cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(libsodium_fails), TEST(memory_is_short),
		TEST(real_memory_is_short), TEST(refused_before_hashing),
		TEST(idle), TEST(nothing_is_left),
	};

	if (ak_mem_init() != APIKEY_OK)
		return 1;
	return cmocka_run_group_tests_name("hash faults", tests, NULL, NULL);
}
