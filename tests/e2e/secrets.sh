#!/bin/bash
# secrets.sh - after every kind of login with all logs at their loudest,
# the secret and its hash are looked for everywhere; and what a user can
# forge of our environment changes nothing.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=secrets
setup
: >"$WORK/start"
setup_pam 'group=apikey nodelay debug'
start_sshd 'LogLevel DEBUG3' 'AcceptEnv *' 'PermitUserEnvironment yes' ||
    bail "sshd does not start"
printf 'Debug sudo /var/log/sudo_debug all@debug\n' >/etc/sudo.conf

create KEY --user deploy --scope deploy
create REVOKED --user deploy
create OTHERS --user ops
apikeyctl revoke "$(id_of "$REVOKED")" || bail "no revoke"
ID=$(id_of "$KEY")
OTHER_ID=$(id_of "$OTHERS")
WRONG=$(wrong_secret "$KEY")
TOKENS+=("$WRONG")

# What must be nowhere: secrets, and hashes as they stand in the records.
needles()
{
	local token

	for token in "${TOKENS[@]}"; do
		printf '%s\n' "${token:16:38}"
	done
	sed -n 's/.*hash = "[^"]*\$\([^"$]*\)".*/\1/p' "$STORE"/*.conf
}

use_it_all()
{
	local key

	for METHOD in "${METHODS[@]}"; do
		for key in "$KEY" "$WRONG" "$REVOKED" "$OTHERS" \
		    "$KEY$KEY" "x$KEY" "${KEY:0:59}"; do
			ssh_key "$METHOD" deploy "$key" -- true
			ssh_key "$METHOD" nosuchuser "$key" -- true
		done
		# Typed as the user's name, too, where sshd lets it be.
		ssh_key "$METHOD" alice "$KEY" -- true
	done
	for key in "$KEY" "$WRONG" "$REVOKED"; do
		key=$key$'\n'$key$'\n'$key
		sudo_key -S deploy "$key" true
		sudo_key -A deploy "$key" true
		sudo_key tty deploy "$key" true
		sudo_key -S deploy "$key" -i true
	done
}

# look_in WHAT FOLDER...: no needle in any file that was written since.
look_in()
{
	local what=$1 found

	shift
	t "no secret and no hash in $what"
	found=$(find "$@" -xdev -type f -newer "$WORK/start" \
	    ! -path '/run/machine/*/*' ! -path "$WORK/needles" \
	    -exec grep -laFf "$WORK/needles" {} + 2>/dev/null)
	[ -z "$found" ] || problem "found in $found"
}

logs()
{
	use_it_all
	: >"$WORK/answers"
	needles >"$WORK/needles"

	t 'the search can find a secret where there is one'
	[ "$(wc -l <"$WORK/needles")" -ge 7 ] || problem 'too few needles'
	cp "$WORK/needles" /var/log/planted
	found=$(grep -rlaFf "$WORK/needles" /var/log)
	[ "$found" = /var/log/planted ] || problem "found: $found"
	rm /var/log/planted

	t 'the loudest logs were written'
	[ -s /var/log/sudo_debug ] || problem 'sudo wrote none'
	grep -q 'debug3' "$MACHINE_LOG" || problem 'sshd wrote none'
	grep -q 'authpriv.debug.*pam_apikey' "$MACHINE_LOG" ||
	    problem 'the module wrote none'

	look_in 'syslog at its loudest' "$MACHINE_LOG"
	look_in "sudo's debug log and /var/log" /var/log
	look_in '/var, /run, /tmp, /dev/shm and the home folders' \
	    /var /run /tmp /dev/shm /home /root
	t 'no secret in the kernel log'
	if dmesg 2>/dev/null | grep -qFf "$WORK/needles"; then
		problem 'found'
	fi
}

# While a session lives: environments and command lines of all processes
# that are not the client's own.
processes()
{
	local client pid found

	for METHOD in "${METHODS[@]}"; do
		t "no secret in any process of a session, $METHOD"
		answers "$KEY"
		env -i "PATH=$PATH" HOME=/root "E2E_WORK=$WORK" \
		    "SSH_ASKPASS=$WORK/askpass" SSH_ASKPASS_REQUIRE=force \
		    setsid ssh "${SSH_OPTIONS[@]}" -l deploy \
		    -o PubkeyAuthentication=no \
		    -o "PreferredAuthentications=$METHOD" "$HOST" \
		    'touch /tmp/up; exec sleep 30' </dev/null 2>/dev/null &
		client=$!
		for ((i = 0; i < 100; i++)); do
			[ ! -e /tmp/up ] || break
			sleep 0.05
		done
		# The shell has become its command.
		sleep 0.2
		[ -e /tmp/up ] || problem 'no session'
		: >"$WORK/answers"
		found=$(grep -laFf "$WORK/needles" /proc/[0-9]*/environ \
		    /proc/[0-9]*/cmdline 2>/dev/null)
		[ -z "$found" ] || problem "found in $found"
		pid=$(pgrep -u deploy -x sleep)
		[ -n "$pid" ] || pid=self
		tr '\0' '\n' <"/proc/$pid/environ" |
		    grep -qx "APIKEY_ID=$ID" || problem 'no APIKEY_ID'
		[ "$pid" = self ] || kill "$pid"
		wait "$client" 2>/dev/null
		rm -f /tmp/up
	done
}


forgery()
{
	local home=/home/deploy send

	send="SetEnv=APIKEY_ID=$OTHER_ID APIKEY_SCOPES=all"
	printf 'APIKEY_ID DEFAULT=%s\nAPIKEY_SCOPES DEFAULT=all\n' \
	    "$OTHER_ID" >"$WORK/pam_environment"
	for METHOD in "${METHODS[@]}"; do
		t "AcceptEnv: a forged APIKEY_ID is on no record, $METHOD"
		ssh_key "$METHOD" deploy "$KEY" -o "$send" -- env
		want_rc 0
		want_session "$ID"

		t "user_readenv: a forged APIKEY_ID is on no record, $METHOD"
		install -o deploy -g deploy -m 644 "$WORK/pam_environment" \
		    "$home/.pam_environment"
		ssh_key "$METHOD" deploy "$KEY" -- env
		want_rc 0
		want_out_like "^APIKEY_ID=$OTHER_ID\$"
		want_session "$ID"
		rm "$home/.pam_environment"
	done

	install -o deploy -g deploy -m 644 "$WORK/pam_environment" \
	    "$home/.pam_environment"
	t 'a forged APIKEY_ID makes no key of a public-key login'
	ssh_pub deploy -o "$send" -- id -un
	want_login deploy
	want_no_log 'event='

	t 'a forged APIKEY_ID of her own makes no key of it either'
	sed "s/$OTHER_ID/$ID/" "$WORK/pam_environment" \
	    >"$home/.pam_environment"
	ssh_pub deploy -o "SetEnv=APIKEY_ID=$ID" -- id -un
	want_login deploy
	want_no_log 'event='
	rm "$home/.pam_environment"

	t 'a forged APIKEY_ID makes no key of a non-member'
	printf 'APIKEY_ID DEFAULT=%s\n' "$ID" >/home/alice/.pam_environment
	ssh_key password alice "$ALICE_PASSWORD" \
	    -o "SetEnv=APIKEY_ID=$ID" -- id -un
	want_login alice
	want_no_log 'event='
	want_no_log 'pam_apikey.*(session|setcred)'
}

# The session on record is that of key $1 and of no other.
want_session()
{
	want_log "event=session\\.open key=$1 user=deploy"
	want_log "event=session\\.close key=$1 user=deploy"
	want_no_log "event=session\\.(open|close) key=$OTHER_ID"
}

logs
processes
forgery
end_theme
