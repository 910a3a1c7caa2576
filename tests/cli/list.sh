# shellcheck shell=bash disable=SC2154
# list.sh - list and show.

fresh

t 'an empty keystore: nothing, and exit status 0'
ctl 0 list
want_no_out
want_quiet
ctl 0 list --json
want_json version 1
want_json keys '[]'
tty 0 list
want_no_out

fresh 'issue = { max_ttl = "never"; };'
new --user zoe --label last
zoe=$ID
new --user anna --expires 3d
anna=$ID
new --user anna --expires never
eternal=$ID
new --user bob --not-before 1d --expires 20d
bob=$ID
new --user carl
carl=$ID
ctl 0 disable "$carl"
new --user dora --expires 5d
dora=$ID
ctl 0 revoke "$dora"
new --user emil --expires 1s
emil=$ID
sleep 1.1

t 'sorted by user, then time, then id'
ctl 0 list
want 'users' "$(cut -f 2 <<<"$OUT" | tr '\n' ' ')" \
    'anna anna bob carl dora emil zoe '
sort -c -t "$(printf '\t')" -k 2,2 -k 4,4 -k 1,1 "$W/out" 2>&1 ||
    problem 'not sorted'

t 'lines for scripts: fifteen fields, no header, no color'
want 'fields' "$(awk -F '\t' '{ print NF }' "$W/out" | sort -u)" 15
grep -q "$(printf '\033')" "$W/out" && problem 'escapes in a pipe'
want 'fields of zoe' "$(grep "^$zoe" "$W/out" | cut -f 1-3,6-)" \
    "$zoe	zoe	active	sshd,sudo,sudo-i	-	-	-	last	0	-	-	-	-"

t 'each status'
while read -r id status; do
	ctl 0 list --status "$status"
	want "$status" "$(cut -f 1 <<<"$OUT" | grep -c "$id")" 1
	want "the statuses in $status" "$(cut -f 3 <<<"$OUT" | sort -u)" \
	    "$status"
done <<EOF
$zoe active
$bob pending
$carl disabled
$dora revoked
$emil expired
EOF
for status in superseded exhausted; do
	ctl 0 list --status $status
	want_no_out
done
ctl 2 list --status nonsense
want_err "'nonsense' is no status"

t '--user'
ctl 0 list --user anna
want 'ids' "$(cut -f 1 <<<"$OUT" | sort)" \
    "$(printf '%s\n' "$anna" "$eternal" | sort)"
ctl 0 list --user nobody-of-this-name
want_no_out
ctl 0 list --user anna --status revoked
want_no_out

t '--expiring: what ends soon and has not ended'
ctl 0 list --expiring 4d
want 'ids' "$(cut -f 1 <<<"$OUT")" "$anna"
ctl 0 list --expiring 30d
want 'users' "$(cut -f 2 <<<"$OUT" | tr '\n' ' ')" 'anna bob '
ctl 0 list --expiring 1s
want_no_out
ctl 2 list --expiring soon
want_err "'soon' is neither"

t 'a table for people'
tty 0 list
want_out '^ID +USER +STATUS +ENDS +LAST USED +SERVICES +LABEL$'
want_out "^$anna  anna +.*active.* in 3 days +never +sshd,sudo,sudo-i +-$"
want_out "^$eternal  anna +.*active.* never "
want_out "^$emil .*[0-9] seconds? ago "
grep -q "$(printf '\033\\[32mactive\033\\[0m')" <<<"$OUT" ||
    problem 'no color'
export NO_COLOR=1
tty 0 list
unset NO_COLOR
grep -q "$(printf '\033')" <<<"$OUT" && problem 'color with NO_COLOR'
want 'columns are in line' \
    "$(awk '{ print index($0, NR == 1 ? "SERVICES" : "sshd,") }' \
    <<<"$OUT" | sort -u | wc -l)" 1

t 'wide characters keep columns in line'
fresh
new --user 中文
new --user abcd
tty 0 list
want 'widths' "$(sed 's/\x1b\[[0-9]*m//g; s/active.*//' <<<"$OUT" |
    grep -v ID | cut -c 13-)" "$(printf 'abcd  \n中文  ')"

t 'show: name and value in a pipe, two columns for people'
fresh
new --user deploy --label 'build farm' --from local
ctl 0 show "$ID"
want 'names' "$(cut -f 1 <<<"$OUT" | tr '\n' ' ')" \
    'id user label status created created_by not_before expires services from hosts scopes max_uses rate uses first_used last_used last_from last_service rotated_from superseded_by superseded_at superseded_until_first_use revoked_at revoked_by revoked_reason revoked_note hash pepper '
want 'fields' "$(awk -F '\t' '{ print NF }' "$W/out" | sort -u)" 2
want_out '^label	build farm$'
want_out '^hosts	-$'
tty 0 show "$ID"
want_out '^label +build farm$'
want_out '^hosts +any$'
want_out '^expires .*\(in 90 days\)$'
want_out '^uses +0$'
grep -qE '^(revoked|superseded|rotated|family|last)' <<<"$OUT" &&
    problem 'it speaks of what has not been'

t 'show and list in JSON: the members and their order'
members='id user label status created created_by not_before expires services from hosts scopes max_uses rate uses first_used last_used last_from last_service rotated_from superseded revoked hash pepper'
ctl 0 show --json "$ID"
want '?' "$(json '?')" 'version key'
want 'key?' "$(json 'key?')" "$members"
for name in not_before max_uses rate first_used last_used last_from \
    last_service rotated_from superseded revoked; do
	want_json "key.$name" null
done
want_json key.uses 0
ctl 0 list --json
want '?' "$(json '?')" 'version keys'
want 'keys.0?' "$(json 'keys.0?')" "$members"

t 'created_by is the user who asked'
want 'created_by' "$(json keys.0.created_by)" "$(
	uid=$(cat /proc/self/loginuid 2>/dev/null || echo 4294967295)
	[ "$uid" != 4294967295 ] || uid=$(id -u)
	id -nu "$uid")"
