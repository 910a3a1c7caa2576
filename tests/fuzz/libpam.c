/*
 * A libpam of its own.  Its memory is not the module's: it is there even
 * where the module's fails.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>
#include <security/pam_ext.h>

#include "fuzz.h"
#include "host.h"
#include "libpam.h"

#define ITEMS_MAX	16
#define ENV_MAX		8

struct pam_handle {
	const struct pam_conv	*conv;
	char			*items[ITEMS_MAX];
	char			*env[ENV_MAX];
	char			*data_name;
	void			*data;
	void			(*cleanup)(pam_handle_t *, void *, int);
};

/* strdup(3) without the part that fails. */
static char *
copy(const char *text)
{
	char *result = NULL;

	if (text != NULL && asprintf(&result, "%s", text) == -1)
		abort();
	return result;
}

pam_handle_t *
libpam_start(const struct pam_conv *conv)
{
	static struct pam_handle handle;

	handle = (struct pam_handle){ .conv = conv };
	return &handle;
}

void
libpam_forget(pam_handle_t *pamh)
{
	if (pamh->data != NULL && pamh->cleanup != NULL)
		pamh->cleanup(pamh, pamh->data, 0);
	free(pamh->data_name);
	pamh->data_name = NULL;
	pamh->data = NULL;
}

void
libpam_end(pam_handle_t *pamh)
{
	libpam_forget(pamh);
	for (size_t i = 0; i < ITEMS_MAX; i++)
		free(pamh->items[i]);
	for (size_t i = 0; i < ENV_MAX; i++)
		free(pamh->env[i]);
}

const char *
libpam_item(pam_handle_t *pamh, int type)
{
	MUST(type > 0 && type < ITEMS_MAX);
	return pamh->items[type];
}

void
libpam_set(pam_handle_t *pamh, int type, const char *text)
{
	char *own = copy(text);

	MUST(type > 0 && type < ITEMS_MAX && type != PAM_CONV);
	free(pamh->items[type]);
	pamh->items[type] = own;
}

/* Where it stands, or where it may. */
static char **
env_at(pam_handle_t *pamh, const char *name, size_t len)
{
	char **free_one = NULL;

	for (size_t i = 0; i < ENV_MAX; i++) {
		char *env = pamh->env[i];

		if (env == NULL)
			free_one = &pamh->env[i];
		else if (strncmp(env, name, len) == 0 && env[len] == '=')
			return &pamh->env[i];
	}
	MUST(free_one != NULL);
	return free_one;
}

const char *
libpam_env(pam_handle_t *pamh, const char *name)
{
	const char *env = *env_at(pamh, name, strlen(name));

	return env == NULL ? NULL : strchr(env, '=') + 1;
}

void
libpam_put(pam_handle_t *pamh, const char *text)
{
	const size_t len = strcspn(text, "=");
	char **at = env_at(pamh, text, len);

	free(*at);
	*at = text[len] == '=' ? copy(text) : NULL;
}

/* ---- What the module calls ------------------------------------------ */

int
pam_get_item(const pam_handle_t *pamh, int type, const void **ret)
{
	if (host_fails(HOST_PAM))
		return PAM_SYSTEM_ERR;
	MUST(type > 0 && type < ITEMS_MAX);
	*ret = type == PAM_CONV ? (const void *)pamh->conv :
	    pamh->items[type];
	return PAM_SUCCESS;
}

int
pam_set_item(pam_handle_t *pamh, int type, const void *item)
{
	/* What takes no memory cannot fail; so below. */
	if (item != NULL && host_fails(HOST_PAM))
		return PAM_BUF_ERR;
	/* Nothing else is the module's to change. */
	MUST(type == PAM_AUTHTOK);
	libpam_set(pamh, type, item);
	return PAM_SUCCESS;
}

int
pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret)
{
	if (pamh->data_name == NULL || strcmp(pamh->data_name, name) != 0)
		return PAM_NO_MODULE_DATA;
	*ret = pamh->data;
	return PAM_SUCCESS;
}

int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
    void (*cleanup)(pam_handle_t *, void *, int))
{
	if (data != NULL && host_fails(HOST_PAM))
		return PAM_BUF_ERR;
	libpam_forget(pamh);
	pamh->data_name = copy(name);
	pamh->data = data;
	pamh->cleanup = cleanup;
	return PAM_SUCCESS;
}

const char *
pam_getenv(pam_handle_t *pamh, const char *name)
{
	return libpam_env(pamh, name);
}

int
pam_putenv(pam_handle_t *pamh, const char *text)
{
	if (strchr(text, '=') != NULL && host_fails(HOST_PAM))
		return PAM_BUF_ERR;
	libpam_put(pamh, text);
	return PAM_SUCCESS;
}

int
pam_prompt(pam_handle_t *pamh, int style, char **response,
    const char *format, ...)
{
	struct pam_response *answer = NULL;
	const struct pam_message *messages;
	struct pam_message message;
	char text[1024];
	va_list ap;
	int code;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	message = (struct pam_message){ style, text };
	messages = &message;
	if (pamh->conv == NULL || pamh->conv->conv == NULL)
		return PAM_SYSTEM_ERR;
	code = pamh->conv->conv(1, &messages, &answer,
	    pamh->conv->appdata_ptr);
	if (code == PAM_SUCCESS && answer != NULL) {
		if (response != NULL)
			*response = answer->resp;
		else
			free(answer->resp);
		free(answer);
	}
	return code;
}

int
pam_get_user(pam_handle_t *pamh, const char **ret, const char *prompt)
{
	char *answer = NULL;
	int code;

	if (host_fails(HOST_PAM))
		return PAM_SYSTEM_ERR;
	if (pamh->items[PAM_USER] == NULL) {
		code = pam_prompt(pamh, PAM_PROMPT_ECHO_ON, &answer, "%s",
		    prompt == NULL ? "login:" : prompt);
		if (code != PAM_SUCCESS || answer == NULL)
			return code == PAM_SUCCESS ? PAM_CONV_ERR : code;
		libpam_set(pamh, PAM_USER, answer);
		free(answer);
	}
	*ret = pamh->items[PAM_USER];
	return PAM_SUCCESS;
}

int
pam_fail_delay(pam_handle_t *pamh, unsigned usec)
{
	(void)pamh;
	MUST(usec > 0);
	return PAM_SUCCESS;
}

void
pam_vsyslog(const pam_handle_t *pamh, int priority, const char *format,
    va_list ap)
{
	static char line[1 << 16];

	(void)pamh;
	(void)vsnprintf(line, sizeof(line), format, ap);
	host_say(priority, line);
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	pam_vsyslog(pamh, priority, format, ap);
	va_end(ap);
}
