/*
 * The file of the pepper: what is taken for one and what is refused.
 */
#include "peppers.h"

#define UPPER	"9A7F03C6E15DB24880FE6D1CA35B79E2" \
	"41D8B60F2C973AE5170D84CB6F92E35A"
#define MIXED	"9A7f03c6E15db24880fe6d1ca35b79e2" \
	"41d8b60f2c973ae5170d84cb6f92e35A"

#define MALFORMED	": must hold 64 hexadecimal digits and a newline, " \
	"and nothing else"
#define MISSING	": does not exist; restore it from your backup, or, if no " \
	"key needs it, make one with 'apikeyctl pepper init'"

static void
good_files(void **state)
{
	static const char *const rows[] = {
		DIGITS "\n", DIGITS, UPPER "\n", UPPER,
		MIXED "\n",
	};
	static const unsigned char key[AK_PEPPER_LEN] = {
		0x9a, 0x7f, 0x03, 0xc6, 0xe1, 0x5d, 0xb2, 0x48,
		0x80, 0xfe, 0x6d, 0x1c, 0xa3, 0x5b, 0x79, 0xe2,
		0x41, 0xd8, 0xb6, 0x0f, 0x2c, 0x97, 0x3a, 0xe5,
		0x17, 0x0d, 0x84, 0xcb, 0x6f, 0x92, 0xe3, 0x5a,
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		tmp_write(f->folder, "pepper", rows[i]);
		assert_int_equal(load(f), APIKEY_OK);
		assert_true(f->pepper.is_set);
		assert_memory_equal(f->pepper.key, key, sizeof(key));
		assert_string_equal(f->pepper.id, "06668966");
		assert_string_equal(f->fault.text, "");
	}
	/* Every digit has its value. */
	tmp_write(f->folder, "pepper", "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191A1B1C1D1E1F\n");
	assert_int_equal(load(f), APIKEY_OK);
	for (unsigned i = 0; i < AK_PEPPER_LEN; i++)
		assert_int_equal(f->pepper.key[i], i);
	assert_string_equal(f->pepper.id, "cb2f5160");
}

static void
malformed_files(void **state)
{
#define ROW(text)	{ text, sizeof(text) - 1 }
	static const struct {
		const char	*text;
		size_t		 len;
	} rows[] = {
		ROW(""), ROW("\n"), ROW("9"), ROW("9a7f\n"),
		ROW(DIGITS "\n\n"), ROW(DIGITS "\r\n"), ROW(DIGITS " \n"),
		ROW(DIGITS " "), ROW(DIGITS "\0"), ROW(DIGITS "\n\0"),
		ROW(DIGITS "0"), ROW(DIGITS "0\n"), ROW(DIGITS "00\n"),
		ROW("\n" DIGITS), ROW(" " DIGITS "\n"), ROW(DIGITS DIGITS),
		ROW(DIGITS "\n" DIGITS "\n"), ROW("\xef\xbb\xbf" DIGITS),
		ROW("0x9a7f03c6e15db24880fe6d1ca35b79e2"
		    "41d8b60f2c973ae5170d84cb6f92e3\n"),
		ROW("9a7f03c6e15db24880fe6d1ca35b79e2"
		    "41d8b60f2c973ae5170d84cb6f92e35\n"),
		ROW("9a7f03c6e15db24880fe6d1ca35b79e2"
		    "41d8b60f2c973ae5170d84cb6f92e35"),
		ROW("pepper = \"9a7f03c6e15db24880fe6d1ca35b79e2"
		    "41d8b60f2c973ae5170d84\";\n"),
	};
#undef ROW
	static const char bad[] = "g@G/:`{ \n\t\xff-.xZ";
	struct fixture *f = *state;
	char text[] = DIGITS "\n";

	for (size_t i = 0; i < COUNT(rows); i++) {
		tmp_write_len(f->folder, "pepper", rows[i].text, rows[i].len);
		refused(f, load(f), APIKEY_ERR_BAD_CONFIG, MALFORMED);
	}
	for (size_t i = 0; i < strlen(DIGITS); i++) {
		text[i] = bad[i % sizeof(bad)];		/* its NUL, too */
		tmp_write_len(f->folder, "pepper", text, sizeof(text) - 1);
		refused(f, load(f), APIKEY_ERR_BAD_CONFIG, MALFORMED);
		text[i] = DIGITS[i];
	}
}

/* However large it is, it is read no further. */
static void
a_large_file(void **state)
{
	struct fixture *f = *state;

	tmp_write(f->folder, "pepper", DIGITS "\n");
	assert_int_equal(truncate(f->path, INT64_C(1) << 40), 0);
	refused(f, load(f), APIKEY_ERR_BAD_CONFIG, MALFORMED);
}

static void
others_may_not_read_it(void **state)
{
	static const char read[] = ": can be read by others; chmod 600 it";
	static const char group[] =
	    ": is writable by its group; chmod go-w it";
	static const char all[] = ": is writable by everybody; chmod go-w it";
	static const struct {
		mode_t		 mode;
		const char	*why;	/* NULL: taken */
	} rows[] = {
		{ 0400, NULL }, { 0600, NULL }, { 0700, NULL },
		{ 0644, read }, { 0640, read }, { 0604, read },
		{ 0440, read }, { 0404, read }, { 0610, read },
		{ 0601, read }, { 0660, group }, { 0620, group },
		{ 0602, all }, { 0666, all }, { 0777, all },
	};
	struct fixture *f = *state;

	tmp_write(f->folder, "pepper", DIGITS "\n");
	for (size_t i = 0; i < COUNT(rows); i++) {
		tmp_chmod(f->folder, "pepper", rows[i].mode);
		if (rows[i].why == NULL)
			assert_int_equal(load(f), APIKEY_OK);
		else
			refused(f, load(f), APIKEY_ERR_INSECURE_STORE,
			    rows[i].why);
	}
	/* Its mode is told before its contents are. */
	tmp_write(f->folder, "pepper", "garbage");
	tmp_chmod(f->folder, "pepper", 0644);
	refused(f, load(f), APIKEY_ERR_INSECURE_STORE, read);
}

static void
no_regular_file(void **state)
{
	static const char why[] = ": is not a regular file";
	struct fixture *f = *state;

	tmp_write(f->folder, "real", DIGITS "\n");
	assert_int_equal(symlink("real", f->path), 0);
	refused(f, load(f), APIKEY_ERR_INSECURE_STORE,
	    ": is a symbolic link, which is never followed");
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	refused(f, load(f), APIKEY_ERR_INSECURE_STORE, why);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkdir(f->path, 0700), 0);
	refused(f, load(f), APIKEY_ERR_INSECURE_STORE, why);
}

static void
foreign_owner(void **state)
{
	struct fixture *f = *state;

	if (geteuid() != 0)
		skip();
	tmp_write(f->folder, "pepper", DIGITS "\n");
	assert_int_equal(chown(f->path, 65534, 0), 0);
	refused(f, load(f), APIKEY_ERR_INSECURE_STORE,
	    ": belongs to uid 65534; chown root it");
}

/* No folder is the same as no file. */
static void
missing(void **state)
{
	struct fixture *f = *state;

	refused(f, load(f), APIKEY_ERR_UNAVAILABLE, MISSING);
	assert_int_equal(ak_pepper_load(f->path, &f->pepper, NULL),
	    APIKEY_ERR_UNAVAILABLE);
	tmp_join(f->path, f->folder, "nowhere/pepper");
	refused(f, load(f), APIKEY_ERR_UNAVAILABLE, MISSING);
}

static void
bad_paths(void **state)
{
	static const char *const paths[] = { "", "pepper", "./pepper",
	    "/etc/", "/etc/../etc/pepper" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(paths); i++) {
		assert_int_equal(ak_pepper_load(paths[i], &f->pepper,
		    &f->fault), APIKEY_ERR_BAD_CONFIG);
		assert_false(f->pepper.is_set);
	}
}


static void
load_it(void *arg)
{
	struct fixture *f = arg;

	(void)load(f);
	ak_wipe(&f->pepper, sizeof(f->pepper));
}

/* Neither the key nor its digits, taken or refused. */
static void
nothing_is_left(void **state)
{
	static const char *const rows[] = {
		DIGITS "\n", DIGITS "\nx", DIGITS "x", "x" DIGITS,
		"xa7f03c6e15db24880fe6d1ca35b79e2" HALF2 "\n",
		HALF1 "41d8b60f2c973ae5170d84cb6f92e35x\n",
	};
	struct fixture *f = *state;
	unsigned char hidden[AK_PEPPER_LEN];
	unsigned char *kept;

	if (TRACES_UNREADABLE)
		skip();
	tmp_write(f->folder, "pepper", rows[0]);
	assert_int_equal(load(f), APIKEY_OK);
	traces_hide(f->pepper.key, sizeof(hidden));
	memcpy(hidden, f->pepper.key, sizeof(hidden));
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		tmp_write(f->folder, "pepper", rows[i / 2]);
		tmp_chmod(f->folder, "pepper", i % 2 == 0 ? 0600 : 0644);
		traces_run(load_it, f);
		no_trace(hidden);
	}
	/* What is kept is found. */
	kept = (unsigned char *)exact_copy((char *)hidden, sizeof(hidden));
	traces_hide(kept, sizeof(hidden));
	assert_int_equal(traces_left(hidden, sizeof(hidden)), 1);
	ak_wipe(kept, sizeof(hidden));
	free(kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PEPPER_TEST(good_files), PEPPER_TEST(malformed_files),
		PEPPER_TEST(a_large_file),
		PEPPER_TEST(others_may_not_read_it),
		PEPPER_TEST(no_regular_file), PEPPER_TEST(foreign_owner),
		PEPPER_TEST(missing), PEPPER_TEST(bad_paths),
		PEPPER_TEST(nothing_is_left),
	};

	if (ak_mem_init() != APIKEY_OK)
		return 1;
	return cmocka_run_group_tests_name("pepper", tests, NULL, NULL);
}
