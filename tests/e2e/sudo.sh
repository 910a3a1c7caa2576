#!/bin/bash
# sudo.sh - keys at the real sudo: -S, -A, on a terminal and with -i.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=sudo
setup

create KEY --user deploy --scope deploy
create REVOKED --user deploy
create OTHERS --user ops
create FOR_SSHD --user deploy --service sshd
create NOT_I --user deploy --service sudo
create REMOTE --user deploy --from 10.0.0.0/8
create LOCAL --user deploy --from 10.0.0.0/8 --from local
create_expired EXPIRED --user deploy
apikeyctl revoke "$(id_of "$REVOKED")" || bail "no revoke"
ID=$(id_of "$KEY")
WRONG=$(wrong_secret "$KEY")
TOKENS+=("$WRONG")
WAYS=(-S -A tty)

# The terminal that sudo sees, by the way it is asked.
tty_of()
{
	[ "$1" = tty ] && echo '/dev/pts/[0-9]+' || echo -
}

want_root()
{
	want_rc 0
	want_out_like '^root.?$'
}

want_no_root()
{
	want_rc 1
	want_out_unlike '^root'
}

granted()
{
	t "sudo $WAY: a good key makes root, each step is on record"
	sudo_key "$WAY" deploy "$KEY" id -un
	want_root
	want_grant "$ID" deploy sudo - "$TTY" deploy deploy
	want_log "$(audit info sudo session)event=session\\.open key=$ID \
user=root ruser=deploy service=sudo pid=[0-9]+ ses=[-0-9]+\$"
	want_log "$(audit info sudo session)event=session\\.close key=$ID \
user=root ruser=deploy service=sudo pid=[0-9]+ ses=[-0-9]+\$"
	want_no_log 'event=auth\.deny'

	t "sudo $WAY: a key with local in its sources makes root"
	sudo_key "$WAY" deploy "$LOCAL" id -un
	want_root

	t "sudo $WAY -u: another user can be meant"
	sudo_key "$WAY" deploy "$KEY" -u alice id -un
	want_rc 0
	want_out_like '^alice.?$'
	want_grant "$ID" deploy sudo - "$TTY" deploy deploy
	want_log "event=session\\.open key=$ID user=alice ruser=deploy"

	t "sudo $WAY -i: a good key makes a root shell"
	sudo_key "$WAY" deploy "$KEY" -i id -un
	want_root
	want_grant "$ID" deploy sudo-i - "$TTY" deploy deploy

	t "sudo $WAY: wrong keys are asked again, then the right one"
	sudo_key "$WAY" deploy "$WRONG"$'\nhunter2\n'"$KEY" id -un
	want_root
	want_log_count 2 'event=auth\.deny'
	want_log "event=auth\\.deny reason=wrong-secret key=$ID user=deploy"
	want_log 'event=auth\.deny reason=malformed key=- user=deploy'
	want_grant "$ID" deploy sudo - "$TTY" deploy deploy

	t "sudo $WAY: an empty reply is no root"
	sudo_key "$WAY" deploy $'\n\n' id -un
	want_no_root
	want_no_log 'event=(auth\.grant|session)'
}

# deny WHAT TOKEN REASON [ARG...]: three times, then sudo gives up.
deny()
{
	local what=$1 key=$2 reason=$3 service=sudo

	shift 3
	[ "${1-}" = -i ] && service=sudo-i
	t "sudo $WAY${1+ $1}: $what"
	sudo_key "$WAY" deploy "$key"$'\n'"$key"$'\n'"$key" "$@" id -un
	want_no_root
	want_deny "$reason" "$(id_of "$key")" deploy "$service" - "$TTY" \
	    deploy
	want_log_count 3 'event=auth\.deny'
	want_log 'sudo(\[[0-9]+\])?: +deploy : 3 incorrect password attempts'
}

refused()
{
	deny 'a wrong secret is refused three times' "$WRONG" wrong-secret
	deny 'a revoked key is refused' "$REVOKED" revoked
	deny 'an expired key is refused' "$EXPIRED" expired
	deny "another account's key is refused" "$OTHERS" wrong-user
	deny 'a key for other services is refused' "$FOR_SSHD" service
	deny 'a key for sudo alone is refused' "$NOT_I" service -i
	deny 'a key without local in its sources is refused' \
	    "$REMOTE" source

	t "sudo $WAY: a cancelled prompt is no root"
	if [ "$WAY" = tty ]; then
		sudo_key "$WAY" deploy '^C' id -un
	else
		sudo_key "$WAY" deploy '' id -un
	fi
	want_no_root
	want_no_log 'event=(auth\.grant|session)'
}

others()
{
	t "sudo $WAY: a non-member's password makes root, as without us"
	sudo_key "$WAY" alice "$ALICE_PASSWORD" id -un
	want_root
	want_no_log pam_apikey

	t "sudo $WAY: a member's Unix password does not"
	sudo_key "$WAY" ops \
	    "$OPS_PASSWORD"$'\n'"$OPS_PASSWORD"$'\n'"$OPS_PASSWORD" id -un
	want_no_root
	want_deny malformed - ops sudo - "$TTY" ops
}

environment()
{
	t 'sudo: the command knows the key, not its secret'
	sudo_key -S deploy "$KEY" env
	want_rc 0
	want_out_like "^APIKEY_ID=$ID\$"
	want_out_like '^APIKEY_SCOPES=deploy$'
	want_out_unlike "${KEY:16:38}"

	t 'sudo: the environment of the caller says nothing'
	answers "$KEY"
	run as_user_with_stdin deploy env "APIKEY_ID=$(id_of "$OTHERS")" \
	    APIKEY_SCOPES=all sudo -S env
	want_out_like "^APIKEY_ID=$ID\$"
	want_out_like '^APIKEY_SCOPES=deploy$'

	t 'sudo: -l and -v ask for the key, too'
	sudo_key -S deploy "$KEY" -v
	want_rc 0
	sudo_key -S deploy "$KEY" -l
	want_rc 0
	want_out_like 'deploy may run'
	want_log_count 2 'event=auth\.grant'

	t "sudo: Ansible's prompt stands for ours"
	sudo_key -S deploy "$KEY" -H \
	    -p '[sudo via ansible, key=abcdef] password:' -u root \
	    /bin/sh -c 'echo BECOME-SUCCESS-abcdef; id -un'
	want_out $'BECOME-SUCCESS-abcdef\nroot'
	want_err_like '^\[sudo via ansible, key=abcdef\] password:'

	t 'sudo: a user who may do nothing may not with a key either'
	sed -i '/^deploy/d' /etc/sudoers
	sudo_key -S deploy "$KEY" id -un
	want_no_root
	set_sudoers timestamp_timeout=0
}

# What sudo remembers is sudo's affair, until it asks again.
cached()
{
	local key

	create key --user deploy
	set_sudoers 'timestamp_timeout=5, timestamp_type=global'
	t 'sudo: a cached timestamp needs no key, revoked or not'
	sudo_key -S deploy "$key" id -un
	want_root
	run as_user deploy sudo -n id -un
	want_root
	apikeyctl revoke "$(id_of "$key")" || problem "no revoke"
	run as_user deploy sudo -n id -un
	want_root
	want_log_count 1 'event=auth\.grant'
	want_log_count 1 'event=session\.open'

	t 'sudo: without the timestamp the revoked key is refused'
	run as_user deploy sudo -k
	sudo_key -S deploy "$key" id -un
	want_no_root
	want_deny revoked "$(id_of "$key")" deploy sudo - - deploy

	t 'sudo: the shipped line asks members each time'
	cat "$EXAMPLES"/sudoers.d/* >>/etc/sudoers
	run visudo -cqf /etc/sudoers
	want_rc 0
	sudo_key -S deploy "$KEY" id -un
	want_root
	run as_user deploy sudo -n id -un
	want_no_root
	want_err_like 'a password is required'
	set_sudoers timestamp_timeout=0
}

EXAMPLES=/usr/share/doc/apikey/examples
for WAY in "${WAYS[@]}"; do
	TTY=$(tty_of "$WAY")
	granted
	refused
	others
done
environment
cached
end_theme
