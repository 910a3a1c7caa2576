#!/bin/bash
# run.sh - the end-to-end tests: each theme on a throw-away machine of its
# own, with the real sshd and the real sudo.
#
#   run.sh [BUILD_DIR [THEME...]]
#
# One line per case.  Exit: 0 all passed, 1 some failed, 77 all skipped,
# with the reason.

set -u

E2E=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../parts.sh
. "$E2E/../parts.sh"
TOOLS=(cc make ip ssh sshpass expect openssl gzip setpriv logger visudo
    /usr/sbin/sshd sudo fail2ban-server rsyslogd logrotate journalctl)
THEMES=(main_job readme operating safety secrets sshd sshd_sources options
    sudo daemon install rotation limits throttle locks state expiry pepper
    check audit audit_json fail2ban rsyslog)
JOBS=3
# Where the machine has this folder.
IN_MACHINE=/run/machine/src/tests/e2e

skip_all()
{
	printf 'skip e2e: %s\n' "$*"
	printf '0 passed, 0 failed, 1 skipped\n'
	exit 77
}

# The themes, some at a time, each into its own file.
run_themes()
{
	local name

	for name; do
		while [ "$(jobs -pr | wc -l)" -ge "$JOBS" ]; do
			wait -n
		done
		timeout -k 1 600 "$E2E/machine.sh" -b "$BUILD" \
		    /bin/bash "$IN_MACHINE/$name.sh" >"$DIR/$name" 2>&1 &
	done
	wait
}

# A machine ends with the process that made it.
clean_up()
{
	local pids

	mapfile -t pids < <(jobs -pr)
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}"
	wait
	rm -rf "$DIR"
}

# A theme that does not come to its end has failed, whatever it said.
report()
{
	local name

	for name; do
		if ! grep -qx end "$DIR/$name"; then
			printf 'FAIL %s: it did not come to its end\n' \
			    "$name" >>"$DIR/$name"
		fi
		grep -vx end "$DIR/$name"
	done
}

main()
{
	local tool why passed failed skipped

	BUILD=${1-$E2E/../../build}
	[ $# -eq 0 ] || shift
	need_known theme "${THEMES[*]}" "$@"
	need_built make "$BUILD/apikeyctl"
	[ $# -gt 0 ] || set -- "${THEMES[@]}"
	for tool in "${TOOLS[@]}"; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null ||
		    skip_all "there is no $tool"
	done
	why=$("$E2E/machine.sh" -b "$BUILD" true 2>&1)
	[ $? -ne 77 ] || skip_all "$why"

	DIR=$(mktemp -d) || exit 1
	trap clean_up EXIT
	trap 'exit 1' HUP INT PIPE TERM
	run_themes "$@"
	report "$@" | tee "$DIR/.all"
	passed=$(grep -c '^ok ' "$DIR/.all")
	failed=$(grep -c '^FAIL ' "$DIR/.all")
	skipped=$(grep -c '^skip ' "$DIR/.all")
	printf '%s passed, %s failed' "$passed" "$failed"
	[ "$skipped" = 0 ] || printf ', %s skipped' "$skipped"
	printf '\n'
	[ "$failed" = 0 ]
}

main "$@"
