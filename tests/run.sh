#!/bin/bash
# Runs every test.  usage: run.sh [BUILD_DIR]
#
# A suite prints a line a case and ends with "N passed, N failed" or with
# ", N skipped" behind it; cmocka's own summary counts too.
set -u
cd "$(dirname "$0")/.." || exit 1

B=${1:-build}
ASAN=$B/asan
CLANG=$B/clang
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0
broken=

# The sum of the numbers before a word in the lines that match.
count() {
	grep -E "$1" "$log" | grep -oE "$2" | grep -oE '[0-9]+' |
	    awk '{ n += $1 } END { print n + 0 }'
}

suite() {
	local name=$1 status p f s
	shift
	printf '\n== %s\n' "$name"
	"$@" >"$log" 2>&1
	status=$?
	sed 's/^/   /' "$log"
	p=$(($(count '^[0-9]+ passed' '^[0-9]+ passed') +
	    $(count 'PASSED  \]' 'PASSED  \] [0-9]+')))
	f=$(($(count '^[0-9]+ passed' '[0-9]+ failed') +
	    $(count 'FAILED  \].* test\(s\), listed' '[0-9]+ test')))
	s=$(($(count '^[0-9]+ passed' '[0-9]+ skipped') +
	    $(count 'SKIPPED \].* test\(s\), listed' '[0-9]+ test')))
	if [ "$status" -eq 77 ]; then
		s=$((s + 1))
		[ -z "${APIKEY_TEST_ALL:-}" ] || broken="$broken $name(skipped)"
	elif [ "$status" -ne 0 ] || [ $((p + f)) -eq 0 ]; then
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
	if ! make --no-print-directory B="$dir" "$@" all unit-tests \
	    >"$log" 2>&1; then
		cat "$log"
		broken="$broken build:$dir"
		failed=$((failed + 1))
	fi
}

build "$B"
build "$CLANG" CC=clang
build "$ASAN" CC=gcc OPTIMIZE='-O1 -g' \
    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'

suite lint bash tests/lint/run.sh "$B"
suite unit units "$B"
suite unit-clang units "$CLANG"
suite unit-sanitizers units "$ASAN"
suite module bash tests/module/run.sh "$B"
TEST_PRELOAD=$(gcc -print-file-name=libasan.so) \
    suite module-sanitizers bash tests/module/run.sh "$ASAN"
suite cli bash tests/cli/run.sh "$B"
suite e2e bash tests/e2e/run.sh "$B"

printf '\n'
[ -z "$broken" ] || printf 'Not as it should be:%s\n' "$broken"
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ -z "$broken" ] && [ "$failed" -eq 0 ]
