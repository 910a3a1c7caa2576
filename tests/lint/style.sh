#!/bin/bash
# style.sh - the shape of the sources: width, length, blanks, KNF.
. "$(dirname "$0")/lib.sh"

COLUMNS_MAX=80
FILE_MAX=450
# The one public header is not split, whatever there is to say.
HEADER_MAX=600
FUNCTION_MAX=70

wide() {
	# shellcheck disable=SC2016 # the variables are awk's
	c_files | xargs awk -v max="$COLUMNS_MAX" '{
		tabs = gsub(/\t/, "\t")
		if (length($0) + 7 * tabs <= max)
			next
		columns = 0
		for (i = 1; i <= length($0); i++)
			if (substr($0, i, 1) == "\t")
				columns += 8 - columns % 8
			else
				columns++
		if (columns > max)
			print FILENAME ":" FNR ": " columns " columns"
	}'
}

long_files() {
	{ c_files; scripts; } | xargs wc -l | awk -v all="$FILE_MAX" \
	    -v header="$HEADER_MAX" '{ max = all }
	    $2 == "libapikey/apikey.h" { max = header }
	    $2 != "total" && $1 > max { print $2 ": " $1 " lines" }'
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
	{
		c_files | xargs grep -nE '^[A-Za-z_0-9]+\(' /dev/null |
		    sed -E 's/^([^:]+):([0-9]+):([A-Za-z_0-9]+).*/\1 \2 \3/'
		echo
		functions | awk '{ print $4, $1, $3 }'
	} | awk 'NF == 0 { defined = 1; next }
	    !defined { seen[$0] = 1; next }
	    !($0 in seen) { print $1 ":" $2 ": " $3 \
	    " is not at the line\047s beginning" }'
}

trailing_blanks() {
	{ c_files; scripts; find Makefile README.md NEWS LICENSE \
	    SECURITY.md man etc -type f 2>/dev/null; } | sort -u |
	    xargs grep -nE '[ 	]+$' /dev/null
}

described() {
	c_files | grep '\.c$' | xargs awk 'FNR == 1 && !/^\/\*/ {
	    print FILENAME ": does not begin by saying what it is" }'
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
