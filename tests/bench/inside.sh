#!/bin/bash
# inside.sh - the benchmark, on the throw-away machine.  Lines of figures go
# to stdout, what it is doing to stderr.
#
#	inside.sh LOGINS SSH_LOGINS RUNS KEYS...

set -u

BENCH=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../e2e/lib.sh
. "$BENCH/../e2e/lib.sh"
# shellcheck source-path=SCRIPTDIR source=peers.sh
. "$BENCH/peers.sh"
# shellcheck source-path=SCRIPTDIR source=measure.sh
. "$BENCH/measure.sh"

AT_ONCE=(1 2 8 64)

# A key's file takes a page and an inode.
make_place()
{
	local kib=$((TOTAL_KEYS * 6)) free

	free=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
	[ "$free" -gt "$kib" ] ||
	    fail "$TOTAL_KEYS keys take $kib KiB, of which $free are free"
	{
		mount -t tmpfs \
		    -o "mode=755,size=95%,nr_inodes=0" bench "$PLACE" &&
		    mkdir "$STACKS" "$RAW"
	} || fail "no $PLACE"
}

# The most logins that one of the peers with counters can be asked for.
codes()
{
	echo $((6 * (LOGINS + ROUNDS * (1 + WARM))))
}

setup_peers()
{
	say 'setting up the peers'
	setup_permit
	setup_userdb 1
	setup_google "$(codes)"
	setup_oath 1 "$(codes)"
	setup_unix
}

setup_stores()
{
	local keys sample

	for keys in "${KEYS[@]}"; do
		say "making a keystore of $keys keys"
		sample=$((keys < LOGINS ? keys : LOGINS))
		setup_apikey "apikey.$keys" "$keys" "$sample"
	done
	[ -e "$PLACE/userdb.$LARGE.db" ] || setup_userdb "$LARGE"
	[ -e "$PLACE/oath.$LARGE" ] || setup_oath "$LARGE" "$(codes)"
}

measure_peers()
{
	local peers=("permit:-:$LOGINS" "userdb.1:1:$LOGINS"
	    "google:1:$LOGINS" "oath.1:1:$LOGINS" "unix:1:$LOGINS"
	    "apikey.$SMALL:$SMALL:$LOGINS") one

	by_turns peers -- "${peers[@]}"
	for one in permit userdb.1 "apikey.$SMALL"; do
		calls_of "$one"
	done
	by_turns one_process -k -- "${peers[@]}"
}

measure_stores()
{
	local keys stores=()

	for keys in "${KEYS[@]}"; do
		[ "$keys" = "$SMALL" ] || first_logins "apikey.$keys" "$keys"
		stores+=("apikey.$keys:$keys:$LOGINS")
	done
	by_turns keystore -- "${stores[@]}" "userdb.$LARGE:$LARGE:$LOGINS" \
	    "oath.$LARGE:$LARGE:$LOGINS"
}

measure_at_once()
{
	at_once permit - "$LOGINS" "${AT_ONCE[@]}"
	at_once userdb.1 1 "$LOGINS" "${AT_ONCE[@]}"
	at_once "apikey.$LARGE" "$LARGE" "$LOGINS" "${AT_ONCE[@]}"
	# All of them with the same key, whose one file all of them change.
	at_once "apikey.$SMALL" "$SMALL" "$LOGINS" "${AT_ONCE[@]}"
}

# ssh_login USER METHOD OPTION...: what sshd's machine and the client's take
# together.
ssh_login()
{
	local user=$1 method=$2

	shift 2
	env -i "PATH=$PATH" HOME=/root "SSH_ASKPASS=$WORK/reply" \
	    SSH_ASKPASS_REQUIRE=force setsid -w ssh "${SSH_OPTIONS[@]}" \
	    -o NumberOfPasswordPrompts=1 \
	    -o "PreferredAuthentications=$method" "$@" -l "$user" 127.0.0.1 true
}

# reply TEXT: what the client answers.
reply()
{
	printf '#!/bin/sh\necho "%s"\n' "$1" >"$WORK/reply"
	chmod 755 "$WORK/reply"
}

measure_ssh()
{
	local token

	start_sshd || fail 'sshd does not start'
	token=$(apikeyctl create --user "$BENCH_USER" --rate 1000000/1m \
	    2>/dev/null) || fail 'no key for ssh'
	reply "$token"
	timed ssh apikey 1 "$SSH_LOGINS" ssh_login "$BENCH_USER" password
	reply "$UNIX_PASSWORD"
	timed ssh unix - "$SSH_LOGINS" ssh_login alice password
	timed ssh publickey - "$SSH_LOGINS" ssh_login "$BENCH_USER" \
	    publickey -i "$WORK/userkey" -o IdentitiesOnly=yes
	stop_sshd
}

# Findings of this machine are not what is looked for.
check_store()
{
	local rc=0

	apikeyctl --config "$PLACE/ctl/apikey.conf" check || rc=$?
	[ "$rc" = 0 ] || [ "$rc" = 8 ]
}

measure_ctl()
{
	local ctl=(apikeyctl --config "$PLACE/ctl/apikey.conf")

	say "making a keystore of $CTL keys, a hundredth of them expired"
	setup_apikey ctl "$CTL" 1 100
	timed apikeyctl list "$CTL" "$RUNS" "${ctl[@]}" list
	timed apikeyctl 'list --json' "$CTL" "$RUNS" "${ctl[@]}" --json list
	timed apikeyctl create "$CTL" $((RUNS * 10)) "${ctl[@]}" create \
	    --user "$BENCH_USER"
	timed apikeyctl check "$CTL" "$RUNS" check_store
	timed apikeyctl 'gc --dry-run' "$CTL" "$RUNS" "${ctl[@]}" gc --dry-run
	timed apikeyctl gc "$CTL" 1 "${ctl[@]}" gc
}

main()
{
	local keys

	LOGINS=$1 SSH_LOGINS=$2 RUNS=$3
	shift 3
	KEYS=("$@")
	SMALL=${KEYS[0]} LARGE=$SMALL TOTAL_KEYS=0
	for keys; do
		TOTAL_KEYS=$((TOTAL_KEYS + keys))
		# What the peers are given as well: no more than they can bear.
		[ "$keys" -gt 100000 ] || LARGE=$keys
	done
	CTL=$((LARGE < 1000 ? 1000 : LARGE))
	TOTAL_KEYS=$((TOTAL_KEYS + CTL))
	head_line
	make_place
	setup
	setup_peers
	usermod -p "$(getent shadow "$BENCH_USER" | cut -d : -f 2)" alice
	setup_stores
	measure_peers
	measure_stores
	measure_at_once
	measure_ssh
	measure_ctl
}

main "$@"
