#!/bin/bash
# readme.sh - every case that tests/README names is in the file that it
# names, and every folder is told of.  usage: readme.sh BUILD
. "$(dirname "$0")/lib.sh"

# has FILE NAME: as a case is written in a file of this kind.
has() {
	case $1 in
	*.case)	grep -qxF -- "case $2" "$1" ;;
	*/unit/*.c) grep -q "^$2(void" "$1" &&
	    grep -qE "(TEST|cmocka_unit_test)\($2\)" "$1" ;;
	*/lint/*.sh) grep -qF -- "check '$2'" "$1" ;;
	*.sh)	grep -qF -e "t '$2'" -e "t \"$2\"" "$1" ;;
	*)	grep -qF -- "\"$2\"" "$1" ;;
	esac
}

named() {
	local file name count=0

	while IFS= read -r line; do
		file=tests/${line%%: *} name=${line#*: }
		count=$((count + 1))
		if [ ! -e "$file" ]; then
			echo "$file: is not there"
		elif ! has "$file" "$name"; then
			echo "$file: has no case '$name'"
		fi
	done < <(sed -n '/^What happened to others/,$s/^	//p' tests/README)
	[ "$count" -ge 70 ] || echo "tests/README: names $count cases"
}

# A row without a case holds nothing.
rows() {
	sed '1,/^What happened to others/d; /^they are there/d; /^that they/d' \
	    tests/README | awk 'NF && !/^\t/ { if (row) print row ": no case"
	    row = $0 } /^\t/ { row = "" } END { if (row) print row ": no case" }'
}

folders() {
	local folder

	for folder in tests/*/; do
		folder=${folder#tests/}
		grep -q "^	$folder" tests/README ||
		    echo "tests/README: lacks $folder"
	done
}

check 'tests/README: its cases are there' named
check 'tests/README: each row has one' rows
check 'tests/README: every folder' folders
exit $status
