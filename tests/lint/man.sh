#!/bin/bash
# man.sh - the manual pages are clean, refer to pages that exist, and leave
# out nothing that is there.  usage: man.sh BUILD
. "$(dirname "$0")/lib.sh"

B=${1:-build}

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
	for page in pam_apikey.8 apikeyctl.8 apikey.conf.5 apikey-audit.5 \
	    libapikey.3; do
		[ -e "man/$page" ] || echo "man/$page: is missing"
	done
}

# The programs in libapikey(3) are those that are compiled and run.
examples() {
	local file
	for file in man/*.c; do
		awk 'NR == FNR { want = want $0 "\n"; next }
		    /^\.Bd -literal$/ { inside = 1; text = ""; next }
		    /^\.Ed$/ { found += inside && text == want; inside = 0 }
		    { gsub(/\\e/, "\\"); text = text $0 "\n" }
		    END { exit !found }' "$file" man/libapikey.3 ||
		    echo "man/libapikey.3: does not hold $file as it is"
	done
}

# every NAME PAGE FORM: each name that is read stands there, in this form,
# which has a % in its place.
every() {
	local name
	while read -r name; do
		grep -Eq -- "${3//%/$name}" "$2" ||
		    echo "$2: lacks the $1 $name"
	done
}

ctl() {
	LD_LIBRARY_PATH=$B "$B/apikeyctl" "$@"
}

commands() {
	ctl --help | sed -n '/^Commands:/,$s/^  \([a-z]*\) .*/\1/p'
}

options() {
	local command
	commands | every command man/apikeyctl.8 '^\.Cm .*\b%\b'
	for command in $(commands); do
		ctl "$command" --help
	done | grep -oE -- '--[a-z-]+' | sed 's/^--//' | sort -u |
	    every option man/apikeyctl.8 'Fl -%\b'
}

# What a configuration and a record may hold.
settings() {
	grep -hoE '\.name = "[a-z_0-9]+"' libapikey/config.c \
	    libapikey/record.c | cut -d'"' -f2 | sort -u |
	    every setting man/apikey.conf.5 '^\.(It )?Ic .*\b%\b'
}

events() {
	grep -hoE '"(auth|key|session|pepper)\.[a-z]{2,}"' libapikey/*.c |
	    tr -d '"' | sort -u | every event man/apikey-audit.5 '^\.It Li .*%\b'
}

# Each code by its name in the library, each answer as it goes on record.
errors() {
	grep -oE 'X\([0-9]+, [A-Z_]+, "[a-z-]+"' libapikey/apikey.h |
	    tr -d ',"' >"$work/errors"
	cut -d' ' -f2 "$work/errors" |
	    every error man/libapikey.3 '^\.It .*Dv % Ta'
	grep -v DENIED "$work/errors" | awk '{ sub(/.*\(/, "", $1)
	    if ($1 <= 66) print $3 }' |
	    every reason man/apikey-audit.5 '^\.It Li .*\b%\b'
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check 'every page is there' all_there
if need mandoc 'mandoc -Tlint'; then
	check 'mandoc -Tlint' lint
fi
check 'pages refer to pages that are there' references
check 'libapikey(3): its programs are the files' examples
check 'libapikey(3), apikey-audit(5): every error' errors
check 'apikey.conf(5): every setting' settings
check 'apikey-audit(5): every event' events
if [ -x "$B/apikeyctl" ]; then
	check 'apikeyctl(8): every command and option' options
else
	skip 'apikeyctl(8): every command and option' "there is no $B/apikeyctl"
fi
exit $status
