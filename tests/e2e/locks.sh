#!/bin/bash
# locks.sh - logins at once are counted exactly, and who is stopped or
# killed while they hold the lock of a count delays nobody for long.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=locks
USAGE=/var/lib/apikey/usage
# What a login may take when nobody is in its way, on a busy machine.
USUAL=900
setup
setup_logins
start_sshd || bail "sshd does not start"
setup_hold
echo "$HOLDWRITE" >/etc/ld.so.preload
# Whoever has its end near has one more line written at their login.
create KEY --user deploy --expires 3d
ID=$(id_of "$KEY")

# Is the lock of this file held?
is_locked()
{
	grep -q "OFDLCK .*:$(stat -c %i "$1") " /proc/locks
}

want_unlocked()
{
	! is_locked "$USAGE/$ID" || problem 'the lock is held'
}

exact()
{
	local before

	t '64 logins at once: the count is exact, and no lock is left'
	logins "$KEY" -p 64 sshd deploy 192.0.2.1
	want_ends 64 0 0
	[ "$(uses_of "$KEY")" = 64 ] || problem "$(uses_of "$KEY") uses"
	want_log_count 64 'event=auth\.grant'
	want_log_count 1 'event=key\.expiring'
	want_unlocked

	before=$(uses_of "$KEY")
	t 'logins by sshd and sudo are counted, one each'
	for METHOD in "${METHODS[@]}"; do
		ssh_key "$METHOD" deploy "$KEY"
		want_login deploy
	done
	sudo_key -S deploy "$KEY" id -un
	want_out root
	[ "$(uses_of "$KEY")" = $((before + 3)) ] ||
	    problem "$(uses_of "$KEY") uses after $before"
	run apikeyctl usage "$ID"
	want_out_like "local	sudo\$"
}

# shellcheck disable=SC2317 # called by hold
one_login()
{
	exec "$LOGINS" 1 sshd deploy 192.0.2.1 <<<"$KEY"
}

# shellcheck disable=SC2317 # called by hold
one_sudo()
{
	printf '%s\n' "$KEY" >"$WORK/sudo.key"
	as_user deploy sudo -S id -un <"$WORK/sudo.key"
}

# delayed WHAT: while the lock is held.
delayed()
{
	t "$1: the next login is granted after a second"
	want is_locked "$USAGE/$ID"
	logins "$KEY" 1 sshd deploy 192.0.2.1
	want_ends 1 0 0
	want_longest $((1000 + USUAL)) 1000
	want_log "event=auth\\.grant key=$ID .* state=degraded\$"
	for METHOD in "${METHODS[@]}"; do
		t "$1: so it is by the real sshd, $METHOD"
		ssh_key "$METHOD" deploy "$KEY"
		want_login deploy
		want_log "event=auth\\.grant key=$ID .* state=degraded\$"
	done
	t "$1: refusals, other keys and questions need not wait"
	logins "$(wrong_secret "$KEY")" 1 sshd deploy 192.0.2.1
	want_ends 0 1 0
	want_longest "$USUAL"
	logins "$OTHER" 1 sshd deploy 192.0.2.1
	want_ends 1 0 0
	want_longest "$USUAL"
	run timeout 0.9 apikeyctl usage "$ID"
	want_rc 0
}

# Both have read the same count; the one waits for the other to write it.
meeting()
{
	local before

	before=$(uses_of "$KEY")
	t 'two logins meet: both are counted'
	hold "$USAGE/" one_login
	"$LOGINS" 1 sshd deploy 192.0.2.1 <<<"$KEY" >"$WORK/second" &
	SECOND=$!
	sleep 0.2
	want is_locked "$USAGE/$ID"
	let_go
	wait "$JOB" "$SECOND" || problem 'a login failed'
	OUT=$(cat "$WORK/second")
	want_ends 1 0 0
	want_longest "$USUAL"
	want_no_log 'state=degraded'
	[ "$(uses_of "$KEY")" = $((before + 2)) ] ||
	    problem "$(uses_of "$KEY") uses after $before"
}

stopped()
{
	local before

	before=$(uses_of "$KEY")
	hold "$USAGE/" one_login
	kill -STOP "$HOLDER" || problem 'no holder'
	let_go
	delayed 'a stopped login holds the lock'
	t 'a stopped login goes on where it was'
	kill -CONT "$HOLDER"
	wait "$JOB" || problem 'it failed'
	OUT=$(cat "$WORK/holder.out")
	want_ends 1 0 0
	[ "$(uses_of "$KEY")" = $((before + 1)) ] ||
	    problem "$(uses_of "$KEY") uses after $before"
	logins "$KEY" 1 sshd deploy 192.0.2.1
	want_longest "$USUAL"
	want_no_log 'state=degraded'
	want_unlocked
}

sudo_stopped()
{
	hold "$USAGE/" one_sudo
	run as_user deploy kill -STOP "$HOLDER"
	[ "$RC" = 0 ] || skip 'sudo stopped by its user' 'sudo does not let it'
	kill -STOP "$HOLDER"
	let_go
	delayed 'sudo, stopped by its user, holds the lock'
	t 'sudo, stopped by its user, goes on where it was'
	kill -CONT "$HOLDER"
	wait "$JOB" || problem 'it failed'
	OUT=$(cat "$WORK/holder.out")
	want_out_like '^(\[sudo\] password for deploy: )?root$'
	want_unlocked
}

killed()
{
	local before

	before=$(uses_of "$KEY")
	hold "$USAGE/" one_login
	t 'a login is killed while it holds the lock: the next does not wait'
	want is_locked "$USAGE/$ID"
	kill -KILL "$HOLDER"
	wait "$JOB" 2>/dev/null
	let_go
	want_unlocked
	logins "$KEY" 1 sshd deploy 192.0.2.1
	want_ends 1 0 0
	want_longest "$USUAL"
	ssh_key password deploy "$KEY"
	want_login deploy
	want_no_log 'state=degraded'
	[ "$(uses_of "$KEY")" = $((before + 2)) ] ||
	    problem "$(uses_of "$KEY") uses after $before"
}

# Of a key of bounded uses each is counted, or refused.
bounded()
{
	local bounded file

	create bounded --user deploy --max-uses 3
	file=$USAGE/$(id_of "$bounded")
	KEY=$bounded hold "$file" one_login
	kill -STOP "$HOLDER"
	let_go
	t 'a key of bounded uses is refused, after a second'
	want is_locked "$file"
	logins "$bounded" 1 sshd deploy 192.0.2.1
	want_ends 0 0 1
	want_longest $((1000 + USUAL)) 1000
	want_log "event=auth\\.deny reason=unavailable \
key=$(id_of "$bounded") .* detail=$file:.*lock"
	kill -CONT "$HOLDER"
	wait "$JOB" || problem 'the holder failed'
	logins "$bounded" -p 8 sshd deploy 192.0.2.1
	want_ends 2 6 0
	[ "$(uses_of "$bounded")" = 3 ] || problem "$(uses_of "$bounded") uses"
}

# The locks that a failure takes are short, and in nobody's way for long.
others()
{
	local file

	for file in throttle counters; do
		hold "/var/lib/apikey/$file" "$LOGINS" -r 1 sshd deploy \
		    192.0.2.1
		t "a stopped failure holds a lock of $file: nobody waits"
		kill -STOP "$HOLDER"
		let_go
		want is_locked "/var/lib/apikey/$file"
		logins "$KEY" 1 sshd deploy 192.0.2.1
		want_ends 1 0 0
		want_longest "$USUAL"
		logins "$(wrong_secret "$KEY")" 1 sshd deploy 192.0.2.1
		want_ends 0 1 0
		want_longest "$USUAL"
		kill -CONT "$HOLDER"
		wait "$JOB"
	done
}

create OTHER --user deploy
exact
meeting
stopped
sudo_stopped
killed
bounded
others
end_theme
