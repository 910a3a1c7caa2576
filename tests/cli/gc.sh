# shellcheck shell=bash disable=SC2154
# gc.sh - gc and delete: away with keys that have ended.

long_ago=2026-01-01T00:00:00Z

# One key of each sort; each by its name.
populate()
{
	new --user active
	active=$ID
	new --user revoked-long-ago
	revoked=$ID
	ctl 0 revoke "$ID"
	edit "$ID" "s/at = \"[^\"]*\"/at = \"$long_ago\"/"
	new --user revoked-now
	now=$ID
	ctl 0 revoke "$ID"
	new --user expired-long-ago
	expired=$ID
	edit "$ID" "s/^expires = .*/expires = \"$long_ago\";/"
	new --user replaced-long-ago
	replaced=$ID
	ctl 0 rotate "$ID"
	successor=${OUT:5:10}
	edit "$replaced" "s/at = \"[^\"]*\"/at = \"$long_ago\"/"
	new --user disabled
	disabled=$ID
	ctl 0 disable "$ID"
}

fresh
populate
gone=$(printf '%s\n' "$revoked" "$expired" "$replaced" | sort)

t 'gc --dry-run: the ids, one a line, and nothing is deleted'
before=$(ls "$W/keys")
ctl 0 gc --dry-run
want 'ids' "$(sort <<<"$OUT")" "$gone"
want_quiet
want 'the keys' "$(ls "$W/keys")" "$before"
ctl 0 gc --dry-run --json
want '?' "$(json '?')" 'version keys'
want_json keys.0.user expired-long-ago
want_json keys.0.status expired
tty 0 gc --dry-run
want_out '^ID +USER +STATUS +EXPIRES +LABEL$'
want_out "^$revoked +revoked-long-ago"
want_out '^apikeyctl: 3 keys would be deleted$'

t 'gc: what ended more than 90 days ago is deleted; the rest stays'
ctl 0 gc
want 'ids' "$(sort <<<"$OUT")" "$gone"
ctl 0 list
want 'ids' "$(cut -f 1 <<<"$OUT" | sort)" \
    "$(printf '%s\n' "$active" "$now" "$successor" "$disabled" | sort)"
for id in $gone; do
	ctl 3 show "$id"
done

t 'gc: nothing to do'
ctl 0 gc
want_no_out
want_quiet
ctl 0 gc --json
want_json keys '[]'
tty 0 gc
want 'the line' "$OUT" 'apikeyctl: 0 keys were deleted'

t 'gc --older-than'
ctl 0 gc --older-than 1h
want_no_out
ctl 0 gc --older-than 0s --json
want_json keys.0.id "$now"
want 'the status' "$(json keys.0.status)" revoked
ctl 3 show "$now"
for value in soon 7 '' 2026-01-01T00:00:00Z; do
	ctl 2 gc --older-than "$value"
	want_err "'$value' is no duration"
done

t 'gc on a terminal: the table of what was deleted'
ctl 0 revoke "$active"
tty 0 gc --older-than 0s
want_out "^$active +active"
want_out '^apikeyctl: 1 key was deleted$'

t 'gc: what was counted of a deleted key is gone, too'
fresh
new --user deploy
use "$TOKEN"
ctl 0 revoke "$ID"
[ -e "$W/state/usage/$ID" ] || problem 'nothing was counted'
ctl 0 gc --older-than 0s
[ ! -e "$W/state/usage/$ID" ] || problem 'the count is still there'

t 'gc with a bad file: it is named and stays, the rest is deleted'
new --user deploy
ctl 0 revoke "$ID"
printf garbage >"$W/keys/0000000000.conf"
ctl 7 gc --older-than 0s
want 'ids' "$OUT" "$ID"
want_err 0000000000.conf
want_keys 1
ctl 7 gc --json
want_json keys '[]'

# ---- delete -------------------------------------------------------------

fresh
t 'delete: a key that is revoked, replaced or expired'
populate
for id in "$revoked" "$replaced" "$now"; do
	ctl 0 delete "$id"
	want_no_out
	want_quiet
	ctl 3 show "$id"
	ctl 3 delete "$id"
done
ctl 0 delete "$expired" --json
want_json key.id "$expired"
want_json key.status expired
ctl 3 show "$expired"

t 'delete: a key that could still be used, only with --force'
for id in "$active" "$successor" "$disabled"; do
	ctl 6 delete "$id"
	want_err 'has not ended: revoke it first, or delete it with --force$'
	ctl 0 show "$id"
	ctl 0 delete "$id" --force
	ctl 3 show "$id"
done
want_keys 0

t 'delete on a terminal; the token is worth nothing afterwards'
new --user deploy
tty 0 delete --force "$ID"
want 'the line' "$OUT" "deleted $ID (deploy)"
want_verify 4 "$TOKEN"

t 'delete: the key that a deleted one was replaced by goes on working'
new --user deploy
ctl 0 rotate "$ID" --until-first-use
token=$OUT
use "$token"
ctl 0 delete "${token:5:10}" --force
want_verify 4 "$TOKEN"

t 'delete that meets a change: a conflict, and the key is there'
new --user deploy
ctl 0 revoke "$ID"
cp -p "$W/keys/$ID.conf" "$W/revoked"
meet revoked delete "$ID"
want 'the exit status' "$STATUS" 5
ctl 0 show "$ID"

fresh
t 'gc that meets a change reads again: what is over yet goes'
new --user deploy
ctl 0 revoke "$ID"
cp -p "$W/keys/$ID.conf" "$W/revoked"
meet revoked gc --older-than 0s
want 'the exit status' "$STATUS" 0
want 'ids' "$(cat "$W/out")" "$ID"
ctl 3 show "$ID"

t 'gc that meets a change reads again: what is over no more stays'
new --user deploy
cp -p "$W/keys/$ID.conf" "$W/live"
ctl 0 revoke "$ID"
meet live gc --older-than 0s
want 'the exit status' "$STATUS" 0
want 'ids' "$(cat "$W/out")" ''
ctl 0 show "$ID"
printf garbage >"$W/keys/0000000000.conf"
ctl 0 revoke "$ID"
meet live gc --older-than 0s
want 'the exit status beside a bad file' "$STATUS" 7
want_err 0000000000
ctl 0 show "$ID"

fresh
t 'gc that meets a change reads again: what stays keeps the count it needs'
new --user deploy
token=$TOKEN
ctl 0 rotate "$ID" --until-first-use
successor=${OUT:5:10}
use "$OUT"
cp -p "$W/keys/$ID.conf" "$W/live"
ctl 0 revoke "$ID"
# Its record left by another road, long ago.
rm "$W/keys/$successor.conf"
touch -d '3 days ago' "$W/state/usage/$successor"
meet live gc --older-than 0s
want 'the exit status' "$STATUS" 0
ctl 0 show "$ID"
want_verify 4 "$token"
