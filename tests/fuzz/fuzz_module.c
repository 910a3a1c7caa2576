/*
 * The whole module: scenes of phases with options, items, replies, files
 * and failures of the host that the input chooses.
 *
 * A grant needs the right token and every bound met; a scene in which
 * nothing is amiss and that has both is granted; nothing is passed over
 * but for the three reasons that there are; no phase leaves a descriptor
 * open, a key in PAM_AUTHTOK, a claim in the environment, or a secret or a
 * reply in any line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "host.h"
#include "libpam.h"
#include "login.h"

#define PHASES_MAX	10

static struct login login;

static void
check_line(int priority, const char *line)
{
	static const char *const secrets[] = {
		VECTOR_SECRET, VECTOR_WRONG_SECRET, VECTOR_HASH_END,
		VECTOR_PEPPERED_END, VECTOR_ARGON2ID_END, VECTOR_PEPPER,
		"Kx93",
	};

	(void)priority;
	for (size_t i = 0; i < COUNT(secrets) && !login.stage.tainted; i++)
		MUST(strstr(line, secrets[i]) == NULL);
	if (strncmp(line, "event=", 6) != 0)
		return;
	for (const char *c = line; *c != '\0'; c++)
		MUST(*c >= 0x20 && *c < 0x7f);
}

static int
answer(enum stage_reply reply, struct pam_response **ret)
{
	const char *text = stage_reply_text(&login.stage, reply);
	struct pam_response *response;
	void *block = NULL;

	if (reply == REPLY_FAILS)
		return PAM_CONV_ERR;
	if (reply == REPLY_AGAIN)
		return PAM_CONV_AGAIN;
	if (reply == REPLY_NO_MEMORY)
		return PAM_BUF_ERR;
	if (reply == REPLY_NONE)
		return PAM_SUCCESS;
	/* The application's memory is there where the module's is not. */
	MUST(posix_memalign(&block, 16, sizeof(*response)) == 0);
	response = block;
	*response = (struct pam_response){ NULL, 0 };
	if (text != NULL)
		MUST(asprintf(&response->resp, "%s", text) != -1);
	*ret = response;
	return PAM_SUCCESS;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *arg)
{
	enum stage_reply reply;

	(void)arg;
	MUST(count == 1 && messages[0]->msg != NULL);
	if (messages[0]->msg_style == PAM_TEXT_INFO) {
		MUST((login.stage.flags & 2) == 0);
		MUST(strncmp(messages[0]->msg, "The API key ", 12) == 0);
		return PAM_SUCCESS;
	}
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_ON) {
		*ret = NULL;
		return answer(REPLY_RAW, ret);
	}
	MUST(messages[0]->msg_style == PAM_PROMPT_ECHO_OFF);
	MUST(!login.asked);
	login.asked = true;
	reply = login.stage.replies[login.prompts++ % 2];
	login.reply = stage_reply_text(&login.stage, reply);
	return answer(reply, ret);
}

/* ---- The phases ----------------------------------------------------- */

static void
authenticate(int argc, const char **argv)
{
	const char *item = libpam_item(login.pamh, PAM_AUTHTOK);
	const char *stacked = item == NULL ? NULL :
	    fuzz_exact(item, strlen(item) + 1);
	struct pamak_options o;
	bool must;
	int code;

	pamak_options_parse(&o, argc, argv);
	login.granted = false;
	host_enter(host_now());
	code = pam_sm_authenticate(login.pamh, 0, argc, argv);
	host_leave();
	must = login_must_grant(&login, &o, stacked);
	login.first = false;
	if (code == PAM_SUCCESS) {
		login_check_granted(&login, &o, stacked);
		return;
	}
	MUST(!must);
	MUST(code == PAM_IGNORE || code == PAM_AUTH_ERR ||
	    code == PAM_AUTHINFO_UNAVAIL);
	if (code == PAM_IGNORE)
		login_check_ignored(&login, &o, stacked);
	else if (login.asked || login_has_read(&login, &o, stacked))
		MUST(libpam_item(login.pamh, PAM_AUTHTOK) == NULL);
	MUST(libpam_env(login.pamh, "APIKEY_ID") == NULL);
	MUST(libpam_env(login.pamh, "APIKEY_SCOPES") == NULL);
}

static void
account(int flags, int argc, const char **argv)
{
	const bool granted = login.granted;
	struct pamak_options o;
	struct opinion opinion;
	int code;

	pamak_options_parse(&o, argc, argv);
	host_enter(host_now());
	code = pam_sm_acct_mgmt(login.pamh, flags, argc, argv);
	host_leave();
	MUST((code == PAM_IGNORE) == !granted);
	if (code == PAM_IGNORE)
		return;
	MUST(code == PAM_SUCCESS || code == PAM_AUTH_ERR ||
	    code == PAM_AUTHINFO_UNAVAIL);
	login.granted = code == PAM_SUCCESS;
	if (code != PAM_SUCCESS)
		return;
	MUST(o.complaint == NULL);
	if (strcmp(login.id, VECTOR_ID) != 0)
		return;
	MUST(login.stage.has_record && login_parses(&login));
	login_ask(&login, &o, &opinion);
	MUST(opinion.within);
}

static void
setcred(unsigned flags, int argc, const char **argv)
{
	const char *claim = libpam_env(login.pamh, "APIKEY_ID");
	const bool may_adopt = (flags & (PAM_DELETE_CRED |
	    PAM_REFRESH_CRED)) == 0;
	char id[APIKEY_ID_SIZE] = "";
	int code;

	if (claim != NULL)
		(void)snprintf(id, sizeof(id), "%s", claim);
	host_enter(host_now());
	code = pam_sm_setcred(login.pamh, (int)flags, argc, argv);
	host_leave();
	MUST(code == PAM_SUCCESS || code == PAM_IGNORE ||
	    code == PAM_AUTH_ERR || code == PAM_AUTHINFO_UNAVAIL);
	if (login.granted) {
		MUST(code == PAM_SUCCESS);
		return;
	}
	MUST(code != PAM_SUCCESS || (may_adopt && claim != NULL));
	if (code != PAM_SUCCESS)
		return;
	MUST(strcmp(id, VECTOR_OTHER_ID) == 0 ?
	    login.stage.store == STORE_OTHER_TOO :
	    strcmp(id, VECTOR_ID) == 0 && login.stage.has_record &&
	    login_parses(&login));
	if (login.stage.store != STORE_RAW)
		MUST(strcmp(libpam_item(login.pamh, PAM_USER), "alice") == 0);
	(void)snprintf(login.id, sizeof(login.id), "%s", id);
	login.granted = true;
}

static void
session(bool opened, int argc, const char **argv)
{
	int code;

	host_enter(host_now());
	code = (opened ? pam_sm_open_session : pam_sm_close_session)(
	    login.pamh, 0, argc, argv);
	host_leave();
	MUST(code == PAM_SUCCESS || code == PAM_IGNORE ||
	    code == PAM_SESSION_ERR);
	MUST((code == PAM_IGNORE) == !login.granted);
}

/* What happens between the phases; false for what is none of it. */
static bool
meanwhile(char what)
{
	switch (what) {
	case 'F':	/* another process goes on, with the environment */
		libpam_forget(login.pamh);
		login.granted = false;
		return true;
	case 'R':
		stage_revoke(&login.stage);
		return true;
	case 'M':
		stage_remove(&login.stage);
		return true;
	case 'T':
		host_enter(host_now() + 86400 * NS);
		host_leave();
		return true;
	case 'E':
		libpam_put(login.pamh, "APIKEY_ID=" VECTOR_ID);
		return true;
	case 'O':
		libpam_put(login.pamh, "APIKEY_ID=" VECTOR_OTHER_ID);
		return true;
	case 'X':
		libpam_put(login.pamh, "APIKEY_ID=../../../x");
		return true;
	case 'N':
		libpam_set(login.pamh, PAM_USER, NULL);
		return true;
	case 'U':
		libpam_set(login.pamh, PAM_USER, "root");
		return true;
	case 'K':
		libpam_set(login.pamh, PAM_AUTHTOK, stage_reply_text(
		    &login.stage, login.stage.stacked));
		return true;
	default:
		return false;
	}
}

static void
phase(char what)
{
	const char *auth[STAGE_WORDS], *other[STAGE_WORDS];
	const int n = stage_words(login.stage.options, true, auth);
	const int m = stage_words(login.stage.account_options,
	    (login.stage.flags & 4) != 0, other);
	const int silent = (login.stage.flags & 2) != 0 ? (int)PAM_SILENT : 0;

	login.asked = false;
	login.reply = NULL;
	if (what == 'a')
		authenticate(n, auth);
	else if (what == 's')
		setcred(PAM_ESTABLISH_CRED, n, auth);
	else if (what == 'r')
		setcred(PAM_REINITIALIZE_CRED, n, auth);
	else if (what == 'f')
		setcred(PAM_REFRESH_CRED, n, auth);
	else if (what == 'd')
		setcred(PAM_DELETE_CRED, n, auth);
	else if (what == 'c')
		account(silent, m, other);
	else if (what == 'o' || what == 'x')
		session(what == 'o', m, other);
	else
		MUST(pam_sm_chauthtok(login.pamh, 0, n, auth) == PAM_IGNORE);
}

static void
play(void)
{
	const struct stage *s = &login.stage;
	int open_files;

	for (size_t i = 0; i < PHASES_MAX && s->phases[i] != '\0'; i++) {
		if (meanwhile(s->phases[i]))
			continue;
		open_files = folder_open_files();
		phase(s->phases[i]);
		MUST(folder_open_files() == open_files);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct pam_conv conv = { converse, NULL };
	static const struct pam_conv no_conv = { NULL, NULL };
	struct fuzz in = { bytes, len };
	struct stage *s = &login.stage;
	char ssh[512];

	login = (struct login){ .first = true };
	stage_read(s, &in);
	stage_build(s);
	login.pamh = libpam_start((s->flags & 16) != 0 ? &no_conv : &conv);
	libpam_set(login.pamh, PAM_USER, s->user);
	libpam_set(login.pamh, PAM_SERVICE, s->service);
	libpam_set(login.pamh, PAM_RHOST, s->rhost);
	libpam_set(login.pamh, PAM_TTY, s->tty);
	libpam_set(login.pamh, PAM_RUSER, s->ruser);
	if (s->connection != NULL) {
		(void)snprintf(ssh, sizeof(ssh), "SSH_CONNECTION=%s",
		    s->connection);
		libpam_put(login.pamh, ssh);
	}
	host_set_log(check_line);
	host_enter(s->now_s * NS);
	host_leave();
	host_fail(s->fault_part % (2 * HOST_PARTS) < HOST_PARTS ?
	    (enum host_part)(s->fault_part % HOST_PARTS) : HOST_PARTS,
	    s->fault_nth, (s->flags & 1) != 0);
	play();
	host_fail(HOST_PARTS, 0, false);
	host_set_log(NULL);
	libpam_end(login.pamh);
	fuzz_done();
	return 0;
}
