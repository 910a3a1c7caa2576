#!/bin/bash
# layers.sh - who includes whom.
#
# A file of the library includes its own header, apikey.h, error.h and
# headers of lower layers; a library of others is used in few places;
# the module and the command see apikey.h and nothing else of ours.
. "$(dirname "$0")/lib.sh"

# Lowest first.  A name without a header of its own implements the one
# above it.
layers='mem clock text netaddr crc32 bytes
fileio
token request spec rate stored lock libconfig_text
hash
pepper
settings
libconfig_io
config record usage_file throttle_table
policy keystore usage throttle counters audit
state
context key result
decision admin bounds sessionlog
verify create change explain listing
rotate maintain check'

# Header (a pattern), and the files that may include it.
others='<libconfig.h> libapikey/libconfig_io.c
<sodium.h> libapikey/(mem|hash|token|throttle_table).c
<syslog.h> (libapikey/audit|pam_apikey/log).c
<security/.*> pam_apikey/.*
<jansson.h> apikeyctl/.*'

declare -A rank
row=0
while read -r names; do
	row=$((row + 1))
	for name in $names; do
		rank[$name]=$row
	done
done <<<"$layers"

# The names between quotes behind #include.
includes() {
	sed -n 's/^#[ \t]*include[ \t]*"\([^"]*\)\.h".*/\1/p' "$1"
}

library() {
	local file name own include other
	for file in libapikey/*.[ch]; do
		name=${file##*/} name=${name%.[ch]}
		case $name in apikey | error) continue ;; esac
		own=${rank[$name]-}
		if [ -z "$own" ]; then
			echo "$file: has no layer in tests/lint/layers.sh"
			continue
		fi
		for include in $(includes "$file"); do
			case $include in
			apikey | error | "$name") continue ;;
			esac
			other=${rank[$include]-}
			if [ -z "$other" ] || [ "$other" -ge "$own" ]; then
				echo "$file: includes $include.h," \
				    "which is not of a lower layer"
			fi
		done
	done
}

lowest() {
	includes libapikey/apikey.h | sed 's/^/apikey.h: includes /'
	includes libapikey/error.h | grep -vx apikey |
	    sed 's/^/error.h: includes /'
	includes libapikey/error.c | grep -vx error |
	    sed 's/^/error.c: includes /'
}

libraries() {
	local header allowed
	while read -r header allowed; do
		grep -rnE "^#[ \t]*include[ \t]*$header" libapikey \
		    pam_apikey apikeyctl | grep -vE "^($allowed):"
	done <<<"$others"
}

# In quotes what is in the same folder, in < > what is none of ours.
public_only() {
	local file include dir
	for file in pam_apikey/*.[ch] apikeyctl/*.[ch]; do
		dir=${file%/*}
		for include in $(includes "$file"); do
			case $include in
			apikey) continue ;;
			*/*) ;;
			*) [ -e "$dir/$include.h" ] && continue ;;
			esac
			echo "$file: includes $include.h"
		done
		sed -n 's/^#[ \t]*include[ \t]*<\([^>]*\)>.*/\1/p' "$file" |
		while read -r include; do
			[ ! -e "libapikey/$include" ] ||
			    echo "$file: includes <$include>"
		done
	done
}

check 'libapikey: every include is of a lower layer' library
check 'libapikey: the lowest headers stand alone' lowest
check 'libraries of others are used where they belong' libraries
check 'module and command include only apikey.h of the library' public_only
exit $status
