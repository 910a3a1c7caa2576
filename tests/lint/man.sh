#!/bin/bash
# man.sh - the manual pages are clean, and refer to pages that exist.
. "$(dirname "$0")/lib.sh"

pages() {
	find man -name '*.[0-9]' | sort
}

# Which pages are installed on this machine is no matter of ours.
lint() {
	pages | xargs mandoc -Tlint 2>/dev/null |
	    grep -v 'referenced manual not found'
}

# A page that is named with a section of ours is there.
references() {
	local file name section
	pages | while read -r file; do
		awk '$1 == ".Xr" { print $2, $3 }' "$file" | sort -u |
		while read -r name section; do
			case $name in
			*apikey*)
				[ -e "man/$name.$section" ] ||
				    echo "$file: $name($section)"
				;;
			esac
		done
	done
}

all_there() {
	local page
	for page in pam_apikey.8 apikeyctl.8 apikey.conf.5 libapikey.3; do
		[ -e "man/$page" ] || echo "man/$page: is missing"
	done
}

check 'every page is there' all_there
if need mandoc 'mandoc -Tlint'; then
	check 'mandoc -Tlint' lint
fi
check 'pages refer to pages that are there' references
exit $status
