# shellcheck shell=bash disable=SC2154
# places.sh - what depends on the machine: a full disk, and the warnings
# about users and PAM lines.  In name spaces of their own, as root.

# in_space SCRIPT: with mounts of its own.  The script sees this file's
# functions and variables; it writes to $W.
in_space()
{
	export CTL W CONF
	unshare --mount --propagation private bash -uc "$1" \
	    >"$W/out" 2>"$W/err"
	STATUS=$?
	OUT=$(cat "$W/out") ERR=$(cat "$W/err")
}

fresh
t 'warnings: sudo without local'
ctl 0 create --user root --from 10.0.0.0/8
want_err 'warning: sudo will refuse this key.*--from local'
ctl 0 create --user root --from 10.0.0.0/8 --from local
grep -q 'sudo will refuse' <<<"$ERR" && problem 'a warning for nothing'
ctl 0 create --user root --from 10.0.0.0/8 --service sshd
grep -q 'sudo will refuse' <<<"$ERR" && problem 'a warning for nothing'
ctl 0 create --user root --from 10.0.0.0/8 --service sudo-i
want_err 'warning: sudo-i will refuse this key'

t 'warnings: a user who is not known here'
ctl 0 create --user no-such-user
want_err "warning: there is no user 'no-such-user' on this machine"

if [ "$(id -u)" -ne 0 ] ||
    ! unshare --mount --propagation private true 2>/dev/null; then
	skip 'PAM lines and a full disk' 'it needs root and mount name spaces'
	return 0
fi

t 'warnings: a user outside the group of the PAM lines'
rm -rf "$W/pam.d"
mkdir "$W/pam.d"
cat >"$W/pam.d/sshd" <<'EOF'
# auth required pam_apikey.so group=comment
auth [success=done default=die] \
    /lib/security/pam_apikey.so debug [group=no-such-group]
auth sufficient pam_apikey.so group=daemon # group=behind
auth sufficient pam_unix.so group=other-module
EOF
printf 'auth sufficient pam_apikey.so group=daemon' >"$W/pam.d/sudo"
printf 'auth sufficient pam_apikey.so group=copy\n' >"$W/pam.d/sudo.dpkg-old"
mkfifo "$W/pam.d/fifo"
# shellcheck disable=SC2016 # for the other shell
in_space 'mount --bind "$W/pam.d" /etc/pam.d &&
    timeout 10 "$CTL" --config "$CONF" create --user nobody'
want 'the exit status' "$STATUS" 0
want_err "/etc/pam.d/sshd asks for group 'no-such-group', which does not"
want_err "/etc/pam.d/sshd asks only members of 'daemon' for a key: usermod -aG daemon 'nobody'"
want 'sentences' "$(wc -l <"$W/err")" 2
# shellcheck disable=SC2016 # for the other shell
in_space 'mount --bind "$W/pam.d" /etc/pam.d &&
    "$CTL" --config "$CONF" create --user daemon'
grep -q "group 'daemon'" <<<"$ERR" && problem 'a warning for a member'

# ---- A full disk --------------------------------------------------------

# A keystore and a folder for the token, each on a small disk.
# shellcheck disable=SC2016 # for the other shell
disks='
mount -t tmpfs -o size=64k,mode=700 none "$W/keys" || exit 99
mount -t tmpfs -o size=64k,mode=700 none "$W/files" || exit 99
fill() { head -c 1000000 /dev/zero >"$1/.fill" 2>/dev/null; }
ctl() { "$CTL" --config "$CONF" "$@"; }
'
fresh
t 'full disk of the keystore: no key, no token, no file'
# shellcheck disable=SC2016 # for the other shell
in_space "$disks"'
: >"$W/keys/.lock"; chmod 600 "$W/keys/.lock"
fill "$W/keys"
ctl create --user deploy; echo "status $?"
ctl create --user deploy --output "$W/files/key"; echo "status $?"
ls "$W/files"; rm "$W/keys/.fill"
ctl list; echo "status $?"
ctl create --user deploy | wc -c'
want 'what it printed' "$OUT" \
    "$(printf 'status 1\nstatus 1\nstatus 0\n61')"
want_err 'No space left on device'

t 'full disk of the token: no key'
# shellcheck disable=SC2016 # for the other shell
in_space "$disks"'
fill "$W/files"
ctl create --user deploy --output "$W/files/key"; echo "status $?"
ls "$W/files"
ctl list; echo "status $?"'
want 'what it printed' "$OUT" "$(printf 'status 1\nstatus 0')"
want_err 'no key was made.*No space left on device'

t 'full disk of standard output: the key is named, to be revoked'
for json in '' --json; do
	export json
	# shellcheck disable=SC2016 # for the other shell
	in_space "$disks"'
fill "$W/files"
ctl create --user deploy $json >"$W/files/out"; echo "status $?"
ctl list | cut -f 1,3'
	id=$(sed -n 's/.*apikeyctl revoke \([0-9a-z]*\).*/\1/p' "$W/err")
	want 'what it printed' "$OUT" "$(printf 'status 1\n%s\tactive' "$id")"
	want_err "No space left on device; key $id is stored and active"
done

t 'full disk: a revocation that cannot be written is said to have failed'
# shellcheck disable=SC2016 # for the other shell
in_space "$disks"'
id=$(ctl create --user deploy | cut -c 6-15)
fill "$W/keys"
ctl revoke "$id"; echo "status $?"
ctl list | cut -f 3; rm "$W/keys/.fill"
ctl revoke "$id"; echo "status $?"
ctl list | cut -f 3'
want 'what it printed' "$OUT" \
    "$(printf 'status 1\nactive\nstatus 0\nrevoked')"

t 'a keystore that can only be read'
# shellcheck disable=SC2016 # for the other shell
in_space "$disks"'
id=$(ctl create --user deploy | cut -c 6-15)
mount -o remount,ro "$W/keys"
ctl create --user deploy; echo "status $?"
ctl create --user deploy --output "$W/files/key"; echo "status $?"
ctl revoke "$id"; echo "status $?"
ls "$W/files"
ctl list | cut -f 3'
want 'what it printed' "$OUT" \
    "$(printf 'status 1\nstatus 1\nstatus 1\nactive')"
want_err 'Read-only file system'
