# shellcheck shell=bash
# lib.sh - what the lints share; each is run at the top of the tree.
#
# A check is a command that prints what it finds: silence is good.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
export LC_ALL=C
# shellcheck disable=SC2034 # the exit status of the lint
status=0

check() {
	local name=$1 found
	shift
	found=$("$@" 2>&1)
	if [ -z "$found" ]; then
		printf 'ok   %s\n' "$name"
		return
	fi
	printf 'FAIL %s\n' "$name"
	printf '%s\n' "$found" | sed 's/^/     /'
	status=1
}

skip() {
	printf 'skip %s: %s\n' "$1" "$2"
}

# need PROGRAM CHECK: is the program there that the check needs?
need() {
	command -v "$1" >/dev/null && return
	skip "$2" "$1 is not installed"
	return 1
}

# The C sources, and the scripts: *.sh and what begins with #! and a shell.
c_files() {
	find libapikey pam_apikey apikeyctl tests man -name '*.[ch]' | sort
}

scripts() {
	find tests .ci etc -type f ! -name '*.[ch]' -print0 2>/dev/null |
	    xargs -0 -r awk 'FNR == 1 && (FILENAME ~ /\.sh$/ ||
	    /^#!.*sh$/) { print FILENAME }' | sort
}
