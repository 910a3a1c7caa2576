#!/bin/bash
# coverage.sh BUILD: which lines the corpora reach, for each harness in the
# files that it is about; the harnesses there were built by `make
# fuzz-coverage'.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=../coverage/gcov.sh
. tests/coverage/gcov.sh

B=$1
work=$(mktemp -d)
FUZZ_TMP=$work
export FUZZ_TMP
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT PIPE TERM

declare -A about
about[token]='libapikey/token.c libapikey/crc32.c libapikey/hash.c
libapikey/stored.c'
about[record]='libapikey/record.c libapikey/libconfig_io.c
libapikey/libconfig_text.c libapikey/settings.c libapikey/policy.c
libapikey/verify.c'
about[config]='libapikey/config.c libapikey/libconfig_io.c
libapikey/libconfig_text.c libapikey/settings.c'
about[values]='libapikey/clock.c libapikey/rate.c libapikey/netaddr.c
libapikey/text.c'
about[options]='pam_apikey/options.c pam_apikey/reply.c'
about[state]='libapikey/usage.c libapikey/usage_file.c libapikey/counters.c
libapikey/bytes.c'
about[throttle]='libapikey/throttle.c libapikey/throttle_table.c'
about[audit]='libapikey/audit.c'
about[module]=$(echo pam_apikey/*.c libapikey/verify.c libapikey/decision.c \
    libapikey/context.c)

# A file, as a line.
line() {
	gcov_sum "$B" "$1" | awk -v name="$1" '{
	    printf "    %-30s %6.1f %% of %d lines\n", name, 100 * $2 / $1, $1 }'
}

for source in tests/fuzz/fuzz_*.c; do
	name=${source##*/fuzz_} name=${name%.c}
	mapfile -t files < <(find "tests/fuzz/corpus/$name" \
	    "tests/fuzz/found/$name" -type f 2>/dev/null)
	find "$B/obj" -name '*.gcda' -delete
	"$B/tests/fuzz/fuzz_$name" "${files[@]}" 2>/dev/null
	printf '%s: %d files\n' "$name" "${#files[@]}"
	for file in ${about[$name]}; do
		line "$file"
	done
done
