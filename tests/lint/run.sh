#!/bin/bash
# run.sh - the lints.  usage: run.sh [BUILD_DIR [LINT...]]
# With ANALYSIS in the environment, static analysis is among them.
set -u
# shellcheck source=../parts.sh
. "$(dirname "$0")/../parts.sh"
LINTS='layers exports headers style calls man readme makefile
shell parts figures'
B=${1:-build}
[ $# -eq 0 ] || shift
need_known lint "$LINTS analysis" "$@"
need_built make "$B/libapikey.so.0"
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $LINTS ${ANALYSIS:+analysis}
B=$(realpath "$B")
cd "$(dirname "$0")" || exit 1

log=$(mktemp)
trap 'rm -f "$log" "$log.one"' EXIT

for lint; do
	# A lint that says nothing did not run, and one that fails without
	# a word of what is wrong did not run to its end.
	bash "$lint.sh" "$B" >"$log.one"
	status=$?
	grep . "$log.one" || echo "FAIL $lint.sh: did not run" >>"$log.one"
	[ "$status" -eq 0 ] || grep -q '^FAIL ' "$log.one" ||
	    echo "FAIL $lint.sh: ended by $status" | tee -a "$log.one"
	cat "$log.one" >>"$log"
done

passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^FAIL ' "$log")
skipped=$(grep -c '^skip ' "$log")
printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
printf '\n'
[ "$failed" -eq 0 ]
