# shellcheck shell=bash disable=SC2154
# output.sh - where a new token goes, and what becomes of the key when it
# cannot go there.

fresh

t 'on a terminal the token is alone on its line, with a summary'
tty 0 create --user deploy --from 10.0.0.0/8 --from local
want_out '^apik_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{44}$'
want_out 'user +deploy$'
want_out 'expires +20.*in 90 days'
want_out 'services +sshd,sudo,sudo-i$'
want_out 'from +10.0.0.0/8,local$'
want_out 'shown once'

t '--output: a new file for its owner alone, the id on standard output'
ctl 0 create --user deploy --output "$W/files/key"
want 'the id' "$OUT" "$(cut -c 6-15 "$W/files/key")"
want 'mode' "$(stat -c %a "$W/files/key")" 600
want 'size' "$(stat -c %s "$W/files/key")" 61
ctl 0 verify --service sshd --token-file "$W/files/key"
want_out "^$(cut -c 6-15 "$W/files/key")	deploy$"

t '--output: in the current folder, and whatever the umask'
(
	cd "$W/files" && umask 777 &&
	    "$CTL" --config "$CONF" create --user deploy --output here
) >"$W/out" 2>"$W/err"
want 'mode' "$(stat -c %a "$W/files/here")" 600

t '--output with --json: the key, but no token'
ctl 0 create --user deploy --output "$W/files/json" --json
want '?' "$(json '?')" 'version key'
want 'the id' "$(json key.id)" "$(cut -c 6-15 "$W/files/json")"

t '--output on a terminal: no token there'
tty 0 create --user deploy --output "$W/files/tty"
grep -q apik_ <<<"$OUT" && problem 'the token is on the terminal'
want_out 'the key is in .*/files/tty'

fresh
t '--output: a file that is there is not replaced, and no key is made'
echo precious >"$W/files/old"
ln -s "$W/files/target" "$W/files/link"
ln -s "$W/files/old" "$W/files/link2"
mkfifo "$W/files/fifo"
for name in old link link2 fifo; do
	ctl 1 create --user deploy --output "$W/files/$name"
	want_err 'it is there already'
	want_no_out
done
want 'the old file' "$(cat "$W/files/old")" precious
[ -e "$W/files/target" ] && problem 'a link was followed'
for name in no/such/folder . /dev/stdout /dev/null; do
	(cd "$W/files" && exec "$CTL" --config "$CONF" create --user deploy \
	    --output "$name") >"$W/out" 2>"$W/err"
	want "$name: exit status" $? 1
done
want_keys 0

t '--owner'
ctl 2 create --user deploy --owner root
want_err '--owner needs --output'
ctl 2 create --user deploy --owner no-such-user --output "$W/files/no"
want_err "no user 'no-such-user'"
[ -e "$W/files/no" ] && problem 'the file was made'
want_keys 0
if [ "$(id -u)" -eq 0 ]; then
	ctl 0 create --user deploy --owner nobody --output "$W/files/given"
	want 'the owner' "$(stat -c '%U %a' "$W/files/given")" 'nobody 600'
fi

t '--output: when the key cannot be stored, the file is gone'
fresh
ctl 6 create --user deploy --expires 9y --output "$W/files/none"
want 'files' "$(ls "$W/files")" ''

# ---- Standard output that takes nothing ---------------------------------

fresh
t 'a standard output that says at once that it is full: no key is made'
for json in '' --json; do
	# shellcheck disable=SC2086 # perhaps no word at all
	"$CTL" --config "$CONF" create --user deploy $json \
	    >/dev/full 2>"$W/err"
	want 'the exit status' $? 1
	ERR=$(cat "$W/err")
	want_err 'no key was made: .*No space left on device'
done
want_keys 0

t 'a reader who went away'
{
	sleep 1
	"$CTL" --config "$CONF" create --user deploy 2>"$W/err"
	echo $? >"$W/status"
} | true
want 'the exit status' "$(cat "$W/status")" 1
ERR=$(cat "$W/err")
want_err 'Broken pipe; key [0-9a-z]{10} is stored'

fresh
t 'closed standard descriptors: no key is made, none is written to'
"$CTL" --config "$CONF" create --user deploy >&- 2>"$W/err"
want 'the exit status' $? 1
ERR=$(cat "$W/err")
want_err 'no key was made'
want_keys 0
"$CTL" --config "$CONF" create --user deploy <&- >"$W/out" 2>&-
want 'the exit status' $? 0
want 'lines' "$(wc -l <"$W/out")" 1
"$CTL" --config "$CONF" list >&- 2>"$W/err"
want 'list: the exit status' $? 1
ctl 0 list
want 'keys' "$(wc -l <"$W/out")" 1

t 'list to a full disk'
"$CTL" --config "$CONF" list >/dev/full 2>"$W/err"
want 'the exit status' $? 1
ERR=$(cat "$W/err")
want_err 'cannot write to standard output: No space left'
