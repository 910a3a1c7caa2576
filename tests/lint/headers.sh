#!/bin/bash
# headers.sh - every header compiles alone, and twice; apikey.h also as
# old C and as C++.
. "$(dirname "$0")/lib.sh"

CC=${CC:-cc}
CXX=${CXX:-c++}
flags='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'

# twice COMPILER LANGUAGE HEADER [FLAG...]
twice() {
	local compiler=$1 language=$2 header=$3
	shift 3
	# shellcheck disable=SC2086 # flags is a list
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
	    "$compiler" -x "$language" $flags "$@" -
}

internal() {
	local file
	for file in libapikey/*.h pam_apikey/*.h apikeyctl/*.h; do
		twice "$CC" c "$file" -std=c17 -D_GNU_SOURCE -I. -Ilibapikey
	done
}

check 'apikey.h is C99' twice "$CC" c libapikey/apikey.h -std=c99 -I.
check 'apikey.h is C17' twice "$CC" c libapikey/apikey.h -std=c17 -I.
if need "$CXX" 'apikey.h is C++11'; then
	check 'apikey.h is C++11' \
	    twice "$CXX" c++ libapikey/apikey.h -std=c++11 -I.
fi
check 'every header compiles alone and twice' internal
exit $status
