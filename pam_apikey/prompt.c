/*
 * How the module comes by a reply: the conversation, what an earlier
 * module left in PAM_AUTHTOK, and what is left there for a later one.
 * pam_get_authtok(3) is not used, as it leaves every reply behind, and a
 * later pam_unix would take a key for a password.
 */
#include <stdlib.h>
#include <string.h>

#include "apikey.h"
#include "prompt.h"
#include "reply.h"
#include "result.h"

void
pamak_reply_wipe(struct pamak_reply *reply)
{
	explicit_bzero(reply, sizeof(*reply));
}

static void
free_text(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* The answer is the caller's.  After an error it is the application that
 * owns the response, if there is any. */
static int
converse(pam_handle_t *pamh, const char *prompt, char **ret_text)
{
	const struct pam_message message = { PAM_PROMPT_ECHO_OFF, prompt };
	const struct pam_message *messages = &message;
	struct pam_response *response = NULL;
	const struct pam_conv *conv;
	const void *item = NULL;
	int error;

	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS ||
	    (conv = item) == NULL || conv->conv == NULL)
		return APIKEY_ERR_UNAVAILABLE;
	error = conv->conv(1, &messages, &response, conv->appdata_ptr);
	if (error == PAM_BUF_ERR)
		return APIKEY_ERR_NO_MEMORY;
	if (error != PAM_SUCCESS || response == NULL)
		return APIKEY_ERR_MALFORMED;
	*ret_text = response->resp;
	free(response);
	return *ret_text == NULL ? APIKEY_ERR_MALFORMED : APIKEY_OK;
}

static int
judge(const char *text, bool mixed, struct pamak_reply *ret)
{
	size_t len;

	if (mixed && !pamak_reply_key_like(text))
		return PAMAK_NOT_OURS;
	if (pamak_reply_is_sshd_refusal(text))
		return APIKEY_ERR_SSHD_REFUSED;
	len = strnlen(text, PAMAK_REPLY_MAX + 1);
	if (len == 0 || len > PAMAK_REPLY_MAX)
		return APIKEY_ERR_MALFORMED;
	memcpy(ret->text, text, len + 1);
	ret->len = len;
	return APIKEY_OK;
}

static int
ask(const struct pamak_log *log, const struct pamak_options *options,
    struct pamak_reply *ret)
{
	char *text = NULL;
	int error = converse(log->pamh, options->prompt, &text);

	if (error == APIKEY_OK)
		error = judge(text, options->mixed, ret);
	if (error == PAMAK_NOT_OURS) {
		pamak_log_debug(log, "no key: left to the next module");
		if (pam_set_item(log->pamh, PAM_AUTHTOK, text) != PAM_SUCCESS)
			error = APIKEY_ERR_NO_MEMORY;
	}
	free_text(text);
	return error;
}

static int
take_or_ask(const struct pamak_log *log, const struct pamak_options *options,
    struct pamak_reply *ret)
{
	const bool may_take = options->use_first_pass ||
	    options->try_first_pass;
	const void *stacked = NULL;

	if (may_take && pam_get_item(log->pamh, PAM_AUTHTOK, &stacked) !=
	    PAM_SUCCESS)
		return APIKEY_ERR_UNAVAILABLE;
	if (stacked != NULL && (options->use_first_pass ||
	    pamak_reply_key_like(stacked))) {
		pamak_log_debug(log, "an earlier module's reply is taken");
		return judge(stacked, options->mixed, ret);
	}
	if (options->use_first_pass) {
		pamak_log_debug(log, "no earlier module left a reply");
		return APIKEY_ERR_MALFORMED;
	}
	return ask(log, options, ret);
}

int
pamak_prompt(const struct pamak_log *log, const struct pamak_options *options,
    struct pamak_reply *ret)
{
	int error = take_or_ask(log, options, ret);

	if (error != PAMAK_NOT_OURS &&
	    pam_set_item(log->pamh, PAM_AUTHTOK, NULL) != PAM_SUCCESS)
		return APIKEY_ERR_UNAVAILABLE;
	return error;
}
