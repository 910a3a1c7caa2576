#!/bin/bash
# exports.sh - one list of names: the symbol map, the marked functions,
# the prototypes, the manual, and what is built.  usage: exports.sh BUILD
. "$(dirname "$0")/lib.sh"

B=${1:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
map=$work/map

sed -n '/global:/,/local:/s/^[ \t]*\([a-z_0-9]*\);$/\1/p' \
    libapikey/libapikey.map >"$map"

# differ LIST: a name a line, sorted; < is only in the map.
differ() {
	diff "$map" - | grep '^[<>]'
}

in_order() {
	[ -s "$map" ] || echo 'the symbol map names nothing'
	sort -c "$map"
}

marked() {
	awk '/^AK_EXPORT/ { getline; sub(/\(.*/, ""); print }' \
	    libapikey/*.c | sort | differ
}

prototypes() {
	ctags -x --c-kinds=p --_xformat=%N libapikey/apikey.h | sort | differ
}

manual() {
	awk '$1 == ".Fn" || $1 == ".Fo" { print $2 }' man/libapikey.3 |
	    sort -u | differ
}

# Constants and types of apikey.h are in the manual's text too.
manual_of_bounds() {
	local name
	sed -n '/^enum apikey_bound/,/^}/s/^\t\(APIKEY_[A-Z_]*\).*/\1/p' \
	    libapikey/apikey.h | while read -r name; do
		grep -q "$name" man/libapikey.3 ||
		    echo "man/libapikey.3: lacks $name"
	done
}

built() {
	nm -D --defined-only "$B/libapikey.so.0" | awk '$2 != "A" {
	    sub(/@@LIBAPIKEY_0\.1$/, "", $3); print $3 }' | sort | differ
	readelf -d "$B/libapikey.so.0" | grep -q 'SONAME.*\[libapikey.so.0\]' ||
	    echo 'its SONAME is not libapikey.so.0'
}

module() {
	nm -D --defined-only "$B/pam_apikey.so" |
	    awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
	    grep -vxE 'pam_sm_(authenticate|setcred|acct_mgmt|open_session|close_session|chauthtok)' |
	    sed 's/$/: is exported/'
	readelf -d "$B/pam_apikey.so" | grep -q 'FLAGS_1.*NODELETE' ||
	    echo 'it is not linked with -z nodelete'
}

# Nothing else is loaded into sshd.
needed() {
	readelf -d "$B/libapikey.so.0" "$B/pam_apikey.so" |
	    sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
	    grep -vE '^(libapikey\.so\.0|libc\.so|libpam\.so|libsodium\.so|libconfig\.so)' |
	    sed 's/$/: is needed/'
}

check 'symbol map: in order' in_order
check 'symbol map: the functions marked AK_EXPORT' marked
if need ctags 'symbol map: the prototypes of apikey.h'; then
	check 'symbol map: the prototypes of apikey.h' prototypes
fi
check 'symbol map: the names documented in libapikey(3)' manual
check 'libapikey(3) documents every bound' manual_of_bounds
check 'symbol map: what libapikey.so.0 exports' built
check 'pam_apikey.so exports its entry points only' module
check 'library and module need few libraries' needed
exit $status
