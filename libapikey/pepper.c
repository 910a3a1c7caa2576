/*
 * The file of the pepper.
 */
#include <stdlib.h>
#include <string.h>

#include "fileio.h"
#include "mem.h"
#include "pepper.h"

#define DIGITS		(2 * AK_PEPPER_LEN)
#define TEXT_MAX	(DIGITS + 1)

static int
malformed(const char *path, struct ak_fault *fault)
{
	return ak_fail(fault, APIKEY_ERR_BAD_CONFIG, "%s: must hold %d "
	    "hexadecimal digits and a newline, and nothing else", path,
	    DIGITS);
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
decode(const char *text, size_t len, unsigned char ret[AK_PEPPER_LEN])
{
	int high, low;

	if (len == DIGITS + 1 && text[DIGITS] == '\n')
		len--;
	if (len != DIGITS)
		return false;
	for (size_t i = 0; i < AK_PEPPER_LEN; i++) {
		high = digit(text[2 * i]);
		low = digit(text[2 * i + 1]);
		if (high == -1 || low == -1)
			return false;
		ret[i] = (unsigned char)(high * 16 + low);
	}
	return true;
}

static void
encode(const unsigned char key[AK_PEPPER_LEN], char ret[TEXT_MAX])
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < AK_PEPPER_LEN; i++) {
		ret[2 * i] = hex[key[i] >> 4];
		ret[2 * i + 1] = hex[key[i] & 15];
	}
	ret[DIGITS] = '\n';
}

/* The caller frees.  NOT_FOUND: so is the folder, perhaps. */
static int
read_file(const char *path, char **ret_text, size_t *ret_len,
    struct stat *ret_st, struct ak_fault *fault)
{
	struct ak_dir dir = AK_DIR_CLOSED;
	const char *name = NULL;
	int code;

	code = ak_dir_open_of(&dir, path, &name, fault);
	if (code != APIKEY_OK)
		return code;
	code = ak_file_read(&dir, name, TEXT_MAX, APIKEY_ERR_BAD_CONFIG,
	    ret_text, ret_len, ret_st, fault);
	ak_dir_close(&dir);
	return code == APIKEY_ERR_BAD_CONFIG ? malformed(path, fault) : code;
}

int
ak_pepper_parse(const char *text, size_t len, const char *path,
    struct ak_pepper *ret, struct ak_fault *fault)
{
	unsigned char key[AK_PEPPER_LEN];
	int code = APIKEY_OK;

	if (decode(text, len, key))
		ak_pepper_set(ret, key);
	else
		code = malformed(path, fault);
	ak_wipe(key, sizeof(key));
	return code;
}

int
ak_pepper_load(const char *path, struct ak_pepper *ret,
    struct ak_fault *fault)
{
	char *text = NULL;
	struct stat st;
	size_t len = 0;
	int code;

	code = read_file(path, &text, &len, &st, fault);
	if (code == APIKEY_ERR_NOT_FOUND)
		code = ak_fail(fault, APIKEY_ERR_UNAVAILABLE, "%s: does not "
		    "exist; restore it from your backup, or, if no key needs "
		    "it, make one with 'apikeyctl pepper init'", path);
	else if (code == APIKEY_OK && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		code = ak_fail(fault, APIKEY_ERR_INSECURE_STORE,
		    "%s: can be read by others; chmod 600 it", path);
	else if (code == APIKEY_OK)
		code = ak_pepper_parse(text, len, path, ret, fault);
	if (text != NULL)
		ak_wipe(text, len);
	free(text);
	return code;
}

/* Under the lock of its folder, since others may do the same. */
static int
write_file(const struct ak_dir *dir, const char *name,
    const unsigned char key[AK_PEPPER_LEN], struct ak_fault *fault)
{
	char text[TEXT_MAX];
	int code, lock;

	if ((code = ak_dir_lock(dir, &lock, fault)) != APIKEY_OK)
		return code;
	encode(key, text);
	code = ak_file_replace(dir, name, text, sizeof(text), true, fault);
	ak_wipe(text, sizeof(text));
	ak_dir_unlock(lock);
	return code;
}

int
ak_pepper_create(const char *path, struct ak_pepper *ret,
    struct ak_fault *fault)
{
	struct ak_dir dir = AK_DIR_CLOSED;
	unsigned char key[AK_PEPPER_LEN];
	const char *name = NULL;
	int code;

	code = ak_dir_open_of(&dir, path, &name, fault);
	if (code == APIKEY_ERR_NOT_FOUND)
		return ak_fail(fault, APIKEY_ERR_UNAVAILABLE,
		    "%s: there is no such folder to make it in; make that "
		    "first", path);
	if (code != APIKEY_OK)
		return code;
	ak_random(key, sizeof(key));
	code = write_file(&dir, name, key, fault);
	if (code == APIKEY_OK)
		ak_pepper_set(ret, key);
	ak_wipe(key, sizeof(key));
	ak_dir_close(&dir);
	return code;
}
