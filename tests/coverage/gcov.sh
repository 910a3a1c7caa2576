# shellcheck shell=bash
# gcov.sh - what gcov says of a file.  Sourced.

# gcov_lines BUILD FILE: "1 LINE TEXT" for each line of code that was run,
# "0 LINE TEXT" for each that was not.
gcov_lines() {
	gcov -t -o "$1/obj/${2%.c}.o" "$2" 2>/dev/null |
	    awk -v file="$2" -F: '/^ *-:/ { if ($3 == "Source")
	    ours = $4 == file; next }
	    ours { runs = $1; number = $2 + 0
	    sub(/^[^:]*:[^:]*:/, "")
	    print (runs !~ /[#=]/) + 0, number, $0 }'
}

# gcov_sum BUILD FILE: how many lines of code, and how many of them were run.
gcov_sum() {
	gcov_lines "$1" "$2" | awk '{ run += $1 } END { print NR, run + 0 }'
}
