#!/bin/bash
# run.sh BUILD [SUITE...]: which lines the tests reach, in what `make
# coverage' built.  docs/coverage.md says what the figures mean.
#
# Suites: unit, module, cli and faults.  Its exit status is that of the
# tests, or 1 where a part has fewer lines than AIM per cent.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=gcov.sh
. tests/coverage/gcov.sh
# shellcheck source=../parts.sh
. tests/parts.sh

SUITES='unit module cli faults'
[ $# -gt 0 ] || refuse 'usage: run.sh BUILD [SUITE...]'
B=$1
shift
need_known suite "$SUITES" "$@"
need_built 'make coverage' "$B/apikeyctl" "$B/exits.so"
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $SUITES
B=$(realpath "$B")
AIM=95
AIMED='libapikey pam_apikey'
status=0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT PIPE TERM
# Where gcov complains, which is not among what a test wants to see.
export GCOV_ERROR_FILE=$work/complaints
: >"$GCOV_ERROR_FILE"

unit() {
	local source failed=0
	for source in tests/unit/test_*.c; do
		LD_PRELOAD=$B/exits.so "$B/${source%.c}" || failed=1
	done
	return "$failed"
}

module() {
	TEST_PRELOAD=$B/exits.so bash tests/module/run.sh "$B"
}

cli() {
	bash tests/cli/run.sh "$B"
}

# What is killed writes nothing, and would spoil what it is writing.
faults() {
	LD_PRELOAD=$B/exits.so bash tests/faults/run.sh "$B" logins changes \
	    pressure
}

measure() {
	local suite
	find "$B" -name '*.gcda' -delete
	for suite; do
		if "$suite" >"$work/log" 2>&1; then
			echo "$suite: passed"
			continue
		fi
		echo "$suite: FAILED, so that the figures say little:"
		grep -vE '^(ok |\[)' "$work/log" | sed 's/^/    /'
		status=1
	done
}

# "FILE 1|0 LINE TEXT" for each line of code.
collect() {
	local file
	for file in libapikey/*.c pam_apikey/*.c apikeyctl/*.c; do
		gcov_lines "$B" "$file" | sed "s|^|$file |"
	done
}

table() {
	awk -v aim="$AIM" -v aimed=" $AIMED " '
	function row(name, of, was) {
		printf "%-32s %6d %8d %7.1f\n", name, of, was, 100 * was / of
	}
	BEGIN { printf "%-32s %6s %8s %7s\n", "file", "lines", "covered", "%" }
	{ part = $1; sub("/.*", "", part) }
	!($1 in lines) { file[++files] = $1 }
	!(part in lines) { parts[++count] = part }
	{ lines[$1]++; lines[part]++; run[$1] += $2; run[part] += $2 }
	END {
		for (i = 1; i <= files; i++)
			row(file[i], lines[file[i]], run[file[i]])
		print ""
		for (i = 1; i <= count; i++) {
			name = parts[i]
			row(name, lines[name], run[name])
			if (index(aimed, " " name " ") > 0 &&
			    run[name] * 100 < lines[name] * aim) {
				print name ": less than " aim " %"
				low = 1
			}
		}
		exit low + (files == 0)
	}' "$work/lines"
}

# Line by line, below the function that it is in.
uncovered() {
	local file
	grep -E '^[^ ]+ 0 ' "$work/lines" | cut -d ' ' -f 1 | uniq |
	while read -r file; do
		printf '\n%s\n' "$file"
		awk -v name="$file" 'FNR == NR {
			if ($1 == name && $2 == 0)
				wanted[$3] = 1
			next
		}
		/^[a-z_0-9]+\(/ { function_ = $0; sub(/\(.*/, "()", function_) }
		FNR in wanted {
			if (function_ != said)
				print "  " (said = function_)
			print name ":" FNR ":" $0
		}' "$work/lines" "$file"
	done
}

measure "$@"
collect >"$work/lines"
echo
table || status=1
printf '\nNot covered:\n'
uncovered
printf '\n'
[ ! -s "$GCOV_ERROR_FILE" ] || {
	echo 'gcov lost counts:'
	sort "$GCOV_ERROR_FILE" | uniq -c
	status=1
}
exit $status
