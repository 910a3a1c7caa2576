#!/bin/bash
# sshd_sources.sh - networks of a key against where a login comes from.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=sources
setup

# Addresses to come from, all on this machine's own loopback.
for address in 10.1.2.3/32 192.0.2.7/32 192.0.2.8/32; do
	ip address add "$address" dev lo || bail "no address $address"
done
IPV6=yes
for address in 2001:db8::1/128 2001:db9::1/128 fe80::1/64; do
	ip -6 address add "$address" dev lo nodad 2>/dev/null || IPV6=no
done

# network VAR FROM...: a key for these networks.
network()
{
	local var=$1 from options=()

	shift
	for from; do
		options+=(--from "$from")
	done
	create "$var" --user deploy "${options[@]}"
}

network LOOPBACK 127.0.0.0/8
network TEN 10.0.0.0/8
network ONE 192.0.2.7/32
network BARE 192.0.2.7
network MAPPED ::ffff:192.0.2.7
network V6_ONE ::1
network V6_NET 2001:db8::/32
network LINK fe80::/10
network ALL_V4 0.0.0.0/0
network ALL_V6 ::/0
network LOCAL local
network LIST 10.0.0.0/8 2001:db8::/32 local
create ANY --user deploy

# come WHAT KEY FROM TO WANTED [RHOST]: from address FROM to address TO.
come()
{
	local rhost=${6-${3//./\\.}}

	for METHOD in "${METHODS[@]}"; do
		t "source, $METHOD: $1"
		HOST=$4
		ssh_key "$METHOD" deploy "$2" -b "$3"
		if [ "$5" = granted ]; then
			want_login deploy
			want_grant "$(id_of "$2")" deploy sshd "$rhost" ssh - -
		else
			want_no_login
			want_deny source "$(id_of "$2")" deploy sshd \
			    "$rhost" ssh -
		fi
	done
}

v4()
{
	come "$1: its own network" "$LOOPBACK" 127.0.0.1 127.0.0.1 granted \
	    "${2-}"
	come "$1: another network" "$TEN" 127.0.0.1 127.0.0.1 refused \
	    "${2-}"
	come "$1: any source" "$ANY" 127.0.0.1 127.0.0.1 granted "${2-}"
	come "$1: a local key is not for the network" "$LOCAL" \
	    127.0.0.1 127.0.0.1 refused "${2-}"
}

plain()
{
	v4 'an address' '127\.0\.0\.1'
	come 'a network of a list' "$LIST" 10.1.2.3 10.1.2.3 granted
	come 'no network of a list' "$LIST" 192.0.2.7 192.0.2.7 refused
	come 'one address, as /32' "$ONE" 192.0.2.7 192.0.2.7 granted
	come 'the address beside it' "$ONE" 192.0.2.8 192.0.2.8 refused
	come 'one address, bare' "$BARE" 192.0.2.7 192.0.2.7 granted
	come 'one address, in its ::ffff: form' "$MAPPED" \
	    192.0.2.7 192.0.2.7 granted
	come 'any IPv4 address' "$ALL_V4" 192.0.2.8 192.0.2.8 granted
	come 'an IPv4 address is in no IPv6 network' "$ALL_V6" \
	    192.0.2.8 192.0.2.8 refused
}

ipv6()
{
	if [ "$IPV6" = no ]; then
		skip 'sources over IPv6' 'this system has no IPv6'
		return
	fi
	come 'IPv6 ::1' "$V6_ONE" ::1 ::1 granted
	come 'IPv6, its own network' "$V6_NET" \
	    2001:db8::1 2001:db8::1 granted
	come 'IPv6, the network beside it' "$V6_NET" \
	    2001:db9::1 2001:db9::1 refused
	come 'IPv6, an IPv4 key' "$ALL_V4" 2001:db8::1 2001:db8::1 refused
	come 'IPv6, a link-local address with its zone' "$LINK" \
	    fe80::1%lo fe80::1%lo granted 'fe80::1(%lo)?'
	come 'IPv6, a zone does not fit another network' "$V6_NET" \
	    fe80::1%lo fe80::1%lo refused 'fe80::1(%lo)?'
}

# As systemd's ssh.socket does: one socket for both families, and the
# kernel says ::ffff:127.0.0.1.
dual()
{
	local pid

	if [ "$IPV6" = no ]; then
		skip 'a ::ffff: form' 'this system has no IPv6'
		return
	fi
	cc -std=c17 -o "$WORK/dual" "$E2E/dual.c" || bail "no dual"
	stop_sshd
	"$WORK/dual" "$PORT" /usr/sbin/sshd -i -f "$WORK/sshd_config" &
	pid=$!
	wait_for_sshd || bail "no dual listener"
	v4 'a ::ffff: form' '(::ffff:)?127\.0\.0\.1'
	come 'a ::ffff: form, one address' "$ONE" 192.0.2.7 192.0.2.7 \
	    granted '(::ffff:)?192\.0\.2\.7'
	come 'a ::ffff: form is in no IPv6 network' "$ALL_V6" \
	    192.0.2.7 192.0.2.7 refused '(::ffff:)?192\.0\.2\.7'
	kill "$pid"
	wait "$pid" 2>/dev/null
	start_sshd || bail "sshd does not start"
}

# Names come from whoever owns the address: they decide nothing.
names()
{
	local line='127.0.0.1 build.example.org'

	sed "/^127.0.0.1/s/.*/$line/" /etc/hosts >"$WORK/hosts" &&
	    cat "$WORK/hosts" >/etc/hosts
	printf '%s\n' '192.0.2.7 ten.example.org' \
	    '2001:db8::1 six.example.org' >>/etc/hosts
	[ "$(getent hosts 127.0.0.1 | awk '{ print $2 }')" = \
	    build.example.org ] || bail "this system ignores /etc/hosts"
	restart_sshd 'UseDNS yes'
	HOST=127.0.0.1
	t 'UseDNS: PAM is given the name'
	ssh_key password alice wrong
	want_log 'pam_unix\(sshd:auth\): .* rhost=build\.example\.org'
	# What decides, and is on record, is the address.
	v4 'UseDNS, a name' '127\.0\.0\.1'
	come 'UseDNS, one address' "$ONE" 192.0.2.7 192.0.2.7 granted
	come 'UseDNS, not in the network' "$TEN" 192.0.2.7 192.0.2.7 \
	    refused
	if [ "$IPV6" = yes ]; then
		come 'UseDNS, IPv6' "$V6_NET" 2001:db8::1 2001:db8::1 \
		    granted
	fi
	# A name that looks like an address of the key's network.
	printf '192.0.2.8 10.9.9.9\n' >>/etc/hosts
	come 'UseDNS, a name that is an address' "$TEN" \
	    192.0.2.8 192.0.2.8 refused
}

start_sshd || bail "sshd does not start"
plain
ipv6
dual
names
end_theme
