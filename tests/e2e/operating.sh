#!/bin/bash
# operating.sh - what the README says of operating it: its blocks, word for
# word, with a real systemd, journald and logind.
# shellcheck source-path=SCRIPTDIR source=lib.sh source=blocks.sh
if [ -z "${BOOTED-}" ]; then
	BOOTED=yes "$(dirname "$0")/boot.sh" /bin/bash "$0" 2>/run/why
	RC=$?
	[ "$RC" = 77 ] || exit "$RC"
	printf 'skip operating: %s\nend\n' "$(cat /run/why)"
	exit 0
fi
: >>"$MACHINE_LOG"
. "$(dirname "$0")/lib.sh"
. "$E2E/blocks.sh"

THEME=operating
PROM=/var/lib/prometheus/node-exporter/apikey.prom
PATH=/usr/local/sbin:$PATH

# The set-up, as the README has it.
setup_as_told()
{
	local text

	forget_host
	setup_clients
	setup_own_sshd
	systemctl start ssh || bail 'sshd does not start'
	for text in 'make install' 'groupadd --system apikey' \
	    'for service in sshd sudo sudo-i' 'visudo -c' \
	    'apikeyctl create --user deploy --label' \
	    'sudo -S id -un </root/deploy.key'; do
		run_block "$text"
		[ "$RC" = 0 ] || bail "$text: $OUT $ERR"
		wait_for_sshd || bail 'sshd is gone'
	done
	SSHD_PID=$(systemctl show -P MainPID ssh)
	TOKENS+=("$(cat /root/deploy.key)")
	ID=$(cut -c 6-15 /root/deploy.key)
	# Every failure would cost two seconds.
	sed -i 's/pam_apikey.so group=apikey/& nodelay/' /etc/pam.d/s*
	# The kernel's own log is the host's.
	sed -i /imklog/d /etc/rsyslog.conf
}

# key FILE ARG...: a new one, in a file; ID is its id.
key()
{
	ID=$(apikeyctl create --user deploy --output "$@") || bail "no key $1"
	TOKENS+=("$(cat "$1")")
}

# What the blocks call $id.
use_id()
{
	echo "id=$1" >>"$WORK/variables"
}

# soon COMMAND...: wait until it succeeds, however long it takes itself.
soon()
{
	local end=$((SECONDS + 40))

	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			problem "not in time: $*"
			return 1
		fi
		sleep 0.1
	done
}

# want_trail TEXT: the journal may get it a little later.
want_trail()
{
	soon eval "journalctl -q -o cat -g '$1' >/dev/null"
}

is_gone()
{
	! pgrep -f "$1" >/dev/null
}

# session FILE [OPTION...] COMMAND: in it, sudo -S reads the key.
session()
{
	local file=$1 key

	key=$(cat "$1")
	shift
	sshpass -f "$file" ssh deploy@localhost "$@" <<<"$key" \
	    >/dev/null 2>&1
}

# refused FILE REASON
refused()
{
	login "$1"
	want_failure
	want_trail "event=auth\\.deny reason=$2 key=$(cut -c 6-15 "$1") "
}

setup_as_told

step 'a key to look at' 'apikeyctl list | cut -f 1'
want_rc 0
want grep -q "^declare -- id=\"$ID\"" "$WORK/variables"

# ---- The calendar -----------------------------------------------------

step 'timers, and what cron does' 'enable --now apikey-expiring'
want_rc 0
want systemctl -q is-active apikey-expiring.timer apikey-metrics.timer
want systemctl -q is-enabled apikey-expiring.timer apikey-metrics.timer

t 'README: what ends soon is on record'
key /root/soon.key --expires 3d
want systemctl start apikey-expiring.service
want_trail "^event=key\\.expiring key=$ID user=deploy ends="

t 'README: the counts are where they can be read'
mkdir -p "${PROM%/*}"
want systemctl start apikey-metrics.service
want grep -qx 'apikey_grants_total [1-9].*' "$PROM"

t 'README: cron has nothing to mail, then what is wrong'
run /etc/cron.weekly/apikey
want_rc 0
want_out ''
chmod 644 /etc/sudoers.d/apikey
mv /etc/sudoers.d/apikey /root/sudoers
run /etc/cron.weekly/apikey
want_rc 8
want_out_like 'timestamp_timeout'
mv /root/sudoers /etc/sudoers.d/apikey
chmod 440 /etc/sudoers.d/apikey

# ---- Alerts -----------------------------------------------------------

# Their names stand nowhere else, and a name that is not there is silent.
t 'README: what the rules name is there'
awk '/^```/ { inside = $0 == "```yaml"; next } inside' "$README" \
    >"$WORK/rules.yml"
apikeyctl metrics >"$WORK/metrics"
want [ "$(grep -c 'alert: Apikey.*, expr: ' "$WORK/rules.yml")" = 6 ]
while read -r NAME; do
	want grep -Eq "^${NAME}[ {]" "$WORK/metrics"
done < <(grep -o 'apikey_[a-z0-9_]*' "$WORK/rules.yml")
while read -r NAME; do
	want grep -q "{reason=\"$NAME\"}" "$WORK/metrics"
done < <(grep -o 'reason=~"[^"]*' "$WORK/rules.yml" | cut -d '"' -f 2 |
    tr '|' '\n')
if command -v promtool >/dev/null; then
	want promtool -q check rules "$WORK/rules.yml"
fi

t 'README: counts that cannot be read are missing'
chmod 777 /var/lib/apikey
run apikeyctl metrics
chmod 700 /var/lib/apikey
want_out_like '^apikey_build_info'
want_out_unlike '^apikey_grants_total'

step 'all quiet' 'All quiet.'
want_rc 0
want_out 'All quiet.'

t 'README: then not'
key /root/bad.key
echo 'colour = 1;' >>"/etc/apikey/keys.d/$ID.conf"
refused /root/bad.key corrupt-record
rm "/etc/apikey/keys.d/$ID.conf"
chmod 777 /var/lib/apikey
login /root/deploy.key
want_out deploy
chmod 700 /var/lib/apikey
key /root/ended.key
apikeyctl revoke "$ID"
refused /root/ended.key revoked
as_user deploy sudo -S true </root/ended.key >/dev/null 2>&1
as_user deploy logger -t sshd -p authpriv.notice \
    'pam_apikey(sshd:auth): event=auth.alarm key=forged'
want_trail key=forged
want_trail 'sudo:auth.*event=auth\.alarm'
run_block 'All quiet.'
want_rc 0
want_out_like 'sshd:auth.*reason=corrupt-record key='
want_out_like 'sshd:auth.*event=auth\.grant .* state=degraded'
want_out_like "sshd:auth.*event=auth\\.alarm reason=revoked key=$ID "
want_out_like "sudo:auth.*event=auth\\.alarm reason=revoked key=$ID "
want_out_unlike 'forged|quiet'

t 'README: and so in JSON'
cp -a /etc/apikey/apikey.conf /root/apikey.conf
echo 'audit = { format = "json"; };' >>/etc/apikey/apikey.conf
key /root/json.key
session /root/json.key 'sudo -S id -un'
apikeyctl revoke "$ID" --reason other
login /root/json.key
want_failure
cp -a /root/apikey.conf /etc/apikey/apikey.conf
want_trail '"event":"auth\.alarm"'
run_block 'All quiet.'
want_out_like "sshd:auth.*\"event\":\"auth\.alarm\".*\"$ID\""
use_id "$ID"
run_block '_AUDIT_SESSION='
want_out_like "sshd:session.*\"session\.open\",\"key\":\"$ID\""
run_block "since='-7d'"
want_out_like "\"key\.revoke\",\"key\":\"$ID\""
run bash -c 'sed -En "$1" <<<"$2"' - \
    "$(block 'changes | sed' | sed -n "s/^changes | sed -En '\(.*\)' |\$/\1/p")" \
    "$OUT"
want_out_like "^$ID other\$"

step 'fail2ban and rsyslog' 'apt-get install -y fail2ban'
want_rc 0
soon fail2ban-client ping >/dev/null 2>&1
run fail2ban-client status apikey
want_rc 0
want_out_like '_UID=0'
login /root/deploy.key
want_out deploy
soon grep -qs 'event=auth\.grant' /var/log/apikey.log
soon grep -qs 'event=auth\.grant' /var/log/auth.log
systemctl stop fail2ban

# ---- Who did what -----------------------------------------------------

t 'README: what was done with a key'
key /root/who.key
use_id "$ID"
run_block '_AUDIT_SESSION='
want_rc 0
want_out 'No login with this key.'
session /root/who.key \
    'sudo -S id -un; (echo built; sleep 1) | logger -t work'
want_trail 'event=session\.close key='"$ID"' user=deploy '
SES=$(journalctl -q -o cat -g "event=session\\.open key=$ID .*=sshd " |
    sed -n 's/.* ses=//p')
run_block '_AUDIT_SESSION='
want_rc 0
want_out_like "sshd:session.*event=session\\.open key=$ID user=deploy "
want_out_like "sudo:session.*event=session\\.open key=$ID user=root "
want_out_like 'sshd\[[0-9]+\]: Accepted keyboard-interactive/pam for deploy'
if [ "$SES" != - ]; then
	want_out_like 'sudo\[[0-9]+\]: .* COMMAND=/usr/bin/id -un$'
	want_out_like 'work\[[0-9]+\]: built$'
	session /root/who.key 'sleep 3141' &
	soon pgrep -xf 'sleep 3141' >/dev/null
	SES=$(journalctl -q -o cat -g "event=session\\.open key=$ID " |
	    sed -n '$s/.* ses=//p')
	want loginctl terminate-session "$SES"
	soon is_gone '^sleep 3141'
fi

# ---- Runbooks ---------------------------------------------------------

# A session with root's process in it, and a master that lets others in.
open_sessions()
{
	# Without a terminal, whose end could be that of the master.
	answers "$(cat "$1")"
	E2E_WORK=$WORK SSH_ASKPASS=$WORK/askpass SSH_ASKPASS_REQUIRE=force \
	    setsid -w ssh -M -S "$WORK/master" -o ControlPersist=1000 -fN \
	    deploy@localhost >/dev/null 2>&1
	session "$1" 'sudo -S sleep 2718' &
	soon pgrep -xf 'sleep 2718' >/dev/null
}

t 'README: a key leaks: sessions are there'
echo 'deploy ALL=(root) /usr/bin/sleep' >>/etc/sudoers.d/deploy
key /root/leak.key --scope deploy
LEAKED=$ID
echo "url=https://deploy:$(cat /root/leak.key)@example.com" >/root/leaked.txt
# Where sudo remembers.
mv /etc/sudoers.d/apikey /root/sudoers
session /root/leak.key -tt 'sudo -S id -un'
mv /root/sudoers /etc/sudoers.d/apikey
want test -e /run/sudo/ts/deploy
open_sessions /root/leak.key
apikeyctl disable "$LEAKED"
run ssh -S "$WORK/master" deploy@localhost id -un
want_out deploy
apikeyctl enable "$LEAKED"

step 'a key leaks' /root/leaked.txt
want_rc 0
want_out_like "^$LEAKED	deploy	[0-9]+	"
want_out_like "event=key\\.revoke key=$LEAKED .* reason=leaked"
want_out_like "event=session\\.open key=$LEAKED "
want_out_unlike 'No new key|Nobody'
soon is_gone '^sleep 2718'
run ssh -S "$WORK/master" -o BatchMode=yes deploy@localhost id -un
want_failure
want test ! -e /run/sudo/ts/deploy
TOKENS+=("$(cat /root/new.key)")

t 'README: a key leaks: the new one is good, the old one an alarm'
run apikeyctl show "$(cut -c 6-15 /root/new.key)"
want_out_like '^scopes	deploy$'
login /root/new.key
want_out deploy
refused /root/leak.key revoked
want_trail "event=auth\\.alarm reason=revoked key=$LEAKED "

t 'README: after a restore, what was revoked is good again'
key /root/kept.key
KEPT_ID=$ID
key /root/once.key --once --service sshd
ONCE_ID=$ID
cp -a /etc/apikey/keys.d /root/keys.d
cp -a /var/lib/apikey /root/state
key /root/since.key
apikeyctl revoke "$ID" "$KEPT_ID" --reason offboarded
login /root/once.key
want_out deploy
# Whom sudo runs for can have a program of its name say anything.
cp /usr/bin/logger /home/deploy/sudo
as_user deploy /home/deploy/sudo -t apikeyctl -p authpriv.notice \
    "event=key.revoke key=$ONCE_ID user=deploy by=root reason=leaked"
want_trail "event=key\\.revoke key=$ONCE_ID "
rm -r /etc/apikey/keys.d /var/lib/apikey
mv /root/keys.d /etc/apikey/keys.d
cp -a /root/state /var/lib/apikey
login /root/kept.key
want_out deploy
login /root/once.key
want_out deploy
step 'after a restore: what was changed since' "since='-7d'"
want_rc 0
want_out_like "^event=key\\.create key=$KEPT_ID "
want_out_unlike "event=key\\.revoke key=$ONCE_ID"
step 'after a restore: again' 'changes | sed'
want_rc 0
want_out_like "/$ONCE_ID\\.conf\$"
want_out_unlike 'Mend this'
want_err_like 'no key'
run apikeyctl show "$KEPT_ID"
want_out_like '^revoked_reason	offboarded$'
refused /root/kept.key revoked
run bash -c 'grep key. /var/log/apikey.log | sed -En "$1"' - \
    "$(block 'changes | sed' | sed -n "s/^changes | sed -En '\(.*\)' |\$/\1/p")"
want_out_like "^$KEPT_ID offboarded\$"

t 'README: after a restore without counts'
rm -r /var/lib/apikey
run_block 'changes | sed'
want_rc 0
want_out_like 'Mend this'
want [ "$(apikeyctl list --status exhausted | cut -f 1)" = "$ONCE_ID" ]
run apikeyctl usage --reset "$ONCE_ID"
want_rc 0
login /root/once.key
want_out deploy

# make_image: as an installation of this machine would be.
make_image()
{
	local name

	mkdir -p /srv/image/usr /srv/image/var/lib
	for name in bin sbin lib lib64; do
		ln -sfn "usr/$name" "/srv/image/$name"
	done
	mount --bind /usr /srv/image/usr
	rm -rf /srv/image/etc /srv/image/var/lib/apikey
	cp -a /etc /srv/image/etc
	cp -a /var/lib/apikey /srv/image/var/lib/apikey
}

make_image
step 'an image' 'image=/srv/image'
want_rc 0
want_out ''
want [ -z "$(find /srv/image/etc/apikey/keys.d /srv/image/etc/ssh \
    /srv/image/var/lib/apikey -name '*.conf' -path '*/keys.d/*' \
    -o -name 'ssh_host_*' -o -path '*/lib/apikey/*')" ]
t 'README: an image without its pepper'
make_image
echo 'pepper = "/etc/apikey/pepper";' >>/srv/image/etc/apikey/apikey.conf
run_block 'image=/srv/image'
want_rc 0
want_out_like '^error	.*the pepper is missing'
want_out_like '^Is it only the pepper\?$'
want [ "$(wc -l <<<"$OUT")" = 2 ]

t 'README: on a clone that was emptied so, keys are made and used'
rm -rf /etc/apikey/keys.d/*.conf /var/lib/apikey/*
key /root/clone.key --once --service sshd
login /root/clone.key
want_out deploy
key /root/host.key --host other
refused /root/host.key host

[ -e "$MACHINE_SRC/build" ] || ln -s "$MACHINE_BUILD" "$MACHINE_SRC/build"
step 'back out: would an older version take it' 'LD_LIBRARY_PATH=build'
want_rc 0
t 'README: back out: no, with a setting that it does not know'
cp "/etc/apikey/keys.d/$ID.conf" "$WORK/record"
echo 'colour = 1;' >>"/etc/apikey/keys.d/$ID.conf"
run_block 'LD_LIBRARY_PATH=build'
want_rc 8
want_out_like 'unknown setting "colour"'
cp "$WORK/record" "/etc/apikey/keys.d/$ID.conf"

step 'back out: PAM' 'diff -r /root/pam.d.before-apikey'
want_rc 0
want_out_like '^> auth .* pam_apikey\.so'
want [ -z "$(grep -l pam_apikey /etc/pam.d/*)" ]
key /root/last.key
login /root/last.key
want_failure
run_block 'for service in sshd sudo sudo-i'
login /root/last.key
want_out deploy

step 'uninstall: what came from here' 'disable --now apikey-expiring'
want_rc 0
want [ -z "$(find /etc/systemd /etc/cron.weekly /etc/fail2ban /etc/rsyslog.d \
    /etc/logrotate.d -name '*apikey*')" ]
want eval '! systemctl -q is-active apikey-metrics.timer'
journalctl -q -a -o cat >>"$MACHINE_LOG"
end_theme
