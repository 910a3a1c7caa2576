#!/bin/bash
# shell.sh - every script passes shellcheck.
. "$(dirname "$0")/lib.sh"

# Parts that another script reads share its variables: what is set in one
# and used in the other cannot be seen there.
shared=SC2034,SC2153,SC2154
# "Unreachable" is what is called by a name in a variable, and a path that
# is made of one cannot be followed.
unseen=SC1091,SC2317

# those_with yes|no: the scripts with or without a first line of their own
those_with() {
	local file
	scripts | while read -r file; do
		if head -1 "$file" | grep -q '^#!'; then
			[ "$1" = no ]
		else
			[ "$1" = yes ]
		fi || echo "$file"
	done
}

whole() {
	those_with yes | xargs -r shellcheck -x -P SCRIPTDIR -e "$unseen" \
	    -f gcc
}

parts() {
	those_with no | xargs -r shellcheck -x -P SCRIPTDIR -s bash \
	    -e "$unseen,$shared" -f gcc
}

if need shellcheck shellcheck; then
	check 'shellcheck: scripts' whole
	check 'shellcheck: parts of scripts' parts
fi
exit $status
