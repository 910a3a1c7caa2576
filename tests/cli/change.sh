# shellcheck shell=bash disable=SC2154
# change.sh - revoke, disable and enable, alone and against each other.

fresh

t 'revoke: no word in a pipe, the key in JSON'
new --user deploy
ctl 0 revoke "$ID" --reason leaked --note 'seen in "chat"'
want_no_out
want_quiet
ctl 0 show --json "$ID"
want_json key.status revoked
want_json key.revoked.reason leaked
want_json key.revoked.note 'seen in "chat"'
want '?' "$(json 'key.revoked?')" 'at by reason note'
want_verify 4 "$TOKEN"
new --user deploy
ctl 0 revoke "$ID" --json
want '?' "$(json '?')" 'version key'
want_json key.revoked.reason other
want_json key.revoked.note null
tty 0 show "$ID"
want_out '^revoked_reason +other$'

t 'revoke what is revoked: the first revocation stays'
ctl 0 revoke "$ID" --reason leaked
ctl 0 show --json "$ID"
want_json key.revoked.reason other

t 'every reason, and none else'
for reason in leaked superseded offboarded other; do
	new --user deploy
	ctl 0 revoke --reason $reason "$ID" --json
	want_json key.revoked.reason $reason
done
new --user deploy
ctl 2 revoke --reason bored "$ID"
want_err '--reason is leaked, superseded, offboarded or other'
ctl 2 revoke "$ID" --note "$(printf '%0256d' 0)"
want_status "$ID" active

t 'revoke on a terminal: what survives'
tty 0 revoke "$ID"
want_out "^revoked $ID \\(deploy\\)$"
want_out 'sessions that are open'

t 'several: all that can be, and the worst exit status'
new --user a
a=$ID
new --user b
b=$ID
ctl 3 revoke "$a" 0000000000 "$b"
want_err 'no key 0000000000'
want_status "$a" revoked
want_status "$b" revoked
new --user c
ctl 2 revoke 0000000000 nonsense "$ID" --json
want 'the ids' "$(json keys.0.id)" "$ID"
want '?' "$(json '?')" 'version keys'
new --user c
c=$ID
new --user c
echo garbage >"$W/keys/$ID.conf"
ctl 7 revoke 0000000000 nonsense "$ID" "$c"
want_status "$c" revoked

t 'ids or --user, one of them'
fresh
ctl 2 revoke
want_err 'at least one id, or --user'
ctl 2 revoke --user x 0000000000
want_err 'not both'

t '--user: every key of the user, and nobody else'"'"'s'
new --user a
a=$ID
new --user a
a2=$ID
new --user ab
ab=$ID
ctl 0 disable "$a2"
ctl 0 revoke --user a --reason offboarded --json
want 'keys' "$(json keys | grep -o '"status":"revoked"' | wc -l)" 2
want_status "$a" revoked
want_status "$a2" revoked
want_status "$ab" active
ctl 0 revoke --user a
want_err "user 'a' has no key to revoke"
ctl 0 revoke --user a --json
want_json keys '[]'
echo garbage >"$W/keys/0000000000.conf"
ctl 7 revoke --user ab
want_err '0000000000.conf'
want_status "$ab" revoked

fresh
t 'disable and enable'
new --user deploy
for i in 1 2; do
	ctl 0 disable "$ID"
	want_no_out
	want_quiet
	want_status "$ID" disabled
done
for i in 1 2; do
	ctl 0 enable "$ID" --json
	want_json key.status active
done
tty 0 disable "$ID"
want 'the line' "$OUT" "disabled $ID (deploy)"
tty 0 enable "$ID"
want 'the line' "$OUT" "enabled $ID (deploy)"

t 'a revoked key is neither enabled nor disabled'
ctl 0 revoke "$ID"
ctl 6 enable "$ID"
want_err 'revoked'
ctl 6 disable "$ID"
want_status "$ID" revoked

# ---- Two administrators -------------------------------------------------

t 'a change that meets a revocation is a conflict; the key stays revoked'
new --user deploy
cp -p "$W/keys/$ID.conf" "$W/before"
ctl 0 revoke "$ID"
cp -p "$W/keys/$ID.conf" "$W/revoked"
for command in disable enable; do
	cp -p "$W/before" "$W/keys/$ID.conf"
	[ $command = disable ] || ctl 0 disable "$ID"
	meet revoked $command "$ID"
	want 'the exit status' "$STATUS" 5
	want_err 'changed'
	want_status "$ID" revoked
done

t 'a revocation that meets a change wins'
cp -p "$W/before" "$W/keys/$ID.conf"
ctl 0 disable "$ID"
cp -p "$W/keys/$ID.conf" "$W/disabled"
cp -p "$W/before" "$W/keys/$ID.conf"
meet disabled revoke "$ID"
want 'the exit status' "$STATUS" 0
want_status "$ID" revoked
grep -q 'disabled = true' "$W/keys/$ID.conf" ||
    problem 'the other change is lost'
