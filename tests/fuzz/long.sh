#!/bin/bash
# long.sh BUILD SECONDS [NAME...]: fuzz with each harness for so long.
#
# What is new goes into BUILD/corpus, and what ends a harness into
# BUILD/found; tests/fuzz/README says what to do with either.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=../parts.sh
. tests/parts.sh

[ $# -ge 2 ] || refuse 'usage: long.sh BUILD SECONDS [NAME...]'
B=$1 seconds=$2
shift 2
all=$(printf '%s\n' tests/fuzz/fuzz_*.c | sed 's/.*fuzz_//; s/\.c$//')
need_known harness "$all" "$@"
need_built 'make fuzz' "$B/tests/fuzz/fuzz_token"
FUZZ_TMP=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
export FUZZ_TMP
# Faster: a finding is looked at with run.sh's own settings.
export ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=5:quarantine_size_mb=32}
trap 'rm -rf "$FUZZ_TMP"' EXIT
trap 'exit 1' HUP INT PIPE TERM
status=0

# Leaks are looked for at the end, in all of the corpus at once: libconfig's
# own would have them looked for after every other input.
fuzz() {
	local name=$1 binary=$B/tests/fuzz/fuzz_$1 log=$B/fuzz_$1.log
	local work=$B/corpus/$1 found=$B/found/$1 dict=tests/fuzz/dict/$1.dict
	local seeds=("tests/fuzz/corpus/$1") options=()
	[ ! -d "tests/fuzz/found/$1" ] || seeds+=("tests/fuzz/found/$1")
	[ ! -e "$dict" ] || options+=("-dict=$dict")
	mkdir -p "$work" "$found"
	if "$binary" -max_total_time="$seconds" -timeout=20 -detect_leaks=0 \
	    -print_final_stats=1 "${options[@]}" -artifact_prefix="$found/" \
	    "$work" "${seeds[@]}" >"$log" 2>&1 &&
	    "$binary" -runs=0 -timeout=20 -artifact_prefix="$found/" \
	    "$work" "${seeds[@]}" >"$log.end" 2>&1; then
		printf 'ok   %s: ' "$name"
	else
		printf 'FAIL %s: see %s and %s\n     ' "$name" "$log" "$found"
		status=1
	fi
	awk '/number_of_executed_units/ { n = $2 }
	    /average_exec_per_sec/ { s = $2 }
	    END { printf "%d inputs, %d a second\n", n, s }' "$log"
}

# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $all
for name; do
	fuzz "$name"
done
exit $status
