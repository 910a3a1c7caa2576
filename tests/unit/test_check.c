/*
 * Files before they are used: paths, configurations, records, hashes,
 * peppers and counts.
 */
#include "hashes.h"

#include "usage.h"

#define NOW	INT64_C(1800000000)
#define RECORD	"version = 1;\nid = \"" TOKEN_ID "\";\nuser = \"deploy\";\n"
#define HASH(hash)	"hash = \"" hash "\";\n"

/* The root is the temporary folder: what is above it does not matter. */
static void
paths(void **state)
{
	static const struct {
		const char	*path;
		int		 is_folder, code;
		const char	*message;
	} rows[] = {
		{ "/good", 1, APIKEY_OK, "" },
		{ "/good/file", 0, APIKEY_OK, "" },
		{ "/", 1, APIKEY_OK, "" },
		{ "/good/none", 0, APIKEY_ERR_NOT_FOUND,
		    "/good/none: No such file or directory" },
		{ "/none", 1, APIKEY_ERR_NOT_FOUND,
		    "/none: No such file or directory" },
		{ "/good/open", 0, APIKEY_ERR_INSECURE_STORE,
		    "/good/open: is writable by its group; chmod go-w it" },
		{ "/bad", 1, APIKEY_ERR_INSECURE_STORE,
		    "/bad: is writable by everybody; chmod go-w it" },
		{ "/bad/file", 0, APIKEY_ERR_INSECURE_STORE,
		    "/bad: is writable by everybody; chmod go-w it" },
		{ "/link/file", 0, APIKEY_ERR_INSECURE_STORE,
		    "/link: is not a folder, or is a symbolic link to one" },
		{ "/good/link", 0, APIKEY_ERR_INSECURE_STORE,
		    "/good/link: is a symbolic link, which is never "
		    "followed" },
		{ "/good", 0, APIKEY_ERR_INSECURE_STORE,
		    "//good: is not a regular file" },
		{ "/good/file", 1, APIKEY_ERR_INSECURE_STORE,
		    "/good/file: is not a folder, or is a symbolic link to "
		    "one" },
		{ "good/file", 0, APIKEY_ERR_BAD_CONFIG,
		    "good/file: is not an absolute path to a file" },
		{ "/good/../good", 1, APIKEY_ERR_BAD_CONFIG,
		    "/good/../good: a path must not go through .." },
	};
	char root[PATH_SIZE], link[PATH_SIZE], message[APIKEY_MESSAGE_SIZE];
	size_t before;

	(void)state;
	tmp_make(root);
	tmp_mkdir(root, "good");
	tmp_mkdir(root, "bad");
	tmp_write(root, "good/file", "");
	tmp_write(root, "bad/file", "");
	tmp_write(root, "good/open", "");
	tmp_chmod(root, "good/open", 0620);
	tmp_chmod(root, "bad", 0777);
	tmp_join(link, root, "link");
	assert_int_equal(symlink("good", link), 0);
	tmp_join(link, root, "good/link");
	assert_int_equal(symlink("file", link), 0);
	before = fd_count();
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(apikey_check_path(root, rows[i].path,
		    rows[i].is_folder, message), rows[i].code);
		assert_string_equal(message, rows[i].message);
	}
	/* The root itself is judged, too. */
	tmp_chmod(root, ".", 0770);
	assert_int_equal(apikey_check_path(root, "/good/file", 0, message),
	    APIKEY_ERR_INSECURE_STORE);
	assert_string_equal(message,
	    "/: is writable by its group; chmod go-w it");
	assert_int_equal(apikey_check_path(NULL, "/proc/none-such", 0,
	    message), APIKEY_ERR_NOT_FOUND);
	assert_int_equal(fd_count(), before);
	tmp_remove(root);
}

struct told {
	char	text[2048];
	size_t	len;
};

static void
tell(void *arg, const char *name, const char *value)
{
	struct told *told = arg;

	told->len += (size_t)snprintf(told->text + told->len,
	    sizeof(told->text) - told->len, "%s=%s\n", name, value);
	assert_true(told->len < sizeof(told->text));
}

static void
configs(void **state)
{
	static const char text[] = "keystore = \"/k\";\npepper = \"/p\";\n"
	    "issue = { max_ttl = \"never\"; services = [ \"a\", \"b\" ]; };\n"
	    "limits = { failures = \"5/1h:9\"; };\n";
	char message[APIKEY_MESSAGE_SIZE];
	struct told told = { .len = 0 };

	(void)state;
	assert_int_equal(apikey_check_config(LITERAL(text), "x", tell, &told,
	    message), APIKEY_OK);
	assert_string_equal(message, "");
	assert_string_equal(told.text, "keystore=/k\nstate=" APIKEY_STATE "\n"
	    "pepper=/p\nhash=blake2b\nargon2id.memory=19456\n"
	    "argon2id.passes=2\nargon2id.max_memory=65536\n"
	    "argon2id.max_passes=8\nissue.ttl=7776000s\nissue.max_ttl=never\n"
	    "issue.services=a\nissue.services=b\nissue.overlap=604800s\n"
	    "limits.key=300/1m\nlimits.failures=5/1h:9\n"
	    "expiry_warning=1209600s\nlocal_services=sudo\n"
	    "local_services=sudo-i\nlocal_services=su\nlocal_services=su-l\n"
	    "local_services=login\ncleartext_services=login\n"
	    "cleartext_services=remote\ncleartext_services=telnet\n"
	    "cleartext_services=rlogin\ncleartext_services=rsh\n"
	    "cleartext_services=rexec\ncleartext_services=ftp\n"
	    "cleartext_services=vsftpd\ncleartext_services=proftpd\n"
	    "cleartext_services=pure-ftpd\naudit.facility=authpriv\n"
	    "audit.format=logfmt\n");
	told.len = 0;
	assert_int_equal(apikey_check_config(LITERAL("\nstate = 1;\n"),
	    "/etc/x", tell, &told, message), APIKEY_ERR_BAD_CONFIG);
	assert_string_equal(message, "/etc/x:2: state must be a text in "
	    "quotes: an absolute path");
	assert_int_equal(told.len, 0);
	assert_int_equal(apikey_check_config("a\0b", 3, "x", tell, &told,
	    message), APIKEY_ERR_BAD_CONFIG);
}

static void
records(void **state)
{
	static const char text[] = RECORD HASH(TOKEN_HASH)
	    "expires = \"2027-01-15T08:00:00Z\";\nmax_uses = 2L;\n";
	char message[APIKEY_MESSAGE_SIZE], *large;
	apikey_key *key = NULL;

	(void)state;
	assert_int_equal(apikey_check_record(LITERAL(text), "x", TOKEN_ID,
	    NOW - 1, &key, message), APIKEY_OK);
	assert_string_equal(message, "");
	assert_string_equal(apikey_key_user(key), "deploy");
	assert_int_equal(apikey_key_uses(key), -1);
	assert_int_equal(apikey_key_ended(key), APIKEY_TIME_NONE);
	apikey_key_free(key);
	/* It has ended at this time; and any id will do. */
	assert_int_equal(apikey_check_record(LITERAL(text), "x", NULL,
	    NOW, &key, message), APIKEY_OK);
	assert_int_equal(apikey_key_status(key), APIKEY_STATUS_EXPIRED);
	apikey_key_free(key);
	key = NULL;
	assert_int_equal(apikey_check_record(LITERAL(text), "x",
	    "0000000000", NOW, &key, message), APIKEY_ERR_CORRUPT_RECORD);
	assert_string_equal(message, "x: holds the id 7k2m9q4t8w; the file "
	    "must be named by its id");
	assert_int_equal(apikey_check_record(LITERAL(RECORD "color = 1;\n"),
	    "x", NULL, NOW, &key, message), APIKEY_ERR_CORRUPT_RECORD);
	assert_string_equal(message, "x:4: unknown setting \"color\"");
	large = malloc(20001);
	assert_non_null(large);
	memset(large, '\n', 20000);
	memcpy(large, text, sizeof(text) - 1);
	large[20000] = '\0';
	assert_int_equal(apikey_check_record(large, 20000, "x", NULL, NOW,
	    &key, message), APIKEY_ERR_CORRUPT_RECORD);
	assert_string_equal(message, "x: is larger than 16384 bytes");
	free(large);
	assert_null(key);
}

static void
hashes_of_records(void **state)
{
	static const struct {
		const char	*hash, *pepper;
		int64_t		 memory, passes;
		int		 code;
	} rows[] = {
		{ RECORD HASH(TOKEN_HASH), "", 1, 1, APIKEY_OK },
		{ RECORD HASH(TOKEN_HASH), PEPPER_ID, 1, 1, APIKEY_OK },
		{ RECORD HASH(TOKEN_HASH_P), PEPPER_ID, 1, 1, APIKEY_OK },
		{ RECORD HASH(TOKEN_HASH_P), "", 1, 1,
		    APIKEY_ERR_UNAVAILABLE },
		{ RECORD HASH(TOKEN_HASH_P), "cb2f5161", 1, 1,
		    APIKEY_ERR_UNAVAILABLE },
		{ RECORD HASH(TOKEN_HASH_A3), "", 64, 3, APIKEY_OK },
		{ RECORD HASH(TOKEN_HASH_A3), "", 63, 3,
		    APIKEY_ERR_UNAVAILABLE },
		{ RECORD HASH(TOKEN_HASH_A3), "", 64, 2,
		    APIKEY_ERR_UNAVAILABLE },
	};
	char message[APIKEY_MESSAGE_SIZE];
	apikey_key *key = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(apikey_check_record(rows[i].hash,
		    strlen(rows[i].hash), "x", NULL, NOW, &key, message), 0);
		assert_int_equal(apikey_check_hash(key, rows[i].pepper,
		    rows[i].memory, rows[i].passes, message), rows[i].code);
		assert_int_equal(*message == '\0', rows[i].code == 0);
		apikey_key_free(key);
	}
}

#define DIGITS	"000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f"

static void
peppers_and_counts(void **state)
{
	char id[APIKEY_PEPPER_ID_SIZE] = "", message[APIKEY_MESSAGE_SIZE];
	char folder[PATH_SIZE], path[PATH_SIZE], bytes[AK_USAGE_SIZE + 1] = "";
	struct ak_dir dir = AK_DIR_CLOSED;
	FILE *f;

	(void)state;
	assert_int_equal(apikey_check_pepper(LITERAL(DIGITS "\n"), "x", id,
	    message), APIKEY_OK);
	assert_string_equal(id, PEPPER_ID);
	assert_int_equal(apikey_check_pepper(LITERAL(DIGITS "0"), "x", id,
	    message), APIKEY_ERR_BAD_CONFIG);
	assert_string_equal(message, "x: must hold 64 hexadecimal digits and "
	    "a newline, and nothing else");
	tmp_make(folder);
	assert_int_equal(ak_dir_open(&dir, folder, NULL), APIKEY_OK);
	assert_int_equal(ak_usage_create(&dir, TOKEN_ID, NULL), APIKEY_OK);
	ak_dir_close(&dir);
	tmp_join(path, folder, TOKEN_ID);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, sizeof(bytes), f), AK_USAGE_SIZE);
	(void)fclose(f);
	tmp_remove(folder);
	assert_int_equal(apikey_check_usage(bytes, AK_USAGE_SIZE, "x",
	    message), APIKEY_OK);
	assert_string_equal(message, "");
	assert_int_equal(apikey_check_usage(bytes, AK_USAGE_SIZE + 1, "x",
	    message), APIKEY_ERR_CORRUPT_RECORD);
	assert_string_equal(message, "x: is no record of a key's usage");
	bytes[20] ^= 1;
	assert_int_equal(apikey_check_usage(bytes, AK_USAGE_SIZE, "x",
	    message), APIKEY_ERR_CORRUPT_RECORD);
	assert_int_equal(apikey_check_usage("", 0, "x", message),
	    APIKEY_ERR_CORRUPT_RECORD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(configs),
		cmocka_unit_test(records),
		cmocka_unit_test(hashes_of_records),
		cmocka_unit_test(peppers_and_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
