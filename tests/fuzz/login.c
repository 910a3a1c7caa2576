/*
 * What should be said of a login.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "folder.h"
#include "host.h"
#include "libapikey/bytes.h"
#include "libapikey/config.h"
#include "libapikey/record.h"
#include "libpam.h"
#include "login.h"
#include "pam_apikey/reply.h"

static bool
is_address(const char *text, size_t len)
{
	unsigned char bytes[16];
	char plain[128];

	if (len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	plain[strcspn(plain, "%")] = '\0';
	return inet_pton(AF_INET, plain, bytes) == 1 ||
	    inet_pton(AF_INET6, plain, bytes) == 1;
}

/* The address of a login, or the name where none is known. */
static const char *
source(const struct login *login)
{
	static char first[128];
	const char *rhost = libpam_item(login->pamh, PAM_RHOST);
	const char *service = libpam_item(login->pamh, PAM_SERVICE);
	const char *ssh = libpam_env(login->pamh, "SSH_CONNECTION");
	size_t len;

	if (rhost == NULL || *rhost == '\0')
		return NULL;
	if (is_address(rhost, strlen(rhost)) || service == NULL ||
	    strcmp(service, "sshd") != 0 || ssh == NULL)
		return rhost;
	len = strcspn(ssh, " ");
	if (len >= sizeof(first) || !is_address(ssh, len))
		return rhost;
	(void)snprintf(first, sizeof(first), "%.*s", (int)len, ssh);
	return first;
}

void
login_ask(const struct login *login, const struct pamak_options *o,
    struct opinion *ret)
{
	const struct ask ask = {
		.now_s = host_now() / NS,
		.user = libpam_item(login->pamh, PAM_USER),
		.service = libpam_item(login->pamh, PAM_SERVICE),
		.source = source(login), .scopes = o->scopes,
		.scope_count = o->scope_count, .host = HOST_NAME,
		.used_successor = login->used_other && login->stage.sound &&
		    !host_failed() ? VECTOR_OTHER_ID : NULL,
	};

	MUST(ask.user != NULL && *ask.user != '\0');
	oracle(login->stage.record_text, login->stage.config_text, &ask, ret);
}

bool
login_parses(const struct login *login)
{
	struct ak_fault fault = { APIKEY_OK, "" };
	const char *config_text = login->stage.config_text;
	const char *record_text = login->stage.record_text;
	struct ak_config config;
	struct ak_record record;
	bool both;

	both = ak_config_parse(config_text, strlen(config_text), "f", &config,
	    &fault) == APIKEY_OK;
	both = ak_record_parse(record_text, strlen(record_text), "f", &record,
	    &fault) == APIKEY_OK && both;
	ak_config_clear(&config);
	ak_record_clear(&record);
	return both;
}

static bool
fits(const char *hash)
{
	return strcmp(hash, VECTOR_HASH) == 0 ||
	    strcmp(hash, VECTOR_PEPPERED) == 0 ||
	    strcmp(hash, VECTOR_ARGON2ID) == 0;
}

/* A pepper that is needed is there. */
static bool
has_pepper(const struct login *login, const char *hash)
{
	return strcmp(hash, VECTOR_PEPPERED) != 0 ||
	    (login->stage.flags & 8) != 0;
}

static bool
is_member(const struct login *login, const struct pamak_options *o)
{
	const char *user = libpam_item(login->pamh, PAM_USER);

	return o->group == NULL || (user != NULL && *o->group != '\0' &&
	    accounts_member(user, o->group));
}

static const char *
reply_used(const struct login *login, const struct pamak_options *o,
    const char *stacked)
{
	if (login->asked)
		return login->reply;
	return o->use_first_pass || o->try_first_pass ? stacked : NULL;
}

void
login_check_ignored(const struct login *login, const struct pamak_options *o,
    const char *stacked)
{
	const char *reply = reply_used(login, o, stacked);

	if (!is_member(login, o))
		return;
	MUST(o->mixed && reply != NULL && !pamak_reply_key_like(reply));
	if (login->asked)
		MUST(libpam_item(login->pamh, PAM_AUTHTOK) != NULL &&
		    strcmp(libpam_item(login->pamh, PAM_AUTHTOK), reply) == 0);
}

static int64_t
uses_on_disk(void)
{
	unsigned char bytes[256];

	return folder_read("state/usage/" VECTOR_ID, bytes, sizeof(bytes)) ==
	    (ssize_t)sizeof(bytes) ? ak_get64(bytes + 16) : -1;
}

void
login_check_granted(struct login *login, const struct pamak_options *o,
    const char *stacked)
{
	const char *reply = reply_used(login, o, stacked);
	const char *id = libpam_env(login->pamh, "APIKEY_ID");
	struct opinion opinion;

	MUST(o->complaint == NULL && is_member(login, o) && reply != NULL);
	MUST(id != NULL);
	MUST(libpam_item(login->pamh, PAM_AUTHTOK) == NULL);
	(void)snprintf(login->id, sizeof(login->id), "%s", id);
	login->granted = true;
	if (login->stage.store == STORE_OTHER_TOO &&
	    strcmp(reply, VECTOR_UNKNOWN) == 0) {
		MUST(strcmp(id, VECTOR_OTHER_ID) == 0);
		login->used_other = true;
		return;
	}
	MUST(strcmp(reply, VECTOR_TOKEN) == 0 && strcmp(id, VECTOR_ID) == 0);
	MUST(login->stage.has_record && login_parses(login));
	login_ask(login, o, &opinion);
	MUST(opinion.parsed && opinion.within && fits(opinion.hash) &&
	    strcmp(opinion.id, VECTOR_ID) == 0);
	login->grants++;
	if (opinion.max_uses != 0)
		MUST(login->stage.state == STATE_USAGE &&
		    opinion.max_uses >= 3 + login->grants &&
		    uses_on_disk() == 3 + login->grants);
}

bool
login_has_read(const struct login *login, const struct pamak_options *o,
    const char *stacked)
{
	const char *user = libpam_item(login->pamh, PAM_USER);

	return !host_failed() && o->complaint == NULL && is_member(login, o) &&
	    user != NULL && *user != '\0' &&
	    reply_used(login, o, stacked) != NULL;
}

bool
login_must_grant(const struct login *login, const struct pamak_options *o,
    const char *stacked)
{
	const char *user = libpam_item(login->pamh, PAM_USER);
	const char *reply = reply_used(login, o, stacked);
	struct opinion opinion;

	if (!login->first || !login->stage.sound || host_failed() ||
	    !login->stage.has_record || o->complaint != NULL ||
	    !is_member(login, o) || user == NULL || *user == '\0' ||
	    reply == NULL || strcmp(reply, VECTOR_TOKEN) != 0 ||
	    !login_parses(login))
		return false;
	login_ask(login, o, &opinion);
	return opinion.within && fits(opinion.hash) &&
	    has_pepper(login, opinion.hash) && (opinion.max_uses == 0 ||
	    (login->stage.state == STATE_USAGE && opinion.max_uses > 3)) &&
	    strcmp(opinion.id, VECTOR_ID) == 0;
}
