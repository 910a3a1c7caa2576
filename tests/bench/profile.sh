#!/bin/bash
# profile.sh - where a login goes, in figures that are the same each time:
# the instructions of the process that logs in, by callgrind, and what it
# asks of the kernel.
#
#	profile.sh BUILD_DIR
#	profile.sh --inside [WHO...]

set -u

BENCH=$(cd "$(dirname "$0")" && pwd) || exit

# count WHO OPTION...: callgrind's own words of one login.
count()
{
	local who=$1

	shift
	rm -f "$PLACE/callgrind"
	valgrind --tool=callgrind --toggle-collect=log_in "$@" \
	    --callgrind-out-file="$PLACE/callgrind" "$TOOLS/login" -k 1 \
	    "$STACKS/$who" "$SERVICE" "$BENCH_USER" "$RHOST" \
	    <"$PLACE/$who.replies" >/dev/null 2>"$PLACE/err" ||
	    fail "valgrind: $(tail -n 3 "$PLACE/err")"
}

# Of libraries and programs, and of functions, those that cost the most.
by_object()
{
	awk '/^ob=/ { sub(/^ob=\([0-9]+\) ?/, "&\t"); split($0, at, "\t")
	    id = at[1]; sub(/ $/, "", id)
	    if (at[2] != "") { sub(/.*\//, "", at[2]); name[id] = at[2] }
	    ob = id; next }
	    /^calls=/ { skip = 1; next }
	    /^(\+|-|\*|[0-9])/ { if (skip) skip = 0
	    else { cost[ob] += $2; all += $2 } next }
	    END { printf "  %10d  all\n", all
	    for (ob in cost) printf "  %10d  %s\n", cost[ob], name[ob] }' \
	    "$PLACE/callgrind" | sort -rn
}

by_function()
{
	callgrind_annotate --threshold=90 "$@" "$PLACE/callgrind" |
	    sed -n '/^Ir/,$p' | grep -E '^ *[0-9,]+ ' | head -n 25
}

# profile WHO
profile()
{
	printf '\n%s: instructions by library\n' "$1"
	count "$1"
	by_object
	printf '\n%s: by function\n' "$1"
	by_function
	printf '\n%s: by function and what it calls\n' "$1"
	by_function --inclusive=yes
	printf '\n%s: system calls, by name\n' "$1"
	strace -f -o "$PLACE/trace" "$TOOLS/login" 1 "$STACKS/$1" \
	    "$SERVICE" "$BENCH_USER" "$RHOST" <"$PLACE/$1.replies" \
	    >/dev/null || fail "strace: $1"
	# Those of the process that logs in, which is the second.
	awk 'NR == 1 { parent = $1 } $1 != parent { sub(/\(.*/, "", $2)
	    n[$2]++; all++ }
	    END { printf "  %6d  all\n", all
	    for (call in n) printf "  %6d  %s\n", n[call], call }' \
	    "$PLACE/trace" | sort -rn
}

inside()
{
	local who

	# shellcheck source-path=SCRIPTDIR source=../e2e/lib.sh
	. "$BENCH/../e2e/lib.sh"
	# shellcheck source-path=SCRIPTDIR source=peers.sh
	. "$BENCH/peers.sh"
	mkdir -p "$STACKS"
	setup
	setup_permit
	setup_userdb 1
	setup_apikey apikey.1 1 1
	for who; do
		profile "$who"
	done
}

if [ "${1-}" = --inside ]; then
	shift
	inside "${@:-apikey.1}"
	exit
fi
exec "$BENCH/../e2e/machine.sh" -b "${1-$BENCH/../../build}" /bin/bash \
    /run/machine/src/tests/bench/profile.sh --inside permit userdb.1 apikey.1
