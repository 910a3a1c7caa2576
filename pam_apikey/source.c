/*
 * Where a login comes from.  Nothing is ever resolved: whoever rules a
 * reverse zone could otherwise choose their address.  sshd with UseDNS
 * gives a name, but it leaves the address in the PAM environment, which
 * at that time holds only what sshd has put there.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "apikey.h"
#include "source.h"

static bool
is_address(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char plain[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "%");

	if (len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	return inet_pton(AF_INET, plain, bytes) == 1 ||
	    inet_pton(AF_INET6, plain, bytes) == 1;
}

static bool
is_sshd(pam_handle_t *pamh)
{
	const void *service = NULL;

	return pam_get_item(pamh, PAM_SERVICE, &service) == PAM_SUCCESS &&
	    service != NULL && strcmp(service, "sshd") == 0;
}

/* The first word of SSH_CONNECTION, if that is an address. */
static bool
connection_address(pam_handle_t *pamh, char ret_buf[PAMAK_SOURCE_SIZE])
{
	const char *connection = pam_getenv(pamh, "SSH_CONNECTION");
	size_t len;

	if (connection == NULL)
		return false;
	if ((len = strcspn(connection, " ")) >= PAMAK_SOURCE_SIZE)
		return false;
	memcpy(ret_buf, connection, len);
	ret_buf[len] = '\0';
	return is_address(ret_buf);
}

int
pamak_source(pam_handle_t *pamh, char buf[PAMAK_SOURCE_SIZE],
    const char **ret_source)
{
	const void *item = NULL;
	const char *rhost;

	if (pam_get_item(pamh, PAM_RHOST, &item) != PAM_SUCCESS)
		return APIKEY_ERR_UNAVAILABLE;
	rhost = item;
	if (rhost != NULL && *rhost != '\0' && !is_address(rhost) &&
	    is_sshd(pamh) && connection_address(pamh, buf))
		rhost = buf;
	*ret_source = rhost;
	return APIKEY_OK;
}
