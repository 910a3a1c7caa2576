#!/bin/bash
# style.sh - the shape of the sources: width, length, blanks, KNF.
. "$(dirname "$0")/lib.sh"

COLUMNS_MAX=80
FILE_MAX=450
FUNCTION_MAX=70

wide() {
	local file
	for file in $(c_files); do
		expand -t 8 "$file" | awk -v file="$file" \
		    -v max="$COLUMNS_MAX" 'length($0) > max {
		    print file ":" NR ": " length($0) " columns" }'
	done
}

long_files() {
	{ c_files; scripts; } | xargs wc -l | awk -v max="$FILE_MAX" \
	    '$2 != "total" && $1 > max { print $2 ": " $1 " lines" }'
}

# line end name file
functions() {
	c_files | ctags -x --c-kinds=f --fields=+e \
	    --_xformat='%n %e %N %F' -L -
}

long_functions() {
	functions | awk -v max="$FUNCTION_MAX" '$2 - $1 + 1 > max {
	    print $4 ":" $1 ": " $3 " has " $2 - $1 + 1 " lines" }'
}

# "grep ^name" finds where a function is defined.
names_in_column_0() {
	local line name file
	functions | while read -r line _ name file; do
		sed -n "${line}p" "$file" | grep -q "^$name(" ||
		    echo "$file:$line: $name is not at the line's beginning"
	done
}

trailing_blanks() {
	{ c_files; scripts; find Makefile README.md NEWS LICENSE \
	    SECURITY.md man etc -type f 2>/dev/null; } | sort -u |
	    xargs grep -nE '[ 	]+$' /dev/null
}

described() {
	local file
	for file in $(c_files | grep '\.c$'); do
		head -1 "$file" | grep -q '^/\*' ||
		    echo "$file: does not begin by saying what it is"
	done
}

leftovers() {
	c_files | xargs grep -nE '\b(TODO|FIXME|XXX)\b|ifdef TESTING' /dev/null
}

check "C: at most $COLUMNS_MAX columns" wide
check "at most $FILE_MAX lines a file" long_files
if need ctags 'the length of functions'; then
	check "C: at most $FUNCTION_MAX lines a function" long_functions
	check 'C: names of functions in column 0' names_in_column_0
fi
check 'no blanks at the end of a line' trailing_blanks
check 'C: every source says what it is' described
check 'C: nothing is left to do' leftovers
exit $status
