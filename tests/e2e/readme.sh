#!/bin/bash
# readme.sh - the README's set-up, uninstalling included, word for word:
# each block of commands is run as it stands there.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=README
README=$MACHINE_SRC/README.md
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

# The distribution's own configuration, on the usual port.
start_own_sshd()
{
	[ ! -e /usr/share/openssh/sshd_config ] ||
	    cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
	rm -f /etc/ssh/sshd_config.d/*
	ssh-keygen -A >/dev/null
	PORT=22
	env -i "PATH=$PATH" /usr/sbin/sshd -D &
	SSHD_PID=$!
	wait_for_sshd || bail 'sshd does not start'
}

# block TEXT: the commands of the one block that holds TEXT.
block()
{
	awk -v text="$1" '
		/^```sh$/ { inside = 1; lines = ""; next }
		/^```$/ && inside {
			inside = 0
			if (index(lines, text)) { printf "%s", lines; exit }
		}
		inside { lines = lines $0 "\n" }
	' "$README"
}

# step WHAT TEXT: run that block; any command that fails ends it.
step()
{
	t "README: $1"
	block "$2" >"$WORK/step"
	[ -s "$WORK/step" ] || problem "there is no block with: $2"
	run env -C "$MACHINE_SRC" HOME=/root "B=$MACHINE_BUILD" \
	    MAKEFLAGS=-s timeout 120 bash -e "$WORK/step"
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
step 'bounds' "--host 'web*' --scope deploy"
want_rc 0
want_out_like '^apik_'
TOKENS+=("$OUT")

t 'README: the expression finds a key in a text'
EXPRESSION=$(grep -o '\\bapik_[^`]*' "$README")
grep -qP -- "$EXPRESSION" <<<"password=$KEY, and so on" ||
    problem "not with: $EXPRESSION"

step 'uninstall' 'make uninstall'
want_rc 0
wait_for_sshd || problem 'sshd is gone'
want [ ! -e /usr/local/sbin/apikeyctl ]
want [ -e /etc/apikey/apikey.conf ]
end_theme
