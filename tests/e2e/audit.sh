#!/bin/bash
# audit.sh - what goes on record, parsed back: every event and reason (in
# logfmt, or what FORMATS says), by sshd, by sudo and by pamtester.
# shellcheck source-path=SCRIPTDIR source=lib.sh source=audit_lib.sh
. "$(dirname "$0")/lib.sh"

THEME=${FORMATS-audit}
setup
start_sshd 'DenyUsers blocked' || bail "sshd does not start"
. "$E2E/audit_lib.sh"
useradd --system -m -s /bin/bash -G apikey blocked

# config [TEXT]: the configuration, in this format.
config()
{
	printf 'audit = { format = "%s"; };\n%s\n' "$FORMAT" "${1-}" >"$CONF"
	rm -f /var/lib/apikey/throttle
}

# show TOKEN [USER]: at sshd, or in JSON at once by pamtester.
show()
{
	local user=${2-deploy}

	if [ "$WAY" = sshd ]; then
		ssh_key keyboard-interactive "$user" "$1"
		return
	fi
	printf '%s\n' "$1" >"$WORK/reply"
	RC=0
	pamtester -I rhost=127.0.0.1 -I tty=ssh sshd "$user" authenticate \
	    acct_mgmt <"$WORK/reply" >"$WORK/out" 2>&1 || RC=$?
	OUT=$(cat "$WORK/out")
}

# deny REASON KEY TOKEN [MORE [USER]]: one line says so.
deny()
{
	show "$3" "${5-deploy}"
	want_failure
	want_event auth.deny notice ${4:+"$4"} -- "reason=$1" "key=$2" \
	    "user=${5-deploy}" service=sshd rhost=127.0.0.1 tty=ssh ruser=-
	want_from "$WAY" 'pam_apikey(sshd:auth)'
}

# reason NAME VAR [MORE [USER]]: the case of the key in VAR.
reason()
{
	t "$WAY, $FORMAT: $1"
	deny "$1" "$(id_of "${!2}")" "${!2}" "${@:3}"
	want_events "${EVENTS-1}"
}

make_keys()
{
	rm -f "$STORE"/*.conf
	config 'pepper = "/etc/apikey/pepper";'
	rm -f /etc/apikey/pepper
	t "apikeyctl, $FORMAT: pepper.init"
	run apikeyctl pepper init
	want_event pepper.init notice -- "pepper=$OUT" by=root
	want_events 1
	create PEPPERED --user deploy
	config
	create KEY --user deploy --scope deploy --scope logs
	create REVOKED --user deploy
	create DISABLED --user deploy
	create PENDING --user deploy --not-before 1d
	create OTHERS --user ops
	create FOR_SUDO --user deploy --service sudo
	create AWAY --user deploy --from 192.0.2.0/24
	create ELSEWHERE --user deploy --host 'db*'
	create BLOCKED --user blocked
	create RATED --user deploy --rate 1/1h
	create ONCE --user deploy --once
	create OLD --user deploy
	create SOON --user deploy --expires 3d
	create CORRUPT --user deploy
	echo 'only_on_mondays = true;' >>"$STORE/$(id_of "$CORRUPT").conf"
	create_expired EXPIRED --user deploy
	NEW=$(apikeyctl rotate "$(id_of "$OLD")" --overlap 0s) ||
	    bail 'no rotation'
	apikeyctl revoke "$(id_of "$REVOKED")" || bail 'no revocation'
	apikeyctl disable "$(id_of "$DISABLED")" || bail 'still in use'
	# shellcheck disable=SC2034 # reason() is given its name
	UNKNOWN=$(make_token 0123456789 "${KEY:16:38}")
	WRONG=$(wrong_secret "$KEY")
	# sshd's own lines hold whatever was given as a user's name.
	STRANGER=$(make_token 0123456789 "$(printf '%038d' 7)")
	TOKENS+=("$NEW" "$WRONG")
}

refusals()
{
	t "$WAY, $FORMAT: malformed"
	deny malformed - 'hunter2 or so'
	reason unknown-key UNKNOWN
	reason wrong-secret WRONG
	reason wrong-user OTHERS
	reason disabled DISABLED
	reason not-yet-valid PENDING
	reason expired EXPIRED
	reason service FOR_SUDO
	reason source AWAY
	reason host ELSEWHERE
	EVENTS=2 reason revoked REVOKED
	want_event auth.alarm alert -- reason=revoked \
	    "key=$(id_of "$REVOKED")" user=deploy service=sshd \
	    rhost=127.0.0.1 tty=ssh ruser=-
	EVENTS=2 reason superseded OLD
	want_event auth.alarm alert -- reason=superseded \
	    "key=$(id_of "$OLD")" user=deploy service=sshd \
	    rhost=127.0.0.1 tty=ssh ruser=-
	show "$ONCE"
	reason exhausted ONCE
	show "$RATED"
	reason rate RATED
	pam_lines sshd 'group=apikey nodelay scope=admin'
	reason scope KEY
	pam_lines sshd 'group=apikey nodelay'
	config 'cleartext_services = [ "sshd" ];'
	reason cleartext KEY
	config 'limits = { failures = "1/1d"; };'
	show "$WRONG"
	reason throttled WRONG count
	[ "${FIELD[count]-}" = 1 ] || problem "count is ${FIELD[count]-}"
	config
	WAY=sshd
	t "$WAY, $FORMAT: sshd-refused"
	deny sshd-refused - "$BLOCKED" '' blocked
	want_events 1
}

# What is our own fault has the path and the mend.
faults()
{
	config
	reason corrupt-record CORRUPT detail
	[[ ${FIELD[detail]-} = "$STORE/$(id_of "$CORRUPT").conf:"*only_on* ]] ||
	    problem "detail is ${FIELD[detail]-}"
	config 'pepper = "/etc/apikey/gone";'
	reason unavailable PEPPERED detail
	[[ ${FIELD[detail]-} = */etc/apikey/gone* ]] ||
	    problem "detail is ${FIELD[detail]-}"
	config
	chmod 666 "$STORE/$(id_of "$KEY").conf"
	reason insecure-store KEY detail
	[[ ${FIELD[detail]-} = "$STORE/$(id_of "$KEY").conf"* ]] ||
	    problem "detail is ${FIELD[detail]-}"
	chmod 600 "$STORE/$(id_of "$KEY").conf"
}

# A format that cannot be read is logfmt.
no_configuration()
{
	local FORMAT=logfmt

	t "$WAY: without a configuration it is logfmt"
	mv "$CONF" "$CONF.away"
	deny unavailable - "$KEY" detail
	mv "$CONF.away" "$CONF"
}

grants()
{
	t "sshd, $FORMAT: a grant, its session, and the end of the key"
	ssh_key keyboard-interactive deploy "$SOON" -- \
	    'cat /proc/self/sessionid'
	want_rc 0
	local session=$OUT at=(user=deploy service=sshd ruser=-)
	want_event auth.grant notice -- "key=$(id_of "$SOON")" "${at[@]}" \
	    rhost=127.0.0.1 tty=ssh scopes=-
	want_from sshd 'pam_apikey(sshd:auth)'
	want_event key.expiring notice -- "key=$(id_of "$SOON")" user=deploy
	[[ ${FIELD[ends]-} = 20??-??-??T??:??:??Z ]] ||
	    problem "ends is ${FIELD[ends]-}"
	[ "$session" != 4294967295 ] || session=-
	sessions_end
	want_event session.close info -- "key=$(id_of "$SOON")" "${at[@]}"
	local pid=${FIELD[pid]-}
	want_event session.open info -- "key=$(id_of "$SOON")" "${at[@]}" \
	    "pid=$pid" "ses=$session"
	want_from sshd 'pam_apikey(sshd:session)'
	log_since | grep -q "sshd\\[$pid\\]: .*session\\.open" ||
	    problem "pid=$pid is not whose line it is"

	t "sudo, $FORMAT: a grant and its session"
	sudo_key -S deploy "$KEY" id -un
	want_rc 0
	want_event auth.grant notice -- "key=$(id_of "$KEY")" user=deploy \
	    service=sudo rhost=- tty=- ruser=deploy scopes=deploy,logs
	want_from sudo 'pam_apikey(sudo:auth)'
	want_event session.open info -- "key=$(id_of "$KEY")" user=root \
	    ruser=deploy service=sudo
	want_event session.close info -- "key=$(id_of "$KEY")" user=root \
	    ruser=deploy service=sudo

	t "sshd, $FORMAT: a key that is disabled between two phases"
	sed -i "/^account.*pam_apikey/i\\
account optional pam_exec.so quiet /usr/sbin/apikeyctl disable $(id_of "$KEY")" \
	    /etc/pam.d/sshd
	ssh_key keyboard-interactive deploy "$KEY"
	want_no_login
	want_event auth.grant notice -- "key=$(id_of "$KEY")"
	want_event key.disable notice -- "key=$(id_of "$KEY")"
	want_event auth.deny notice -- "key=$(id_of "$KEY")" \
	    reason=disabled user=deploy service=sshd rhost=127.0.0.1 \
	    tty=ssh ruser=-
	want_from sshd 'pam_apikey(sshd:account)'
	want_no_log 'session'
	sed -i '/pam_exec.*apikeyctl/d' /etc/pam.d/sshd
	apikeyctl enable "$(id_of "$KEY")"

	t "sshd, $FORMAT: a state that is gone is on record"
	mv /var/lib/apikey /var/lib/away
	show "$KEY"
	want_rc 0
	want_event auth.grant notice 'detail state' -- \
	    "key=$(id_of "$KEY")" state=degraded
	[[ ${FIELD[detail]-} = /var/lib/apikey:* ]] ||
	    problem "detail is ${FIELD[detail]-}"
	mv /var/lib/away /var/lib/apikey
}

# change EVENT [NAME=VALUE...] -- ARG...: apikeyctl's word on it.
change()
{
	local event=$1 want=()

	shift
	while [ "$1" != -- ]; do
		want+=("$1")
		shift
	done
	shift
	t "apikeyctl, $FORMAT: $event"
	run apikeyctl "$@"
	want_rc 0
	want_event "$event" notice -- by=root "${want[@]}"
	want_from apikeyctl ''
	want_events 1
}

changes()
{
	local id new

	create CHANGED --user deploy
	id=$(id_of "$CHANGED")
	change key.disable "key=$id" user=deploy -- disable "$id"
	change key.enable "key=$id" user=deploy -- enable "$id"
	change key.renew "key=$id" user=deploy \
	    expires=2027-01-01T00:00:00Z -- \
	    renew "$id" --expires 2027-01-01T00:00:00Z
	change key.set "key=$id" user=deploy changed=label,scopes -- \
	    set "$id" --scope a --label b
	change key.reset "key=$id" user=deploy -- usage --reset "$id"
	change key.rotate "key=$id" user=deploy until_first_use=true -- \
	    rotate "$id" --until-first-use
	new=$(id_of "$OUT")
	[ "${FIELD[successor]-}" = "$new" ] ||
	    problem "successor is ${FIELD[successor]-}"
	change key.revoke "key=$id" user=deploy reason=leaked -- \
	    revoke "$id" --reason leaked
	change key.delete "key=$new" user=deploy -- delete --force "$new"

	t "apikeyctl, $FORMAT: key.create, by the one who called sudo"
	sudo_key -S deploy "$KEY" apikeyctl create --user $'a b=\n"\\\e'
	want_rc 0
	want_event key.create notice -- "key=$(id_of "$OUT")" by=deploy \
	    user=$'a b=\n"\\\e'
	TOKENS+=("$OUT")

	t "apikeyctl, $FORMAT: auth.check, a grant and a refusal"
	printf '%s\n' "$KEY" | apikeyctl verify --user deploy \
	    --service sshd --rhost 192.0.2.1 >/dev/null
	want_event auth.check notice -- verdict=grant \
	    "key=$(id_of "$KEY")" user=deploy service=sshd \
	    rhost=192.0.2.1 tty=- ruser=- scopes=deploy,logs
	t "apikeyctl, $FORMAT: auth.check, a refusal"
	printf '%s\n' "$WRONG" | apikeyctl verify >/dev/null 2>&1
	# shellcheck disable=SC2034 # for want_event
	local -A FIELDS=([auth.check]="verdict reason key $decision")
	want_event auth.check notice -- verdict=deny reason=wrong-secret \
	    "key=$(id_of "$KEY")" user=- service=- rhost=- tty=- ruser=-
	want_events 1
}

timers()
{
	local id

	id=$(id_of "$SOON")
	t "apikeyctl, $FORMAT: list --expiring --syslog"
	run apikeyctl list --expiring 14d --syslog
	want_rc 7
	want_out ''
	want_event key.expiring notice -- "key=$id" user=deploy
	want_from apikeyctl ''
	run apikeyctl show "$id"
	want_out_like "^expires	${FIELD[ends]-}\$"
}

# Whatever is in a value, it is that value and no other field or line.
HOSTILE=($'x rhost=203.0.113.9 tty=ssh ruser=-' $'a\nevent=auth.grant key=b'
    'say "x", "rhost":"203.0.113.9' $'\e[2J\e]0;x\a' 'back\slash\x20\n'
    $'bad\xff\xc3utf-8' $'caf\xc3\xa9' '%s%n' $'c1\xc2\x9b31m'
    'event=auth.deny' $'\r\n\t')

want_value()
{
	local text=$2

	# What is not UTF-8 has a sign in its place there.
	[ "$FORMAT" = logfmt ] || text=${text/$'\xff\xc3'/$'\ufffd\ufffd'}
	[ "${FIELD[$1]-}" = "$text" ] ||
	    problem "$1 is $(printf %q "${FIELD[$1]-}")"
}

hostile()
{
	local text name

	config 'limits = { failures = "1000000/1m"; };'
	pam_lines sshd nodelay
	for text in "${HOSTILE[@]}"; do
		t "$FORMAT: nothing is forged by $(printf %q "$text")"
		pamtester -I "ruser=$text" -I "tty=$text" -I "rhost=$text" \
		    sshd "$text" authenticate <<<"$WRONG" >"$WORK/out" 2>&1
		want_event auth.deny notice -- reason=wrong-secret \
		    "key=$(id_of "$KEY")" service=sshd
		for name in user ruser tty rhost; do
			want_value "$name" "$text"
		done
		want_events 1
	done

	# The client takes no quotes, backslashes and control characters.
	t "sshd, $FORMAT: a name that looks like fields is one name"
	ssh_key keyboard-interactive "${HOSTILE[0]}" "$WRONG"
	want_event auth.deny notice -- service=sshd tty=ssh ruser=- \
	    rhost=127.0.0.1 "user=${HOSTILE[0]}"
	want_events 1

	t "sshd, $FORMAT: a long name is cut, no field is"
	printf -v text '%4000s' x
	ssh_key keyboard-interactive "$text" "$WRONG"
	want_event auth.deny notice -- service=sshd tty=ssh ruser=- \
	    rhost=127.0.0.1
	[[ ${FIELD[user]-} = '          '*... ]] ||
	    problem "user is ${FIELD[user]-}"

	t "sshd, $FORMAT: a token as a name is cut behind its id"
	ssh_key keyboard-interactive "$STRANGER" "$WRONG"
	want_event auth.deny notice -- user=apik_0123456789_...
	pam_lines sshd 'group=apikey nodelay'
}

for FORMAT in ${FORMATS-logfmt}; do
	WAY=sshd
	make_keys
	[ "$FORMAT" = logfmt ] || WAY=pamtester
	refusals
	[ "$FORMAT" = logfmt ] || WAY=pamtester
	faults
	no_configuration
	grants
	changes
	timers
	hostile
done
end_theme
