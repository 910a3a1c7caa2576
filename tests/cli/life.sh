# shellcheck shell=bash disable=SC2154
# life.sh - renew and set: other bounds for a key that exists.

past='2026-01-01T00:00:00Z'

fresh
t 'renew: a duration, a time; no word in a pipe'
new --user deploy --expires 1d
ctl 0 renew "$ID" --expires 30d
want_no_out
want_quiet
ctl 0 show --json "$ID"
want 'days' "$(in_days key.expires)" 30
end=$(date -u -d '+40 days' +%Y-%m-%dT%H:%M:%SZ)
ctl 0 renew "$ID" --expires "$end" --json
want_json key.expires "$end"

t 'renew on a terminal: what was done'
tty 0 renew "$ID" --expires 3d
want 'the line' "$OUT" "renewed $ID (deploy)"

t 'renew: an expired key is good again'
edit "$ID" "s/^expires = .*/expires = \"$past\";/"
want_status "$ID" expired
want_verify 4 "$TOKEN"
ctl 0 renew "$ID" --expires 3d
want_status "$ID" active
want_verify 0 "$TOKEN"

t 'renew: nothing else is changed'
new --user deploy --label x --from 10.0.0.0/8 --host a --scope s --rate 5/1m
sed '/^expires/d' "$W/keys/$ID.conf" >"$W/before"
ctl 0 renew "$ID" --expires 3d
sed '/^expires/d' "$W/keys/$ID.conf" | cmp -s - "$W/before" ||
    problem 'the record is another one'

t 'renew: what means nothing'
ctl 2 renew "$ID"
want_err '--expires is missing'
ctl 2 renew "$ID" --expires ''
want_err '--expires is empty'
for value in soon 90 -5d "$past"; do
	ctl 2 renew "$ID" --expires "$value"
	want_err '--expires: '
done
ctl 0 show --json "$ID"
want 'days' "$(in_days key.expires)" 3

t 'renew: issue.max_ttl, counted from now'
ctl 6 renew "$ID" --expires 2y
want_err '--expires: .*issue.max_ttl'
ctl 6 renew "$ID" --expires never
want_err 'issue.max_ttl'
edit "$ID" 's/^created = .*/created = "2020-01-01T00:00:00Z";/'
ctl 0 renew "$ID" --expires 365d

t 'renew: not a key that was revoked'
ctl 0 revoke "$ID"
ctl 6 renew "$ID" --expires 1d
want_err 'is revoked'
want_status "$ID" revoked

# ---- set ----------------------------------------------------------------

fresh
t 'set: every bound; what is not named stays'
new --user deploy --label old --service sshd --from local --host a \
    --scope old --max-uses 5 --rate 5/1m
ctl 0 set "$ID" --user other
ctl 0 show --json "$ID"
want_json key.user other
want_json key.label old
want_json key.services '["sshd"]'
want_json key.max_uses 5
ctl 0 set "$ID" --label 'build farm' --expires 2d --not-before 1d \
    --service sudo --service sshd --from 10.0.0.0/8 --from local \
    --host 'web*' --scope deploy --scope read --max-uses 7 --rate 30/1m:5 \
    --json
want_json key.label 'build farm'
want_json key.services '["sudo","sshd"]'
want_json key.from '["10.0.0.0/8","local"]'
want_json key.hosts '["web*"]'
want_json key.scopes '["deploy","read"]'
want_json key.max_uses 7
want_json key.rate 30/1m:5
want 'days' "$(in_days key.expires)" 2
want 'days' "$(in_days key.not_before)" 1
want_json key.status pending

t "set: '' clears"
fresh 'issue = { max_ttl = "never"; };'
new --user root --label old --service sshd --from local --host a \
    --scope old --max-uses 5 --rate 5/1m --not-before 1d
ctl 0 set "$ID" --label '' --service '' --from '' --host '' --scope '' \
    --max-uses '' --rate '' --not-before '' --expires '' --json
for name in label max_uses rate not_before expires; do
	want_json key.$name null
done
for name in services from hosts scopes; do
	want_json key.$name '[]'
done
want_json key.user root
want_verify 0 "$TOKEN" --rhost 192.0.2.1

t "set: '' for a user, and for a list that is given, too"
ctl 2 set "$ID" --user ''
want_err '--user is empty'
ctl 2 set "$ID" --service '' --service sshd
want_err "--service '' clears the list"
ctl 2 set "$ID" --service sshd --service ''
want_err "--service '' clears the list"

t 'set without anything to set'
ctl 2 set "$ID"
want_err 'there is nothing to set'
ctl 2 set "$ID" --json
want_err 'there is nothing to set'

t 'set: what means nothing is refused, and the record stays as it is'
cp -p "$W/keys/$ID.conf" "$W/before"
while read -r option value; do
	ctl 2 set "$ID" "--$option" "$value"
	want_err "--${option}[: ]"
	cmp -s "$W/keys/$ID.conf" "$W/before" ||
	    problem "--$option $value changed the record"
done <<'EOT'
expires soon
expires 2020-01-01T00:00:00Z
not-before never
service sshd*
from 10.0.0.1/8
scope a,b
max-uses 0
max-uses 1x
rate 5
EOT
ctl 2 set "$ID" --not-before 2d --expires 1d
cmp -s "$W/keys/$ID.conf" "$W/before" || problem 'the record was changed'

t 'set: issue.max_ttl'
fresh
new --user deploy
ctl 6 set "$ID" --expires 2y
want_err '--expires: .*issue.max_ttl'
ctl 6 set "$ID" --expires ''
want_err 'issue.max_ttl'

t 'set: what is so already'
cp -p "$W/keys/$ID.conf" "$W/before"
ctl 0 set "$ID" --user deploy
cmp -s "$W/keys/$ID.conf" "$W/before" || problem 'the record was changed'

t 'set on a terminal'
tty 0 set "$ID" --label 'something else'
want_out "^changed $ID \\(deploy\\)$"

t 'set warns as create does'
ctl 0 set "$ID" --user no-such-user
want_err "warning: there is no user 'no-such-user' on this machine"
ctl 0 set "$ID" --user root --from 10.0.0.0/8
want_err 'warning: sudo will refuse this key.*--from local'
ctl 0 set "$ID" --from 10.0.0.0/8 --from local
want_quiet

t 'set takes effect at the next login'
new --user deploy --service sshd
want_verify 0 "$TOKEN"
ctl 0 set "$ID" --service sudo
want_verify 4 "$TOKEN"
ctl 0 set "$ID" --service sshd --from 10.0.0.0/8
want_verify 4 "$TOKEN" --rhost 192.0.2.1
want_verify 0 "$TOKEN" --rhost 10.0.0.1

t 'set: not a key that was revoked'
ctl 0 revoke "$ID"
ctl 6 set "$ID" --label x
want_err 'is revoked'

t 'renew and set that meet a revocation: a conflict; it stays revoked'
new --user deploy
cp -p "$W/keys/$ID.conf" "$W/before"
ctl 0 revoke "$ID"
cp -p "$W/keys/$ID.conf" "$W/revoked"
for args in "renew $ID --expires 1d" "set $ID --label x"; do
	cp -p "$W/before" "$W/keys/$ID.conf"
	# shellcheck disable=SC2086 # words
	meet revoked $args
	want "$args: the exit status" "$STATUS" 5
	want_err 'changed'
	want_status "$ID" revoked
done
