# shellcheck shell=bash disable=SC2154
# exits.sh - every exit status that the help and apikeyctl(8) promise is
# reached, and by what it says.

fresh
new --user deploy
id=$ID token=$TOKEN

t 'exit 0: done, and an empty list is done, too'
ctl 0 show "$id"
ctl 0 list --user nobody-of-this-name
ctl 0 gc
ctl 0 revoke --user nobody-of-this-name

t 'exit 1: what cannot be read or written'
ctl 1 verify --token-file "$W/files/none"
ctl 1 create --user deploy --output "$W/files/no/such/folder"
"$CTL" --config "$CONF" list >/dev/full 2>"$W/err"
want 'list to a full disk' $? 1

t 'exit 2: arguments that make no sense'
ctl 2 frobnicate
ctl 2 list --frobnicate
ctl 2 set "$id"
ctl 2 show nonsense

t 'exit 3: there is no such key'
for command in show disable enable rotate delete explain revoke usage; do
	ctl 3 $command 0000000000
	want_err 'no key 0000000000'
	want_no_out
done

t 'exit 4: denied'
want_verify 4 "$token" --user other
ctl 4 explain "$id" --user other

t 'exit 5: changed by another meanwhile, or there already'
cp -p "$W/keys/$id.conf" "$W/other"
ID=$id
meet other disable "$id"
want 'the exit status' "$STATUS" 5
CONF=$W/exits.conf
printf 'keystore = "%s";\nstate = "%s";\npepper = "%s";\n' "$W/keys" \
    "$W/state" "$W/files/pepper" >"$CONF"
ctl 0 pepper init
ctl 5 pepper init
CONF=$W/apikey.conf

t 'exit 6: refused by policy'
ctl 6 create --user deploy --expires 9y
ctl 6 renew "$id" --expires never
ctl 6 delete "$id"
ctl 0 revoke "$id"
ctl 6 enable "$id"

t 'exit 7: a store, a record or a configuration that is not trusted'
chmod 777 "$W/keys"
ctl 7 list
chmod 700 "$W/keys"
printf garbage >"$W/keys/$id.conf"
ctl 7 show "$id"
CONF=$W/exits.conf
printf 'frobnicate = true;\n' >"$CONF"
ctl 7 list
CONF=$W/apikey.conf

t 'exit 8: check found something'
mkdir -p "$W/files/empty"
ctl 8 check --root "$W/files/empty"
want_out $'^error\t.*there is no configuration'
