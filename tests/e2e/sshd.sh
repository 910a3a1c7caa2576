#!/bin/bash
# sshd.sh - keys at the real sshd, by both methods.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=sshd
setup
start_sshd 'DenyUsers blocked' || bail "sshd does not start"

useradd --system -m -s /bin/bash -G apikey blocked
create KEY --user deploy --label 'build farm' --scope deploy --scope logs
create_expired EXPIRED --user deploy
create REVOKED --user deploy
create DISABLED --user deploy
create PENDING --user deploy --not-before 1d
create OTHERS --user ops
create FOR_SUDO --user deploy --service sudo
create AWAY --user deploy --from 10.0.0.0/8 --from local
create NETWORK --user deploy --from 127.0.0.0/8
create ELSEWHERE --user deploy --host 'db*'
create HERE --user deploy --host 'MACH*'
create BLOCKED --user blocked
apikeyctl revoke "$(id_of "$REVOKED")" || bail "no revoke"
apikeyctl disable "$(id_of "$DISABLED")" || bail "no disable"
ID=$(id_of "$KEY")
WRONG=$(wrong_secret "$KEY")
UNKNOWN=$(make_token 0123456789 "${KEY:16:38}")
MISTYPED=${KEY:0:59}$([ "${KEY:59}" = x ] && echo y || echo x)
STRANGER=$(make_token 0123456789 "$(printf '%038d' 7)")
TOKENS+=("$WRONG")
AT='127\.0\.0\.1'

# deny WHAT TOKEN REASON ID: deploy is refused, by this method.
deny()
{
	t "sshd, $METHOD: $1"
	ssh_key "$METHOD" deploy "$2"
	want_no_login
	want_deny "$3" "$4" deploy sshd "$AT" ssh -
	want_no_log 'event=session'
}

refusals()
{
	deny 'a wrong secret is refused' "$WRONG" wrong-secret "$ID"
	deny 'an unknown id is refused' "$UNKNOWN" unknown-key 0123456789
	deny 'a typing error is refused' "$MISTYPED" malformed "(-|$ID)"
	deny 'a password is no key' 'hunter2 or so' malformed -
	deny 'a reply of 600 bytes is no key' \
	    "$(printf '%0600d' 0)" malformed -
	deny 'an expired key is refused' "$EXPIRED" expired \
	    "$(id_of "$EXPIRED")"
	deny 'a disabled key is refused' "$DISABLED" disabled \
	    "$(id_of "$DISABLED")"
	deny 'a key that is not valid yet is refused' "$PENDING" \
	    not-yet-valid "$(id_of "$PENDING")"
	deny "another account's key is refused" "$OTHERS" wrong-user \
	    "$(id_of "$OTHERS")"
	deny 'a key for other services is refused' "$FOR_SUDO" service \
	    "$(id_of "$FOR_SUDO")"
	deny 'a key for other networks is refused' "$AWAY" source \
	    "$(id_of "$AWAY")"
	deny 'a key for other hosts is refused' "$ELSEWHERE" host \
	    "$(id_of "$ELSEWHERE")"
	deny 'a revoked key is refused' "$REVOKED" revoked \
	    "$(id_of "$REVOKED")"
}

grants()
{
	t "sshd, $METHOD: a good key logs in, each step is on record"
	ssh_key "$METHOD" deploy "$KEY" -- id -un
	want_login deploy
	want_grant "$ID" deploy sshd "$AT" ssh - deploy,logs
	want_log "$(audit info sshd session)event=session\\.open key=$ID \
user=deploy ruser=- service=sshd pid=[0-9]+ ses=[-0-9]+\$"
	want_log "$(audit info sshd session)event=session\\.close key=$ID \
user=deploy ruser=- service=sshd pid=[0-9]+ ses=[-0-9]+\$"
	want_log_count 1 'event=auth\.grant'
	want_no_log 'event=auth\.deny'

	t "sshd, $METHOD: the session knows its key's id and scopes"
	ssh_key "$METHOD" deploy "$KEY" -- env
	want_out_like "^APIKEY_ID=$ID\$"
	want_out_like '^APIKEY_SCOPES=deploy,logs$'
	want_out_unlike "${KEY:16:38}"

	t "sshd, $METHOD: a key bound to this network logs in"
	ssh_key "$METHOD" deploy "$NETWORK"
	want_login deploy

	t "sshd, $METHOD: a key bound to this host logs in"
	ssh_key "$METHOD" deploy "$HERE"
	want_login deploy

	t "sshd, $METHOD: two wrong keys, then the right one"
	ssh_key "$METHOD" deploy "$WRONG"$'\n'"$UNKNOWN"$'\n'"$KEY" \
	    -o NumberOfPasswordPrompts=3
	want_login deploy
	want_log_count 2 'event=auth\.deny'
	want_grant "$ID" deploy sshd "$AT" ssh - deploy,logs

	t "sshd, $METHOD: a cancelled prompt is no login"
	ssh_key "$METHOD" deploy ''
	want_failure
	want_no_log 'event=auth\.grant'

	t "sshd, $METHOD: an empty reply is refused"
	ssh_key "$METHOD" deploy $'\n'
	want_no_login
	want_no_log 'event=auth\.grant'
	# sshd refuses it without asking PAM where it takes a password.
	[ "$METHOD" = password ] ||
	    want_deny malformed - deploy sshd "$AT" ssh -
}

# Users that sshd has refused reach us with sshd's own reply.
refused_by_sshd()
{
	t "sshd, $METHOD: a member that sshd denies is refused as such"
	ssh_key "$METHOD" blocked "$BLOCKED"
	want_no_login
	want_deny sshd-refused - blocked sshd "$AT" ssh -

	t "sshd, $METHOD: an unknown user is refused"
	ssh_key "$METHOD" nosuchuser "$KEY"
	want_no_login
	want_no_log 'pam_apikey'
	want_log 'invalid user nosuchuser|illegal user nosuchuser'

	t "sshd, $METHOD: a token as a user name is cut in our lines"
	# sshd's own lines hold whatever was given as a user's name.
	ssh_key "$METHOD" "$STRANGER" "$KEY"
	want_no_login
	want_log "sshd.*nvalid user $STRANGER"
	want_no_log "pam_apikey.*${STRANGER:16:38}"
}

others()
{
	t "sshd, $METHOD: a non-member's password logs in, as without us"
	ssh_key "$METHOD" alice "$ALICE_PASSWORD" -- env
	want_rc 0
	want_out_like '^LOGNAME=alice$'
	want_out_unlike 'APIKEY'
	want_no_log 'pam_apikey'

	t "sshd, $METHOD: a non-member's wrong password is refused by Unix"
	ssh_key "$METHOD" alice "$KEY"
	want_no_login
	want_log 'pam_unix\(sshd:auth\): authentication failure'
	want_no_log 'pam_apikey'

	t "sshd, $METHOD: a member's Unix password is refused"
	ssh_key "$METHOD" ops "$OPS_PASSWORD"
	want_no_login
	want_deny malformed - ops sshd "$AT" ssh -
	want_no_log 'pam_unix\(sshd:auth\)'

	t "sshd, $METHOD: sshpass finds the prompt"
	run timeout 30 sshpass -p "$KEY" ssh "${SSH_OPTIONS[@]}" \
	    -o PubkeyAuthentication=no -o "PreferredAuthentications=$METHOD" \
	    deploy@127.0.0.1 id -un
	want_login deploy

	t "sshd, $METHOD: sshpass gives up after a refusal"
	run timeout 30 sshpass -p "$WRONG" ssh "${SSH_OPTIONS[@]}" \
	    -o PubkeyAuthentication=no -o "PreferredAuthentications=$METHOD" \
	    deploy@127.0.0.1 id -un
	want_rc 5
}

public_keys()
{
	local user

	for user in deploy alice; do
		t "sshd: the public key of $user logs in, untouched by us"
		ssh_pub "$user" -- env
		want_rc 0
		want_out_like "^LOGNAME=$user\$"
		want_out_unlike APIKEY
		want_no_log 'pam_apikey'
	done
	for METHOD in "${METHODS[@]}"; do
		t "sshd, $METHOD: a public key after a refused key is nobody's key"
		ssh_with "$WRONG" deploy -i "$WORK/userkey" \
		    -o IdentitiesOnly=yes -o NumberOfPasswordPrompts=1 \
		    -o "PreferredAuthentications=publickey,$METHOD" -- env
		want_rc 0
		want_out_unlike APIKEY
		want_no_log 'event=session'
	done
}

# Strangers must not learn from the prompt who is a member.
prompts()
{
	local user first='' prompt

	t 'sshd: members, non-members and unknown names see one prompt'
	for user in deploy alice nosuchuser root blocked; do
		ssh_key keyboard-interactive "$user" wrong
		prompt=$(sed "s/^($user@[^)]*) //" "$WORK/prompts")
		[ "$user" = deploy ] && first=$prompt
		[ "$prompt" = "$first" ] ||
		    problem "$user sees '$prompt', not '$first'"
		want_err_like "^$user@127.0.0.1: Permission denied"
	done
	[ "$first" = 'Password: ' ] || problem "the prompt is '$first'"
}

for METHOD in "${METHODS[@]}"; do
	refusals
	grants
	refused_by_sshd
	others
done
public_keys
prompts
end_theme
