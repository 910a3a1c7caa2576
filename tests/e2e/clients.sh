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
