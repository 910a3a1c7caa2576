#!/bin/bash
# bench.sh - what a login costs, beside the peers: a table, a picture, and
# the figures of both.
#
#	bench.sh [BUILD_DIR [OUT_DIR]]
#
# From the environment: LOGINS of each kind, SSH_LOGINS, RUNS of each
# command, and the sizes KEYS of the keystores, smallest first.  Exit: 0
# whatever the figures are; 1 when a login failed; 77 when there can be no
# throw-away machine.

set -u

BENCH=$(cd "$(dirname "$0")" && pwd) || exit
# shellcheck source-path=SCRIPTDIR source=../parts.sh
. "$BENCH/../parts.sh"
need_at_most 2 'bench.sh [BUILD_DIR [OUT_DIR]]' "$@"
BUILD=${1-$BENCH/../../build}
OUT=${2-$BUILD/bench}
LOGINS=${LOGINS:-1000}
SSH_LOGINS=${SSH_LOGINS:-$LOGINS}
RUNS=${RUNS:-5}
read -ra KEYS <<<"${KEYS:-1 1000 100000 1000000}"
need_built 'make bench' "$BUILD/apikeyctl" "$BUILD/tests/bench/login"

version()
{
	dpkg-query -W -f "\${Package} \${Version}" "$1" 2>/dev/null
}

# What the figures are worth something with only.
circumstances()
{
	printf '# %s, %s CPUs of: %s; %s MiB of memory\n' \
	    "$(date -u +'%Y-%m-%d %H:%M UTC')" "$(nproc)" \
	    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
	    "$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)"
	printf '# %s, %s, %s\n' \
	    "$(. /etc/os-release && echo "$PRETTY_NAME")" "$(uname -sr)" \
	    "$(version libpam-modules)"
	printf '# %s logins of each; load of the machine before: %s\n' \
	    "$LOGINS" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
}

main()
{
	local new

	mkdir -p "$OUT" || exit
	new=$(mktemp -d) || exit
	# shellcheck disable=SC2064 # it is known now
	trap "rm -rf '$new'" EXIT
	circumstances >"$new/performance.tsv"
	"$BENCH/../e2e/machine.sh" -b "$BUILD" /bin/bash \
	    /run/machine/src/tests/bench/inside.sh "$LOGINS" "$SSH_LOGINS" \
	    "$RUNS" "${KEYS[@]}" >>"$new/performance.tsv" || exit
	awk -f "$BENCH/names.awk" -f "$BENCH/plot.awk" \
	    "$new/performance.tsv" >"$new/performance.svg" &&
	    awk -f "$BENCH/names.awk" -f "$BENCH/table.awk" \
	    "$new/performance.tsv" | tee "$new/performance.txt" &&
	    cp "$new"/performance.* "$OUT" || exit 1
	printf '\nIn %s: performance.txt, performance.svg, performance.tsv\n' \
	    "$OUT"
}

main
exit
