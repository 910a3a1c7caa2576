#!/bin/bash
# throttle.sh - failures by the thousand, and the holder of a key gets in
# all the same; the right secret of a key that is gone raises an alarm.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=throttle
STATE=/var/lib/apikey
setup
setup_logins
# A busy machine must not let the ten grow again meanwhile.
printf 'limits = { key = "300/1m"; failures = "10/1h"; };\n' >>"$CONF"
start_sshd || bail "sshd does not start"

# holder WHAT: gets in at once, by sshd and by sudo.
holder()
{
	local start

	for METHOD in "${METHODS[@]}"; do
		t "throttle: after $1 the holder gets in, $METHOD"
		start=$EPOCHREALTIME
		ssh_key "$METHOD" deploy "$KEY"
		want_login deploy
		[ $((${EPOCHREALTIME/./} - ${start/./})) -lt 5000000 ] ||
		    problem 'it took more than 5 s'
	done
	t "throttle: and a stranger does not"
	ssh_key password deploy "$(wrong_secret "$KEY")"
	want_no_login
}

throttle()
{
	local key lines

	t 'throttle: 12 wrong keys at the real sshd, the last on one line'
	apart wrong logins_by_ssh 6
	want_log_count 10 "event=auth\\.deny reason=wrong-secret \
key=$(id_of "$KEY") user=deploy service=sshd rhost=127\\.0\\.0\\.1 "
	want_log_count 1 'event=auth\.deny reason=throttled .* count=[0-9]+$'
	want_no_log 'event=auth\.grant'
	holder 'a dozen failures'

	t "throttle: 1,000 failures with the key's own id are few lines"
	logins "$(wrong_secret "$KEY")" 1000 sshd deploy 127.0.0.1
	want_ends 0 1000 0
	want_no_log 'event=(auth\.grant|auth\.deny reason=wrong-secret)'
	holder "1,000 failures with the key's id"

	t 'throttle: 1,000 failures with random ids do not grow the table'
	logins '' -r 1000 sshd deploy 127.0.0.1
	want_ends 0 1000 0
	lines=$(log_since | grep -c 'event=auth\.deny')
	[ "$lines" -le 100 ] || problem "$lines lines"
	holder '1,000 failures with random ids'
	[ "$(stat -c %s "$STATE/throttle")" -lt 1000000 ] ||
	    problem 'the table has grown'

	t 'throttle: another key from that address gets in, too'
	create key --user deploy
	ssh_key password deploy "$key"
	want_login deploy
}

alarms()
{
	local revoked old

	create revoked --user deploy
	apikeyctl revoke "$(id_of "$revoked")" || bail "no revoke"
	create old --user deploy
	apikeyctl rotate --overlap 0s "$(id_of "$old")" >"$WORK/new" ||
	    bail "no rotate"
	TOKENS+=("$(cat "$WORK/new")")
	alarm revoked "$revoked"
	alarm superseded "$old"
}

# alarm REASON TOKEN: in spite of the throttle, and with the right secret
# only.
alarm()
{
	local rest

	rest="event=auth\\.alarm reason=$1 key=$(id_of "$2") user=deploy"
	for METHOD in "${METHODS[@]}"; do
		t "alarm: the right secret of a $1 key, $METHOD"
		ssh_key "$METHOD" deploy "$2"
		want_no_login
		want_deny "$1" "$(id_of "$2")" deploy sshd '127\.0\.0\.1' \
		    ssh -
		want_log "$(audit alert sshd auth)$rest service=sshd \
rhost=127\\.0\\.0\\.1 tty=ssh ruser=-\$"
	done
	t "alarm: the right secret of a $1 key, sudo"
	sudo_key -S deploy "$2" id -un
	want_rc 1
	want_log "$(audit alert sudo auth)$rest service=sudo rhost=- tty=- \
ruser=deploy\$"
	t "alarm: a wrong secret of a $1 key raises none"
	ssh_key password deploy "$(wrong_secret "$2")"
	want_no_login
	want_no_log 'event=auth\.alarm'
}

# logins_by_ssh COUNT: that many wrong keys by each method.
# shellcheck disable=SC2317 # called by apart
logins_by_ssh()
{
	local i

	for ((i = 0; i < $1; i++)); do
		for METHOD in "${METHODS[@]}"; do
			ssh_key "$METHOD" deploy "$(wrong_secret "$KEY")"
		done
	done
}

create KEY --user deploy
throttle
alarms
end_theme
