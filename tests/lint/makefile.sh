#!/bin/bash
# makefile.sh - `make help' has every target and variable, and no other.
. "$(dirname "$0")/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

targets() {
	sed -n '/^\.PHONY:/,/[^\\]$/p' Makefile | grep -oE '[a-z][a-z-]+'
}

# Those that have a default which is for others to change.
variables() {
	sed -nE 's/^([A-Z_]+) *\?=.*/\1/p' Makefile
}

help_targets() {
	sed -n 's/^  make \([a-z]\)/\1/p' "$work/help" |
	    sed 's/  .*//' | tr ' ' '\n'
}

targets_told() {
	targets | grep -v '^all$' | sort >"$work/there"
	help_targets | sort >"$work/told"
	[ "$(wc -l <"$work/there")" -ge 20 ] || echo 'Makefile: no targets'
	diff "$work/there" "$work/told" | sed -n 's/^</not told:/p
	    s/^>/not there:/p'
}

variables_told() {
	local name
	for name in $(variables) DESTDIR CPPFLAGS CFLAGS LDFLAGS SANITIZE; do
		grep -qw "$name" "$work/help" || echo "not told: $name"
	done
}

make -s --no-print-directory help >"$work/help" 2>&1
check 'make help: every target, and no other' targets_told
check 'make help: every variable' variables_told
exit $status
