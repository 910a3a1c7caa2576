# shellcheck shell=bash disable=SC2154
# rotate.sh - a key in the place of another, and the way out of its token.

# rotate ARG...: the key ID; OLD and OLD_TOKEN are its then, ID and TOKEN
# the new one's.
rotate()
{
	OLD=$ID OLD_TOKEN=$TOKEN
	ctl 0 rotate "$OLD" "$@"
	TOKEN=$OUT ID=${OUT:5:10}
}

fresh
t 'in a pipe the new token is alone on standard output'
new --user deploy
rotate
want 'the number of lines' "$(wc -l <"$W/out")" 1
want_out '^apik_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{44}$'
want_quiet
[ "$OLD" != "$ID" ] || problem 'it is the same key'
want_verify 0 "$TOKEN"

t 'both keys work during the overlap, which is issue.overlap'
want_verify 0 "$OLD_TOKEN"
ctl 0 show --json "$OLD"
want_json key.superseded.by "$ID"
want_json key.superseded.until_first_use false
want 'days' "$(in_days key.superseded.at)" 7
want_json key.status active
ctl 0 show --json "$ID"
want_json key.rotated_from "$OLD"
want_json key.superseded null

t 'the new key has the same bounds, its own time, and fresh usage'
new --user deploy --label 'build farm' --service sshd --from 10.0.0.0/8 \
    --host '*' --scope deploy --max-uses 5 --rate 30/1m --expires 2d
use "$TOKEN" --rhost 10.0.0.1
rotate
ctl 0 show --json "$OLD"
want_json key.uses 1
ctl 0 show --json "$ID"
want_json key.user deploy
want_json key.label 'build farm'
want_json key.services '["sshd"]'
want_json key.from '["10.0.0.0/8"]'
want_json key.hosts '["*"]'
want_json key.scopes '["deploy"]'
want_json key.max_uses 5
want_json key.rate 30/1m
want_json key.uses 0
want 'days' "$(in_days key.expires)" 90

t '--overlap and --expires'
fresh 'issue = { overlap = "3d"; };'
new --user deploy
rotate --expires 20d
ctl 0 show --json "$OLD"
want 'days' "$(in_days key.superseded.at)" 3
ctl 0 show --json "$ID"
want 'days' "$(in_days key.expires)" 20
rotate --overlap 1d
ctl 0 show --json "$OLD"
want 'days' "$(in_days key.superseded.at)" 1

t 'the end of the overlap is the end of the old key'
new --user deploy
rotate --overlap 0s
want_verify 4 "$OLD_TOKEN"
want_status "$OLD" superseded
want_verify 0 "$TOKEN"
new --user deploy
rotate --overlap 1s
sleep 1.1
want_verify 4 "$OLD_TOKEN"
want_status "$OLD" superseded
want_verify 0 "$TOKEN"

t '--until-first-use: the old key dies when the new one is used'
new --user deploy
rotate --until-first-use
ctl 0 show --json "$OLD"
want_json key.superseded.until_first_use true
want_verify 0 "$OLD_TOKEN"
use "$OLD_TOKEN"
want_verify 0 "$TOKEN"
want_verify 0 "$OLD_TOKEN"
use "$TOKEN"
want_verify 4 "$OLD_TOKEN"
want_status "$OLD" superseded
want_verify 0 "$TOKEN"
ctl 0 show --json "$OLD"
want 'days' "$(in_days key.superseded.at)" 3

# ---- The token's way out ------------------------------------------------

fresh
t 'rotate --json: the token is beside the key'
new --user deploy
ctl 0 rotate "$ID" --json
want '? ' "$(json '?')" 'version key token'
want 'the id' "$(json key.id)" "$(json token | cut -c 6-15)"
want_json key.rotated_from "$ID"
want_verify 0 "$(json token)"

t 'rotate --output: a new file for its owner alone, the id on output'
new --user deploy
old=$ID
ctl 0 rotate "$old" --output "$W/files/key"
want 'the id' "$OUT" "$(cut -c 6-15 "$W/files/key")"
want 'mode and size' "$(stat -c '%a %s' "$W/files/key")" '600 61'
id=$OUT
want_verify 0 "$(cat "$W/files/key")"
ctl 0 rotate "$id" --output "$W/files/json" --json
want '?' "$(json '?')" 'version key'
if [ "$(id -u)" -eq 0 ]; then
	id=$(json key.id)
	ctl 0 rotate "$id" --output "$W/files/given" --owner nobody
	want 'the owner' "$(stat -c '%U %a' "$W/files/given")" 'nobody 600'
fi

# unchanged: no other key, and the old one as it was.
unchanged()
{
	want 'the keys' "$(ls "$W/keys")" "$ID.conf"
	ctl 0 show --json "$ID"
	want_json key.superseded null
}

fresh
t 'rotate --output: no key where the token cannot go, the old one stays'
new --user deploy
echo precious >"$W/files/old"
ctl 1 rotate "$ID" --output "$W/files/old"
want_err 'no key was made: .*it is there already'
want_no_out
want 'the old file' "$(cat "$W/files/old")" precious
unchanged
ctl 2 rotate "$ID" --owner root
want_err '--owner needs --output'
ctl 2 rotate "$ID" --output ''
want_err '--output is empty'
ctl 6 rotate "$ID" --expires 9y --output "$W/files/none"
[ ! -e "$W/files/none" ] || problem 'the file is there'
"$CTL" --config "$CONF" rotate "$ID" >/dev/full 2>"$W/err"
want 'the exit status' $? 1
ERR=$(cat "$W/err")
want_err 'no key was made: .*No space left on device'
unchanged

t 'rotate for a reader who went away: the new key is named'
{
	sleep 1
	"$CTL" --config "$CONF" rotate "$ID" 2>"$W/err"
	echo $? >"$W/status"
} | true
want 'the exit status' "$(cat "$W/status")" 1
ERR=$(cat "$W/err")
want_err 'key [0-9a-z]{10} is stored and active: revoke it if you do not'
want_err "then rotate $ID again"
lost=$(sed -n 's/.*apikeyctl revoke \([0-9a-z]*\).*/\1/p' "$W/err")
ctl 6 rotate "$ID"
ctl 0 revoke "$lost"
ctl 0 rotate "$ID"
want_verify 0 "$OUT"

t 'on a terminal: the summary says until when the old key works'
new --user deploy --from local
tty 0 rotate "$ID"
want_out '^apik_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{44}$'
want_out 'user +deploy$'
want_out 'expires +20.*in 90 days'
want_out "old key +$ID works until 20[-0-9:T]*Z \\(in 7 days\\)$"
want_out 'shown once'
new --user deploy
tty 0 rotate "$ID" --until-first-use --overlap 2h --output "$W/files/tty"
want_out "old key +$ID works until .* \\(in 2 hours\\), or until the new one is"
want_out 'the key is in .*/files/tty'
grep -q apik_ <<<"$OUT" && problem 'the token is on the terminal'
new --user deploy
tty 0 rotate "$ID" --overlap 0s
want_out "old key +$ID does not work any more"

# ---- Refused ------------------------------------------------------------

fresh
t 'rotate: a key that is not in use'
new --user deploy
ctl 0 revoke "$ID"
ctl 6 rotate "$ID"
want_err 'is revoked'
new --user deploy
edit "$ID" 's/^expires = .*/expires = "2026-01-01T00:00:00Z";/'
ctl 6 rotate "$ID"
want_err 'has expired'
new --user deploy
ctl 0 disable "$ID"
ctl 6 rotate "$ID"
want_err 'is disabled'
new --user deploy
rotate
ctl 6 rotate "$OLD"
want_err "has a successor already: rotate $ID"
rotate --overlap 0s
ctl 6 rotate "$OLD"
want_err "was replaced by $ID"

t 'rotate: what means nothing, and more than is allowed'
for overlap in soon 7 -1d 0; do
	ctl 2 rotate "$ID" --overlap $overlap
	want_err '--overlap: .*; 0s means none$'
done
ctl 2 rotate "$ID" --overlap ''
want_err '--overlap is empty'
ctl 2 rotate "$ID" --expires soon
want_err '--expires: '
ctl 6 rotate "$ID" --expires 9y
want_err '--expires: .*issue.max_ttl'
ctl 0 show --json "$ID"
want_json key.superseded null

t 'rotate that meets a revocation: a conflict, and no new key'
fresh
new --user deploy
cp -p "$W/keys/$ID.conf" "$W/before"
ctl 0 revoke "$ID"
cp -p "$W/keys/$ID.conf" "$W/revoked"
for args in '' "--output $W/files/key"; do
	cp -p "$W/before" "$W/keys/$ID.conf"
	# shellcheck disable=SC2086 # words
	meet revoked rotate "$ID" $args
	want 'the exit status' "$STATUS" 5
	want 'what it printed' "$(cat "$W/out")" ''
	want 'the keys' "$(ls "$W/keys")" "$ID.conf"
	want 'the files' "$(ls "$W/files")" ''
	want_status "$ID" revoked
done

# ---- The family ---------------------------------------------------------

fresh
t 'show on a terminal: the family, from the oldest to the newest'
new --user deploy
first=$ID
tty 0 show "$ID"
grep -q '^family' <<<"$OUT" && problem 'a family of one'
rotate --overlap 0s
second=$ID
rotate --until-first-use
for id in "$first" "$second" "$ID"; do
	tty 0 show "$id"
	line="$first (superseded) -> $second (active) -> $ID (active)"
	want 'the family' "$(sed -n 's/^family *//p' <<<"$OUT")" \
	    "${line/$id/[$id]}"
done
tty 0 show "$second"
want_out "^rotated_from +$first$"
want_out "^superseded_by +$ID$"
want_out "^superseded_at +.*\\(in 7 days\\), or when $ID is first used$"
ctl 0 show "$second"
want_out '^superseded_until_first_use	true$'
want_out "^rotated_from	$first$"

t 'list tells it: two fields, and a column where there is a successor'
ctl 0 list
want 'fields' "$(grep "^$second" "$W/out" | cut -f 13,14)" "$first	$ID"
want 'fields' "$(grep "^$ID" "$W/out" | cut -f 13,14)" "$second	-"
tty 0 list
want_out '^ID .* SERVICES +SUCCESSOR +LABEL$'
want_out "^$second .* $ID +-$"
ctl 0 list --status superseded
want 'ids' "$(cut -f 1 <<<"$OUT")" "$first"

t 'the family with a member that is gone'
ctl 0 delete "$first"
tty 0 show "$ID"
want_out "^family +$first \\(gone\\) -> $second \\(active\\) -> \\[$ID\\]"

t 'records that name each other in a circle: show ends all the same'
edit "$second" "s/^rotated_from = .*/rotated_from = \"$ID\";/"
printf 'superseded = { by = "%s"; at = "%s"; until_first_use = false; };\n' \
    "$second" 2099-01-01T00:00:00Z >>"$W/keys/$ID.conf"
tty 0 show "$ID"
want_out "^family .*\\[$ID\\]"
want 'members' "$(grep ^family <<<"$OUT" | grep -o '(active)' | wc -l)" 2

t 'a family larger than anyone has is told in part'
fresh
ids=()
new --user deploy
for i in {10..89}; do
	id=00000000$i
	sed -E "s/^id = .*/id = \"$id\";/" "$W/keys/$ID.conf" \
	    >"$W/keys/$id.conf"
	chmod 600 "$W/keys/$id.conf"
	[ "$i" -eq 10 ] || printf 'rotated_from = "00000000%d";\n' \
	    $((i - 1)) >>"$W/keys/$id.conf"
	ids+=("$id")
done
tty 0 show "${ids[-1]}"
want 'members' "$(grep ^family <<<"$OUT" | grep -o '(active)' | wc -l)" 64
