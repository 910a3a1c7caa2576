# shellcheck shell=bash disable=SC2154,SC2016
# check_files.sh - apikeyctl check FILE: what is not deployed yet.
. ./check_lib.sh

sound debian
in_tree :
F=$W/new
rm -rf "$F"
mkdir -p "$F"/{pam.d,sshd_config.d,sudoers.d,keys.d,ansible}

# files STATUS NAME...: check these, with the tree for whatever they name.
files()
{
	local want=$1 name status list=()
	shift
	for name; do
		list+=("$F/$name")
	done
	"$CTL" check --root "$R" "${list[@]}" >"$W/out" 2>"$W/err"
	status=$?
	OUT=$(<"$W/out") ERR=$(<"$W/err")
	[ "$status" -eq "$want" ] || problem "exit $status instead of $want: $*"
}

# finding SEVERITY NAME[:LINE] WHAT
finding()
{
	DONE=$2
	want_finding "$1" "$F/$2" "$3"
}

t 'check FILE: sound ones are silent, by name and by content'
cp "$R/etc/apikey/apikey.conf" "$F/apikey.conf"
cp "$R/etc/apikey/keys.d/$KEY.conf" "$F/keys.d/"
cp "$R/etc/pam.d/sshd" "$F/pam.d/sshd"
cp "$R/etc/ssh/sshd_config" "$F/sshd_config"
cp "$R/etc/ssh/sshd_config.d/apikey.conf" "$F/sshd_config.d/"
cp "$R/etc/sudoers" "$R/etc/sudoers.d/apikey" "$F/sudoers.d/"
cp "$R/etc/sudoers" "$F/sudoers"
sound_files=(apikey.conf "keys.d/$KEY.conf" pam.d/sshd sshd_config
    sshd_config.d/apikey.conf sudoers.d/sudoers sudoers.d/apikey sudoers)
files 0 "${sound_files[@]}"
want_no_out
chmod -R go+w "$F"
files 0 "${sound_files[@]}"
want_no_out
for name in "${sound_files[@]}"; do
	cp "$F/$name" "$F/ansible/.source.${name//\//.}"
done
rm "$F/ansible/.source.apikey.conf"
echo 'state = "/var/lib/apikey";' >"$F/ansible/config"
echo 'deploy ALL=(root) /bin/x' >"$F/ansible/rule"
(cd "$F/ansible" && "$CTL" check --root "$R" .source* config rule) \
    >"$W/out" 2>"$W/err"
want 'the exit status of temporary names' $? 0
want 'what it printed' "$(<"$W/out")" ''

t 'check FILE: each kind has its findings'
# By name.
echo 'keystore = 1;' >"$F/apikey.conf"
sed -i 's/^user.*//' "$F/keys.d/$KEY.conf"
cp "$R/etc/apikey/keys.d/$KEY.conf" "$F/keys.d/0000000000.conf"
sed -i '/^account.*pam_apikey/d' "$F/pam.d/sshd"
sed -i s/yes/no/ "$F/sshd_config"
printf 'Match Group apikey\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n' \
    >"$F/sshd_config.d/apikey.conf"
echo 'deploy ALL=NOPASSWD: ALL' >"$F/sudoers.d/apikey"
# By content.
sed "s/^user.*/color = 1;/" "$R/etc/apikey/keys.d/$KEY.conf" \
    >"$F/ansible/record"
echo 'state = "var/lib/apikey";' >"$F/ansible/config"
printf '# x\n%s mxied\n%s\n%s\n' "$AUTH" "$ACCOUNT" "$SESSION" \
    >"$F/ansible/pam"
printf '\nMatch all\n\tAuthenticationMethods publickey\n' >"$F/ansible/sshd"
printf '# x\nDefaults timestamp_timeout=1\n' >"$F/ansible/sudoers.txt"
files 8 apikey.conf "keys.d/$KEY.conf" keys.d/0000000000.conf pam.d/sshd \
    sshd_config sshd_config.d/apikey.conf sudoers.d/apikey ansible/record \
    ansible/config ansible/pam ansible/sshd ansible/sudoers.txt
finding error apikey.conf:1 'keystore must be'
finding error "keys.d/$KEY.conf" '"user" is missing'
finding error keys.d/0000000000.conf "holds the id $KEY"
finding warning pam.d/sshd:2 'the account line of sshd is missing'
finding error sshd_config:3 'UsePAM is no'
finding error sshd_config.d/apikey.conf:2 'a member of apikey cannot'
finding warning sudoers.d/apikey:1 'asks deploy for no key here'
finding error ansible/record:3 'unknown setting "color"'
finding error ansible/config:1 'is not an absolute path'
finding error ansible/pam:2 "option 'mxied' is unknown"
finding error ansible/sshd:3 'AuthenticationMethods publickey'
finding warning ansible/sudoers.txt:2 'timestamp_timeout=1'
want 'findings' "$(wc -l <"$W/out")" 12
want_quiet

t 'check FILE: what is broken in any PAM file, and no file at all'
printf 'auth required\n' >"$F/pam.d/other"
printf 'auth required pam_deny.so\n\0\n' >"$F/pam.d/nul"
files 8 pam.d/other pam.d/nul
finding error pam.d/other:1 'is no line of PAM'
finding error pam.d/nul:2 'holds a NUL byte'
printf 'hello world\n' >"$F/letter"
: >"$F/empty"
for name in letter empty; do
	files 2 $name
	want_err 'it cannot be told what'
done
files 1 nothing
want_err 'No such file'
mkfifo "$F/fifo"
files 1 fifo
# One that cannot be read is no reason to leave out the others.
files 1 nothing pam.d/other
finding error pam.d/other:1 'is no line of PAM'

t 'check FILE: --as tells what a temporary name does not'
# as STATUS PATH NAME
as()
{
	"$CTL" check --root "$R" --as "$2" "$F/$3" >"$W/out" 2>"$W/err"
	want 'the exit status' $? "$1"
	OUT=$(<"$W/out") ERR=$(<"$W/err")
}
mkdir "$F/tmp"
t=tmp/.source
cp ../../etc/apikey.conf "$F/$t"
for name in "$t" empty; do
	as 0 /etc/apikey/apikey.conf "$name"
	want_no_out
	want_quiet
done
echo 'isue = 3;' >"$F/$t"
as 8 /etc/apikey/apikey.conf $t
finding error $t:1 'unknown setting "isue"'
sed -i 's/isue/keystore/' "$F/$t"
as 8 "/etc/apikey/keys.d/$KEY.conf" $t
finding error $t:1 'unknown setting "keystore"'
cp "$R/etc/apikey/keys.d/$KEY.conf" "$F/$t"
as 0 "/etc/apikey/keys.d/$KEY.conf" $t
as 8 /etc/apikey/keys.d/0000000000.conf $t
finding error $t "holds the id $KEY"
printf '%s\n' "$ACCOUNT" "$SESSION" >"$F/$t"
as 8 /etc/pam.d/sshd $t
finding error $t:1 'sshd asks nobody'
as 0 /etc/pam.d/common-session $t
echo '# sshd' >"$F/$t"
as 8 /etc/ssh/sshd_config $t
finding error $t 'UsePAM is not set'
as 0 /etc/ssh/sshd_config.d/x.conf $t
echo 'Defaults timestamp_timeout=9' >"$F/$t"
as 8 /etc/sudoers.d/x $t
finding warning $t:1 timestamp_timeout
as 2 /etc/fstab $t
want_err "it cannot be told what a '/etc/fstab' is"
as 1 /etc/sudoers.d/x nothing
"$CTL" check --as /etc/sudoers.d/x "$F/$t" "$F/$t" 2>"$W/err"
want 'two files' $? 2
"$CTL" check --as /etc/sudoers.d/x 2>"$W/err"
want 'no file' $? 2
# People are told what else there is to run, and machines are not.
for name in sudoers.d/x:'visudo -c' ssh/sshd_config.d/x.conf:'sshd -t'; do
	script -qec "$CTL check --root $R --as /etc/${name%%:*} $F/empty" \
	    /dev/null </dev/null >"$W/out"
	grep -q "It does not replace ${name##*:}; run that, too" "$W/out" ||
	    problem "nothing is said of ${name##*:}"
	as 0 "/etc/${name%%:*}" empty
	want_quiet
done

t 'check FILE: whom sshd asks is not wholly known'
yes 'auth optional pam_env.so' | head -1100 >"$R/etc/pam.d/lots"
echo 'UsePAM yes' >"$F/sshd_config"
files 1 sshd_config
want_err 'lots:1025: there are too many lines'
