#!/bin/bash
# tests/valgrind/run.sh [BUILD_DIR] - the module's roads and the unit tests
# under valgrind's memcheck: no read of what was never written or is freed,
# and nothing left unfreed.
#
# A line for each program, and one for all scripts.  What each of them shows by
# itself is not asked here: their own suites do, at their own speed.
#
# Not under it, and why:
#   test_hash_faults, test_pepper_create, test_pepper
#	search their own memory for secrets, valgrind's part of it, too
#   test_record_memory
#	stands in for a function of the C library that valgrind replaces
#   test_counters, test_daemon, test_usage_disk
#	bound the size of files, valgrind's own among them, and chroot
#   test_throttle_many
#	ends itself after 20 seconds, which it may need on a busy machine
# Of the others some may say that they failed, since they measure waiting; only
# what valgrind says counts here.
# Processes that a test forks are left out: what they were given when they
# were forked is theirs to leave.
set -u
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=../parts.sh
. tests/parts.sh

need_at_most 1 'run.sh [BUILD_DIR]' "$@"
B=${1:-build}
need_built 'make valgrind' "$B/pam_apikey.so" "$B/tests/unit/test_token"
LEFT_OUT='hash_faults pepper_create pepper record_memory counters daemon
usage_disk throttle_many'
MEMCHECK=(valgrind -q --leak-check=full --show-leak-kinds=definite
    --suppressions=tests/valgrind/known.supp)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT PIPE TERM
passed=0 failed=0

# verdict WHAT LOG...: what valgrind wrote, and nothing else, decides.
verdict()
{
	local what=$1

	shift
	if [ ! -e "$1" ]; then
		printf 'not ok - valgrind: %s: did not run\n' "$what"
		failed=$((failed + 1))
	elif grep -hq . "$@"; then
		printf 'not ok - valgrind: %s\n' "$what"
		grep -h . "$@" | head -n 60
		failed=$((failed + 1))
	else
		printf 'ok - valgrind: %s\n' "$what"
		passed=$((passed + 1))
	fi
}

module()
{
	mkdir "$work/module"
	TEST_WRAPPER="${MEMCHECK[*]} --log-file=$work/module/%p" \
	    bash tests/module/run.sh "$B" >"$work/out" || {
		grep -v '^ok' "$work/out"
		failed=$((failed + 1))
	}
	verdict "$(grep -c '^ok ' "$work/out") cases of the module" \
	    "$work/module"/*
}

unit()
{
	local test name status

	for test in "$B"/tests/unit/test_*; do
		name=${test##*/test_}
		case " ${LEFT_OUT//$'\n'/ } " in
		*" $name "*) continue ;;
		esac
		case $name in *.d) continue ;; esac
		"${MEMCHECK[@]}" --child-silent-after-fork=yes \
		    --log-file="$work/$name.log" "$test" >/dev/null 2>&1
		status=$?
		# What never came to its end has shown nothing.
		[ "$status" -lt 128 ] || echo "ended by signal \
$((status - 128))" >>"$work/$name.log"
		verdict "test_$name" "$work/$name.log"
	done
}

unit
module
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
