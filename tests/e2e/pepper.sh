#!/bin/bash
# pepper.sh - keys whose hash needs the pepper, and keys by Argon2id, at
# the real sshd and sudo.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=pepper
PEPPER=/etc/apikey/pepper
setup
setup_logins
start_sshd || bail "sshd does not start"

works()
{
	local token=$2

	for METHOD in "${METHODS[@]}"; do
		t "$1, $METHOD"
		ssh_key "$METHOD" deploy "$token"
		want_login deploy
		want_grant "$(id_of "$token")" deploy sshd '127\.0\.0\.1' \
		    ssh - -
		ssh_key "$METHOD" deploy "$(wrong_secret "$token")"
		want_no_login
		want_log "event=auth\\.deny reason=wrong-secret \
key=$(id_of "$token") "
	done
	t "$1, sudo"
	sudo_key -S deploy "$token" id -un
	want_rc 0
	want_out root
	want_grant "$(id_of "$token")" deploy sudo - - deploy -
}

# goes_on WHAT TOKEN: what has nothing to do with it.
goes_on()
{
	t "$1"
	ssh_key keyboard-interactive deploy "$2"
	want_login deploy
	sudo_key -S deploy "$2" id -un
	want_out root
	want_log_count 2 "event=auth\\.grant key=$(id_of "$2") "
	ssh_key password deploy "$(wrong_secret "$2")"
	want_no_login
	want_log "event=auth\\.deny reason=wrong-secret key=$(id_of "$2") "
}

# fails WHAT TOKEN DETAIL: we cannot tell, and say why, to the log alone.
fails()
{
	local rest

	rest="reason=unavailable key=$(id_of "$2") user=deploy"
	for METHOD in "${METHODS[@]}"; do
		t "$1, $METHOD"
		ssh_key "$METHOD" deploy "$2"
		want_no_login
		want_err_unlike '[Pp]epper'
		want_log "$(audit notice sshd auth)event=auth\\.deny $rest \
service=sshd .* detail=$3"
		want_no_log 'event=auth\.grant'
	done
	t "$1, sudo"
	sudo_key -S deploy "$2" id -un
	want_rc 1
	want_out_unlike root
	want_err_unlike '[Pp]epper'
	want_log "event=auth\\.deny $rest service=sudo .* detail=$3"
}

peppered()
{
	local plain

	create plain --user deploy
	printf 'pepper = "%s";\n' "$PEPPER" >>"$CONF"
	fails_to_create
	goes_on 'no pepper yet: older keys go on' "$plain"

	t 'pepper init: makes the file, for root alone, and says so'
	run apikeyctl pepper init
	want_rc 0
	want_out_like '^[0-9a-f]{8}$'
	PEPPER_ID=$OUT
	[ "$(stat -c '%U:%G %a %s' "$PEPPER")" = 'root:root 600 65' ] ||
	    problem "$(stat -c '%U:%G %a %s' "$PEPPER")"
	want_log "^authpriv\\.notice apikeyctl.*event=pepper\\.init \
pepper=$PEPPER_ID by=root"
	t 'pepper init: once'
	run apikeyctl pepper init
	want_rc 5
	create WITH --user deploy
	grep -q ",p=$PEPPER_ID\\$" "$STORE/$(id_of "$WITH").conf" ||
	    bail "the new key has no pepper"
	works 'a key with a pepper' "$WITH"
	goes_on 'and a key without it' "$plain"

	mv "$PEPPER" "$WORK/pepper"
	fails 'the pepper is gone: its keys are refused' "$WITH" "$PEPPER:"
	goes_on 'the pepper is gone: others go on' "$plain"
	apikeyctl pepper init >"$WORK/other" || bail "no other pepper"
	fails 'another pepper: keys are refused' "$WITH" ".*$PEPPER_ID"
	goes_on 'another pepper: others go on' "$plain"
	install -m 640 "$WORK/pepper" "$PEPPER"
	fails 'others may read the pepper: its keys are refused' "$WITH" \
	    "$PEPPER:"
	mv "$WORK/pepper" "$PEPPER"
	goes_on 'the pepper is back: its keys work' "$WITH"

	t 'the pepper is in no log'
	! grep -qF "$(head -c 64 "$PEPPER")" "$MACHINE_LOG" ||
	    problem 'it is'
}

fails_to_create()
{
	t 'no pepper yet: no key is made without it'
	run apikeyctl create --user deploy
	want_failure
	want_out ''
	want_err_like 'pepper init'
}

# memory SIZE: in KiB, for keys that are made from now on.
memory()
{
	sed -i '/^hash\|^argon2id/d' "$CONF"
	printf '%s\n' 'hash = "argon2id";' "argon2id = { memory = $1; \
passes = 1; max_memory = 65536; max_passes = 8; };" >>"$CONF"
}

argon2id()
{
	local key large

	printf 'hash = "argon2id";\n' >>"$CONF"
	create key --user deploy
	# shellcheck disable=SC2016 # there is nothing to expand
	grep -q '"\$apikey-argon2id\$v=1,p=[0-9a-f]*\$argon2id' \
	    "$STORE/$(id_of "$key").conf" || bail "it is not by Argon2id"
	works 'a key by Argon2id' "$key"
	goes_on 'and keys that were made before' "$WITH"

	t 'Argon2id: an unknown id costs none of it'
	logins '' -r 20 sshd deploy 192.0.2.1
	want_ends 0 20 0
	logins "$key" 1 sshd deploy 192.0.2.1
	want_ends 1 0 0

	memory 65536
	create large --user deploy
	t 'Argon2id: where memory is short we cannot tell, and live'
	RC=0
	OUT=$(ulimit -v 60000 && "$LOGINS" 1 sshd deploy 192.0.2.1 \
	    <<<"$large" 2>"$WORK/err") || RC=$?
	want_rc 0
	want_ends 0 0 1
	want_log "event=auth\\.deny reason=unavailable \
key=$(id_of "$large") .*memory"
	ssh_key password deploy "$large"
	want_login deploy

	sed -i 's/max_memory = 65536/max_memory = 1024/;
	    s/memory = 65536/memory = 1024/' "$CONF"
	fails 'Argon2id: dearer than the configuration allows' "$large" \
	    '.*max_memory'
}

throttled()
{
	local key

	memory 8
	printf 'limits = { failures = "10/1h"; };\n' >>"$CONF"
	create key --user deploy
	logins "$(wrong_secret "$key")" 10 sshd deploy 127.0.0.1
	t 'Argon2id: throttled, a key is refused before its hash'
	ssh_key password deploy "$key"
	want_no_login
	want_log "event=auth\\.deny reason=throttled key=$(id_of "$key") "
	t 'Argon2id: from another address it is not'
	logins "$key" 1 sshd deploy 192.0.2.9
	want_ends 1 0 0
}

peppered
argon2id
throttled
end_theme
