#!/bin/bash
# limits.sh - rates and bounds of uses, by logins one after the other and
# by logins that come at once.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=limits
STATE=/var/lib/apikey
setup
setup_logins
start_sshd || bail "sshd does not start"

# ---- Rates ------------------------------------------------------------

rates()
{
	local key id

	create key --user deploy --rate 3/1d
	id=$(id_of "$key")
	t 'rate: three logins a day, by sshd and sudo together'
	ssh_key keyboard-interactive deploy "$key"
	want_login deploy
	ssh_key password deploy "$key"
	want_login deploy
	sudo_key -S deploy "$key" id -un
	want_rc 0
	want_out root
	want_no_log 'event=auth\.deny'
	for METHOD in "${METHODS[@]}"; do
		t "rate: the fourth is refused, $METHOD"
		ssh_key "$METHOD" deploy "$key"
		want_no_login
		want_deny rate "$id" deploy sshd '127\.0\.0\.1' ssh -
	done
	t 'rate: so it is by sudo'
	sudo_key -S deploy "$key" id -un
	want_rc 1
	want_deny rate "$id" deploy sudo - - deploy
	[ "$(uses_of "$key")" = 3 ] || problem "$(uses_of "$key") uses"

	t 'rate: another rate holds from the next login on'
	run apikeyctl set "$id" --rate 1000/1s
	want_rc 0
	ssh_key password deploy "$key"
	want_login deploy

	create key --user deploy --rate 2/1s
	t 'rate: after its time a key works again'
	logins "$key" 2 sshd deploy 127.0.0.1
	want_ends 2 0 0
	sleep 1.1
	logins "$key" 2 sshd deploy 127.0.0.1
	want_ends 2 0 0
}

# ---- Once -------------------------------------------------------------

# at_once COUNT COMMAND...: that many of them, which are told apart.
at_once()
{
	local count=$1 i pids=()

	shift
	for ((i = 0; i < count; i++)); do
		apart "once.$i" "$@" &
		pids+=($!)
	done
	wait "${pids[@]}"
}

# shellcheck disable=SC2317 # called by at_once
ssh_at_once()
{
	ssh_key "$1" deploy "$2"
	printf '%s %s\n' "$RC" "$OUT" >"$WORK/ended"
}

# shellcheck disable=SC2317 # called by at_once
sudo_at_once()
{
	sudo_key -S deploy "$1" id -un
	printf '%s %s\n' "$RC" "$OUT" >"$WORK/ended"
}

# want_one COUNT ENDED TOKEN: one of them all.
want_one()
{
	local ended count

	count=$(cat "$WORK"/once.*/ended | grep -cx "$2")
	[ "$count" = 1 ] || problem "$count of them got in"
	ended=$(cat "$WORK"/once.*/ended | wc -l)
	[ "$ended" = "$1" ] || problem "$ended have ended"
	rm -r "$WORK"/once.*
	[ "$(uses_of "$3")" = 1 ] || problem "$(uses_of "$3") uses"
	want_log_count 1 'event=auth\.grant'
	want_log_count $(($1 - 1)) \
	    "event=auth\\.deny reason=exhausted key=$(id_of "$3") "
}

# shellcheck disable=SC2317 # called by hold
one_login()
{
	exec "$LOGINS" 1 sshd deploy 127.0.0.1 <<<"$1"
}

# The second reads what the first has not yet written, or would.
once_meeting()
{
	local key

	setup_hold
	echo "$HOLDWRITE" >/etc/ld.so.preload
	t 'once: of two that meet one gets in'
	create key --user deploy --once
	hold "$STATE/usage/" one_login "$key"
	one_login "$key" >"$WORK/second" &
	SECOND=$!
	sleep 0.2
	let_go
	wait "$JOB" "$SECOND"
	OUT=$(cat "$WORK/holder.out")
	want_ends 1 0 0
	OUT=$(cat "$WORK/second")
	want_ends 0 1 0
	want_log "event=auth\\.deny reason=exhausted key=$(id_of "$key") "
	rm /etc/ld.so.preload
}

once()
{
	local key

	t 'once: of 64 simultaneous logins one succeeds'
	create key --user deploy --once
	logins "$key" -p 64 sshd deploy 127.0.0.1
	want_ends 1 63 0
	[ "$(uses_of "$key")" = 1 ] || problem "$(uses_of "$key") uses"
	want_log_count 63 'event=auth\.deny reason=exhausted '

	for METHOD in "${METHODS[@]}"; do
		t "once: of 12 by the real sshd, too, $METHOD"
		create key --user deploy --once
		at_once 12 ssh_at_once "$METHOD" "$key"
		want_one 12 '0 deploy' "$key"
	done

	t 'once: of 24 by the real sudo, too'
	create key --user deploy --once
	at_once 24 sudo_at_once "$key"
	want_one 24 '0 root' "$key"

	t 'once: a login that is refused for another reason takes nothing'
	create key --user deploy --once --from 192.0.2.0/24 --from local
	ssh_key password deploy "$key"
	want_no_login
	sudo_key -S deploy "$(wrong_secret "$key")" id -un
	want_rc 1
	sudo_key -S deploy "$key" id -un
	want_out root
	sudo_key -S deploy "$key" id -un
	want_rc 1
	want_log "event=auth\\.deny reason=exhausted key=$(id_of "$key") "

	t 'once: a lost count does not make the key fresh'
	rm "$STATE/usage/$(id_of "$key")"
	sudo_key -S deploy "$key" id -un
	want_rc 1
	want_log "event=auth\\.deny reason=unavailable key=$(id_of "$key") "
}

rates
once_meeting
once
end_theme
