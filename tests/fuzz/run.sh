#!/bin/bash
# run.sh BUILD...: every harness once with each file of its corpus and with
# each case that was found, with the harnesses of each folder that was built.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=../parts.sh
. tests/parts.sh
[ $# -gt 0 ] || refuse 'usage: run.sh BUILD...'
for build; do
	need_built "make fuzz-tests B=$build" "$build/tests/fuzz/fuzz_token"
done

log=$(mktemp)
FUZZ_TMP=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
export FUZZ_TMP
trap 'rm -rf "$log" "$FUZZ_TMP"' EXIT
trap 'exit 1' HUP INT PIPE TERM
passed=0 failed=0

result() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		printf 'ok   %s\n' "$2"
	else
		failed=$((failed + 1))
		printf 'FAIL %s\n' "$2"
		tail -25 "$log" | sed 's/^/     /'
	fi
}

# A harness that ran says so of each file, before anything can happen to it.
replay() {
	local binary=$1 name=$2 files=() status ran
	mapfile -t files < <(find "tests/fuzz/corpus/$name" \
	    "tests/fuzz/found/$name" -type f 2>/dev/null | LC_ALL=C sort)
	if [ "${#files[@]}" -eq 0 ]; then
		echo "tests/fuzz/corpus/$name: there is no file" >"$log"
		result 1 "$binary"
		return
	fi
	timeout 120 "$binary" "${files[@]}" >"$log" 2>&1
	status=$?
	ran=$(grep -ac '^Running: ' "$log")
	[ "$ran" -eq "${#files[@]}" ] || status=1
	result "$status" "$binary: ${#files[@]} files"
}

for build; do
	for source in tests/fuzz/fuzz_*.c; do
		name=${source##*/fuzz_} name=${name%.c}
		replay "$build/tests/fuzz/fuzz_$name" "$name"
	done
done

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
