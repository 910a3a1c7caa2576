#!/bin/bash
# expiry.sh - who logs in with a key that ends soon is told so, and a key
# that ends between authentication and the account phase is refused there.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=expiry
TIME='20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9:]{8}Z'
setup
start_sshd || bail "sshd does not start"

# want_told TIMES ID LEFT: on what ssh showed beside the command's output.
want_told()
{
	local count

	count=$(grep -Ec "The API key $2 ends in $3 \\($TIME\\)\\." <<<"$ERR")
	[ "$count" = "$1" ] || problem "told $count times, not $1"
}

notices()
{
	local key=$1 id

	id=$(id_of "$key")
	for METHOD in "${METHODS[@]}"; do
		t "a key that ends soon: its holder is told, $METHOD"
		ssh_key "$METHOD" deploy "$key"
		want_login deploy
		want_told 1 "$id" "$2"
		want_grant "$id" deploy sshd '127\.0\.0\.1' ssh - -

		t "a key that ends soon: told on a terminal, $METHOD"
		ssh_key "$METHOD" deploy "$key" -tt
		want_rc 0
		want_told 1 "$id" "$2"

		t "a key that ends soon: sshpass is not confused, $METHOD"
		run timeout 30 sshpass -p "$key" ssh "${SSH_OPTIONS[@]}" \
		    -o PubkeyAuthentication=no \
		    -o "PreferredAuthentications=$METHOD" \
		    deploy@127.0.0.1 id -un
		want_login deploy

		t "a key that ends soon: output is as it was, $METHOD"
		head -c 100000 /dev/urandom >"$WORK/sent"
		chmod 644 "$WORK/sent"
		ssh_key "$METHOD" deploy "$key" -- sha256sum "$WORK/sent" \
		    '|' cat
		want_login "$(sha256sum "$WORK/sent")"
	done
}

sudo_is_silent()
{
	local key=$1 id

	id=$(id_of "$key")
	t 'a key that ends soon: sudo -S gives the output of its command'
	sudo_key -S deploy "$key" id -un
	want_rc 0
	want_out root
	[ "$ERR" = '[sudo] password for deploy: ' ] || problem 'stderr has more'

	t 'a key that ends soon: sudo -S in a substitution'
	answers "$key"
	# shellcheck disable=SC2016 # the shell within expands it
	run as_user_with_stdin deploy sh -c \
	    'x=$(sudo -S id -un 2>&1 >&3 3>&-) 3>&1; echo "[$x]"'
	want_out $'root\n[[sudo] password for deploy: ]'

	for WAY in -A tty; do
		t "a key that ends soon: sudo $WAY says nothing of it"
		sudo_key "$WAY" deploy "$key" id -un
		want_rc 0
		want_out_like '^root.?$'
		want_out_unlike 'API key'
		want_err_unlike 'API key'
	done
	t 'a key that ends soon: nor does sudo -i'
	sudo_key -S deploy "$key" -i id -un
	want_out root
	want_err_unlike 'API key'
}

once_a_day()
{
	local key

	create key --user deploy --expires 2d12h
	t 'the trail has an end once a day, whoever logs in how often'
	for METHOD in "${METHODS[@]}" "${METHODS[@]}"; do
		ssh_key "$METHOD" deploy "$key"
		want_login deploy
	done
	sudo_key -S deploy "$key" id -un
	want_out root
	want_log_count 5 "event=auth\\.grant key=$(id_of "$key") "
	want_log_count 1 "^authpriv\\.notice sshd.* event=key\\.expiring \
key=$(id_of "$key") user=deploy ends=$TIME\$"
}

quiet()
{
	local far

	create far --user deploy --expires 20d
	t 'a key that ends later: nobody is told'
	for METHOD in "${METHODS[@]}"; do
		ssh_key "$METHOD" deploy "$far"
		want_login deploy
		want_err_unlike 'API key'
	done
	want_no_log 'event=key\.expiring'
	t 'a public key has no end of ours'
	ssh_pub deploy
	want_login deploy
	want_err_unlike 'API key'
	want_no_log 'event=key\.expiring'
}

rotated()
{
	local old new

	create old --user deploy
	new=$(apikeyctl rotate "$(id_of "$old")" --overlap 5h) ||
	    bail "no rotate"
	TOKENS+=("$new")
	t 'a rotated key: its holder is told of the end of the overlap'
	ssh_key password deploy "$old"
	want_login deploy
	want_told 1 "$(id_of "$old")" '5 hours'
	want_log "event=key\\.expiring key=$(id_of "$old") "
	t 'its successor: nobody is told'
	ssh_key password deploy "$new"
	want_login deploy
	want_err_unlike 'API key'
}

# ---- Between the phases -----------------------------------------------

# What runs between authentication and our account line, as root.
setup_between()
{
	local service

	printf '%s\n' '#!/bin/sh' "sh $WORK/between.now" >"$WORK/between"
	chmod 755 "$WORK/between"
	for service in sshd sudo; do
		sed -i "/^account .*pam_apikey/i\\
account required pam_exec.so quiet seteuid $WORK/between" \
		    "/etc/pam.d/$service"
		grep -q "pam_exec.*$WORK" "/etc/pam.d/$service" ||
		    bail "no line in $service"
	done
}

# between REASON COMMAND: at that moment, %s being the key's id.
between()
{
	local reason=$1 way key id service

	for way in "${METHODS[@]}" sudo; do
		create key --user deploy --expires 30d
		id=$(id_of "$key")
		# shellcheck disable=SC2059 # it is the format
		printf "$2\n" "$id" >"$WORK/between.now"
		t "$reason between authentication and account, $way"
		if [ "$way" = sudo ]; then
			service=sudo
			sudo_key -S deploy "$key" id -un
			want_rc 1
			want_out_unlike root
		else
			service=sshd
			ssh_key "$way" deploy "$key"
			want_rc 255
			want_out ''
		fi
		want_log "$(audit notice "$service" auth)event=auth\\.grant \
key=$id "
		want_log "$(audit notice "$service" account)event=auth\\.deny \
reason=$reason key=$id user=deploy service=$service "
		want_no_log 'event=session'
		[ "$reason" = unknown-key ] || [ "$(uses_of "$key")" = 1 ] ||
		    problem 'the use was not counted once'
	done
}

# A key that is nobody's business between the phases.
nothing_between()
{
	local way key

	echo true >"$WORK/between.now"
	for way in "${METHODS[@]}"; do
		create key --user deploy
		t "nothing between authentication and account, $way"
		ssh_key "$way" deploy "$key"
		want_login deploy
		[ "$(uses_of "$key")" = 1 ] || problem 'not one use'
	done
}

create SOON --user deploy --expires 3d
notices "$SOON" '3 days'
sudo_is_silent "$SOON"
once_a_day
quiet
rotated
setup_between
nothing_between
between revoked 'apikeyctl revoke %s'
between disabled 'apikeyctl disable %s'
between expired 'apikeyctl set %s --expires 1s && sleep 1.1'
between superseded 'apikeyctl rotate %s --overlap 0s >/dev/null'
between unknown-key 'apikeyctl delete --force %s'
end_theme
