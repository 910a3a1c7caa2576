#!/bin/bash
# fail2ban.sh - our filter and jail: what is banned by real lines, in files
# and in the journal, and that nobody gets a stranger banned.
# shellcheck source-path=SCRIPTDIR source=lib.sh source=logging.sh
. "$(dirname "$0")/lib.sh"
. "$E2E/logging.sh"

THEME=fail2ban
# A case begins as elsewhere, and with no lines.
eval "begin_case() $(declare -f t | tail -n +2)"
LOG=/var/log/auth.log
BANS=$WORK/bans
STRANGER=203.0.113.9
setup
start_logging
start_sshd 'DenyUsers blocked' || bail "sshd does not start"
install -m 644 "$EXAMPLES"/fail2ban/filter.d/* /etc/fail2ban/filter.d
install -m 644 "$EXAMPLES"/fail2ban/jail.d/* /etc/fail2ban/jail.d
create KEY --user deploy
ID=$(id_of "$KEY")
WRONG=$(wrong_secret "$KEY")

# attempt REPLY [ITEM...]: one at the module, as from another host.
attempt()
{
	local reply=$1 item args=()

	shift
	for item; do
		args+=(-I "$item")
	done
	pamtester "${args[@]}" sshd "${PAM_USER-deploy}" authenticate \
	    <<<"$reply" >"$WORK/out" 2>&1
}

fail2ban()
{
	fail2ban-client -s "$WORK/f2b.sock" -p "$WORK/f2b.pid" "$@"
}

# ---- The filter on lines ----------------------------------------------

# matched ARG...: the addresses that fail2ban-regex finds, on one line.
matched()
{
	run fail2ban-regex -l ERROR --usedns no -o ip "$@" \
	    /etc/fail2ban/filter.d/apikey.conf
	MATCHED=$(grep -E '^[0-9a-f.:]+$' <<<"$OUT" | tr '\n' ' ')
}

want_matched()
{
	[ "$MATCHED" = "$1" ] || problem "matched: $MATCHED, not: $1"
}

# made LINE: as it would stand in a file; they are matched together.
made()
{
	printf 'Nov 24 21:50:00 machine sshd[4711]: %s\n' "$1" >>"$WORK/lines"
}

t()
{
	: >"$WORK/lines"
	begin_case "$1"
}

deny()
{
	printf 'event=auth.deny reason=%s key=- user=%s service=sshd ' \
	    "$1" "${3-deploy}"
	printf 'rhost=%s tty=ssh ruser=-%s' "${2-192.0.2.1}" "${4-}"
}

deny_json()
{
	printf '{"event":"auth.deny","reason":"%s","key":null,"user":"%s",' \
	    "$1" "${3-deploy}"
	printf '"service":"sshd","rhost":"%s","tty":"ssh","ruser":null%s}' \
	    "${2-192.0.2.1}" "${4-}"
}

t 'filter: every reason of apikey.h but those that are our own fault'
reasons=$(sed -n 's/^\tX([0-9]*, [A-Z_]*, "\([a-z-]*\)",.*/\1/p' \
    "$MACHINE_SRC/libapikey/apikey.h" | sed -n '2,/^unavailable$/p')
want test "$(wc -w <<<"$reasons")" = 21
i=0 expected=''
for reason in $reasons; do
	i=$((i + 1))
	for form in deny deny_json; do
		printf 'Nov 24 21:50:00 machine sshd[1]: pam_apikey(sshd:auth): %s\n' \
		    "$($form "$reason" "192.0.2.$i")"
	done
	case $reason in
	insecure-store | corrupt-record | unavailable) ;;
	*) expected+="192.0.2.$i 192.0.2.$i " ;;
	esac
done >"$WORK/all"
matched "$WORK/all"
want_matched "$expected"

t 'filter: forms of addresses, fields behind, times and writers'
P='pam_apikey(sshd:auth): '
for form in deny deny_json; do
	made "$P$($form expired 2001:db8::1)"
	made "$P$($form expired ::ffff:192.0.2.5)"
	made "$P$($form expired fe80::1%eth0)"
	made "$($form expired 192.0.2.6)"
	made "pam_apikey(sshd:account): $($form disabled 192.0.2.7)"
done
made "$P$(deny throttled 192.0.2.8 x ' count=7 state=degraded')"
made "$P$(deny_json throttled 192.0.2.9 x ',"count":"7","state":"degraded"')"
for text in '2026-11-24T21:50:00.123456+00:00 machine sshd[1]' \
    'Nov 24 21:50:00 machine sshd-session[1]' 'Nov  4 21:50:00 h vsftpd'; do
	printf '%s: %s%s\n' "$text" "$P" "$(deny expired)" >>"$WORK/lines"
done
each='2001:db8::1 192.0.2.5 fe80::1 192.0.2.6 192.0.2.7 '
matched "$WORK/lines"
want_matched "$each${each}192.0.2.8 192.0.2.9 192.0.2.1 192.0.2.1 192.0.2.1 "

t 'filter: what has no remote address, and other events, are nothing'
for text in "$P$(deny expired -)" "$P$(deny expired host.example.com)" \
    "$P$(deny expired 192.0.2.1.example.com)" "$P$(deny expired '')" \
    "$P$(deny expired 192.0.2.1x)" "$P$(deny_json expired x.example.com)" \
    "$P$(deny expired | sed s/deny/alarm/)" \
    "$P$(deny expired | sed s/deny/grant/)" \
    "$P$(deny_json expired | sed s/deny/alarm/)" \
    "${P}event=auth.check verdict=deny $(deny expired | cut -d' ' -f 2-)" \
    "${P}event=auth.grant $(deny x | cut -d' ' -f 3-) scopes=-"; do
	made "$text"
done
matched "$WORK/lines"
want_matched ''

t 'filter: no value and no beginning of another line passes for a field'
for text in "Invalid user $P$(deny expired $STRANGER) from 192.0.2.1" \
    "Invalid user $(deny expired $STRANGER) from 192.0.2.1 port 1" \
    "x: $P$(deny expired $STRANGER)" "x: $(deny expired $STRANGER)" \
    "  deploy : $(deny expired $STRANGER)" "$P$P$(deny expired $STRANGER)" \
    "pam_unix(sshd:auth): $(deny expired $STRANGER)" \
    "pam_apikey(x) y: $(deny expired $STRANGER)" \
    "$P$(deny expired - "x rhost=$STRANGER")" \
    "$P$(deny expired - "x service=y rhost=$STRANGER tty=a ruser=b")" \
    "$P$(deny_json expired - "x\\\",\\\"rhost\\\":\\\"$STRANGER")" \
    "$P$(deny unavailable - x " detail=rhost=$STRANGER")" \
    "$P$(deny unavailable $STRANGER x ' reason=expired')" \
    "$P{\"x\":$(deny_json expired $STRANGER)}"; do
	made "$text"
done
matched "$WORK/lines"
want_matched ''

# ---- A running fail2ban -----------------------------------------------

start_fail2ban()
{
	# Debian's own jail of sshd would ban us for other lines.
	rm -f /etc/fail2ban/jail.d/defaults-debian.conf "$BANS" \
	    "$WORK/f2b.sqlite3"
	cat >/etc/fail2ban/action.d/apikey-test.conf <<-EOF
	[Definition]
	actionban = echo <ip> >>$BANS
	EOF
	printf '[Definition]\ndbfile = %s\nlogtarget = %s\n' \
	    "$WORK/f2b.sqlite3" "$WORK/f2b.log" >/etc/fail2ban/fail2ban.local
	printf '[apikey]\nmaxretry = 3\nignoreself = false\n%s\n%s\n' \
	    'action = apikey-test' "$1" >/etc/fail2ban/jail.d/zz-test.local
	fail2ban -x start >"$WORK/f2b.out" 2>&1 ||
	    bail "fail2ban does not start: $(cat "$WORK"/f2b.out)"
}

stop_fail2ban()
{
	fail2ban stop >>"$WORK/f2b.out" 2>&1
}

want_ban()
{
	local i

	for ((i = 0; i < 100; i++)); do
		! grep -qxF -- "$1" "$BANS" 2>/dev/null || return 0
		sleep 0.1
	done
	problem "$1 is not banned; $(tail -n 5 "$WORK/f2b.log")"
}

# All in one run, and who is banned last of all: lines are read in order.
running()
{
	local i text PAM_USER

	t "fail2ban, $1: three refusals at the real sshd are a ban"
	start_fail2ban "$2"
	for i in 1 2 3; do
		ssh_key password deploy "$WRONG"
	done
	want_ban 127.0.0.1
	HOST=::1
	ssh_key password deploy "$WRONG"$'\n'"$WRONG"$'\n'"$WRONG" \
	    -o NumberOfPasswordPrompts=3
	want_ban ::1
	HOST=127.0.0.1

	t "fail2ban, $1: grants, our own faults and forged names ban nobody"
	echo 'limits = { failures = "100000/1m"; };' >"$CONF"
	for i in 1 2 3 4; do
		attempt "$KEY" rhost=192.0.2.20
		chmod 666 "$STORE/$ID.conf"
		attempt "$KEY" rhost=192.0.2.21
		chmod 600 "$STORE/$ID.conf"
		echo 'nonsense = 1;' >>"$STORE/$ID.conf"
		attempt "$KEY" rhost=192.0.2.22
		sed -i '$d' "$STORE/$ID.conf"
		mv "$CONF" "$CONF.away"
		attempt "$KEY" rhost=192.0.2.23
		mv "$CONF.away" "$CONF"
	done
	pam_lines sshd nodelay
	for i in 1 2 3 4; do
		text="x rhost=$STRANGER tty=ssh ruser=-"
		PAM_USER=$text attempt "$WRONG" "tty=$text" "ruser=$text"
		text=$'\n'"Nov 24 21:50:00 m sshd[1]: $(deny expired $STRANGER)"
		PAM_USER=$text attempt "$WRONG" "tty=$text" "ruser=$text" \
		    "rhost=$text"
		ssh_key password "$(deny expired $STRANGER)" "$WRONG" -b ::1
		as_user deploy sudo -S -p "$(deny expired $STRANGER)" id
	done >"$WORK/out" 2>&1
	pam_lines sshd 'group=apikey nodelay'
	for i in 1 2 3; do
		attempt "$WRONG" rhost=2001:db8::30
	done
	want_ban 2001:db8::30
	want test "$(sort -u "$BANS" | tr '\n' ' ')" = \
	    '127.0.0.1 2001:db8::30 ::1 '

	t "fail2ban, $1: it has counted no other line"
	run fail2ban status apikey
	want_out_like "Currently banned:.*3\$"
	stop_fail2ban
}

running "$LOG" "backend = polling
logpath = $LOG"

t 'fail2ban-regex finds the same in the real file'
matched "$LOG"
want test "$(tr ' ' '\n' <<<"$MATCHED" | sort -u | tr '\n' ' ')" = \
    ' 127.0.0.1 2001:db8::30 ::1 '

# Of the journal it takes what was written before, too.
restart_journal || bail 'no journal'
running 'the journal' "backend = systemd[journalpath=$JOURNAL]"

t 'fail2ban, the journal: what a user writes bans nobody'
restart_journal || bail 'no journal'
start_fail2ban "backend = systemd[journalpath=$JOURNAL]"
for i in 1 2 3 4; do
	as_user deploy logger -t sshd -p authpriv.notice \
	    "pam_apikey(sshd:auth): $(deny expired $STRANGER)"
done
for i in 1 2 3; do
	attempt "$WRONG" rhost=192.0.2.40
done
want_ban 192.0.2.40
want test "$(sort -u "$BANS")" = 192.0.2.40
stop_fail2ban
end_theme
