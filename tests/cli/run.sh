#!/bin/bash
# run.sh - the tests of apikeyctl.  usage: run.sh [BUILD_DIR [THEME...]]
#
# Everything is in a temporary folder, and nobody's keys are touched.
# What needs root, or a program that is not there, is skipped with the
# reason.
set -u
# shellcheck source=../parts.sh
. "$(dirname "$0")/../parts.sh"
THEMES='schema usage create output list verify change life rotate usage_counts
metrics gc explain pepper store places exits interrupts check check_pam
check_stacks check_sshd check_files'
B=${1:-build}
[ $# -eq 0 ] || shift
need_known theme "$THEMES" "$@"
need_built make "$B/apikeyctl"
B=$(realpath "$B")
cd "$(dirname "$0")" || exit 1
export LD_LIBRARY_PATH=$B
export LC_ALL=C.UTF-8
unset NO_COLOR SUDO_USER
umask 022

CTL=$B/apikeyctl
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT

for helper in json hold schema prom; do
	"${CC:-cc}" -D_GNU_SOURCE -o "$W/$helper" $helper.c -ljansson \
	    || exit 1
done

# shellcheck source=lib.sh
. ./lib.sh
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $THEMES
for theme; do
	# shellcheck source=/dev/null
	. "./$theme.sh"
done
finish
