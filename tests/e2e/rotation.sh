#!/bin/bash
# rotation.sh - keys are rotated under real logins: nobody who should get
# in is refused at any moment, and an old key ends when it should.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=rotation
LOAD=$WORK/load
WAYS=(keyboard-interactive password sudo)
setup
setup_logins
start_sshd || bail "sshd does not start"
install -d -m 755 "$LOAD"

# rotate VAR TOKEN ARG...: the new key's token goes into VAR.
rotate()
{
	local token

	token=$(apikeyctl rotate "$(id_of "$2")" "${@:3}" \
	    2>"$WORK/rotate.err") || bail "rotate: $(cat "$WORK/rotate.err")"
	TOKENS+=("$token")
	printf -v "$1" '%s' "$token"
}

# When a rotated key ends.
end_of()
{
	sed -n '/^superseded/,/}/s/.*at = "\([^"]*\)".*/\1/p' \
	    "$STORE/$(id_of "$1").conf"
}

want_superseded()
{
	local rest

	rest="reason=superseded key=$(id_of "$1") user=deploy service=sshd"
	want_log "^authpriv\\.notice .*event=auth\\.deny $rest"
	want_log "^authpriv\\.alert .*event=auth\\.alarm $rest"
}

# ---- Under load -------------------------------------------------------

# load PHASE TOKEN...: the keys that are good from now on.
load()
{
	printf "$1 %s\n" "${@:2}" >"$LOAD/keys.new"
	mv "$LOAD/keys.new" "$LOAD/keys"
}

# knock WAY: log in again and again, with each of the keys in turn.
knock()
{
	local n=0 keys phase key

	while [ ! -e "$LOAD/stop" ]; do
		mapfile -t keys <"$LOAD/keys"
		read -r phase key <<<"${keys[n++ % ${#keys[@]}]}"
		case $1 in
		sudo)
			sudo_key -S deploy "$key" id -un
			;;
		*)
			ssh_key "$1" deploy "$key"
			;;
		esac
		printf '%s %s %s exit=%s\n' "$phase" "$1" "$(id_of "$key")" \
		    "$RC" >>"$LOAD/done"
	done
}

# seen PHASE TOKEN...: has each way been gone with each of the keys?
seen()
{
	local way token

	for token in "${@:2}"; do
		for way in "${WAYS[@]}"; do
			grep -q "^$1 $way $(id_of "$token") " \
			    "$LOAD/done" || return 1
		done
	done
}

# The overlap is as long as this machine, today, needs for some logins.
under_load()
{
	local way pids=() old new end pace

	create old --user deploy --rate 100000/1m
	t 'rotation under load: no login that should be granted is refused'
	: >"$LOAD/done"
	load before "$old"
	for way in "${WAYS[@]}"; do
		apart "load.$way" knock "$way" &
		pids+=($!)
	done
	SECONDS=0
	in_time seen before "$old"
	pace=$((SECONDS + 1))
	rotate new "$old" --overlap $((3 * pace))s
	load overlap "$old" "$new"
	end=$(end_of "$old")
	# Who has begun to log in has time to come to an end.
	past "$end" -"$pace"
	load after "$new"
	want seen overlap "$old" "$new"
	past "$end" 1
	load later "$new"
	in_time seen later "$new"
	: >"$LOAD/stop"
	wait "${pids[@]}"
	! grep -v 'exit=0$' "$LOAD/done" >"$LOAD/refused" ||
	    problem "refused: $(cat "$LOAD/refused")"
	want_no_log 'event=auth\.deny'

	for METHOD in "${METHODS[@]}"; do
		t "rotation: past its overlap the old key is refused, $METHOD"
		ssh_key "$METHOD" deploy "$old"
		want_no_login
		want_superseded "$old"
	done
	t 'rotation: so it is by sudo'
	sudo_key -S deploy "$old" id -un
	want_rc 1
	want_deny superseded "$(id_of "$old")" deploy sudo - - deploy
	want_log "$(audit alert sudo auth)event=auth\\.alarm"
}

# The record is replaced while hundreds of logins a second read it.
at_speed()
{
	local old new i busy

	create old --user deploy --rate 100000/1m
	t 'rotation at speed: the old key and the new one are never refused'
	for ((i = 0; i < 3; i++)); do
		"$LOGINS" 400 sshd deploy 192.0.2.1 <<<"$old" \
		    >"$WORK/busy" &
		busy=$!
		rotate new "$old" --overlap 1h
		kill -0 "$busy" || problem 'the logins were over before'
		logins "$new" 20 sshd deploy 192.0.2.1
		want_ends 20 0 0
		wait "$busy"
		OUT=$(cat "$WORK/busy")
		want_ends 400 0 0
		old=$new
	done
	want_no_log 'event=auth\.deny'
}

# However long each of its writes takes.
step_by_step()
{
	local old new step

	create old --user deploy
	t 'rotation held at each of its writes: the old key goes on working'
	setup_hold
	hold "$STORE/" env "LD_PRELOAD=$HOLDWRITE" apikeyctl rotate \
	    "$(id_of "$old")" --overlap 1h
	for step in 'the new record' 'the old record'; do
		ssh_key password deploy "$old"
		want_login deploy
		logins "$old" 1 sshd deploy 192.0.2.1
		want_ends 1 0 0
		[ "$step" = 'the old record' ] || hold_again "$STORE/"
	done
	let_go
	wait "$JOB" || problem 'rotate failed'
	new=$(cat "$WORK/holder.out")
	TOKENS+=("$new")
	logins "$new" 1 sshd deploy 192.0.2.1
	want_ends 1 0 0
	logins "$old" 1 sshd deploy 192.0.2.1
	want_ends 1 0 0
	want_no_log 'event=auth\.deny'
}

# ---- Until the first use ----------------------------------------------

record_of()
{
	stat -c '%i %x %y %z %s' "$STORE/$(id_of "$1").conf"
}

first_use()
{
	local old new before

	create old --user deploy
	rotate new "$old" --until-first-use --overlap 1h
	# noatime: to be read is no change.
	mount --bind "$STORE" "$STORE" || bail "no mount"
	mount -o remount,bind,noatime,ro "$STORE" || bail "no mount"
	before=$(record_of "$old")

	t 'until first use: before it, the old key goes on working'
	ssh_key password deploy "$old"
	want_login deploy
	sudo_key -S deploy "$old" id -un
	want_out root

	t 'until first use: a refused login with the new key is none'
	sudo_key -S deploy "$(wrong_secret "$new")" id -un
	want_rc 1
	logins "$new" 1 other-service deploy 192.0.2.1
	want_ends 0 1 0
	ssh_key password deploy "$old"
	want_login deploy

	t 'until first use: then the old key is refused, and nothing written'
	ssh_key keyboard-interactive deploy "$new"
	want_login deploy
	[ "$(record_of "$old")" = "$before" ] || problem 'the record changed'
	for METHOD in "${METHODS[@]}"; do
		ssh_key "$METHOD" deploy "$old"
		want_no_login
	done
	want_superseded "$old"
	sudo_key -S deploy "$new" id -un
	want_out root
	umount "$STORE"
	[ "$(record_of "$old")" = "$before" ] || problem 'the record changed'

	t 'until first use: a reset of the count does not revive the old key'
	run apikeyctl usage --reset "$(id_of "$new")"
	want_rc 0
	ssh_key password deploy "$old"
	want_no_login
	want_superseded "$old"
}

# gone WHAT COMMAND...: after that, the old key stays dead.
gone()
{
	local old new

	create old --user deploy
	rotate new "$old" --until-first-use --overlap 1h
	logins "$new" 1 sshd deploy 192.0.2.1
	want_ends 1 0 0
	"$@" "$(id_of "$new")" >"$WORK/gone" 2>&1 || problem "failed: $*"
	logins "$old" 1 sshd deploy 192.0.2.1
	want_ends 0 1 0
	want_superseded "$old"
}

revoke_and_delete()
{
	apikeyctl revoke "$1" && apikeyctl delete "$1"
}

revoke_and_gc()
{
	apikeyctl revoke "$1" && sleep 1.1 && apikeyctl gc --older-than 1s
}

# Without the state the hard end is all that there is, and it holds.
state_lost()
{
	local old new end

	t 'the state is lost: the old key ends when the overlap does'
	create old --user deploy
	rotate new "$old" --until-first-use --overlap 2s
	end=$(end_of "$old")
	logins "$new" 1 sshd deploy 192.0.2.1
	want_ends 1 0 0
	logins "$old" 1 sshd deploy 192.0.2.1
	want_ends 0 1 0
	rm -r /var/lib/apikey
	ssh_key password deploy "$new"
	want_login deploy
	past "$end"
	ssh_key keyboard-interactive deploy "$old"
	want_no_login
	want_superseded "$old"
	ssh_key password deploy "$new"
	want_login deploy
	sudo_key -S deploy "$new" id -un
	want_out root
	install -d -m 700 /var/lib/apikey
}

under_load
at_speed
step_by_step
first_use
t 'until first use: deleting the new key does not revive the old one'
gone apikeyctl delete --force
t 'until first use: nor does revoking and deleting it'
gone revoke_and_delete
t 'until first use: nor does revoking and collecting it'
gone revoke_and_gc
state_lost
end_theme
