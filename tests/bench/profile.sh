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

# Self cost by library and program.  A name stands where it comes first,
# also where it is only called, and a number for it from then on.
by_object()
{
	awk '/^c?ob=/ {
		id = $1
		sub(/^c?ob=/, "", id)
		if (NF > 1) {
			name[id] = $2
			sub(/.*\//, "", name[id])
		}
		if (/^ob=/)
			ob = id
		next
	}
	/^calls=/ {
		called = 1
		next
	}
	/^[-+*0-9]/ {
		if (!called) {
			cost[ob] += $2
			all += $2
		}
		called = 0
	}
	END {
		printf "%12d  all\n", all
		for (ob in cost)
			printf "%12d  %s\n", cost[ob], name[ob]
	}' "$PLACE/callgrind" | sort -rn | head -n 12
}

# Inclusive cost of functions of ours, and of what they call elsewhere.
by_function()
{
	callgrind_annotate --threshold=100 --inclusive=yes \
	    "$PLACE/callgrind" |
	    grep -E ':(ak_|apikey_|pamak_|config_|sodium_|dl(open|close)@)|:(getgrnam_r|getpwnam_r|pam_start|pam_end|__syslog)' |
	    sed -E 's/ \([^)]*%\) +[^ ]*:/  /; s/ \[.*//' | head -n 40
}

# Of the second login, whose process is the last.
system_calls()
{
	strace -f -o "$PLACE/trace" "$TOOLS/login" -w 1 1 "$STACKS/$1" \
	    "$SERVICE" "$BENCH_USER" "$RHOST" <"$PLACE/$1.replies" \
	    >/dev/null || fail "strace: $1"
	awk '{ of[NR] = $1; sub(/\(.*/, "", $2); call[NR] = $2
	    if ($1 + 0 > last) last = $1 + 0 }
	END {
		for (i = 1; i <= NR; i++)
			if (of[i] == last && call[i] ~ /^[a-z]/) {
				n[call[i]]++
				all++
			}
		printf "%12d  all\n", all
		for (name in n)
			printf "%12d  %s\n", n[name], name
	}' "$PLACE/trace" | sort -rn
}

# profile WHO
profile()
{
	printf '\n%s: instructions by library\n' "$1"
	count "$1"
	by_object
	printf '\n%s: instructions by function and all that it calls\n' "$1"
	by_function
	printf '\n%s: system calls\n' "$1"
	system_calls "$1"
}

inside()
{
	local who

	# shellcheck source-path=SCRIPTDIR source=../e2e/lib.sh
	. "$BENCH/../e2e/lib.sh"
	# shellcheck source-path=SCRIPTDIR source=peers.sh
	. "$BENCH/peers.sh"
	mount -t tmpfs -o mode=755 bench "$PLACE" && mkdir "$STACKS" || exit
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
