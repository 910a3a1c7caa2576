# shellcheck shell=bash disable=SC2154
# pepper.sh - the secret that all hashes share, and the other hash.

# The same keystore, and a configuration with a pepper.
with_pepper()
{
	CONF=$W/pepper.conf
	printf 'keystore = "%s";\nstate = "%s";\npepper = "%s";\n' \
	    "$W/keys" "$W/state" "$W/files/pepper" >"$CONF"
}

fresh
t 'pepper: it takes the word init'
for args in '' frobnicate 'init x' 'init init'; do
	# shellcheck disable=SC2086 # words
	ctl 2 pepper $args
	want_err 'it takes the word init'
done

t 'pepper init: where the configuration names none, by policy'
ctl 6 pepper init
want_err 'names no pepper'
want_no_out

new --user deploy
plain=$TOKEN
with_pepper
t 'a pepper that is named and not there: a clear error'
ctl 1 create --user deploy
want_err "$W/files/pepper"
want_err 'pepper init'
want_no_out
want_keys 1

t 'pepper init: a file for its owner alone; its id in a pipe'
ctl 0 pepper init
want_out '^[0-9a-f]{8}$'
want_quiet
pepper=$OUT
want 'mode' "$(stat -c %a "$W/files/pepper")" 600
grep -qE '^[0-9a-f]{64}$' "$W/files/pepper" || problem 'it is no pepper'

t 'pepper init: what is there stays'
cp -p "$W/files/pepper" "$W/pepper.before"
ctl 5 pepper init
want_err "$W/files/pepper"
cmp -s "$W/files/pepper" "$W/pepper.before" || problem 'it is another one'

t 'show: the hash, and the pepper that it needs'
ctl 0 show "${plain:5:10}"
want_out '^hash	blake2b$'
want_out '^pepper	-$'
tty 0 show "${plain:5:10}"
want_out '^hash +blake2b$'
grep -q '^pepper' <<<"$OUT" && problem 'a pepper of a key that has none'
new --user deploy
ctl 0 show "$ID"
want_out "^pepper	$pepper\$"
tty 0 show "$ID"
want_out "^pepper +$pepper\$"
ctl 0 show --json "$ID"
want_json key.hash blake2b
want_json key.pepper "$pepper"
ctl 0 create --user deploy --json
want_json key.pepper "$pepper"
ctl 0 rotate --json "$(json key.id)"
want_json key.pepper "$pepper"

t 'keys from before and from now work; the id is in the new hash'
want_verify 0 "$plain"
new --user deploy
want_verify 0 "$TOKEN"
grep -q "p=$pepper" "$W/keys/$ID.conf" || problem 'no pepper in the hash'
rotated=$ID
ctl 0 rotate "$rotated"
want_verify 0 "$OUT"

t 'another pepper, and none: the key is not accepted'
rm "$W/files/pepper"
ctl 0 pepper init --json
want '?' "$(json '?')" 'version pepper'
[ "$(json pepper.id)" != "$pepper" ] || problem 'the same pepper again'
want_verify 1 "$TOKEN"
want_verify 0 "$plain"
CONF=$W/apikey.conf
want_verify 1 "$TOKEN"
with_pepper
cp -p "$W/pepper.before" "$W/files/pepper"
want_verify 0 "$TOKEN"

t 'a pepper that others can read is refused'
chmod 644 "$W/files/pepper"
ctl 7 create --user deploy
want_err "$W/files/pepper"
chmod 600 "$W/files/pepper"

t 'pepper init on a terminal: advice'
rm "$W/files/pepper"
tty 0 pepper init
want_out '^made the pepper [0-9a-f]{8}$'
want_out 'keep a copy, apart from that of the keystore'
[ "$(tr -d '\n' <"$W/files/pepper")" != '' ] || problem 'it is empty'
grep -qF "$(cat "$W/files/pepper")" "$W/out" && problem 'it is shown'

t 'pepper init: where it cannot be written'
rmdir "$W/files" 2>/dev/null || rm -rf "$W/files"
ctl 1 pepper init
want_no_out
[ -n "$ERR" ] || problem 'it says nothing'

t 'hash = "argon2id": new keys; those from before go on working'
fresh
new --user deploy
plain=$TOKEN
fresh_conf=$(cat "$CONF")
printf '%s\nhash = "argon2id";\n' "$fresh_conf" >"$CONF"
new --user deploy
grep -q 'apikey-argon2id' "$W/keys/$ID.conf" || problem 'another hash'
ctl 0 show --json "$ID"
want_json key.hash argon2id
want_json key.pepper null
ctl 0 show --json "${plain:5:10}"
want_json key.hash blake2b
want_verify 0 "$TOKEN"
want_verify 0 "$plain"
want_verify 4 "${TOKEN:0:16}${plain:16}"
printf '%s\n' "$fresh_conf" >"$CONF"
want_verify 0 "$TOKEN"
