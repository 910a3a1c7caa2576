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

# A keystore and a state of its own, and a configuration that names them;
# $1 is more of the latter.
fresh()
{
	rm -rf "$W/keys" "$W/files" "$W/state"
	mkdir -m 700 "$W/keys" "$W/files" "$W/state"
	CONF=$W/apikey.conf
	printf 'keystore = "%s";\nstate = "%s";\n%s\n' "$W/keys" \
	    "$W/state" "${1-}" >"$CONF"
}

# want_form FORM: what it printed is such a document (schema.json).
want_form()
{
	"$W/schema" schema.json "$1" <"$W/out" 2>"$W/complaint" ||
	    problem "not as the schema says: $(cat "$W/complaint")"
}

# hold_to_schema ARG...: what a command printed with these arguments.
hold_to_schema()
{
	local arg command='' form=one
	case " $* " in
	*' --help '* | *' -h '*) return ;;
	*' --json '*) ;;
	*) return ;;
	esac
	for arg in "$@"; do
		[ "${arg:0:1}" = - ] || { command=$arg; break; }
	done
	case $command in
	create | rotate)
		form=issued
		case " $* " in *' --output '*) form=one ;; esac
		;;
	list | gc) form=keys ;;
	verify | explain | pepper) form=$command ;;
	usage | revoke) ! grep -q '"keys":' "$W/out" || form=keys ;;
	esac
	want_form "$form"
}

# What the command wrote; as $(cat), without a process for it.
slurp()
{
	IFS= read -r -d '' OUT <"$W/out"
	IFS= read -r -d '' ERR <"$W/err"
	while [[ $OUT = *$'\n' ]]; do OUT=${OUT%$'\n'}; done
	while [[ $ERR = *$'\n' ]]; do ERR=${ERR%$'\n'}; done
}

# ctl STATUS ARG...: in a pipe; OUT and ERR are what it wrote.
ctl()
{
	local want=$1 status
	shift
	"$CTL" --config "$CONF" "$@" <"$IN" >"$W/out" 2>"$W/err"
	status=$?
	slurp
	[ "$status" -eq "$want" ] ||
	    problem "exit $status instead of $want: apikeyctl $*"
	if [ -n "$OUT" ] || [ "$status" -eq 0 ]; then
		hold_to_schema "$@"
	fi
}

# new ARG...: a key; TOKEN and ID are its.
new()
{
	ctl 0 create "$@"
	TOKEN=$OUT ID=${OUT:5:10}
}

# tty STATUS ARG...: on a terminal; OUT is all that it showed. %q quotes for
# bash, and script(1) takes $SHELL, or sh where it is not set.
tty()
{
	local want=$1 status
	shift
	SHELL=$BASH script -qec \
	    "$(printf '%q ' "$CTL" --config "$CONF" "$@")" /dev/null \
	    </dev/null >"$W/out" 2>"$W/err"
	status=$?
	OUT=$(tr -d '\r' <"$W/out") ERR=''
	[ "$status" -eq "$want" ] ||
	    problem "exit $status instead of $want on a terminal: $*"
	[ "$status" -ne 0 ] || hold_to_schema "$@"
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

# The token opens what it should: STATUS of verify, TOKEN, and more of its
# arguments.
want_verify()
{
	local want=$1
	printf '%s\n' "$2" >"$W/token"
	shift 2
	IN=$W/token
	ctl "$want" verify --service sshd "$@"
	IN=/dev/null
}

# use TOKEN [ARG...]: one use of a key.
use()
{
	want_verify 0 "$@" --consume
}

# edit ID SCRIPT: a record, as an administrator's editor leaves it.
edit()
{
	cp "$W/keys/$1.conf" "$W/unedited"
	sed -i -E "$2" "$W/keys/$1.conf"
	cmp -s "$W/keys/$1.conf" "$W/unedited" &&
	    problem "the edit '$2' of $1 changed nothing"
}

# in_days PATH: how many days away a time in the last JSON is.
in_days()
{
	echo $((($(date -d "$(json "$1")" +%s) - $(date +%s) + 3600) / 86400))
}

opened()
{
	readlink "/proc/$1/fd/"* | grep -qFx "$2"
}

# meet RECORD ARG...: while another holds the lock, the command reads,
# waits, and finds that the record is another one by then.
meet()
{
	local holder record=$1
	shift
	coproc HOLD { "$W/hold" "$W/keys/.lock"; }
	holder=$HOLD_PID
	read -r _ <&"${HOLD[0]}"
	"$CTL" --config "$CONF" "$@" >"$W/out" 2>"$W/err" &
	# It has read by the time it has the lock's file open.
	while kill -0 $! && ! opened $! "$W/keys/.lock"; do
		sleep 0.05
	done
	cp -p "$W/$record" "$W/keys/.changed"
	mv "$W/keys/.changed" "$W/keys/$ID.conf"
	eval "exec ${HOLD[1]}>&-"
	wait $!
	STATUS=$?
	wait "$holder"
	ERR=$(cat "$W/err")
}

finish()
{
	end_case
	printf '%d passed, %d failed' "$PASSED" "$FAILED"
	[ "$SKIPPED" -eq 0 ] || printf ', %d skipped' "$SKIPPED"
	printf '\n'
	[ "$FAILED" -eq 0 ]
}
