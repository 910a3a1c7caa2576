# shellcheck shell=bash disable=SC2154
# faults.sh - create and revoke that end, fail or are interrupted at each
# of the system calls that matter.

if ! command -v strace >/dev/null ||
    ! strace -o /dev/null -e inject=fsync:signal=TERM true 2>/dev/null; then
	skip 'interruptions' 'strace is not installed, or may not trace'
	return 0
fi

# fault INJECTION ARG...: the command with a fault.
fault()
{
	local how=$1
	shift
	# In a shell of its own, which does not talk about a killed program.
	(
		exec 2>/dev/null
		strace -qq -o "$W/trace" -e "trace=${how%%:*}" \
		    -e "inject=$how" "$CTL" --config "$CONF" "$@" \
		    >"$W/out" 2>"$W/err" </dev/null
		exit $?
	)
	STATUS=$?
	slurp
}

# After whatever happened: the store is readable, a token that was told
# opens a key, and whole keys are all there is.
sound()
{
	local token=$1
	ctl 0 list
	KEYS=$(cut -f 1 <<<"$OUT")
	if [ -n "$token" ]; then
		grep -q "^${token:5:10}" <<<"$KEYS" ||
		    problem "$2: a token for a key that is not stored"
		want_verify 0 "$token"
	fi
}

# How many calls the loader makes before the command begins.
before_main()
{
	strace -qq -e "trace=$1" "$CTL" --version 2>&1 | grep -c "^$1("
}

# The calls from the first that the command makes to the last.
each_call()
{
	local call=$1 first n
	first=1
	[ "$call" != openat ] || first=$(($(before_main openat) + 1))
	for ((n = first; n < first + 99; n++)); do
		[ ${#PROBLEMS[@]} -lt 3 ] || return
		rm -rf "$W/files/key"
		"$2" "$call" "$n" || break
	done
	# The store takes another key.
	new --user next
	echo "$ID" >>"$W/known"
	[ "$n" -gt "$first" ] || problem "there was no $call to be hit"
}

killed()
{
	fault "$1:signal=KILL:when=$2" create --user deploy
	sound "$(cat "$W/out")" "$1 $2"
	[ "$STATUS" -eq 137 ]
}

killed_file()
{
	fault "$1:signal=KILL:when=$2" create --user deploy \
	    --output "$W/files/key"
	sound '' "$1 $2"
	# A key that is active has its token in the file, whole.
	for id in $(comm -13 <(sort "$W/known") <(sort <<<"$KEYS")); do
		want 'the id in the file' "$(cut -c 6-15 "$W/files/key")" \
		    "$id"
		want_verify 0 "$(cat "$W/files/key")"
	done
	echo "$KEYS" >"$W/known"
	[ "$STATUS" -eq 137 ]
}

fresh
for call in openat write fsync renameat2 fcntl; do
	t "create killed at each $call: no key or a whole key"
	each_call $call killed
done
: >"$W/known"
fresh
for call in openat write fsync renameat2 fchmod; do
	t "create --output killed at each $call: an active key has its token"
	each_call $call killed_file
done

ids()
{
	"$CTL" --config "$CONF" list 2>&1 | cut -f 1
}

failing()
{
	local before
	before=$(ids)
	fault "$1:error=EIO:when=$2" create --user deploy \
	    --output "$W/files/key"
	# A program of which a library cannot be opened has not begun.
	[ "$STATUS" -ne 127 ] || return 0
	if [ -e "$W/files/key" ]; then
		want_verify 0 "$(cat "$W/files/key")"
	else
		want "$1 $2: the exit status" "$((STATUS > 0))" 1
		want "$1 $2: the keys" "$(ids)" "$before"
	fi
	sound '' "$1 $2"
	grep -q INJECTED "$W/trace"
}

fresh
for call in openat write fsync renameat2 fchmod; do
	t "create --output with each $call failing: all or nothing"
	each_call $call failing
done

t 'an interrupt in create waits until the key and its file are whole'
for n in 1 2 3 4; do
	rm -f "$W/files/key"
	fault "fsync:signal=TERM:when=$n" create --user deploy \
	    --output "$W/files/key"
	want 'the exit status' "$STATUS" 143
	want_verify 0 "$(cat "$W/files/key")"
	fault "write:signal=HUP:when=$n" create --user deploy
	want_verify 0 "$OUT"
done

t 'revoke killed at each write: the old record or the new one'
for call in write fsync renameat; do
	for n in 1 2 3 4; do
		new --user deploy
		fault "$call:signal=KILL:when=$n" revoke "$ID"
		ctl 0 show --json "$ID"
		case $(json key.status) in
		active | revoked) ;;
		*) problem "$call $n: $(json key.status)" ;;
		esac
		ctl 0 revoke "$ID"
	done
done
