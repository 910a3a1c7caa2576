#!/bin/bash
# daemon.sh - the example programs of libapikey(3), built as the page says
# and run: the small one, and the daemon with its own user, configuration
# and keystore, in a chroot, with many threads.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME='libapikey(3)'
SOCKET=/run/keyd/socket
KEYD_CONF=/etc/keyd/apikey.conf
KEYD_HOME=/var/lib/keyd
KEYD_ROOT=/var/lib/keyd.root
PROGRAMS=/usr/share/doc/apikey/examples
DAEMON_PID=''

forget_host
userdel keyd >"$WORK/setup.log" 2>&1
make_install -s >"$WORK/setup.log" 2>&1 || bail "make install failed"

# build NAME [FLAG...]: with the page's own line.
build()
{
	local name=$1 line

	shift
	line=$(man_lines | grep -E "^cc .* $name\\.c " | head -n 1)
	[ -n "$line" ] || bail "libapikey(3) does not say how to build $name"
	run env -C "$WORK" sh -c "cp $PROGRAMS/$name.c . &&
	    ${line/#cc/cc -std=c17 -Wall -Wextra -Wpedantic -Werror}"
}

man_lines()
{
	sed 's/\\e/\\/g' /usr/share/man/man3/libapikey.3
}

# With the page's own commands, up to the daemon's start.
make_places()
{
	man_lines | sed -n '/^and set up and started/,/^\.Ed/p' |
	    sed -n -e '/^# \.\/daemon/q' -e 's/^# //' -e '/^\./!p' |
	    sed 1d >"$WORK/places"
	run sh -e "$WORK/places"
	want_rc 0
	want [ -z "$OUT$ERR" ]
}

# configure LINE: the daemon's configuration, with this in it.
configure()
{
	printf '%s\n' "keystore = \"$KEYD_HOME/keys.d\";" \
	    "state = \"$KEYD_HOME/state\";" \
	    'issue = { services = [ "keyd" ]; };' \
	    "$1" >"$KEYD_CONF"
}

# shellcheck disable=SC2317 # called by run
keyd_ctl()
{
	runuser -u keyd -- apikeyctl --config "$KEYD_CONF" "$@"
}

start_daemon()
{
	local i

	rm -f "$SOCKET"
	"$WORK/daemon" "$KEYD_CONF" keyd "$KEYD_ROOT" "$SOCKET" \
	    2>"$WORK/daemon.err" &
	DAEMON_PID=$!
	for ((i = 0; i < 300; i++)); do
		"$WORK/talk" "$SOCKET" 'nothing' >/dev/null 2>&1
		[ $? -ne 1 ] || return 0
		sleep 0.01
	done
	cat "$WORK/daemon.err" >&2
	bail "the daemon does not answer"
}

stop_daemon()
{
	RC=0
	kill "$DAEMON_PID"
	wait "$DAEMON_PID" || RC=$?
	DAEMON_PID=''
}

ask()
{
	run "$WORK/talk" "$SOCKET" "$*"
}

# A key is the answer: keep it.
take_key()
{
	KEY=${OUT#ok } ID=${KEY:5:10}
	TOKENS+=("$KEY")
	[[ $KEY =~ ^apik_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{44}$ ]] ||
	    problem "no key: $OUT"
}

small_example()
{
	t 'the small example is built as the page says'
	build example
	want_rc 0
	want [ -z "$OUT$ERR" ]

	t 'the small example: a good key, and others'
	run apikeyctl create --user deploy --service web
	want_rc 0
	take_key
	run sh -c "printf '%s\\n' $KEY | $WORK/example web"
	want_rc 0
	want_out "key $ID of deploy"
	run sh -c "printf '%s\\n' $KEY | $WORK/example mail"
	want_rc 1
	want_err_like '^no: the key was not accepted$'
	run sh -c "printf '\\n' | $WORK/example web"
	want_rc 1
	run sh -c "printf '%s\\n' $KEY | $WORK/example web /etc/none/a.conf"
	want_rc 1
	want_err_like '/etc/none'
	run "$WORK/example"
	want_rc 2
}

# In a chroot that has nothing, without privileges.
settled()
{
	local status=/proc/$DAEMON_PID/task

	t 'the daemon has settled: chroot, user, no capability, threads'
	want [ "$(readlink "/proc/$DAEMON_PID/root")" = "$KEYD_ROOT" ]
	want [ "$(find "$KEYD_ROOT" -mindepth 1 | wc -l)" = 0 ]
	want [ "$(find "$status" -mindepth 1 -maxdepth 1 | wc -l)" = 9 ]
	OUT=$(cat "$status"/*/status | grep -E '^(Uid|Gid|CapEff)' | sort -u)
	want_out $'CapEff:\t0000000000000000\n'"Gid:$(four_times -g)"$'\n'\
"Uid:$(four_times -u)"
}

four_times()
{
	local id

	id=$(id "$1" keyd)
	printf '\t%s\t%s\t%s\t%s' "$id" "$id" "$id" "$id"
}

life_of_a_key()
{
	local first

	t 'the first key comes from apikeyctl, as the user of the keystore'
	run keyd_ctl create --user admin --scope issue
	want_rc 0
	take_key
	first=$KEY

	t 'issue: for whose key has the scope, and on record in their name'
	ask issue "$first" robot
	want_rc 0
	take_key
	want_log "^authpriv\\.notice keyd\\[$DAEMON_PID\\]: event=key\\.create \
key=$ID user=robot by=admin\$"
	ask check "$KEY"
	want_out "ok $ID robot"
	want_log "event=auth\\.grant key=$ID user=- service=keyd rhost=- \
tty=- ruser=0 scopes=-\$"

	t 'issue: not for others'
	ask issue "$KEY" mallory
	want_out 'no: the key was not accepted'
	want_log "event=auth\\.deny reason=scope key=$ID "
	ask frobnicate "$KEY"
	want_out 'no: an argument is not valid'

	t 'check: a wrong secret is refused'
	ask check "$(wrong_secret "$KEY")"
	want_out 'no: the key was not accepted'
	want_log "event=auth\\.deny reason=wrong-secret key=$ID .* ruser=0\$"
}

rotation()
{
	local old=$KEY old_id=$ID

	t 'rotate: the old key is good until the new one is used'
	ask rotate "$old"
	want_rc 0
	take_key
	want_log "event=key\\.rotate key=$old_id user=robot by=robot \
successor=$ID until=[0-9TZ:-]+ until_first_use=true\$"
	ask check "$old"
	want_out "ok $old_id robot"
	ask rotate "$old"
	want_out 'no: the configuration does not allow this'
	ask check "$KEY"
	want_out "ok $ID robot"
	ask check "$old"
	want_out 'no: the key was not accepted'
	want_log "^authpriv\\.alert keyd.*event=auth\\.alarm \
reason=superseded key=$old_id "
}

# A client that is gone before it has its new key.
undelivered()
{
	t 'rotate: a key that was not delivered is revoked'
	run "$WORK/talk" "$SOCKET" "rotate $KEY" deaf
	want_rc 2
	want_log "event=key\\.revoke key=[^ ]+ user=robot by=robot reason=other"
	run keyd_ctl list --user robot --status revoked
	want_out_like "^[^ ]+	robot	revoked	.*	$ID	-	-\$"
	ask check "$KEY"
	want_out "ok $ID robot"
	ask rotate "$KEY"
	want_rc 0
	take_key
	ask check "$KEY"
	want_out "ok $ID robot"
}

many_at_once()
{
	local i pids=()

	t 'forty clients at once: all are answered and counted'
	for ((i = 0; i < 40; i++)); do
		"$WORK/talk" "$SOCKET" "check $KEY" >"$WORK/talk.$i" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	OUT=$(cat "$WORK"/talk.[0-9]* | sort | uniq -c | sed 's/^ *//')
	want_out "40 ok $ID robot"
	run keyd_ctl --json usage "$ID"
	want_out_like '"uses":41,'
}

changes_from_outside()
{
	t 'what apikeyctl changes outside the chroot counts at once'
	run keyd_ctl disable "$ID"
	want_rc 0
	ask check "$KEY"
	want_out 'no: the key was not accepted'
	run keyd_ctl enable "$ID"
	ask check "$KEY"
	want_out "ok $ID robot"

	t 'the keystore of another user is not for root'
	run apikeyctl --config "$KEYD_CONF" list
	want_rc 7
	want_err_like "$KEYD_HOME: belongs to uid"
}

reloads()
{
	t 'reload in a chroot without its paths: nothing changes'
	configure 'audit = { format = "json"; };'
	kill -HUP "$DAEMON_PID"
	want_log "keyd\\[$DAEMON_PID\\]: not reloaded: "
	ask check "$KEY"
	want_out "ok $ID robot"
	want_log "event=auth\\.grant key=$ID "

	t 'reload in a chroot that has its paths'
	install -d "$KEYD_ROOT/etc/keyd" "$KEYD_ROOT$KEYD_HOME"
	want mount --bind /etc/keyd "$KEYD_ROOT/etc/keyd"
	want mount --bind "$KEYD_HOME" "$KEYD_ROOT$KEYD_HOME"
	kill -HUP "$DAEMON_PID"
	want_log "keyd\\[$DAEMON_PID\\]: reloaded\$"
	ask check "$KEY"
	want_out "ok $ID robot"
	want_log "keyd\\[$DAEMON_PID\\]: \\{\"event\":\"auth\\.grant\",\"key\":\"$ID\","

	t 'a configuration that is not valid is not taken'
	configure 'frobnicate = true;'
	kill -HUP "$DAEMON_PID"
	want_log "keyd\\[$DAEMON_PID\\]: not reloaded: $KEYD_CONF:4: .*frobnicate"
	ask check "$KEY"
	want_out "ok $ID robot"
}

the_end()
{
	t 'SIGTERM ends it, and a busy socket is no matter'
	stop_daemon
	want_rc 0
	want [ -z "$(cat "$WORK/daemon.err")" ]

	t 'a configuration that is not valid: it does not start'
	run timeout 10 "$WORK/daemon" "$KEYD_CONF" keyd "$KEYD_ROOT" "$SOCKET"
	want_rc 1
	want_err_like "$KEYD_CONF:4: .*frobnicate"
}

small_example

t 'the daemon is built as the page says'
build daemon
want_rc 0
want [ -z "$OUT$ERR" ]
cc -std=c17 -O1 -o "$WORK/talk" "$E2E/talk.c" || bail "no client"
t 'the daemon is set up as the page says'
make_places
start_daemon
settled
life_of_a_key
rotation
undelivered
many_at_once
changes_from_outside
reloads
the_end
end_theme
