#!/bin/bash
# rsyslog.sh - the trail in the journal and in a file of its own, by
# journald, rsyslog and logrotate.
# shellcheck source-path=SCRIPTDIR source=lib.sh source=logging.sh
. "$(dirname "$0")/lib.sh"
. "$E2E/logging.sh"

THEME=rsyslog
OWN=/var/log/apikey.log
OWN_MARK=0
setup
start_logging
start_sshd || bail "sshd does not start"
create KEY --user deploy
create OTHERS --user ops
ID=$(id_of "$KEY")
WRONG=$(wrong_secret "$KEY")

own_since()
{
	tail -n "+$((OWN_MARK + 1))" "$OWN"
}

own_mark()
{
	log_settle
	[ ! -e "$OWN" ] || OWN_MARK=$(wc -l <"$OWN")
}

# want_own COUNT PATTERN: in our file since the mark, and how many in all.
want_own()
{
	local count

	log_settle
	count=$(own_since | wc -l)
	[ "$count" = "$1" ] || problem "$count lines in $OWN, not $1"
	own_since | grep -Eq -- "$2" || problem "not in $OWN: $2"
}

# journal ARG...: what journalctl finds.
journal()
{
	local i

	for ((i = 0; i < 50; i++)); do
		run journalctl -D "$JOURNAL" --no-pager -q "$@"
		[ -z "$OUT" ] || break
		sleep 0.1
	done
}

QUERY=(_UID=0 SYSLOG_FACILITY=10
    -g '^(pam_apikey\(\S+\): )?event=(auth|key|pepper|session)\.')

t 'rsyslog: lines of the module, and none of sshd and PAM beside them'
own_mark
ssh_key keyboard-interactive deploy "$KEY"
want_login deploy
sessions_end
want_own 3 ' sshd\[[0-9]+\]: pam_apikey\(sshd:auth\): event=auth\.grant key='
want_own 3 ' sshd\[[0-9]+\]: pam_apikey\(sshd:session\): event=session\.open '
want_log 'sshd\[[0-9]+\]: Accepted keyboard-interactive'

t 'rsyslog: they stay in auth.log, too'
want grep -q 'event=auth\.grant' /var/log/auth.log
want grep -q 'Accepted keyboard-interactive' /var/log/auth.log

t 'rsyslog: the file is for root and its group alone'
want test "$(stat -c %a "$OWN")" = 640
want test "$(stat -c %U "$OWN")" = root

t 'rsyslog: refusals at sshd and sudo, and changes'
own_mark
ssh_key password deploy "$WRONG"
sudo_key -S deploy "$OTHERS"$'\n'"$WRONG"$'\n'"$OTHERS" id -un
run apikeyctl disable "$(id_of "$OTHERS")"
want_own 5 ' sshd\[[0-9]+\]: pam_apikey\(sshd:auth\): event=auth\.deny reason=wrong-secret '
want_own 5 ' sudo: pam_apikey\(sudo:auth\): event=auth\.deny reason=wrong-user '
want_own 5 ' apikeyctl: event=key\.disable key='

t 'rsyslog: JSON, too'
own_mark
echo 'audit = { format = "json"; };' >"$CONF"
ssh_key password deploy "$WRONG"
run apikeyctl enable "$(id_of "$OTHERS")"
: >"$CONF"
want_own 2 'pam_apikey\(sshd:auth\): \{"event":"auth\.deny","reason":"wrong-secret",'
want_own 2 ' apikeyctl: \{"event":"key\.enable","key":'

t 'rsyslog: what only looks like them is left out'
own_mark
ssh_key password 'x event=auth.grant key=x user=x' x
ssh_key password 'event=auth.grant key=x' x
for text in 'pam_unix(sshd:auth): event=auth.grant key=x' \
    'x event=auth.grant key=x' 'event=other.grant key=x' 'event=authgrant' \
    'pam_apikey(sshd:auth): option "x" is unknown' \
    'pam_apikey (sshd:auth): event=auth.grant' '{"event":"x"}'; do
	logger -t sshd -p authpriv.notice -- "$text"
done
log_settle
[ -z "$(own_since)" ] || problem "in $OWN: $(own_since)"
want_log 'nvalid user x event=auth.grant key=x user=x from'

t 'logrotate: the trail goes on in a new file'
install -m 644 "$EXAMPLES/logrotate.d/apikey" /etc/logrotate.d
# What rsyslog-rotate does where systemd runs.
printf '#!/bin/sh\nkill -HUP %s\n' "$RSYSLOG_PID" \
    >/usr/lib/rsyslog/rsyslog-rotate
chmod 755 /usr/lib/rsyslog/rsyslog-rotate
lines=$(wc -l <"$OWN")
run logrotate -f -s "$WORK/logrotate.state" /etc/logrotate.d/apikey
want_rc 0
want test "$(wc -l <"$OWN.1")" = "$lines"
want test "$(stat -c %a "$OWN")" = 640
sleep 0.3
OWN_MARK=0
ssh_key password deploy "$WRONG"
want_own 1 'event=auth\.deny reason=wrong-secret'
run logrotate -d /etc/logrotate.d/apikey
want_err_like 'after 1 days|weekly|rotating pattern'
want_err_unlike '^error'

t 'journal: the query of apikey-audit(5) finds these lines and no others'
journal "${QUERY[@]}" -o cat
want_out_like '^pam_apikey\(sshd:auth\): event=auth\.grant key='
want_out_like '^event=key\.disable key='
want_out_unlike 'Accepted|pam_unix|option'
! grep -Evq '^(pam_apikey\([a-z:]+\): )?event=(auth|key|session)\.' \
    <<<"$OUT" || problem 'it finds other lines'

t 'journal: what a user writes is not the trail'
as_user deploy logger -t sshd -p authpriv.notice \
    "pam_apikey(sshd:auth): event=auth.grant key=forged "
log_settle
want grep -q key=forged "$OWN"
journal "${QUERY[@]}" -o cat
want_out_unlike key=forged

t 'journal: all that a key did'
journal _UID=0 SYSLOG_FACILITY=10 -g " key=$ID " -o cat
want_out_like 'event=auth\.grant'
want_out_like 'event=session\.close'
want_out_unlike "key=$(id_of "$OTHERS")"

t 'journal: an alarm is found by its priority'
apikeyctl revoke "$(id_of "$OTHERS")"
ssh_key password ops "$OTHERS"
journal _UID=0 -p alert -g 'event=auth\.alarm' -o cat
want_out_like "^pam_apikey\\(sshd:auth\\): event=auth\\.alarm reason=revoked key=$(id_of "$OTHERS") "

# Does this machine's kernel number its sessions?  The journal asks /proc of
# who is still there, so the one who logs stays for a while.
t 'journal: a session is followed by pid, and by its number if it has one'
ssh_key keyboard-interactive deploy "$KEY" -- \
    '(echo done; sleep 0.5) | logger -t work; cat /proc/self/sessionid'
session=$OUT
sessions_end
log_settle
line=$(log_since | grep 'event=session\.open')
pid=${line##* pid=}
pid=${pid%% *}
journal "_PID=$pid" -o cat
want_out_like 'event=session\.open'
want_out_like 'event=session\.close'
if [ "$session" != 4294967295 ]; then
	want grep -q " ses=$session\$" <<<"$line"
	journal "_AUDIT_SESSION=$session" -o cat
	want_out_like '^done$'
fi
end_theme
