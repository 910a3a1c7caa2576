# shellcheck shell=bash disable=SC2154
# interrupts.sh - signals inside create and rotate.  What is killed, and
# calls that fail, are in tests/faults.

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

# Behind the first key the folders of the state are there.
fresh
new --user deploy
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

t 'an interrupt in rotate waits until the token is told'
for n in 1 2 3 4 5; do
	new --user deploy
	fault "fsync:signal=TERM:when=$n" rotate "$ID"
	[ "$STATUS" -eq 143 ] || [ "$STATUS" -eq 0 ] ||
	    problem "the exit status is $STATUS"
	want_verify 0 "$OUT"
done
