#!/bin/bash
# run.sh - the lints.  usage: run.sh [BUILD_DIR]
set -u
B=$(realpath "${1:-build}")
cd "$(dirname "$0")" || exit 1

log=$(mktemp)
trap 'rm -f "$log"' EXIT

for lint in layers exports headers style calls man shell; do
	# A lint that says nothing did not run.
	bash "$lint.sh" "$B" | tee -a "$log" | grep . ||
	    echo "FAIL $lint.sh: did not run" | tee -a "$log"
done

passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^FAIL ' "$log")
skipped=$(grep -c '^skip ' "$log")
printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
printf '\n'
[ "$failed" -eq 0 ]
