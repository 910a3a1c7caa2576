#!/bin/bash
# run.sh - what fails, ends or is short inside a login or a change.
# usage: run.sh [BUILD_DIR [PART...]]
#
# Parts: logins and changes, of which every call that can fail does so once
# in turn; kills, behind their system calls; pressure, when something is
# short.  A full disk and groups of its own need root.  Everything is in a
# temporary folder.  README has more.
set -u
# shellcheck source=../parts.sh
. "$(dirname "$0")/../parts.sh"
PARTS='logins changes kills pressure'
B=${1:-build}
[ $# -eq 0 ] || shift
need_known part "$PARTS" "$@"
need_built make "$B/pam_apikey.so"
B=$(realpath "$B")
cd "$(dirname "$0")" || exit 1
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $PARTS

# In memory, where there is such a folder: fsync is no part of this.
shm=/dev/shm
[ -w $shm ] || shm=/tmp
FOLDER=$(mktemp -d $shm/apikey-faults.XXXXXX) || exit 1
trap 'rm -rf "$FOLDER"' EXIT
trap 'exit 1' HUP INT PIPE TERM
T=$FOLDER/tools
mkdir "$T"

flags=(-std=c17 -O1 -g -D_GNU_SOURCE -Wall -Wextra -I../../libapikey)
# What stands before the C library and libpam is found before them.
link=(-rdynamic -Xlinker --no-as-needed -Xlinker -rpath -Xlinker "$T"
    "-L$T" -l:inject.so "-L$B" -lapikey -lpam -ldl)
common=(watch.c road.c scene.c scenes.c census.c command.c
    judged.c groups.c)

build()
{
	local part objects=()
	"${CC:-cc}" "${flags[@]}" -fPIC -shared -o "$T/inject.so" inject.c \
	    memory.c calls.c libpam.c fell.c synced.c -ldl &&
	    "${CC:-cc}" "${flags[@]}" -fPIC -shared \
	    -o "$T/pam_armed.so" armed.c -ldl || return 1
	for part in "${common[@]}"; do
		"${CC:-cc}" "${flags[@]}" -c -o "$T/${part%.c}.o" "$part" ||
		    return 1
		objects+=("$T/${part%.c}.o")
	done
	for part; do
		"${CC:-cc}" "${flags[@]}" -o "$T/$part" "$part.c" \
		    "${objects[@]}" "${link[@]}" || return 1
	done
}

build "$@" || exit 1

export FOLDER MODULE=$B/pam_apikey.so ARMED=$T/pam_armed.so CTL=$B/apikeyctl
export INJECT=$T/inject.so
export LD_LIBRARY_PATH=$B${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
# Only libconfig's last words, and the C library's, go elsewhere.
for part; do
	"$T/$part" 2>"$T/stderr" || grep -v -e '^out of dynamic memory' \
	    -e ': nss_[a-z_]*\.c:.* Assertion ' "$T/stderr"
	rm -rf "$FOLDER"/[0-9]*
done | tee "$T/results"

passed=$(grep -c '^ok ' "$T/results")
failed=$(grep -c '^FAIL ' "$T/results")
skipped=$(grep -c '^skip ' "$T/results")
printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
printf '\n'
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
