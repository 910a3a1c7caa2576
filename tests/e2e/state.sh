#!/bin/bash
# state.sh - a state that is lost, read-only, full, insecure or garbage
# stops no login, but that of a key whose uses are bounded.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=state
STATE=/var/lib/apikey
setup
start_sshd || bail "sshd does not start"
create KEY --user deploy
create BOUNDED --user deploy --max-uses 1000
ID=$(id_of "$KEY")
BOUNDED_ID=$(id_of "$BOUNDED")

# logins_go_on STATE: by every way, with that at the end of the line.
logins_go_on()
{
	local rest="user=deploy service=%s .* scopes=-$1\$"

	for METHOD in "${METHODS[@]}"; do
		ssh_key "$METHOD" deploy "$KEY"
		want_login deploy
	done
	# shellcheck disable=SC2059 # it is the format
	want_log_count 2 "$(printf "event=auth\\.grant key=$ID $rest" sshd)"
	sudo_key -S deploy "$KEY" id -un
	want_rc 0
	want_out root
	# shellcheck disable=SC2059
	want_log_count 1 "$(printf "event=auth\\.grant key=$ID $rest" sudo)"
	want_no_log 'event=auth\.deny'
}

# bounded_refused DETAIL: by every way; what is unavailable is no refusal.
bounded_refused()
{
	local rest="key=$BOUNDED_ID user=deploy service=%s .* detail=$1"

	ssh_key password deploy "$BOUNDED"
	want_no_login
	sudo_key -S deploy "$BOUNDED" id -un
	want_rc 1
	want_out ''
	# shellcheck disable=SC2059
	want_log "$(printf "event=auth\\.deny reason=unavailable $rest" sshd)"
	# shellcheck disable=SC2059
	want_log "$(printf "event=auth\\.deny reason=unavailable $rest" sudo)"
	want_no_log 'event=auth\.grant'
}

bounded_granted()
{
	ssh_key password deploy "$BOUNDED"
	want_login deploy
	want_log "event=auth\\.grant key=$BOUNDED_ID "
}

# broken WHAT DETAIL CODE COMMAND...: after that; CODE is what the command
# exits with when it is asked for the uses.
broken()
{
	local what=$1 detail=$2 code=$3

	shift 3
	"$@" || bail "$what: $*"
	t "$what: logins go on"
	logins_go_on " detail=$detail.* state=degraded"
	t "$what: those with a wrong key do not"
	ssh_key password deploy "$(wrong_secret "$KEY")"
	want_no_login
	want_log "event=auth\\.deny reason=wrong-secret key=$ID .* state=degraded"
	t "$what: a key of bounded uses is refused"
	bounded_refused "$detail"
	t "$what: the command says so"
	run apikeyctl usage "$ID"
	want_rc "$code"
	run apikeyctl list
	want_rc 0
	want_out_like "^$ID"
}

# mended [reset]: all is well again; a key whose count was lost once it is
# counted anew.
mended()
{
	t 'mended: logins go on, and are counted'
	logins_go_on ''
	t 'mended: so do those with a key of bounded uses'
	if [ "${1-}" = reset ]; then
		ssh_key password deploy "$BOUNDED"
		want_no_login
		run apikeyctl usage --reset "$BOUNDED_ID"
		want_rc 0
	fi
	bounded_granted
}

well()
{
	t 'all is well: logins are counted'
	logins_go_on ''
	bounded_granted
	[ "$(uses_of "$KEY")" = 3 ] || problem "$(uses_of "$KEY") uses"
	[ "$(uses_of "$BOUNDED")" = 1 ] || problem "$(uses_of "$BOUNDED")"
}

read_only()
{
	mount --bind "$STATE" "$STATE" &&
	    mount -o remount,bind,ro "$STATE"
}

# What was counted is lost in there, and there is no room for more.
full()
{
	mount -t tmpfs -o size=16k,mode=700 full "$STATE" || return
	! dd if=/dev/zero of="$STATE/filled" 2>/dev/null
}

# Its own file is there; what it holds is not what we write.
spoil()
{
	local id

	for id in "$ID" "$BOUNDED_ID"; do
		case $1 in
		truncated)
			truncate -s 100 "$STATE/usage/$id" || return
			;;
		garbage)
			head -c 512 /dev/urandom >"$STATE/usage/$id" || return
			;;
		esac
	done
}

# spoiled WHAT: the next login replaces it, but not where it bounds.
spoiled()
{
	spoil "$1" || bail "cannot spoil"
	t "a $1 file of uses: the login goes on, and makes it anew"
	ssh_key password deploy "$KEY"
	want_login deploy
	want_log "event=auth\\.grant key=$ID .* state=degraded\$"
	[ "$(uses_of "$KEY")" = 1 ] || problem "$(uses_of "$KEY") uses"
	t "a $1 file of uses: a second login is counted as ever"
	logins_go_on ''
	t "a $1 file of uses: a key of bounded uses is refused"
	bounded_refused "$STATE/usage/$BOUNDED_ID:.*reset"
	t "a $1 file of uses: until it is counted anew"
	run apikeyctl usage --reset "$BOUNDED_ID"
	want_rc 0
	bounded_granted
}

# sudo runs with its user's group and umask.
of_sudo()
{
	local odd

	rm -r "$STATE"
	install -d -m 700 "$STATE"
	t 'what sudo makes in the state folder is root'"'"'s alone'
	answers "$(wrong_secret "$KEY")"$'\n'"$KEY"
	# shellcheck disable=SC2016 # the shell within expands it
	run as_user_with_stdin deploy sh -c 'umask 0; sudo -S id -un'
	want_out root
	for file in usage "usage/$ID" throttle counters; do
		[ -e "$STATE/$file" ] || problem "there is no $file"
	done
	odd=$(find "$STATE" \( ! -user root -o ! -group root \) -printf \
	    '%p %u:%g, ' -o -type d ! -perm 700 -printf '%p %m, ' \
	    -o -type f ! -perm 600 -printf '%p %m, ')
	[ -z "$odd" ] || problem "$odd"
}

well
broken 'no state folder' "$STATE:" 1 rm -r "$STATE"
install -d -m 700 "$STATE"
mended reset
broken 'a read-only state folder' "$STATE/usage/" 0 read_only
umount "$STATE"
mended
broken 'a full state folder' "$STATE/usage" 1 full
umount "$STATE"
mended
broken 'a state folder that its group may write' "$STATE:" 1 \
    chmod 770 "$STATE"
chmod 700 "$STATE"
mended
spoiled truncated
spoiled garbage
of_sudo
end_theme
