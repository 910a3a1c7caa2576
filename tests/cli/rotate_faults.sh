# shellcheck shell=bash disable=SC2154
# rotate_faults.sh - rotate that ends, fails or is interrupted at each of
# the system calls that matter: the old key works, or the new one does and
# its token is known, at any moment.

if ! declare -F fault >/dev/null; then
	skip 'interruptions of rotate' 'strace is not installed'
	return 0
fi

# After whatever happened: the old key works, and so does the one that it
# gives way to, whose token is there; where there is none, it can be
# rotated again.
one_works()
{
	local token='' name=$1
	[ ! -s "$W/files/key" ] || token=$(cat "$W/files/key")
	want_verify 0 "$TOKEN"
	if [ "$STATUS" -eq 0 ] || [ -n "$token" ] &&
	    grep -q "by = \"${token:5:10}\"" "$W/keys/$ID.conf"; then
		want_verify 0 "$token"
	else
		rm -f "$W/files/key"
		ctl 0 rotate "$ID"
	fi
	[ ${#PROBLEMS[@]} -eq 0 ] || problem "at $name"
}

killed_rotate()
{
	new --user deploy
	fault "$1:signal=KILL:when=$2" rotate "$ID" --overlap 1h \
	    --output "$W/files/key"
	one_works "$1 $2"
	[ "$STATUS" -eq 137 ]
}

failing_rotate()
{
	new --user deploy
	fault "$1:error=EIO:when=$2" rotate "$ID" --overlap 1h \
	    --output "$W/files/key"
	[ "$STATUS" -ne 127 ] || return 0
	one_works "$1 $2"
	grep -q INJECTED "$W/trace"
}

fresh
for call in write fsync renameat2 renameat fchmod; do
	t "rotate killed at each $call: no moment without a key that works"
	each_call $call killed_rotate
done
fresh
for call in openat write fsync renameat2 renameat fchmod; do
	t "rotate with each $call failing: no moment without a key that works"
	each_call $call failing_rotate
done

t 'an interrupt in rotate waits until the token is told'
for n in 1 2 3 4 5; do
	new --user deploy
	fault "fsync:signal=TERM:when=$n" rotate "$ID"
	[ "$STATUS" -eq 143 ] || [ "$STATUS" -eq 0 ] ||
	    problem "the exit status is $STATUS"
	want_verify 0 "$OUT"
done
