# shellcheck shell=bash
# clients.sh - keys, and the clients that show them to sshd and sudo.

# shellcheck disable=SC2034 # the themes use it
METHODS=(keyboard-interactive password)
HOST=127.0.0.1

# Where a client's askpass finds its answers and leaves its prompts.
setup_clients()
{
	install -m 666 /dev/null "$WORK/answers"
	install -m 666 /dev/null "$WORK/prompts"
	install -m 755 "$E2E/askpass" "$WORK/askpass"
}

# One line is one answer; further prompts are cancelled.
answers()
{
	printf '%s' "${1:+$1$'\n'}" >"$WORK/answers"
	: >"$WORK/prompts"
}

# ---- Keys -------------------------------------------------------------

# create VAR ARG...: a new key; its token goes into VAR.
create()
{
	local token

	token=$(apikeyctl create "${@:2}" 2>"$WORK/create.err") ||
	    bail "create ${*:2}: $(cat "$WORK/create.err")"
	TOKENS+=("$token")
	printf -v "$1" '%s' "$token"
}

# create_expired VAR ARG...: a key that is no good any more.
create_expired()
{
	create "$@" --expires 1s
	sleep 1.1
}

# ---- ssh --------------------------------------------------------------

SSH_OPTIONS=(-F none -p "$PORT" -o StrictHostKeyChecking=no
    -o UserKnownHostsFile=/dev/null -o LogLevel=INFO -o ConnectTimeout=10)

# ssh_with ANSWERS USER [OPTION...] [-- COMMAND...]: as with ssh, the
# first of two options wins.
ssh_with()
{
	local options=() user=$2

	answers "$1"
	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# -gt 0 ] || set -- -- id -un
	run env -i "PATH=$PATH" HOME=/root "E2E_WORK=$WORK" \
	    "SSH_ASKPASS=$WORK/askpass" SSH_ASKPASS_REQUIRE=force \
	    timeout 30 setsid -w ssh "${options[@]}" "${SSH_OPTIONS[@]}" \
	    -o NumberOfPasswordPrompts=1 -l "$user" "$HOST" "$@"
}

# ssh_key METHOD USER ANSWERS [OPTION...] [-- COMMAND...]
ssh_key()
{
	local method=$1 user=$2 reply=$3

	shift 3
	ssh_with "$reply" "$user" -o PubkeyAuthentication=no \
	    -o "PreferredAuthentications=$method" "$@"
}

# ssh_pub USER [OPTION...] [-- COMMAND...]
ssh_pub()
{
	local user=$1

	shift
	ssh_with '' "$user" -i "$WORK/userkey" -o IdentitiesOnly=yes \
	    -o PreferredAuthentications=publickey "$@"
}

want_login()
{
	want_rc 0
	want_out "$1"
}

want_no_login()
{
	want_rc 255
	want_out ''
	want_err_like 'Permission denied'
}

# ---- sudo -------------------------------------------------------------

as_user()
{
	local user=$1

	shift
	timeout 30 setsid -w setpriv --reuid "$user" --regid "$user" --init-groups \
	    --reset-env env "E2E_WORK=$WORK" "SUDO_ASKPASS=$WORK/askpass" \
	    "$@"
}

as_user_with_stdin()
{
	as_user "$@" <"$WORK/answers"
}

# sudo_key METHOD USER ANSWERS ARG...: METHOD is -S, -A or tty.
sudo_key()
{
	local method=$1 user=$2

	answers "$3"
	shift 3
	case $method in
	-S)
		run as_user_with_stdin "$user" sudo -S "$@"
		;;
	-A)
		run as_user "$user" sudo -A "$@"
		;;
	tty)
		run as_user "$user" expect -f "$E2E/tty.exp" \
		    "$WORK/answers" sudo "$@"
		;;
	esac
}

# ---- Many at once -----------------------------------------------------

# apart NAME COMMAND...: with answers, prompts and outputs of its own, so
# that others can do the same meanwhile.
apart()
{
	local WORK=$WORK/$1

	install -d -m 755 "$WORK"
	setup_clients
	shift
	"$@"
}

# in_time COMMAND...: wait until it succeeds, at most half a minute.
in_time()
{
	local i

	for ((i = 0; i < 1500; i++)); do
		"$@" && return 0
		sleep 0.02
	done
	problem "not in time: $*"
	return 1
}

# Seconds since the epoch at which a time such as 2026-11-24T00:00:00Z is.
seconds_of()
{
	date -d "$1" +%s
}

# It is asked again and again: nothing is forked for it.
is_over()
{
	local now

	printf -v now '%(%s)T' -1
	[ "$now" -ge "$1" ]
}

# past TIME [SECONDS]: wait until it is over by so many.
past()
{
	local until=$(($(seconds_of "$1") + ${2-0}))

	in_time is_over "$until"
}

# logins [-p] [-r] COUNT SERVICE USER RHOST, with a reply in front.
setup_logins()
{
	cc -std=c17 -O1 -D_GNU_SOURCE -o "$WORK/logins" "$E2E/logins.c" \
	    -lpam || bail "no logins"
	LOGINS=$WORK/logins
}

HOLDWRITE=/usr/lib/holdwrite.so

# With it, a program does as holdwrite.c says.
setup_hold()
{
	cc -std=c17 -O1 -D_GNU_SOURCE -fPIC -shared -o "$HOLDWRITE" \
	    "$E2E/holdwrite.c" -ldl || bail "no $HOLDWRITE"
}

# hold FILE COMMAND...: in the background, until it is about to write into
# FILE; HOLDER is the process, JOB what is to be waited for.
hold()
{
	rm -f "$WORK/hold" "$WORK/held" "$WORK/holder"
	echo "$1" >"$WORK/hold"
	shift
	"$@" >"$WORK/holder.out" 2>&1 &
	JOB=$!
	in_time test -e "$WORK/holder"
	HOLDER=$(cat "$WORK/holder")
}

# hold_again FILE: it goes on, to its next write.
hold_again()
{
	rm "$WORK/holder"
	echo "$1" >"$WORK/hold"
	rm "$WORK/held"
	in_time test -e "$WORK/holder"
}

# The holder goes on, or would, if it could.
let_go()
{
	rm -f "$WORK/held"
}

logins()
{
	printf '%s\n' "$1" >"$WORK/reply"
	shift
	RC=0
	OUT=$("$LOGINS" "$@" <"$WORK/reply" 2>"$WORK/err") || RC=$?
	ERR=$(cat "$WORK/err")
}

# want_ends GRANTED REFUSED UNAVAILABLE: of the logins.
want_ends()
{
	want_out_like "^granted=$1 refused=$2 unavailable=$3 other=0 "
}

# want_longest AT_MOST [AT_LEAST]: milliseconds, of the longest of them.
want_longest()
{
	local ms=${OUT##*longest=}

	[ "${ms:-0}" -le "$1" ] || problem "a login took $ms ms"
	[ "${ms:-0}" -ge "${2-0}" ] || problem "it took $ms ms only"
}

# What this host has counted of a key.
uses_of()
{
	apikeyctl usage "$(id_of "$1")" | cut -f 3
}
