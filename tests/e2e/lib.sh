# shellcheck shell=bash
# lib.sh - cases and what they want.  Sourced by every theme, which runs
# inside the machine.
#
# A case begins with t "what it shows"; each want_... that fails adds a
# problem to it; the next t or the end of the theme closes it with one
# line, "ok" or "FAIL" and all that is needed to see why.

set -u

E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
WORK=/run/e2e
OUT='' ERR='' RC=0
CASE='' PROBLEMS=() FAILED=0 MARK=1
TOKENS=()

install -d -m 755 "$WORK"

# shellcheck source-path=SCRIPTDIR source=setup.sh
. "$E2E/setup.sh"
# shellcheck source-path=SCRIPTDIR source=token.sh
. "$E2E/token.sh"
# shellcheck source-path=SCRIPTDIR source=clients.sh
. "$E2E/clients.sh"

indent()
{
	sed "s/^/    $1 /"
}

end_case()
{
	local problem

	[ -n "$CASE" ] || return 0
	if [ ${#PROBLEMS[@]} -eq 0 ]; then
		printf 'ok   %s\n' "$CASE"
	else
		FAILED=1
		printf 'FAIL %s\n' "$CASE"
		for problem in "${PROBLEMS[@]}"; do
			printf '    - %s\n' "$problem"
		done
		printf '    exit %s\n' "$RC"
		indent 'out|' <<<"$OUT"
		indent 'err|' <<<"$ERR"
		log_since | tail -n 40 | indent 'log|'
	fi
	CASE=''
}

# What a session writes at its end belongs to the case that opened it.
sessions_end()
{
	local i

	for ((i = 0; i < 100; i++)); do
		count_sshd
		[ "$SSHDS" -gt $((${SSHD_PID:+1} + 0)) ] || return 0
		sleep 0.03
	done
}

# What `pgrep -cx sshd' says goes into SSHDS; each case asks for it, and so
# it forks nothing.
count_sshd()
{
	local file name

	SSHDS=0
	for file in /proc/[0-9]*/comm; do
		{ read -r name <"$file"; } 2>/dev/null || continue
		[ "$name" != sshd ] || SSHDS=$((SSHDS + 1))
	done
}

t()
{
	end_case
	sessions_end
	CASE=$1 PROBLEMS=() OUT='' ERR='' RC=0
	log_mark
}

skip()
{
	end_case
	printf 'skip %s: %s\n' "$1" "$2"
}

problem()
{
	PROBLEMS+=("$*")
}

# Every theme ends here: whatever it did, no secret is in a log.
end_theme()
{
	local token

	t "${THEME:-$0}: no log holds a secret of this theme"
	for token in "${TOKENS[@]+"${TOKENS[@]}"}"; do
		if grep -qF -- "${token:16:38}" "$MACHINE_LOG"; then
			problem "the secret of ${token:5:10} is in the log"
		fi
	done
	end_case
	printf 'end\n'
	exit "$FAILED"
}

# run COMMAND...: keep its exit code, stdout and stderr.
run()
{
	RC=0
	"$@" >"$WORK/out" 2>"$WORK/err" </dev/null || RC=$?
	OUT=$(tr -d '\0' <"$WORK/out")
	ERR=$(tr -d '\0' <"$WORK/err")
}

want()
{
	"$@" || problem "not so: $*"
}

want_rc()
{
	[ "$RC" = "$1" ] || problem "exit $RC, wanted $1"
}

want_failure()
{
	[ "$RC" != 0 ] || problem "exit 0, wanted a failure"
}

want_out()
{
	[ "$OUT" = "$1" ] || problem "stdout is not: $1"
}

want_out_like()
{
	grep -Eq -- "$1" <<<"$OUT" || problem "stdout has no: $1"
}

want_out_unlike()
{
	! grep -Eq -- "$1" <<<"$OUT" || problem "stdout has: $1"
}

want_err_like()
{
	grep -Eq -- "$1" <<<"$ERR" || problem "stderr has no: $1"
}

want_err_unlike()
{
	! grep -Eq -- "$1" <<<"$ERR" || problem "stderr has: $1"
}

# ---- The log ----------------------------------------------------------

log_mark()
{
	MARK=$(($(wc -c <"$MACHINE_LOG") + 1))
}

log_since()
{
	tail -c "+$MARK" "$MACHINE_LOG"
}

# A daemon may write a little later than its client ends.
want_log()
{
	local i

	for ((i = 0; i < 150; i++)); do
		log_since | grep -Eq -- "$1" && return 0
		sleep 0.03
	done
	problem "not in the log: $1"
}

# Datagrams arrive in order: what was written before this one is there.
log_settle()
{
	local mark=settled.$RANDOM$RANDOM i

	logger -t e2e -p user.debug "$mark"
	for ((i = 0; i < 150; i++)); do
		grep -qF "$mark" "$MACHINE_LOG" && return 0
		sleep 0.03
	done
	problem "the log does not move"
}

want_no_log()
{
	log_settle
	if log_since | grep -Ev '^user.debug e2e: ' | grep -Eq -- "$1"; then
		problem "in the log: $1"
	fi
}

want_log_count()
{
	local count

	log_settle
	count=$(log_since | grep -Ec -- "$2")
	[ "$count" = "$1" ] || problem "$count times in the log, not $1: $2"
}

# What an audit line of the module begins with: PRIORITY SERVICE PHASE.
audit()
{
	local ident=${2%-i}

	printf '^authpriv\\.%s %s(\\[[0-9]+\\])?: pam_apikey\\(%s:%s\\): ' \
	    "$1" "$ident" "$2" "$3"
}

# want_grant ID USER SERVICE RHOST TTY RUSER SCOPES (expressions).
want_grant()
{
	want_log "$(audit notice "$3" auth)event=auth\\.grant key=$1 user=$2 \
service=$3 rhost=$4 tty=$5 ruser=$6 scopes=$7\$"
}

# want_deny REASON ID USER SERVICE RHOST TTY RUSER (expressions).
want_deny()
{
	want_log "$(audit notice "$4" auth)event=auth\\.deny reason=$1 key=$2 \
user=$3 service=$4 rhost=$5 tty=$6 ruser=$7( detail=[^ ]+)?\$"
	want_no_log 'event=auth\.grant'
}
