/*
 * Numeric addresses and networks.
 */
#include <arpa/inet.h>
#include <string.h>

#include "netaddr.h"

#define ADDR_TEXT	INET6_ADDRSTRLEN
#define MAPPED_BITS	96U

static const unsigned char mapped[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

static bool
parse_raw(const char *text, struct ak_addr *ret)
{
	struct ak_addr addr = { 0, { 0 } };

	if (inet_pton(AF_INET, text, addr.bytes) == 1)
		addr.bits = 32;
	else if (inet_pton(AF_INET6, text, addr.bytes) == 1)
		addr.bits = 128;
	else
		return false;
	*ret = addr;
	return true;
}

static bool
is_mapped(const struct ak_addr *addr)
{
	return addr->bits == 128 &&
	    memcmp(addr->bytes, mapped, sizeof(mapped)) == 0;
}

static void
unmap(struct ak_addr *addr)
{
	memmove(addr->bytes, addr->bytes + sizeof(mapped), 4);
	memset(addr->bytes + 4, 0, sizeof(mapped));
	addr->bits = 32;
}

/* Copies what stands before the separator; false if that is too long. */
static bool
before(const char *text, char separator, char ret[ADDR_TEXT])
{
	size_t len = strcspn(text, (const char[]){ separator, '\0' });

	if (len >= ADDR_TEXT)
		return false;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return true;
}

bool
ak_addr_parse(const char *text, struct ak_addr *ret)
{
	char plain[ADDR_TEXT];

	if (!before(text, '%', plain) || !parse_raw(plain, ret))
		return false;
	if (is_mapped(ret))
		unmap(ret);
	return true;
}

static bool
prefix_parse(const char *text, unsigned max, unsigned *ret)
{
	unsigned value = 0;

	if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if ((value = value * 10 + (unsigned)(*text - '0')) > max)
			return false;
	}
	*ret = value;
	return true;
}

static unsigned char
mask_at(unsigned prefix, unsigned byte)
{
	unsigned left = prefix > byte * 8 ? prefix - byte * 8 : 0;

	return (unsigned char)(left >= 8 ? 0xffU : 0xff00U >> left);
}

bool
ak_net_parse(const char *text, struct ak_net *ret)
{
	const char *slash = strchr(text, '/');
	char plain[ADDR_TEXT];
	struct ak_net net;

	if (!before(text, '/', plain) || !parse_raw(plain, &net.addr))
		return false;
	net.prefix = net.addr.bits;
	if (slash != NULL &&
	    !prefix_parse(slash + 1, net.addr.bits, &net.prefix))
		return false;
	for (unsigned i = 0; i < net.addr.bits / 8; i++)
		if ((net.addr.bytes[i] & ~mask_at(net.prefix, i)) != 0)
			return false;
	/* The ffff of a mapped one is within its prefix, then. */
	if (is_mapped(&net.addr)) {
		unmap(&net.addr);
		net.prefix -= MAPPED_BITS;
	}
	*ret = net;
	return true;
}

bool
ak_net_has(const struct ak_net *net, const struct ak_addr *addr)
{
	if (net->addr.bits != addr->bits)
		return false;
	for (unsigned i = 0; i < net->addr.bits / 8; i++)
		if (((net->addr.bytes[i] ^ addr->bytes[i]) &
		    mask_at(net->prefix, i)) != 0)
			return false;
	return true;
}
