# shellcheck shell=bash disable=SC2154
# usage_counts.sh - what is counted of keys, and keys that are limited.

fresh
new --user deploy --label 'build farm'
id=$ID token=$TOKEN
new --user anna
idle=$ID

t 'a key that was never used'
ctl 0 usage "$idle"
want 'the line' "$OUT" "$idle	anna	0	-	-	-	-"
ctl 0 usage "$idle" --json
want '?' "$(json '?')" 'version key'
want_json key.uses 0
for name in first_used last_used last_from last_service; do
	want_json key.$name null
done

t 'first and last use, source, service and count'
for from in 192.0.2.1 192.0.2.2 2001:db8::1; do
	use "$token" --rhost $from
done
ctl 0 usage "$id" --json
want_json key.uses 3
want_json key.last_from 2001:db8::1
want_json key.last_service sshd
first=$(json key.first_used) last=$(json key.last_used)
[[ ! $first > $last ]] || problem 'the first use is behind the last'
want 'seconds since' "$((($(date +%s) - $(date -d "$last" +%s)) / 60))" 0
ctl 0 show --json "$id"
want_json key.uses 3

t 'usage in a pipe: seven fields a key, no header'
ctl 0 usage
want 'the lines' "$OUT" "$idle	anna	0	-	-	-	-
$id	deploy	3	$first	$last	2001:db8::1	sshd"
ctl 0 usage "$id"
want 'the line' "$OUT" \
    "$id	deploy	3	$first	$last	2001:db8::1	sshd"

t 'usage in JSON: as list'
ctl 0 usage --json
want '?' "$(json '?')" 'version keys'
want_json keys.1.uses 3

t 'usage on a terminal: a table'
tty 0 usage
want_out '^ID +USER +USES +FIRST USED +LAST USED +FROM +SERVICE$'
want_out "^$id +deploy +3 +[0-9]+ seconds? ago +.* ago +2001:db8::1 +sshd$"
want_out "^$idle +anna +0 +never +never +- +-$"
tty 0 list
want_out "^$id +deploy .* in 90 days +[0-9]+ seconds? ago +sshd"
tty 0 show "$id"
want_out '^uses +3$'
want_out '^last_used +20[-0-9T:]*Z \([0-9]+ seconds? ago\)$'
want_out '^last_from +2001:db8::1$'

t 'list in a pipe: uses and last_used'
ctl 0 list
want 'the fields' "$(grep "^$id" "$W/out" | cut -f 11,12)" "3	$last"

t 'an empty keystore: nothing, and exit status 0'
fresh
ctl 0 usage
want_no_out
ctl 0 usage --json
want_json keys '[]'
tty 0 usage
want_no_out

t 'a local use; odd names are one field'
new --user deploy
ctl 0 set "$ID" --service ''
printf '%s\n' "$TOKEN" >"$W/token"
IN=$W/token
ctl 0 verify --service $'a\tb' --consume
IN=/dev/null
ctl 0 usage "$ID"
want 'the fields' "$(cut -f 6- <<<"$OUT")" 'local	a\tb'

# ---- Unused keys --------------------------------------------------------

fresh
t '--unused: active, old enough, and not used for so long'
new --user old
old=$ID
edit "$old" 's/^created = .*/created = "2026-01-01T00:00:00Z";/'
new --user used
edit "$ID" 's/^created = .*/created = "2026-01-01T00:00:00Z";/'
used=$ID
use "$TOKEN"
new --user new
for how in revoke disable; do
	new --user $how
	edit "$ID" 's/^created = .*/created = "2026-01-01T00:00:00Z";/'
	ctl 0 $how "$ID"
done
ctl 0 list --unused 1d
want 'ids' "$(cut -f 1 <<<"$OUT")" "$old"
sleep 2.1
ctl 0 list --unused 2s
want 'users' "$(cut -f 2 <<<"$OUT" | tr '\n' ' ')" 'new old used '
ctl 0 list --unused 2s --user used --json
want_json keys.0.id "$used"
for value in soon '' 2026-01-01T00:00:00Z; do
	ctl 2 list --unused "$value"
	want_err "'$value' is no duration"
done

t '--unused: a key of which it cannot be told is not listed, and named'
printf garbage >"$W/state/usage/$used"
ctl 1 list --unused 2s
want 'users' "$(cut -f 2 <<<"$OUT" | tr '\n' ' ')" 'new old '
want_err 'cannot be told when 1 of the keys were last used'

# ---- A number of uses ---------------------------------------------------

fresh
t '--once: one use, and no more'
new --user deploy --once
want_verify 0 "$TOKEN"
want_verify 0 "$TOKEN"
use "$TOKEN"
want_verify 4 "$TOKEN"
want_verify 4 "$TOKEN" --consume
want_status "$ID" exhausted
ctl 0 list --status exhausted
want 'ids' "$(cut -f 1 <<<"$OUT")" "$ID"

t 'a refusal for another reason takes no use'
new --user deploy --once --from 10.0.0.0/8
want_verify 4 "$TOKEN" --consume --rhost 192.0.2.1
use "$TOKEN" --rhost 10.0.0.1

t 'usage --reset: all uses again'
ctl 0 usage --reset "$ID"
want_no_out
want_quiet
want_status "$ID" active
use "$TOKEN" --rhost 10.0.0.1
ctl 0 usage --reset "$ID" --json
want_json key.uses 0
tty 0 usage --reset "$ID"
want 'the line' "$OUT" "reset $ID (deploy)"

t 'sixteen at once with one use: one is granted'
new --user deploy --once
printf '%s\n' "$TOKEN" >"$W/token"
rm -f "$W"/won.*
pids=()
for i in {1..16}; do
	"$CTL" --config "$CONF" verify --service sshd --consume \
	    <"$W/token" >"$W/won.$i" 2>/dev/null &
	pids+=($!)
done
wait "${pids[@]}"
want 'grants' "$(cat "$W"/won.* | wc -l)" 1
ctl 0 usage "$ID"
want 'uses' "$(cut -f 3 <<<"$OUT")" 1

t 'a lost count does not make a key fresh; usage --reset does'
new --user deploy --max-uses 3
use "$TOKEN"
rm "$W/state/usage/$ID"
want_verify 1 "$TOKEN" --consume
want_verify 1 "$TOKEN"
ctl 0 usage --reset "$ID"
use "$TOKEN"
ctl 0 usage "$ID"
want 'uses' "$(cut -f 3 <<<"$OUT")" 1

t '--rate: more at once than the burst is refused'
new --user deploy --rate 60/1h:2
use "$TOKEN"
use "$TOKEN"
want_verify 4 "$TOKEN" --consume
ctl 0 usage "$ID"
want 'uses' "$(cut -f 3 <<<"$OUT")" 2

# ---- A state that is not as it should be --------------------------------

t 'a garbage count: unknown, and usage says so'
fresh
new --user deploy
use "$TOKEN"
id=$ID token=$TOKEN
new --user deploy
printf garbage >"$W/state/usage/$id"
ctl 1 usage
want 'the fields' "$(grep "^$id" "$W/out" | cut -f 3-)" '-	-	-	-	-'
want_err "1 of 2 keys cannot be read \\('apikeyctl explain $id' says why"
ctl 0 explain "$id"
want_out "^uses	ok	.*usage/$id"
ctl 1 usage "$id" --json
want_json key.uses null
ctl 0 show --json "$id"
want_json key.uses null
tty 0 show "$id"
want_out '^uses +unknown$'
tty 0 list
want_out "^$id .* unknown +sshd"
use "$token"

t 'without a state folder keys work, and nothing is known'
rm -rf "$W/state"
use "$token"
want_status "$id" active
ctl 1 usage "$id"
want 'uses' "$(cut -f 3 <<<"$OUT")" -
ctl 0 list
mkdir -m 700 "$W/state"

t 'a state folder that others can write to: the same, and no reset'
use "$token"
chmod 777 "$W/state"
use "$token"
ctl 1 usage "$id"
ctl 7 usage --reset "$id"
want_err "$W/state"
ctl 7 create --user deploy --once
want_no_out
chmod 700 "$W/state"

t 'usage with a bad file in the keystore'
printf garbage >"$W/keys/0000000000.conf"
ctl 7 usage
want_err 0000000000.conf
want_out "^$id	deploy"
