#!/bin/bash
# inside.sh - the measurement, on the throw-away machine: keys in each state,
# the list of attempts, and what is counted or measured of them.
#
#	inside.sh ROUNDS

set -u

TIMING=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../e2e/lib.sh
. "$TIMING/../e2e/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../bench/peers.sh
. "$TIMING/../bench/peers.sh"

TOOL=$MACHINE_BUILD/tests/timing/timing
LIST=$PLACE/list
declare -A KEY

# place NAME FAILURES: a configuration and a state of its own, and a folder
# of PAM stacks with group= and one without; all have one keystore.
place()
{
	local dir=$PLACE/$1

	mkdir -m 700 "$dir" "$dir/state" || fail "no place for $1"
	printf '%s\n' "keystore = \"$PLACE/store/keys.d\";" \
	    "state = \"$dir/state\";" \
	    "limits = { key = \"100000000/1m\"; failures = \"$2\"; };" \
	    >"$dir/apikey.conf"
	stack "$1" \
	    "$AUTH_CONTROL pam_apikey.so group=apikey config=$dir/apikey.conf" \
	    - -
	stack "$1.all" "$AUTH_CONTROL pam_apikey.so config=$dir/apikey.conf" \
	    - -
}

ctl()
{
	apikeyctl --config "$PLACE/few/apikey.conf" "$@" 2>"$PLACE/err" ||
	    fail "apikeyctl $*: $(cat "$PLACE/err")"
}

# key NAME USER OPTION...
key()
{
	local name=$1 user=$2

	shift 2
	KEY[$name]=$(ctl create --user "$user" --label 'build farm' \
	    --scope deploy "$@") || exit
}

# What expired cannot be created: the record is deployed.
expire()
{
	sed -i 's/^expires = .*/expires = "2026-01-01T00:00:00Z";/' \
	    "$PLACE/store/keys.d/$(id_of "$1").conf"
	ctl list --status expired | grep -q "^$(id_of "$1")" ||
	    fail 'no expired key'
}

make_keys()
{
	local i name many=() bounds=(--service sshd --from 192.0.2.0/24)

	for name in active expired revoked disabled superseded; do
		key $name "$BENCH_USER" "${bounds[@]}"
	done
	key pending "$BENCH_USER" "${bounds[@]}" --not-before 1d
	key other alice "${bounds[@]}"
	key service "$BENCH_USER" --service sudo --from 192.0.2.0/24
	key source "$BENCH_USER" --service sshd --from 198.51.100.0/24
	key host "$BENCH_USER" "${bounds[@]}" --host elsewhere
	for ((i = 0; i < 64; i++)); do
		many+=(--from "192.0.2.$i/32")
	done
	key large "$BENCH_USER" --service sshd "${many[@]}"
	expire "${KEY[expired]}"
	ctl revoke "$(id_of "${KEY[revoked]}")"
	ctl disable "$(id_of "${KEY[disabled]}")"
	ctl rotate --overlap 1s "$(id_of "${KEY[superseded]}")" >/dev/null
	sleep 2
}

# kinds SET PLACE USER, then lines of NAME<tab>REPLY
kinds()
{
	local name reply

	while IFS=$'\t' read -r name reply; do
		printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$name" "$STACKS/$2" "$3" \
		    "$reply"
	done
}

# Two that there are no records for.
UNKNOWN=$(make_token 0000000001 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab)
UNKNOWN_TOO=$(make_token zzzzzzzzzy 56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg)

strangers()
{
	local name

	printf 'unknown id\t%s\nanother unknown id\t%s\n' "$UNKNOWN" \
	    "$UNKNOWN_TOO"
	for name in active expired revoked disabled superseded pending other \
	    large; do
		printf 'wrong secret of %s\t%s\n' "$name" \
		    "$(wrong_secret "${KEY[$name]}")"
	done
}

holders()
{
	local name

	printf 'unknown id\t%s\nwrong secret of active\t%s\n' "$UNKNOWN" \
	    "$(wrong_secret "${KEY[active]}")"
	for name in expired revoked disabled superseded pending other service \
	    source host; do
		printf 'right secret of %s\t%s\n' "$name" "${KEY[$name]}"
	done
}

no_keys()
{
	printf 'unknown id\t%s\n' "$UNKNOWN"
	printf 'unknown id, wrong checksum\t%s\n' "${UNKNOWN%?}$(
	    [ "${UNKNOWN: -1}" = 0 ] && echo 1 || echo 0)"
	printf 'active id, wrong checksum\t%s\n' "${KEY[active]%?}$(
	    [ "${KEY[active]: -1}" = 0 ] && echo 1 || echo 0)"
	printf 'a password\tcorrect horse battery staple\n'
	printf 'nothing\t\n'
	printf '511 bytes\t%0511d\n512 bytes\t%0512d\n' 0 0
}

make_list()
{
	strangers | kinds 'A stranger, one account' few "$BENCH_USER"
	holders | kinds 'Who has the secret of a refused key' few \
	    "$BENCH_USER"
	strangers | kinds 'A stranger who is throttled' many "$BENCH_USER"
	no_keys | kinds 'What is no key' few "$BENCH_USER"
	for name in "$BENCH_USER" alice nosuchuser; do
		printf '%s, unknown id\t%s\n%s, wrong secret\t%s\n' "$name" \
		    "$UNKNOWN" "$name" "$(wrong_secret "${KEY[active]}")" |
		    kinds 'Without group=: users' few.all "$name"
	done
}

# What is the same each time: instructions, and calls of the kernel.
count_all()
{
	local n=0 set name instructions calls last=

	while IFS=$'\t' read -r set name _; do
		n=$((n + 1))
		valgrind --tool=callgrind --toggle-collect=counted \
		    --callgrind-out-file="$PLACE/callgrind" "$TOOL" -1 $n \
		    <"$LIST" >/dev/null 2>"$PLACE/err" ||
		    fail "valgrind: $(tail -n 3 "$PLACE/err")"
		instructions=$(awk '/^(summary|totals):/ { n = $2 }
		    END { print n }' "$PLACE/callgrind")
		strace -o "$PLACE/trace" "$TOOL" -1 $n <"$LIST" ||
		    fail "strace: $name"
		calls=$(awk '/^getppid/ { inside = !inside; next }
		    inside { n++ } END { print n }' "$PLACE/trace")
		[ "$set" = "$last" ] || printf '\n%s\n%-31s %12s %12s\n' \
		    "$set" 'the same each time' instructions 'system calls'
		last=$set
		printf '%-31s %12d %12d\n' "$name" "$instructions" "$calls"
	done <"$LIST"
}

main()
{
	mount -t tmpfs -o mode=755 timing "$PLACE" || fail "no $PLACE"
	mkdir "$STACKS" || fail "no $STACKS"
	mkdir -m 700 "$PLACE/store" "$PLACE/store/keys.d" || fail 'no store'
	setup
	place few 100000000/1m
	place many 1/1y
	make_keys
	make_list >"$LIST"
	"$TOOL" "$1" <"$LIST" || fail 'not measured'
	count_all
}

main "$@"
