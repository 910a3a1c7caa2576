#!/bin/bash
# figures.sh - what `make bench' makes of its figures, by those in docs/.
. "$(dirname "$0")/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# table LOGINS: as if there had been so many, under a head line.
table() {
	{
		(. tests/bench/measure.sh && head_line)
		awk -v n="$1" 'BEGIN { FS = OFS = "\t" }
		    $1 == "part" { next } NF > 5 { $5 = n } { print }' \
		    docs/performance.tsv
	} >"$work/tsv"
	awk -f tests/bench/names.awk -f tests/bench/table.awk "$work/tsv"
}

# want LOGINS COUNT WORDS
want() {
	local count
	count=$(table "$1" | grep -cE -- "$3")
	[ "$count" -eq "$2" ] || echo "$1 logins: $count times $3"
}

verdicts() {
	want 1000 6 ' (reached|MISSED)(;|$)'
	want 999 6 ' too few logins'
	want 999 0 ' (reached|MISSED)(;|$)'
}

head_line_alone() {
	local script
	for script in table plot; do
		(. tests/bench/measure.sh && head_line) |
		    timeout 5 awk -f tests/bench/names.awk \
		    -f "tests/bench/$script.awk" &&
		    echo "$script.awk: makes something of no figures"
	done
	table 1000 >/dev/null
	awk -F '\t' 'NF > 1 { if (n && NF != n) print NR ": " NF " columns"
	    n = NF }' "$work/tsv"
}

check 'bench: a verdict needs 1,000 logins' verdicts
check 'bench: the names of the columns are no figures' head_line_alone
exit $status
