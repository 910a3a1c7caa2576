# shellcheck shell=bash disable=SC2154
# explain.sh - what would happen to a key, check by check.

fresh
new --user deploy --service sshd --from 10.0.0.0/8 --host '*' \
    --scope deploy --max-uses 5 --rate 30/1m
good=(--service sshd --rhost 10.0.0.1 --scope deploy)

# want_check CHECK VERDICT REASON: in the last JSON.
want_check()
{
	local reason=\"$3\"
	[ "$3" != - ] || reason=null
	grep -qF "{\"check\":\"$1\",\"verdict\":\"$2\",\"reason\":$reason," \
	    "$W/out" || problem "$1 is not $2 for $3"
}

t 'granted: every check is ok, exit status 0'
ctl 0 explain "$ID" "${good[@]}"
want 'fields' "$(awk -F '\t' '{ print NF }' "$W/out" | sort -u)" 3
want 'verdicts' "$(cut -f 2 "$W/out" | sort -u)" ok
want_quiet
for check in revoked superseded expired disabled not-before user service \
    source host scope cleartext rate uses; do
	want_out "^$check	ok	[^	]"
done

t 'in JSON'
ctl 0 explain "$ID" "${good[@]}" --json
want '?' "$(json '?')" 'version id granted complete checks'
want '?' "$(json 'checks.0?')" 'check verdict reason detail'
want_json id "$ID"
want_json granted true
want_json complete true
want_check user ok -

t 'without a service: what needs one is not asked'
ctl 0 explain "$ID" --json
want_json granted true
want_json complete false
for check in service source cleartext; do
	want_check $check not-asked -
done
want_check user ok -
ctl 0 explain "$ID"
want_out '^service	not-asked	'

t 'without an address: sshd is not asked where from, sudo is local'
ctl 0 explain "$ID" --service sshd --json
want_json complete false
want_check source not-asked -
want_check cleartext ok -
ctl 0 explain "$ID" --service sshd
want_out '^source	not-asked	the key is for 10.0.0.0/8; no address was given, and sshd is none of local_services$'
ctl 4 explain "$ID" --service sudo --json
want_json complete true
want_check source refused source
ctl 4 explain "$ID" --service sshd --rhost web1
want_out '^source	refused	.*asked from web1, which is no numeric address'

t 'refused: each check that refuses, with its reason, exit status 4'
while read -r check reason args; do
	# shellcheck disable=SC2086 # words
	ctl 4 explain "$ID" --service sshd --rhost 10.0.0.1 --json $args
	want_json granted false
	want_check "$check" refused "$reason"
	want 'refusals' "$(grep -o '"refused"' "$W/out" | wc -l)" 1
	want_quiet
done <<'EOT'
user wrong-user --user other
scope scope --scope admin
expired expired --at 1000d
EOT
ctl 4 explain "$ID" --service sudo --json
want_check service refused service
want_check source refused source
ctl 4 explain "$ID" --service sshd --rhost 192.0.2.1 --json
want_check source refused source

t 'every refusal is told, not the first alone'
ctl 4 explain "$ID" --user other --service sudo --scope admin --json
for check in user service source scope; do
	want_check $check refused \
	    "$([ $check = user ] && echo wrong-user || echo $check)"
done
ctl 0 disable "$ID"
ctl 4 explain "$ID" --json
want_check disabled refused disabled
ctl 0 enable "$ID"

t '--at: a time, a duration from now'
new --user deploy --not-before 10d --expires 20d
ctl 4 explain "$ID" --json
want_check not-before refused not-yet-valid
ctl 0 explain "$ID" --at 11d --json
ctl 4 explain "$ID" --at 21d --json
want_check expired refused expired
ctl 4 explain "$ID" --json --at "$(date -u -d '+21 days' +%FT%TZ)"
want_check expired refused expired
ctl 4 explain "$ID" --at 1971-01-01T00:00:00Z --json
want_check not-before refused not-yet-valid
for value in soon 7 '' never; do
	ctl 2 explain "$ID" --at "$value"
	want_err "'$value' is neither a time"
done

t 'a cleartext service from a remote host'
new --user deploy --service telnet
ctl 4 explain "$ID" --service telnet --rhost 10.0.0.1 --json
want_check cleartext refused cleartext
ctl 0 explain "$ID" --service telnet --json
want_check cleartext not-asked -

t 'a revoked and a replaced key'
new --user deploy
ctl 0 rotate "$ID" --overlap 0s
ctl 4 explain "$ID" --json
want_check superseded refused superseded
id=${OUT:5:10}
ctl 0 list --user deploy
ctl 0 revoke --user deploy
ctl 4 explain "$ID" --json
want_check revoked refused revoked

t 'uses and rate'
new --user deploy --once
use "$TOKEN"
ctl 4 explain "$ID" --json
want_check uses refused exhausted
new --user deploy --rate 1/1h
use "$TOKEN"
ctl 4 explain "$ID" --json
want_check rate refused rate
ctl 0 explain "$ID" --at 2h --json

t 'a lost count of a limited key'
new --user deploy --once
rm "$W/state/usage/$ID"
ctl 4 explain "$ID" --json
want_json granted false
want_check uses refused unavailable
want_out 'usage --reset'

t 'nothing is counted, and nothing is written'
new --user deploy --once
find "$W/state" "$W/keys" -type f -print0 | sort -z |
    xargs -0 sha256sum >"$W/before"
ctl 0 explain "$ID" --service sshd
find "$W/state" "$W/keys" -type f -print0 | sort -z |
    xargs -0 sha256sum | cmp -s - "$W/before" || problem 'a file changed'

t 'on a terminal: a table with marks, and a sentence'
new --user deploy --service sshd
tty 0 explain "$ID"
want_out '^apikeyctl: granted, as far as was asked$'
tty 0 explain "$ID" --service sshd
want_out '^CHECK +VERDICT    DETAIL$'
grep -q "^user  *$(printf '\033\\[32mok\033\\[0m') " <<<"$OUT" ||
    problem 'no green ok'
want_out '^apikeyctl: granted$'
tty 4 explain "$ID" --user other
grep -q "^user  *$(printf '\033\\[31mNO\033\\[0m') " <<<"$OUT" ||
    problem 'no red NO'
want_out '^service +not asked  [^ ]'
want_out '^apikeyctl: refused: the key belongs to another user$'
export NO_COLOR=1
tty 4 explain "$ID" --user other
unset NO_COLOR
grep -q "$(printf '\033')" <<<"$OUT" && problem 'color with NO_COLOR'
want 'columns are in line' "$(sed 1d <<<"$OUT" | grep -v '^apikeyctl' |
    grep -cvE '^[a-z-]{4,10} +(ok         |NO         |not asked  )[^ ]')" 0

t 'names that somebody else chose'
new --user $'a\tb\033[2J' --service sshd
ctl 4 explain "$ID" --user $'x\ny'
want 'fields' "$(awk -F '\t' '{ print NF }' "$W/out" | sort -u)" 3
want_out '^user	refused	.*a\\tb\\x1b\[2J.*x\\ny'
tty 4 explain "$ID" --user $'x\ny'
want_out '^user .*a\\x09b\\x1b\[2J.*x\\x0ay'

t 'a record that is not valid: no answer'
printf garbage >"$W/keys/$ID.conf"
ctl 7 explain "$ID" --json
want_no_out
want_err "$ID"
