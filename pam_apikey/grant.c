/*
 * What a login that we have granted takes from phase to phase.  Within a
 * process that is pam_set_data(3), which nobody else can reach.  sshd's
 * keyboard-interactive method authenticates in a child whose data is
 * lost; only the PAM environment gets out of it, which users may be able
 * to write too: it is a claim, and setcred looks into it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grant.h"
#include "result.h"

#define DATA_NAME	"pam_apikey"
#define ENV_ID		"APIKEY_ID"
#define ENV_SCOPES	"APIKEY_SCOPES"

static void
grant_free(struct pamak_grant *grant)
{
	if (grant != NULL)
		free(grant->config);
	free(grant);
}

static void
cleanup(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	grant_free(data);
}

int
pamak_grant_get(pam_handle_t *pamh, const struct pamak_grant **ret)
{
	const void *data = NULL;
	int code = pam_get_data(pamh, DATA_NAME, &data);

	if (code == PAM_NO_MODULE_DATA || (code == PAM_SUCCESS &&
	    data == NULL))
		return PAMAK_NOT_OURS;
	if (code != PAM_SUCCESS)
		return APIKEY_ERR_UNAVAILABLE;
	*ret = data;
	return APIKEY_OK;
}

int
pamak_grant_put(pam_handle_t *pamh, const char *id, const char *config)
{
	struct pamak_grant *grant = calloc(1, sizeof(*grant));

	if (grant == NULL)
		return APIKEY_ERR_NO_MEMORY;
	snprintf(grant->id, sizeof(grant->id), "%s", id);
	if (config != NULL && (grant->config = strdup(config)) == NULL)
		goto err;
	if (pam_set_data(pamh, DATA_NAME, grant, cleanup) != PAM_SUCCESS)
		goto err;
	return APIKEY_OK;
err:
	grant_free(grant);
	return APIKEY_ERR_NO_MEMORY;
}

/* "APIKEY_SCOPES=a,b"; NULL when memory is short. */
static char *
scopes_text(const apikey_result *result)
{
	const size_t count = apikey_result_scope_count(result);
	size_t size = sizeof(ENV_SCOPES "=");
	char *text, *end;

	for (size_t i = 0; i < count; i++)
		size += strlen(apikey_result_scope(result, i)) + 1;
	if ((text = malloc(size)) == NULL)
		return NULL;
	end = stpcpy(text, ENV_SCOPES "=");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			end = stpcpy(end, ",");
		end = stpcpy(end, apikey_result_scope(result, i));
	}
	return text;
}

int
pamak_grant_export(pam_handle_t *pamh, const apikey_result *result)
{
	char id[sizeof(ENV_ID "=") + APIKEY_ID_LEN];
	char *scopes = scopes_text(result);
	int error = APIKEY_OK;

	snprintf(id, sizeof(id), ENV_ID "=%s", apikey_result_id(result));
	if (scopes == NULL || pam_putenv(pamh, id) != PAM_SUCCESS ||
	    pam_putenv(pamh, scopes) != PAM_SUCCESS)
		error = APIKEY_ERR_NO_MEMORY;
	free(scopes);
	return error;
}

const char *
pamak_grant_claim(pam_handle_t *pamh)
{
	return pam_getenv(pamh, ENV_ID);
}

/* pam_putenv(3) complains in syslog of a variable that is not there. */
static int
unset(pam_handle_t *pamh, const char *name)
{
	if (pam_getenv(pamh, name) == NULL)
		return APIKEY_OK;
	return pam_putenv(pamh, name) == PAM_SUCCESS ? APIKEY_OK :
	    APIKEY_ERR_UNAVAILABLE;
}

int
pamak_grant_clear(pam_handle_t *pamh)
{
	const struct pamak_grant *grant;
	int code, error = unset(pamh, ENV_ID);

	if (unset(pamh, ENV_SCOPES) != APIKEY_OK)
		error = APIKEY_ERR_UNAVAILABLE;
	code = pamak_grant_get(pamh, &grant);
	if (code == APIKEY_ERR_UNAVAILABLE || (code == APIKEY_OK &&
	    pam_set_data(pamh, DATA_NAME, NULL, NULL) != PAM_SUCCESS))
		error = APIKEY_ERR_UNAVAILABLE;
	return error;
}
