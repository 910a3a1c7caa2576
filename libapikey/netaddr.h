/*
 * L0: numeric addresses and networks.  Nothing is ever resolved.
 */
#ifndef AK_NETADDR_H
#define AK_NETADDR_H

#include <stdbool.h>

struct ak_addr {
	unsigned	 bits;		/* 32 or 128 */
	unsigned char	 bytes[16];
};

struct ak_net {
	struct ak_addr	 addr;
	unsigned	 prefix;
};

/* inet_pton(3)'s forms; a %zone is split off, and ::ffff:a.b.c.d is the
 * IPv4 address that it maps (RFC 4291, 2.5.5.2). */
bool	 ak_addr_parse(const char *text, struct ak_addr *ret);

/* An address, or one with a prefix length; the host part is zero. */
bool	 ak_net_parse(const char *text, struct ak_net *ret);

bool	 ak_net_has(const struct ak_net *, const struct ak_addr *);

#endif
