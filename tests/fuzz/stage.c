/*
 * One scene of the module, on the disk.  Only what differs from the scene
 * before is made anew.
 */
#include <sys/stat.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "libapikey/apikey.h"
#include "libapikey/bytes.h"
#include "stage.h"

#define BEGINNING	"version = 1;\nid = \"%s\";\nuser = \"%s\";\n" \
	"hash = \"%s\";\n"
#define USAGE_SIZE	256
#define LARGE		(1 << 20)
#define REFUSED		"\b\n\r\177INCORRECT"

static const char *const hashes[] = {
	VECTOR_HASH, VECTOR_PEPPERED, VECTOR_ARGON2ID, VECTOR_OTHER_HASH,
};
static const int64_t steps[] = {
	0, 86400, -86400, INT64_C(31536000), INT64_C(-31536000),
	86400 * 89, -1, 1,
};

static const char *
item(struct fuzz *in)
{
	const char *text = fuzz_text(in);

	return strcmp(text, "-") == 0 ? NULL : text;
}

void
stage_read(struct stage *s, struct fuzz *in)
{
	*s = (struct stage){ .sound = true };
	s->store = (enum stage_store)(fuzz_byte(in) % STORES);
	s->state = (enum stage_state)(fuzz_byte(in) % STATES);
	s->replies[0] = (enum stage_reply)(fuzz_byte(in) % REPLIES);
	s->replies[1] = (enum stage_reply)(fuzz_byte(in) % REPLIES);
	s->stacked = (enum stage_reply)(fuzz_byte(in) % REPLIES);
	s->fault_part = fuzz_byte(in);
	s->fault_nth = fuzz_byte(in);
	s->flags = fuzz_byte(in);
	s->hash = hashes[fuzz_byte(in) % COUNT(hashes)];
	s->now_s = NOW_S + steps[fuzz_byte(in) % COUNT(steps)];
	s->phases = fuzz_text(in);
	s->options = fuzz_text(in);
	s->account_options = fuzz_text(in);
	s->user = item(in);
	s->service = item(in);
	s->rhost = item(in);
	s->tty = item(in);
	s->ruser = item(in);
	s->connection = item(in);
	s->bounds = fuzz_text(in);
	s->config = fuzz_text(in);
	s->text = fuzz_text(in);
}

static bool
holds(const char *text, const char *what)
{
	return text != NULL && strstr(text, what) != NULL;
}

/* What the administrator writes is quoted as it is.  Of what a stranger
 * says, a secret is cut out, but not all that only looks like a hash. */
static bool
is_tainted(const struct stage *s)
{
	const char *const written[] = {
		s->options, s->account_options, s->config, s->bounds,
	};
	const char *const said[] = {
		s->options, s->account_options, s->config, s->bounds, s->user,
		s->service, s->rhost, s->tty, s->ruser, s->connection,
		s->text,
	};
	static const char *const secrets[] = {
		VECTOR_SECRET, VECTOR_WRONG_SECRET, VECTOR_HASH_END,
		VECTOR_ARGON2ID_END, VECTOR_PEPPER, VECTOR_PEPPERED_END,
	};

	for (size_t i = 0; i < COUNT(written); i++)
		for (size_t j = 0; j < COUNT(secrets); j++)
			if (holds(written[i], secrets[j]))
				return true;
	for (size_t i = 0; i < COUNT(said); i++)
		if (holds(said[i], "Kx93") ||
		    holds(said[i], VECTOR_PEPPERED_END))
			return true;
	for (size_t i = 0; i < COUNT(said); i++)
		for (size_t j = 0; j < COUNT(secrets); j++)
			if (said[i] != NULL &&
			    fuzz_says_rest(said[i], secrets[j]))
				return true;
	return false;
}

static const char *print(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/* In a block of the input's. */
static const char *
print(const char *format, ...)
{
	char *text = NULL, *kept;
	va_list ap;
	int len;

	va_start(ap, format);
	len = vasprintf(&text, format, ap);
	va_end(ap);
	MUST(len >= 0);
	kept = fuzz_exact(text, (size_t)len + 1);
	free(text);
	return kept;
}

static void
mode(const char *name, mode_t bits)
{
	char path[FOLDER_PATH];

	folder_join(path, name);
	MUST(chmod(path, bits) == 0);
}

/* ---- The keystore --------------------------------------------------- */

static void
write_config(struct stage *s)
{
	s->config_text = print("keystore = \"%s/keys.d\";\n"
	    "state = \"%s/state\";\n%s%s", folder(), folder(),
	    (s->flags & 8) == 0 ? "" : print("pepper = \"%s/pepper\";\n",
	    folder()), s->config);
	folder_remove("apikey.conf");
	if (s->store != STORE_NO_CONFIG)
		folder_write_text("apikey.conf", s->config_text);
	if (s->store == STORE_WRITABLE_CONFIG)
		mode("apikey.conf", 0666);
	folder_remove("pepper");
	if (s->store != STORE_NO_PEPPER)
		folder_write_text("pepper", VECTOR_PEPPER "\n");
}

static void
write_large(const struct stage *s)
{
	char text[20000];
	size_t len = strlen(s->record_text);

	memset(text, '\n', sizeof(text));
	memcpy(text, s->record_text, len < sizeof(text) ? len : sizeof(text));
	folder_write(STAGE_RECORD, text, sizeof(text));
}

static void
write_record(struct stage *s)
{
	char path[FOLDER_PATH];

	s->record_text = s->store == STORE_RAW ? s->bounds :
	    print(BEGINNING "%s", VECTOR_ID, "alice", s->hash, s->bounds);
	s->has_record = s->store == STORE_GOOD ||
	    s->store == STORE_OTHER_TOO || s->store == STORE_RAW ||
	    s->store == STORE_NO_PEPPER;
	folder_join(path, STAGE_RECORD);
	if (s->store == STORE_MISSING)
		return;
	if (s->store == STORE_FOLDER)
		folder_make(STAGE_RECORD);
	else if (s->store == STORE_FIFO)
		MUST(mkfifo(path, 0600) == 0);
	else if (s->store == STORE_LARGE)
		write_large(s);
	else if (s->store == STORE_LINK) {
		folder_write_text("keys.d/target", s->record_text);
		MUST(symlink("target", path) == 0);
	} else
		folder_write(STAGE_RECORD, s->record_text,
		    strlen(s->record_text) + (s->store == STORE_NUL));
	if (s->store == STORE_WRITABLE)
		mode(STAGE_RECORD, 0622);
	if (s->store == STORE_OTHER_TOO)
		folder_write_text(STAGE_OTHER, print(BEGINNING
		    "rotated_from = \"" VECTOR_ID "\";\n", VECTOR_OTHER_ID,
		    "alice", VECTOR_OTHER_HASH));
}

static void
build_store(struct stage *s)
{
	folder_remove(STAGE_RECORD);
	folder_remove(STAGE_OTHER);
	write_config(s);
	write_record(s);
	if (s->store == STORE_SHARED)
		mode("keys.d", 0777);
	if (s->store == STORE_NO_KEYS)
		folder_remove("keys.d");
}

/* ---- The state ------------------------------------------------------ */

/* A key that was used a few times before. */
static void
write_usage(void)
{
	unsigned char bytes[USAGE_SIZE] = "apikuse\n\1";

	ak_put64(bytes + 16, 3);
	for (size_t i = 24; i < 40; i += 8)
		ak_put64(bytes + i, NOW_S - 60);
	ak_put64(bytes + 48, APIKEY_TIME_NONE);
	ak_put32(bytes + 252, fuzz_crc32(bytes, 252));
	folder_make("state/usage");
	folder_write("state/usage/" VECTOR_ID, bytes, sizeof(bytes));
}

static void
build_state(const struct stage *s)
{
	switch (s->state) {
	case STATE_MISSING:
		folder_remove("state");
		break;
	case STATE_USAGE:
		write_usage();
		break;
	case STATE_BAD_USAGE:
		folder_make("state/usage");
		folder_write_text("state/usage/" VECTOR_ID, "bad");
		break;
	case STATE_BAD_THROTTLE:
		folder_write_text("state/throttle", "bad");
		break;
	case STATE_BAD_COUNTERS:
		folder_write_text("state/counters", "bad");
		break;
	case STATE_SHARED:
		mode("state", 0777);
		break;
	case STATE_USAGE_FOLDER:
		folder_make("state/usage");
		folder_make("state/usage/" VECTOR_ID);
		break;
	case STATE_GOOD:
	case STATES:
		break;
	}
}

/* Anew, if the scene before has left anything out of order. */
static void
build_folders(void)
{
	char path[FOLDER_PATH];

	folder_remove("state/usage/" VECTOR_ID);
	folder_remove("state/usage/" VECTOR_OTHER_ID);
	folder_join(path, "state/usage");
	(void)rmdir(path);
	folder_remove("state/throttle");
	folder_remove("state/counters");
	folder_remove("keys.d/target");
	folder_join(path, "state");
	(void)mkdir(path, 0700);
	mode("state", 0700);
	folder_join(path, "keys.d");
	(void)mkdir(path, 0700);
	mode("keys.d", 0700);
}

void
stage_build(struct stage *s)
{
	build_folders();
	build_store(s);
	build_state(s);
	s->tainted = is_tainted(s);
	s->sound = (s->store <= STORE_OTHER_TOO || s->store == STORE_RAW) &&
	    (s->state == STATE_GOOD || s->state == STATE_USAGE);
}

void
stage_revoke(struct stage *s)
{
	if (!s->has_record)
		return;
	s->record_text = print("%s\nrevoked = "
	    "{ at = \"2026-11-24T00:00:00Z\"; };\n", s->record_text);
	folder_write_text(STAGE_RECORD, s->record_text);
}

void
stage_remove(struct stage *s)
{
	folder_remove(STAGE_RECORD);
	s->has_record = false;
}

/* ---- What is said --------------------------------------------------- */

/* A text over and over, cut to a length: in a block that is there already,
 * as these are long. */
static const char *
repeated(const char *text, char *block, size_t len)
{
	const size_t period = strlen(text);

	if (block[len - 1] == '\0')
		for (size_t i = 0; i < len; i++)
			block[i] = text[i % period];
	return block;
}

const char *
stage_reply_text(const struct stage *s, enum stage_reply reply)
{
	static char large[LARGE + 1], refused[LARGE + 1];
	const char *text;
	char *block;

	switch (reply) {
	case REPLY_TEXT:
		text = print("%s%s", s->text, STAGE_CANARY);
		break;
	case REPLY_RAW:
		text = s->text;
		break;
	case REPLY_GOOD:
		text = VECTOR_TOKEN;
		break;
	case REPLY_WRONG:
		text = VECTOR_WRONG;
		break;
	case REPLY_UNKNOWN:
		text = VECTOR_UNKNOWN;
		break;
	case REPLY_BEHIND:
		text = print("%s%s", s->text, VECTOR_TOKEN);
		break;
	case REPLY_BEFORE:
		text = print("%s%s", VECTOR_TOKEN, s->text);
		break;
	case REPLY_EMPTY:
		text = "";
		break;
	case REPLY_LARGE:
		return repeated("a" STAGE_CANARY, large, LARGE);
	case REPLY_LARGE_REFUSED:
		return repeated(REFUSED, refused, LARGE);
	case REPLY_REFUSED:
		block = fuzz_block(strlen(s->text) + 2);
		memset(block, 0, strlen(s->text) + 2);
		return repeated(REFUSED, block, strlen(s->text) + 1);
	case REPLY_NULL:
	case REPLY_NONE:
	case REPLY_FAILS:
	case REPLY_AGAIN:
	case REPLY_NO_MEMORY:
	case REPLIES:
	default:
		return NULL;
	}
	return fuzz_exact(text, strlen(text) + 1);
}

int
stage_words(const char *line, bool with_config, const char *ret[STAGE_WORDS])
{
	char *copy = fuzz_exact(line, strlen(line) + 1), *word;
	int count = 0;

	if (with_config)
		ret[count++] = print("config=%s/apikey.conf", folder());
	while ((word = strsep(&copy, " ")) != NULL && count < STAGE_WORDS)
		if (*word != '\0')
			ret[count++] = word;
	return count;
}
