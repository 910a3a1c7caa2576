#!/bin/bash
# Runs every test.  usage: run.sh [BUILD_DIR]
#
# A suite prints a line a case and ends with "N passed, N failed" or with
# ", N skipped" behind it; cmocka's own summary counts too.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=parts.sh
. tests/parts.sh

need_at_most 1 'run.sh [BUILD_DIR]; one suite has a run.sh of its own' "$@"
B=${1:-build}
ASAN=$B/asan
CLANG=$B/clang
TSAN=$B/tsan
# How long threads are let loose.
SECONDS_OF_THREADS=${SECONDS_OF_THREADS:-20}
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'exit 1' HUP INT PIPE TERM
passed=0 failed=0 skipped=0
broken=

# suite NAME COMMAND...: what it says and its exit status go into files.
suite() {
	local name=$1
	local TIMEFORMAT="   $name: %0R s, of CPU %0U s and %0S s"
	shift
	{ time "$@" >"$logs/$name" 2>&1; } 2>&1
	echo $? >"$logs/$name.status"
}

# The sum of the numbers before a word in the lines that match.
count() {
	grep -E "$2" "$logs/$1" | grep -oE "$3" | grep -oE '[0-9]+' |
	    awk '{ n += $1 } END { print n + 0 }'
}

# Show a suite that has ended, and add it up.
report() {
	local name=$1 status p f s
	printf '\n== %s\n' "$name"
	sed 's/^/   /' "$logs/$name"
	status=$(cat "$logs/$name.status")
	p=$(($(count "$name" '^[0-9]+ passed' '^[0-9]+ passed') +
	    $(count "$name" 'PASSED  \]' 'PASSED  \] [0-9]+')))
	f=$(($(count "$name" '^[0-9]+ passed' '[0-9]+ failed') +
	    $(count "$name" 'FAILED  \].* test\(s\), listed' '[0-9]+ test')))
	s=$(($(count "$name" '^[0-9]+ passed' '[0-9]+ skipped') +
	    $(count "$name" 'SKIPPED \].* test\(s\), listed' '[0-9]+ test')))
	if [ "$status" = 77 ]; then
		s=$((s + 1))
		[ -z "${APIKEY_TEST_ALL:-}" ] || broken="$broken $name(skipped)"
	elif [ "$status" != 0 ] || [ $((p + f)) -eq 0 ]; then
		broken="$broken $name"
		[ "$f" -gt 0 ] || f=1
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

units() {
	local test status=0
	for test in "$1"/tests/unit/test_*; do
		case $test in *.d) continue ;; esac
		"$test" || status=1
	done
	return $status
}

build() {
	local dir=$1
	shift
	if ! make --no-print-directory -j2 B="$dir" "$@" \
	    >"$logs/build" 2>&1; then
		cat "$logs/build"
		broken="$broken build:$dir"
		failed=$((failed + 1))
	fi
}

# What an earlier build left would say nothing of this one.
stop_if_broken() {
	[ -n "$broken" ] || return 0
	wait
	printf 'Not built:%s\n0 passed, %d failed\n' "$broken" "$failed"
	exit 1
}

# With what each machine of e2e would build for itself otherwise.
build "$B" PREFIX=/usr all unit-tests "$B/tests/trial"
stop_if_broken
# Two at a time: those that wait much beside those that compute.
{
	suite cli bash tests/cli/run.sh "$B"
	suite e2e bash tests/e2e/run.sh "$B"
} &
build "$CLANG" CC=clang all unit-tests
build "$ASAN" CC=gcc OPTIMIZE='-O1 -g' \
    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' \
    all unit-tests fuzz-tests
build "$TSAN" CC=gcc OPTIMIZE='-O1 -g' SANITIZE=-fsanitize=thread \
    "$TSAN/tests/threads/eight"
stop_if_broken
suite lint bash tests/lint/run.sh "$B"
suite unit units "$B"
suite unit-clang units "$CLANG"
suite unit-sanitizers units "$ASAN"
suite fuzz bash tests/fuzz/run.sh "$ASAN"
suite faults bash tests/faults/run.sh "$B"
suite threads "$TSAN/tests/threads/eight" "$SECONDS_OF_THREADS"
suite module bash tests/module/run.sh "$B"
TEST_PRELOAD=$(gcc -print-file-name=libasan.so) \
    suite module-sanitizers bash tests/module/run.sh "$ASAN"
wait

for name in lint unit unit-clang unit-sanitizers fuzz faults threads \
    module module-sanitizers cli e2e; do
	report $name
done

# What failed stands once more at the end, where it is seen.
printf '\n'
(cd "$logs" && grep -E '^FAIL |^not ok |\[  FAILED  \] test_' -- * |
    sort -u | sed 's/:/: /')
[ -z "$broken" ] || printf 'Not as it should be:%s\n' "$broken"
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ -z "$broken" ] && [ "$failed" -eq 0 ]
