# shellcheck shell=bash
# lib.sh - cases of the command and what they want.  Sourced by run.sh.
#
# A case begins with t "what it shows".  ctl STATUS ARG... runs the
# command and wants an exit status; each want_... that fails adds a
# problem; the next t or the end closes the case with one line.

CASE='' PROBLEMS=() PASSED=0 FAILED=0 SKIPPED=0
OUT='' ERR='' TOKEN='' ID=''
IN=/dev/null

end_case()
{
	[ -n "$CASE" ] || return 0
	if [ ${#PROBLEMS[@]} -eq 0 ]; then
		PASSED=$((PASSED + 1))
		printf 'ok   %s\n' "$CASE"
	else
		FAILED=$((FAILED + 1))
		printf 'FAIL %s\n' "$CASE"
		printf '    - %s\n' "${PROBLEMS[@]}"
		sed 's/^/    out| /' "$W/out"
		sed 's/^/    err| /' "$W/err"
	fi
	CASE=''
}

t()
{
	end_case
	CASE=$1 PROBLEMS=() IN=/dev/null
}

skip()
{
	end_case
	SKIPPED=$((SKIPPED + 1))
	printf 'skip %s: %s\n' "$1" "$2"
}

problem()
{
	PROBLEMS+=("$*")
}

# A keystore of its own, and a configuration that names it; $1 is more of
# the latter.
fresh()
{
	rm -rf "$W/keys" "$W/files"
	mkdir -m 700 "$W/keys" "$W/files"
	CONF=$W/apikey.conf
	printf 'keystore = "%s";\n%s\n' "$W/keys" "${1-}" >"$CONF"
}

# ctl STATUS ARG...: in a pipe; OUT and ERR are what it wrote.
ctl()
{
	local want=$1 status
	shift
	"$CTL" --config "$CONF" "$@" <"$IN" >"$W/out" 2>"$W/err"
	status=$?
	OUT=$(cat "$W/out") ERR=$(cat "$W/err")
	[ "$status" -eq "$want" ] ||
	    problem "exit $status instead of $want: apikeyctl $*"
}

# new ARG...: a key; TOKEN and ID are its.
new()
{
	ctl 0 create "$@"
	TOKEN=$OUT ID=${OUT:5:10}
}

# tty STATUS ARG...: on a terminal; OUT is all that it showed.
tty()
{
	local want=$1 status
	shift
	script -qec "$(printf '%q ' "$CTL" --config "$CONF" "$@")" /dev/null \
	    </dev/null >"$W/out" 2>"$W/err"
	status=$?
	OUT=$(tr -d '\r' <"$W/out") ERR=''
	[ "$status" -eq "$want" ] ||
	    problem "exit $status instead of $want on a terminal: $*"
}

# The value at a path of what the last command printed as JSON.
json()
{
	"$W/json" "$@" <"$W/out" 2>&1
}

want()
{
	[ "$2" = "$3" ] || problem "$1 is '$2' instead of '$3'"
}

want_json()
{
	want "$1" "$(json "$1"; echo .)" "$2."
}

want_out()
{
	grep -qE -e "$1" <<<"$OUT" || problem "no '$1' in what it printed"
}

want_no_out()
{
	[ -z "$OUT" ] || problem "it printed something"
}

# One sentence or more, each said to be the command's.
want_err()
{
	grep -qE -e "$1" <<<"$ERR" || problem "no '$1' on standard error"
	grep -qv '^apikeyctl: ' <<<"$ERR" &&
	    problem "a line on standard error is not the command's"
}

want_quiet()
{
	[ -z "$ERR" ] || problem "it said something on standard error"
}

# How many keys there are, however they are.
want_keys()
{
	local files=("$W"/keys/*)
	[ -e "${files[0]}" ] || files=()
	want 'the number of files' "${#files[@]}" "$1"
}

want_status()
{
	ctl 0 show --json "$1"
	want_json key.status "$2"
}

# The token opens what it should: STATUS of verify.
want_verify()
{
	printf '%s\n' "$2" >"$W/token"
	IN=$W/token
	ctl "$1" verify --service sshd
	IN=/dev/null
}

finish()
{
	end_case
	printf '%d passed, %d failed' "$PASSED" "$FAILED"
	[ "$SKIPPED" -eq 0 ] || printf ', %d skipped' "$SKIPPED"
	printf '\n'
	[ "$FAILED" -eq 0 ]
}
