#!/bin/bash
# check.sh - apikeyctl check on a machine that is set up, and on one that
# was broken since.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=check
setup
[ -e /usr/share/openssh/sshd_config ] &&
    cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
rm -f /etc/ssh/sshd_config.d/*
install -m 644 "$MACHINE_SRC/etc/sshd_config.d/apikey.conf" \
    /etc/ssh/sshd_config.d/
set_sudoers env_reset
install -m 440 "$MACHINE_SRC/etc/sudoers.d/apikey" /etc/sudoers.d/
printf '@includedir /etc/sudoers.d\n' >>/etc/sudoers
create KEY --user deploy --max-uses 9
ID=$(id_of "$KEY")

t 'check: silent on the recommended set-up, with the distribution'\''s files'
run apikeyctl check
want_rc 0
want_out ''
want_err_unlike .
run apikeyctl check --json
want_out '{"version":1,"findings":[]}'
run apikeyctl check /etc/pam.d/sshd /etc/pam.d/sudo /etc/pam.d/sudo-i \
    /etc/ssh/sshd_config /etc/ssh/sshd_config.d/apikey.conf /etc/sudoers \
    /etc/sudoers.d/apikey /etc/apikey/apikey.conf
want_rc 0
want_out ''
run apikeyctl check --root /
want_rc 0
want_out ''

t 'check: one who may not read it all is told so'
run setpriv --reuid alice --regid alice --init-groups apikeyctl check
want_rc 1
want_err_like '^apikeyctl: /etc/shadow: Permission denied$'
want_err_like '^apikeyctl: /etc/apikey/keys.d: Permission denied$'

t 'check: it only looks'
find /etc /var/lib/apikey /usr/local -printf '%p %T@ %C@ %s\n' | sort \
    >"$WORK/before"
run apikeyctl check
find /etc /var/lib/apikey /usr/local -printf '%p %T@ %C@ %s\n' | sort \
    >"$WORK/after"
want cmp -s "$WORK/before" "$WORK/after"

t 'check: loud after all was broken'
chmod g+w "$STORE"
chown alice "$STORE/$ID.conf"
sed -i 's/default=die/default=bad/' /etc/pam.d/sshd
sed -i '/^account.*pam_apikey/d' /etc/pam.d/sudo
sed -i '/pam_apikey/d' /etc/pam.d/sudo-i
printf '%s\n' 'Match User deploy' 'PasswordAuthentication no' \
    'KbdInteractiveAuthentication no' >/etc/ssh/sshd_config.d/a.conf
rm /etc/sudoers.d/apikey
echo 'deploy ALL=(root) NOPASSWD: /usr/bin/id' >/etc/sudoers.d/deploy
chage -d 0 -M 30 deploy
gpasswd -a root apikey >"$WORK/setup.log"
rm "/var/lib/apikey/usage/$ID" "$(find /usr/lib/*/security -name pam_apikey.so)"
mv /dev/log /dev/gone
run apikeyctl check
mv /dev/gone /dev/log
want_rc 8
for line in 'error /etc/apikey/keys.d is writable by its group' \
    "error /etc/apikey/keys.d/$ID.conf belongs to uid" \
    'warning /etc/pam.d/sshd:[0-9]+ .*default must be die' \
    'warning /etc/pam.d/sudo:[0-9]+ the account line of sudo is missing' \
    'warning sudo-i there are keys for sudo-i' \
    'error /etc/ssh/sshd_config.d/a.conf:[23] deploy cannot show a key' \
    'warning /etc/sudoers sudo remembers members of apikey' \
    'warning /etc/sudoers.d/deploy:1 sudo asks deploy for no key' \
    'error user deploy the password must be changed at once' \
    'error user root root is asked for a key' \
    "error key $ID the count of its uses is missing" \
    'error [^ ]*/security pam_apikey.so is not here' \
    'warning /dev/log there is no syslog'; do
	tr '\t' ' ' <<<"$OUT" | grep -Eq -- "^$line" || problem "no $line"
done
want [ "$(wc -l <<<"$OUT")" = 13 ]
end_theme
