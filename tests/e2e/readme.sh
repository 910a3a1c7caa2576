#!/bin/bash
# readme.sh - the README's set-up, the life of a key and uninstalling, word
# for word: each block of commands is run as it stands there.
# shellcheck source-path=SCRIPTDIR source=lib.sh source=blocks.sh
. "$(dirname "$0")/lib.sh"
. "$E2E/blocks.sh"

THEME=README
forget_host
setup_clients

# The machine has no init: what "reload" does for sshd is done here, and
# the journal is the file of all lines.
stand_ins()
{
	cat >/usr/local/sbin/systemctl <<-EOF
	#!/bin/sh
	[ "\$*" = 'reload ssh' ] && kill -HUP \$(cat /run/sshd.pid)
	EOF
	cat >/usr/local/sbin/journalctl <<-EOF
	#!/bin/sh
	cat $MACHINE_LOG
	EOF
	chmod 755 /usr/local/sbin/systemctl /usr/local/sbin/journalctl
}

start_own_sshd()
{
	setup_own_sshd
	env -i "PATH=$PATH" /usr/sbin/sshd -D &
	SSHD_PID=$!
	wait_for_sshd || bail 'sshd does not start'
}

stand_ins
start_own_sshd
PATH=/usr/local/sbin:$PATH

step 'install' 'make install'
want_rc 0
step 'a group and an account' 'groupadd --system apikey'
want_rc 0
step 'PAM: three lines in each file' 'for service in sshd sudo sudo-i'
want_rc 0
want_out $'/etc/pam.d/sshd:3\n/etc/pam.d/sudo:3\n/etc/pam.d/sudo-i:3'
step 'sshd and sudo' 'visudo -c'
want_rc 0
wait_for_sshd || problem 'sshd is gone'
step 'check' 'apikeyctl check'
want_rc 0
want_out ''
step 'a key' 'apikeyctl create --user deploy --label'
want_rc 0
want [ "$(stat -c '%U %a %s' /root/deploy.key)" = 'root 600 61' ]
KEY=$(cat /root/deploy.key) ID=${KEY:5:10}
TOKENS+=("$KEY")
step 'log in, and use sudo' 'sudo -S id -un </root/deploy.key'
want_rc 0
OUT=$(tail -n 3 <<<"$OUT")
want_out $'deploy\n'"$ID"$'\nroot'
want_log_count 1 'event=auth\.grant .*service=sudo '
step 'the record, and revoking' 'apikeyctl revoke --user deploy'
want_rc 0
want_out_like '^refused$'
want_out_like "event=auth\\.grant key=$ID user=deploy service=sshd"
want_log "event=auth\\.deny reason=revoked key=$ID user=deploy"

step 'bind a key' "--host 'web*' --scope deploy"
want_rc 0
want_out_like '^apik_'
TOKENS+=("$OUT")
step 'rotate it' '--until-first-use --overlap 2d'
want_rc 0
OLD=$(cut -c 6-15 /root/old.key) NEW=$(cut -c 6-15 /root/new.key)
TOKENS+=("$(cat /root/old.key)" "$(cat /root/new.key)")
want_out_like "^$OLD	deploy	active	.*	$NEW	[^	]+\$"
want_out_like "^$NEW	deploy	active	.*	$OLD	-	-\$"
t 'README: the table at its top has the columns that there are'
run script -qec 'apikeyctl list' /dev/null
want_out_like "^$(grep -m 1 '^ID  *USER  *STATUS' "$README" |
    sed 's/  *$//; s/  */ +/g')"
t 'README: the old key works until the new one does'
login /root/old.key
want_out deploy
login /root/new.key
want_out deploy
login /root/old.key
want_failure
want_log "event=auth\\.deny reason=superseded key=$OLD "
want_log "^authpriv\\.alert .*event=auth\\.alarm reason=superseded key=$OLD "
step 'change it' 'apikeyctl disable'
want_rc 0
login /root/new.key
want_out deploy
run apikeyctl --json show "$NEW"
want_out_like '"from":\["127.0.0.1","::1","local"\].*"rate":"30/1m"'
step 'limit it' '--max-uses 100 --rate 10/1m'
want_rc 0
TOKENS+=("$(cat /root/once.key)" "$(grep -o 'apik_.*' <<<"$OUT")")
login /root/once.key
want_out deploy
login /root/once.key
want_failure
want_log "event=auth\\.deny reason=exhausted key=$(cut -c 6-15 /root/once.key) "
step 'watch it' 'apikeyctl list --unused 30d'
want_rc 0
want_out_like "^$NEW	deploy	2	.*	(127\\.0\\.0\\.1|::1)	sshd\$"
want_out_like "^source	refused	.*192\\.0\\.2\\.1\$"
want_out_like '^It would be refused\.$'
cp /root/new.key "$WORK/new.key"
step 'end it' 'apikeyctl gc --older-than 90d'
want_rc 0
run apikeyctl --json show "$NEW"
want_out_like '"status":"revoked".*"note":"found in a repository"'
run apikeyctl list --status active
want_out ''
login "$WORK/new.key"
want_failure
want_log 'event=auth\.alarm reason=revoked key=[^ ]+ user=deploy service=sshd'
step 'pepper' 'apikeyctl pepper init'
want_rc 0
want_out_like '^[0-9a-f]{8}$'
PEPPER=$OUT
run apikeyctl create --user deploy --output /root/peppered.key
TOKENS+=("$(cat /root/peppered.key)")
want grep -qF "v=1,p=$PEPPER\$" \
    "/etc/apikey/keys.d/$(cut -c 6-15 /root/peppered.key).conf"
login /root/peppered.key
want_out deploy

t 'README: apikeyctl check finds nothing to say'
run apikeyctl check
want_rc 0
want_out ''

t 'README: the expression finds a key in a text'
EXPRESSION=$(grep -o '\\bapik_\[[^`]*' "$README")
grep -qP -- "$EXPRESSION" <<<"password=$KEY, and so on" ||
    problem "not with: $EXPRESSION"

step 'uninstall' 'make uninstall'
want_rc 0
wait_for_sshd || problem 'sshd is gone'
want [ ! -e /usr/local/sbin/apikeyctl ]
want [ -e /etc/apikey/apikey.conf ]
end_theme
