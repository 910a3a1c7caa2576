#!/bin/bash
# parts.sh - what is asked for and is not there is refused, and never passed
# without a test.  usage: parts.sh BUILD
. "$(dirname "$0")/lib.sh"

B=${1:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# refused SENTENCE SCRIPT ARG...: exit 2, this one sentence, and no test.
refused() {
	local sentence=$1 status=0
	shift
	timeout 5 bash "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	[ "$status" -eq 2 ] || echo "$*: exit $status"
	[ ! -s "$work/out" ] || echo "$*: $(head -n 1 "$work/out")"
	[ "$(wc -l <"$work/err")" -eq 1 ] && grep -q -- "$sentence" \
	    "$work/err" || echo "$*: $(head -n 3 "$work/err")"
}

unknown() {
	refused '^there is no theme nosuch; .* create ' \
	    tests/cli/run.sh "$B" create nosuch
	refused '^there is no theme nosuch; .* sudo ' \
	    tests/e2e/run.sh "$B" sudo nosuch
	refused '^there is no script nosuch; .* group .* pamtester$' \
	    tests/module/run.sh "$B" group nosuch
	refused '^there is no part nosuch; .* kills ' \
	    tests/faults/run.sh "$B" kills nosuch
	refused '^there is no lint nosuch; .* man ' \
	    tests/lint/run.sh "$B" man nosuch
	refused '^there is no suite nosuch; .* module ' \
	    tests/coverage/run.sh "$B" module nosuch
	refused '^there is no harness nosuch; .* token ' \
	    tests/fuzz/long.sh "$B" 1 token nosuch
	refused '^none/.* is missing: run make fuzz-tests B=none$' \
	    tests/fuzz/run.sh none
	refused '^usage: ' \
	    tests/valgrind/run.sh "$B" nosuch
	refused '^usage: ' tests/run.sh "$B" nosuch
	refused '^usage: ' tests/bench/bench.sh "$B" "$work" nosuch
	refused '^usage: ' tests/timing/timing.sh "$B" "$work/out" nosuch
}

unbuilt() {
	local script
	for script in cli/run.sh e2e/run.sh module/run.sh faults/run.sh \
	    fuzz/run.sh lint/run.sh coverage/run.sh valgrind/run.sh \
	    bench/bench.sh timing/timing.sh; do
		refused "^$work/none/.* is missing: run make" \
		    "tests/$script" "$work/none"
	done
}

# A new one has to be among them.
every_one() {
	local script
	for script in tests/*/run.sh; do
		grep -qF -- "	    $script" tests/lint/parts.sh ||
		    echo "$script: is not asked"
	done
}

check 'run.sh: an unknown theme, script or part is refused' unknown
check 'run.sh: nothing runs where nothing is built' unbuilt
check 'run.sh: each of them is asked' every_one
exit $status
