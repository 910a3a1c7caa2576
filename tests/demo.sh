#!/bin/bash
# demo.sh - a key's life, shown on the real module.
#
#   demo.sh [BUILD_DIR]
#
# First through the real libpam with a configuration in a folder of its
# own; then, as root, with the real sshd and sudo on a throw-away copy of
# this machine.  Nothing stays behind.

set -u

TESTS=$(cd "$(dirname "$0")" && pwd) || exit
BUILD=$(cd "${1:-$TESTS/../build}" && pwd) || exit
COLOR=no
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	COLOR=yes
fi

umask 077
DIR=$(mktemp -d /tmp/apikey-demo.XXXXXX) || exit
trap 'rm -rf "$DIR"' EXIT
trap 'exit 1' HUP INT PIPE TERM
LOG=$DIR/log
: >"$LOG"

# shellcheck source-path=SCRIPTDIR source=e2e/show.sh
. "$TESTS/e2e/show.sh"
# shellcheck source-path=SCRIPTDIR source=e2e/token.sh
. "$TESTS/e2e/token.sh"

# Stacks for two services, and the two programs with what they need.
make_place()
{
	local service

	mkdir "$DIR/pam.d" "$DIR/keys.d" "$DIR/state" "$DIR/bin" || return
	# A PAM stack takes no path with spaces.
	ln -s "$BUILD" "$DIR/build" || return
	printf '%s = "%s";\n' keystore "$DIR/keys.d" state "$DIR/state" \
	    >"$DIR/apikey.conf"
	for service in sshd sudo; do
		printf '%s required %s config=%s\n' \
		    auth "$DIR/build/pam_apikey.so nodelay" "$DIR/apikey.conf" \
		    account "$DIR/build/pam_apikey.so" "$DIR/apikey.conf" \
		    >"$DIR/pam.d/$service"
	done
	stand_in apikeyctl "$DIR/capture.so" \
	    "$DIR/build/apikeyctl --config $DIR/apikey.conf"
	stand_in pamtester "$DIR/capture.so:libpam_wrapper.so" \
	    "$(command -v pamtester)" || return
	"${CC:-cc}" -std=c17 -O1 -D_GNU_SOURCE -fPIC -shared \
	    -o "$DIR/capture.so" "$TESTS/module/capture.c"
}

# stand_in NAME PRELOAD COMMAND: a program that looks for stacks in pam.d,
# and whose syslog is the file log.  pam_wrapper complains when somebody
# else uses it at the same time.
stand_in()
{
	cat >"$DIR/bin/$1" <<-END
	#!/bin/sh
	export LD_LIBRARY_PATH="$DIR/build" LD_PRELOAD="$2"
	export PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$DIR/pam.d"
	export PAM_WRAPPER_USE_SYSLOG=1 APIKEY_TEST_LOG="$LOG"
	$3 "\$@" 2>"$DIR/stderr"
	rc=\$?
	grep -v '^PWRAP_' "$DIR/stderr" >&2
	exit \$rc
	END
	chmod 700 "$DIR/bin/$1"
}

life_of_a_key()
{
	local token id

	heading 'A key is created'
	say 'For the account deploy, which need not be there for this; for' \
	    'sshd alone; from one network. The key is printed once; here' \
	    'it goes into a file.'
	show ok "apikeyctl create --user deploy --label 'build farm' \\
    --service sshd --from 192.0.2.0/24 >key"
	show ok 'cat key'
	token=$(cat key) id=${token:5:10}
	say 'The system keeps a hash, which the key cannot be made from.'
	show ok "cat keys.d/$id.conf"

	heading 'It is shown to sshd, from its network'
	say 'pamtester asks libpam as sshd does. The key is the password.'
	show ok 'pamtester -I rhost=192.0.2.7 sshd deploy authenticate <key'

	heading 'What it is not good for'
	say 'The right id with a wrong secret, checksum and all:'
	wrong_secret "$token" >wrong
	show refused \
	    'pamtester -I rhost=192.0.2.7 sshd deploy authenticate <wrong'
	say 'The right key, for a service outside its bounds:'
	show refused 'pamtester sudo deploy authenticate <key'
	say 'From a network outside its bounds, and for another account:'
	show refused \
	    'pamtester -I rhost=198.51.100.9 sshd deploy authenticate <key'
	show refused \
	    'pamtester -I rhost=192.0.2.7 sshd alice authenticate <key'
	say 'The caller sees the same each time. Why is on record alone.'

	heading 'It is revoked'
	show ok "apikeyctl revoke $id --reason leaked"
	show ok 'apikeyctl list'
	show refused \
	    'pamtester -I rhost=192.0.2.7 sshd deploy authenticate <key'
}

make_place || exit
(cd "$DIR" && PATH=$DIR/bin:$PATH life_of_a_key) || exit

heading 'The real sshd and the real sudo'
"$TESTS/e2e/machine.sh" -b "$BUILD" env "COLOR=$COLOR" \
    bash /run/machine/src/tests/e2e/demo.sh 2>"$DIR/why"
RC=$?
if [ "$RC" = 77 ]; then
	say "Not shown: $(cat "$DIR/why")." \
	    'As root, where namespaces may be made, it goes on here.'
	RC=0
elif [ "$RC" != 0 ]; then
	cat "$DIR/why"
fi
exit "$RC"
