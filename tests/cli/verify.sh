# shellcheck shell=bash disable=SC2154
# verify.sh - would this key be accepted?

fresh
new --user deploy --service sshd --from 10.0.0.0/8 --scope deploy \
    --scope read --label 'the label'
token=$TOKEN id=$ID

# try STATUS ARG...: with the key on standard input.
try()
{
	printf '%s\n' "$token" >"$W/token"
	IN=$W/token
	ctl "$@"
	IN=/dev/null
}

t 'granted: id and user, and no more about why'
try 0 verify --user deploy --service sshd --rhost 10.1.2.3 --scope deploy
want 'what it printed' "$OUT" "$id	deploy"
want_quiet

t 'granted, in JSON'
try 0 verify --service sshd --rhost 10.1.2.3 --json
want '?' "$(json '?')" 'version granted id user label expires scopes'
want_json granted true
want_json id "$id"
want_json label 'the label'
want_json scopes '["deploy","read"]'

t 'denied: the same word for every reason'
while read -r args; do
	# shellcheck disable=SC2086 # words
	try 4 verify $args
	want 'the sentence' "$ERR" 'apikeyctl: denied'
	want_no_out
done <<'EOF'
--user other --service sshd --rhost 10.1.2.3
--user deploy --service sudo --rhost 10.1.2.3
--service sshd --rhost 11.1.2.3
--service sshd --rhost localhost
--service sshd
--service sshd --rhost 10.1.2.3 --scope admin
--service sshd --rhost 10.1.2.3 --scope deploy --scope admin
EOF

t 'denied without --service: it is said, of every key'
hint='apikeyctl: denied
apikeyctl: warning: no --service was given, and without it every key that is bound to services is denied'
try 4 verify --user deploy --rhost 10.1.2.3
want 'the sentences' "$ERR" "$hint"
try 4 verify --json
want 'the sentences' "$ERR" "$hint"
want_json granted false
good=$token
token=${good:0:59}
try 4 verify
want 'the sentences' "$ERR" "$hint"
new --user other
token=$TOKEN
ctl 0 set "$ID" --service ''
try 0 verify
want_quiet
try 4 verify --user deploy
want 'the sentences' "$ERR" "$hint"
token=$good

t 'denied: what is no key, an unknown one, a wrong secret'
set -- --service sshd --rhost 10.1.2.3
good=$token
for token in x "${good:0:59}" "${good}x" " $good" "${good:0:59}-" \
    apik_0000000000_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab000000 \
    "${good:0:16}0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab000000"; do
	try 4 verify "$@"
	want 'the sentence' "$ERR" 'apikeyctl: denied'
done
token=$good
head -c 1048576 /dev/zero >"$W/token"
IN=$W/token
ctl 4 verify "$@"
ctl 4 verify --json "$@"
want_json granted false
IN=/dev/null
ctl 4 verify "$@"

t 'a key without a newline, with a carriage return, with lines behind it'
for end in '' '\r\n' '\nmore\n'; do
	printf "%s$end" "$token" >"$W/token"
	IN=$W/token
	ctl 0 verify "$@"
done

t 'only the first line is taken from standard input'
printf '%s\nthe rest\n' "$token" |
    { "$CTL" --config "$CONF" verify "$@" >"$W/out" 2>"$W/err"; cat; } \
    >"$W/rest"
want 'the rest' "$(cat "$W/rest")" 'the rest'

t '--token-file: a file, a pipe, a folder, nothing'
printf '%s\n' "$token" >"$W/files/key"
ctl 0 verify "$@" --token-file "$W/files/key"
mkfifo "$W/files/fifo"
printf '%s\n' "$token" >"$W/files/fifo" &
ctl 0 verify "$@" --token-file "$W/files/fifo"
wait $!
ctl 1 verify "$@" --token-file "$W/files"
want_err 'cannot read a key from .*/files: Is a directory'
ctl 1 verify "$@" --token-file "$W/files/none"
want_err 'No such file'
"$CTL" --config "$CONF" verify "$@" <&- >"$W/out" 2>"$W/err"
want 'closed standard input: the exit status' $? 1

t 'an empty line: it is said that there is no key'
: >"$W/token"
IN=$W/token
ctl 4 verify "$@"
want 'the sentences' "$ERR" "apikeyctl: there is no key in standard input
apikeyctl: denied"
ctl 4 verify "$@" --token-file /dev/null --json
want_err 'there is no key in /dev/null'
want_json granted false
IN=/dev/null

sums()
{
	find "$W/state" "$W/keys" -type f -print0 | sort -z |
	    xargs -0r sha256sum
}

t 'without --consume nothing is written and no use is taken'
sums >"$W/before"
try 0 verify "$@"
sums | cmp -s - "$W/before" || problem 'a file was changed'
ctl 0 show --json "$id"
want_json key.uses 0

t '--consume: a use as a login is one'
try 0 verify "$@" --consume
want 'what it printed' "$OUT" "$id	deploy"
ctl 0 show --json "$id"
want_json key.uses 1
want_json key.last_from 10.1.2.3
want_json key.last_service sshd

t 'the life of a key'
try 0 verify "$@"
ctl 0 disable "$id"
try 4 verify "$@"
ctl 0 enable "$id"
try 0 verify "$@"
ctl 0 revoke "$id"
try 4 verify "$@"

t 'a store that others can write to gives no answer'
chmod 777 "$W/keys"
try 7 verify "$@"
chmod 700 "$W/keys"

if command -v expect >/dev/null; then
	fresh
	t 'at a prompt the key is not shown'
	new --user deploy
	CTL=$CTL CONF=$CONF KEY=$TOKEN expect -f prompt.exp >"$W/out" 2>&1
	want 'the exit status' $? 0
	OUT=$(cat "$W/out")
	want_out 'Key: '
	want_out "granted: key $ID of user deploy"
	want_out 'echo is back'
	grep -qF "$TOKEN" "$W/out" && problem 'the key is on the screen'
	t 'a prompt that is interrupted gives the echo back'
	CTL=$CTL CONF=$CONF KEY='' expect -f prompt.exp >"$W/out" 2>&1
	want 'the exit status' $? 130
	OUT=$(cat "$W/out")
	want_out 'echo is back'
else
	skip 'prompts' 'expect is not installed'
fi
