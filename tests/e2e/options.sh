#!/bin/bash
# options.sh - the module's options and account states that show only with
# the real programs.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=options
setup
start_sshd || bail "sshd does not start"
create KEY --user deploy --scope deploy
create OPS --user ops
create ROOTS --user root
ID=$(id_of "$KEY")
AT='127\.0\.0\.1'

# Without group= everybody is ours, those that sshd has refused included:
# it then gives a reply of its own instead of what the user typed.
no_group()
{
	local name

	setup_pam nodelay
	for METHOD in "${METHODS[@]}"; do
		t "no group=: root is refused as sshd refuses it, $METHOD"
		ssh_key "$METHOD" root "$ROOTS"
		want_no_login
		want_deny sshd-refused - root sshd "$AT" ssh -

		t "no group=: an unknown user likewise, $METHOD"
		ssh_key "$METHOD" nosuchuser "$KEY"
		want_no_login
		want_deny sshd-refused - nosuchuser sshd "$AT" ssh -

		# Debian's sshd takes what is behind a slash for a role.
		t "no group=: a user named ../../x, $METHOD"
		ssh_key "$METHOD" ../../x "$KEY"
		want_no_login
		want_deny sshd-refused - '\.\.(/\.\./x)?' sshd "$AT" ssh -

		t "no group=: a user's name forges no field, $METHOD"
		# The client itself refuses quotes and newlines.
		name='x user=root event=forged'
		ssh_key "$METHOD" "$name" "$KEY"
		want_no_login
		name='x\\x20user\\x3Droot\\x20event\\x3Dforged'
		want_deny sshd-refused - "$name" sshd "$AT" ssh -

		t "no group=: a token as a user's name is cut, $METHOD"
		name=$(make_token 0123456789 "$(printf '%038d' 7)")
		ssh_key "$METHOD" "$name" "$KEY"
		want_no_login
		want_deny sshd-refused - "apik_0123456789_[^0-9A-Za-z]*" \
		    sshd "$AT" ssh -
	done
	restart_sshd 'PermitRootLogin yes'
	t "no group=: root's own key, where sshd lets root in"
	ssh_key password root "$ROOTS"
	want_login root
	restart_sshd
}

mixed()
{
	setup_pam 'group=apikey nodelay mixed'
	for METHOD in "${METHODS[@]}"; do
		t "mixed: a member's key, $METHOD"
		ssh_key "$METHOD" ops "$OPS"
		want_login ops
		want_grant "$(id_of "$OPS")" ops sshd "$AT" ssh - -

		t "mixed: a member's Unix password, asked once, $METHOD"
		ssh_key "$METHOD" ops "$OPS_PASSWORD" -- env
		want_rc 0
		want_out_unlike APIKEY
		[ "$(wc -l <"$WORK/prompts")" = 1 ] || problem 'asked twice'
		want_no_log 'event='

		t "mixed: a bad key goes to nobody else, $METHOD"
		ssh_key "$METHOD" ops "$(wrong_secret "$OPS")"
		want_no_login
		want_deny wrong-secret "$(id_of "$OPS")" ops sshd "$AT" ssh -
		want_no_log pam_unix

		t "mixed: a wrong password is refused by Unix, $METHOD"
		ssh_key "$METHOD" ops wrong
		want_no_login
		want_log 'pam_unix\(sshd:auth\): authentication failure'
	done
	t 'mixed: sudo takes both'
	sudo_key -S ops "$OPS" id -un
	want_out root
	sudo_key -S ops "$OPS_PASSWORD" id -un
	want_out root
	want_log_count 1 'event=auth\.grant'
}

scope()
{
	setup_pam 'group=apikey nodelay scope=deploy'
	t 'scope=: a key that has it'
	ssh_key password deploy "$KEY"
	want_login deploy
	t 'scope=: a key that has none'
	ssh_key password ops "$OPS"
	want_no_login
	want_deny scope "$(id_of "$OPS")" ops sshd "$AT" ssh -
	setup_pam 'group=apikey nodelay scope=deploy scope=logs'
	t 'scope= twice: a key that has one of them'
	ssh_key password deploy "$KEY"
	want_no_login
	want_deny scope "$ID" deploy sshd "$AT" ssh -
}

prompt()
{
	setup_pam 'group=apikey nodelay [prompt=API key password: ]'
	t 'prompt=: it is what the client shows'
	ssh_key keyboard-interactive deploy "$KEY"
	want_login deploy
	grep -q 'API key password: $' "$WORK/prompts" ||
	    problem "$(cat "$WORK/prompts")"
}

config()
{
	local folder=/srv/other.keys

	install -d -m 700 "$folder"
	printf 'keystore = "%s";\n' "$folder" >"$folder.conf"
	setup_pam "group=apikey nodelay config=$folder.conf"
	t 'config=: another keystore, in every phase'
	ssh_key password deploy "$KEY"
	want_no_login
	want_deny unknown-key "$ID" deploy sshd "$AT" ssh -
	create other --config "$folder.conf" --user deploy
	# shellcheck disable=SC2154 # create sets it
	ssh_key keyboard-interactive deploy "$other"
	want_login deploy
	want_log "event=session\\.open key=$(id_of "$other")"
	rm -r "$folder" "$folder.conf"
}

accounts()
{
	setup_pam 'group=apikey nodelay'
	for METHOD in "${METHODS[@]}"; do
		t "usermod -L: it locks the password, not the keys, $METHOD"
		usermod -L ops
		ssh_key "$METHOD" ops "$OPS"
		want_login ops
		usermod -U ops

		t "usermod -e 1: an expired account refuses its keys, $METHOD"
		usermod -e 1 ops
		ssh_key "$METHOD" ops "$OPS"
		want_rc 255
		want_out ''
		want_no_log 'event=session'
		usermod -e '' ops

		t "chage: an aged password refuses its keys, $METHOD"
		chage -d 2000-01-01 -M 30 -I 1 ops
		ssh_key "$METHOD" ops "$OPS"
		want_rc 255
		want_out ''
		want_no_log 'event=session'
		chage -M -1 -I -1 -d 2020-01-01 ops

		t "chage -M -1: no age, and they log in, $METHOD"
		ssh_key "$METHOD" ops "$OPS"
		want_login ops
	done

	t 'a public key, then an API key: both are needed, both on record'
	restart_sshd 'AuthenticationMethods publickey,keyboard-interactive'
	ssh_with "$KEY" deploy -i "$WORK/userkey" -o IdentitiesOnly=yes
	want_login deploy
	want_grant "$ID" deploy sshd "$AT" ssh - deploy
	ssh_pub deploy
	want_no_login
	restart_sshd

	t 'a session goes on when its key is revoked, and ends on record'
	run apikeyctl create --user deploy
	other=$OUT
	TOKENS+=("$other")
	ssh_key password deploy "$other" -- \
	    'touch /tmp/up; while [ -e /tmp/up ]; do sleep .05; done; id -un' &
	while [ ! -e /tmp/up ]; do
		sleep 0.05
	done
	apikeyctl revoke "$(id_of "$other")"
	rm /tmp/up
	wait $!
	[ "$(cat "$WORK/out")" = deploy ] || problem 'the session broke'
	want_log "event=session\\.close key=$(id_of "$other") user=deploy"
}

no_group
mixed
scope
prompt
config
accounts
end_theme
