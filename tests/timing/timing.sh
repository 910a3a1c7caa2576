#!/bin/bash
# timing.sh - can attempts to log in be told apart by how long they take?
# A report, and no test: see docs/timing.md.
#
#	timing.sh [BUILD_DIR [OUT_FILE]]
#
# ROUNDS, from the environment, is how many there are of each kind.  Exit: 0
# whatever the figures are; 1 when an attempt was granted, or the delay
# asked for differed; 77 when there can be no throw-away machine.

set -u

TIMING=$(cd "$(dirname "$0")" && pwd) || exit
# shellcheck source-path=SCRIPTDIR source=../parts.sh
. "$TIMING/../parts.sh"
need_at_most 2 'timing.sh [BUILD_DIR [OUT_FILE]]' "$@"
BUILD=${1-$TIMING/../../build}
OUT=${2-$BUILD/timing.txt}
need_built 'make timing' "$BUILD/apikeyctl" "$BUILD/tests/timing/timing"

# What the figures are worth something with only.
circumstances()
{
	printf '%s, %s CPUs of: %s\n' \
	    "$(date -u +'%Y-%m-%d %H:%M UTC')" "$(nproc)" \
	    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
	printf '%s, %s, %s; load before: %s\n' \
	    "$(. /etc/os-release && echo "$PRETTY_NAME")" "$(uname -sr)" \
	    "$(dpkg-query -W -f "\${Package} \${Version}" libpam0g)" \
	    "$(cut -d ' ' -f 1-3 /proc/loadavg)"
}

{
	circumstances
	"$TIMING/../e2e/machine.sh" -b "$BUILD" /bin/bash \
	    /run/machine/src/tests/timing/inside.sh "${ROUNDS:-5000}"
} >"$OUT.new" || { code=$?; cat "$OUT.new"; exit $code; }
mv "$OUT.new" "$OUT"
cat "$OUT"
printf '\nIn %s; how to read it: docs/timing.md\n' "$OUT"
