#!/bin/bash
# main_job.sh - the main job from end to end with what is shipped: the
# PAM lines, sshd's drop-in and sudo's line as they stand in the examples;
# a key is created, shown to sshd and, in that session, to sudo, revoked,
# and refused, and each step is on record.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME='main job'
EXAMPLES=/usr/share/doc/apikey/examples
setup

# paste EXAMPLE FILE: each line before the include of its own kind.
paste_lines()
{
	local kind line

	sed -i '/pam_apikey/d' "$2"
	while read -r kind line; do
		sed -i "/^@include common-$kind/i\\
$kind $line" "$2"
	done < <(grep -E '^(auth|account|session) ' "$EXAMPLES/pam.d/$1")
	[ "$(grep -c pam_apikey "$2")" = 3 ] || bail "$1: not three lines"
}

paste_lines sshd.debian /etc/pam.d/sshd
paste_lines sudo.debian /etc/pam.d/sudo
paste_lines sudo.debian /etc/pam.d/sudo-i
install -m 440 "$EXAMPLES/sudoers.d/apikey" /etc/sudoers.d/apikey
printf '@includedir /etc/sudoers.d\n' >>/etc/sudoers
visudo -cqf /etc/sudoers || bail "no sudoers"
# A machine that lets nobody in by a password, but for the drop-in.
start_sshd "Include $EXAMPLES/sshd_config.d/apikey.conf" \
    'PasswordAuthentication no' 'KbdInteractiveAuthentication no' ||
    bail "sshd does not start"

t 'create: the key is printed once, and its creation is on record'
run apikeyctl create --user deploy --label 'build farm' --scope deploy
want_rc 0
want_out_like '^apik_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{44}$'
KEY=$OUT ID=${OUT:5:10}
TOKENS+=("$KEY")
want_log_count 1 "^authpriv\\.notice apikeyctl(\\[[0-9]+\\])?: \
event=key\\.create key=$ID user=deploy by=root"

for METHOD in "${METHODS[@]}"; do
	t "ssh by $METHOD, then sudo -S in the session"
	printf '%s\n' "$KEY" >"$WORK/stdin"
	answers "$KEY"
	run sh -c "E2E_WORK=$WORK SSH_ASKPASS=$WORK/askpass \
	    SSH_ASKPASS_REQUIRE=force timeout 30 setsid -w ssh \
	    ${SSH_OPTIONS[*]} -o PubkeyAuthentication=no \
	    -o PreferredAuthentications=$METHOD deploy@$HOST \
	    'sudo -S id -un; sudo -k; env' <$WORK/stdin"
	want_rc 0
	want_out_like '^root$'
	want_out_like "^APIKEY_ID=$ID\$"
	want_grant "$ID" deploy sshd '127\.0\.0\.1' ssh - deploy
	want_grant "$ID" deploy sudo - - deploy deploy
	want_log "event=session\\.close key=$ID user=root ruser=deploy"
	want_log "event=session\\.close key=$ID user=deploy ruser=-"
	want_log_count 2 'event=auth\.grant'
	want_log_count 2 'event=session\.open'
done

t 'ssh on a terminal, then sudo on it, and sudo -i'
answers "$KEY"$'\n'"$KEY"$'\n'"$KEY"
run timeout 60 setsid -w expect -f "$E2E/tty.exp" "$WORK/answers" ssh \
    -tt "${SSH_OPTIONS[@]}" -o PubkeyAuthentication=no "deploy@$HOST" \
    'sudo id -un; sudo -i id -un'
want_rc 0
[ "$(grep -c '^root' <<<"$OUT")" = 2 ] || problem 'not twice root'
want_log_count 1 'event=auth\.grant .*service=sshd '
want_log_count 1 'event=auth\.grant .*service=sudo '
want_log_count 1 'event=auth\.grant .*service=sudo-i '

t 'ssh, then sudo -A, as the key reaches scripts'
install -o deploy -m 600 /dev/null /home/deploy/key
printf '%s\n' "$KEY" >/home/deploy/key
printf '#!/bin/sh\ncat ~/key\n' >/home/deploy/ask
chmod 755 /home/deploy/ask
ssh_key password deploy "$KEY" -- 'SUDO_ASKPASS=~/ask sudo -A id -un'
want_login root
rm /home/deploy/key

t 'a non-member still logs in by a public key alone'
ssh_pub alice
want_login alice
ssh_key password alice "$ALICE_PASSWORD"
want_no_login
want_no_log pam_apikey

t 'revoke: on record'
run apikeyctl revoke "$ID" --reason leaked
want_rc 0
want_log_count 1 "^authpriv\\.notice apikeyctl(\\[[0-9]+\\])?: \
event=key\\.revoke key=$ID user=deploy by=root reason=leaked"

for METHOD in "${METHODS[@]}"; do
	t "the revoked key is refused, $METHOD"
	ssh_key "$METHOD" deploy "$KEY"
	want_no_login
	want_deny revoked "$ID" deploy sshd '127\.0\.0\.1' ssh -
	want_log "$(audit alert sshd auth)event=auth\\.alarm reason=revoked \
key=$ID user=deploy service=sshd rhost=127\\.0\\.0\\.1 tty=ssh ruser=-\$"
	want_log_count 2 'event='
done
t 'the revoked key is refused by sudo'
sudo_key -S deploy "$KEY" id -un
want_rc 1
want_deny revoked "$ID" deploy sudo - - deploy

t 'list and show tell of it'
run apikeyctl list --status revoked
want_out_like "^$ID"
run apikeyctl --json show "$ID"
want_out_like '"reason": ?"leaked"'
end_theme
