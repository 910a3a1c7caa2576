#!/bin/bash
# analysis.sh - static analysis.  It takes minutes of computing, so `make
# lint' asks for it, and the default run of the tests does not.
. "$(dirname "$0")/lib.sh"

flags=(-D_GNU_SOURCE -Ilibapikey '-DAPIKEY_VERSION="0"'
    '-DAPIKEY_CONFIG="/c"' '-DAPIKEY_KEYSTORE="/k"' '-DAPIKEY_STATE="/s"'
    '-DAPIKEY_EXAMPLES="/e"')

sources() {
	printf '%s\n' libapikey/*.c pam_apikey/*.c apikeyctl/*.c
}

# Two at a time, each file by a process of its own.
each() {
	sources | xargs -P 2 -I '{}' "$@"
}

# What is left out is a matter of taste; and raise(3) does return.
cppcheck_all() {
	sources | cppcheck --quiet --file-list=- --template=gcc --std=c17 \
	    --enable=warning,performance,portability,style \
	    --suppress=missingIncludeSystem --suppress=variableScope \
	    --suppress=funcArgOrderDifferent --suppress=shadowFunction \
	    --suppress=redundantContinue --suppress=unreachableCode \
	    "${flags[@]}"
}

# gcc 12 loses what is put into a list; LeakSanitizer does not.
gcc_all() {
	each gcc -std=c17 "${flags[@]}" -O2 -fanalyzer \
	    -Wno-analyzer-malloc-leak -c -o /dev/null '{}'
}

clang_all() {
	each clang-tidy --quiet '{}' -- -std=c17 "${flags[@]}" 2>/dev/null
}

if need cppcheck cppcheck; then
	check cppcheck cppcheck_all
fi
if need gcc 'gcc -fanalyzer'; then
	check 'gcc -fanalyzer' gcc_all
fi
if need clang-tidy clang-tidy; then
	check clang-tidy clang_all
fi
exit $status
