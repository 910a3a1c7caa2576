#!/bin/sh
# tests/module/run.sh [BUILD_DIR [SCRIPT...]]
#
# Run pam_apikey.so through the real libpam: first the scripts here, then
# pamtester under pam_wrapper.  Needs no privileges and leaves nothing.
# A SCRIPT is the name of a file without its .case, or pamtester.
# TEST_PRELOAD goes first into LD_PRELOAD (a sanitizer's runtime, say).
# TEST_WRAPPER stands before the driver (valgrind, say), for scripts alone.

set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
# shellcheck source=../parts.sh
. "$here/../parts.sh"
build=${1:-$here/../../build}
[ $# -eq 0 ] || shift
all="$(printf '%s\n' "$here"/*.case | sed 's|.*/||; s/\.case$//') pamtester"
need_known script "$all" "$@"
need_built make "$build/pam_apikey.so"
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $all
build=$(cd "$build" && pwd) || exit 1
tmp=$(mktemp -d /tmp/apikey-module.XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT PIPE TERM

build_tools()
{
	for tool in driver scene scene_files converse faults capture; do
		set -- "$@" "$here/$tool.c"
	done
	# shellcheck disable=SC2086 # flags are words
	flags="-std=c17 -O1 -g -D_GNU_SOURCE -Wall -Wextra ${TEST_CFLAGS:-}" &&
	    ${CC:-cc} $flags -rdynamic -o "$tmp/driver" "$@" -lpam -ldl &&
	    ${CC:-cc} $flags -fPIC -shared -o "$tmp/capture.so" \
	    "$here/capture.c" &&
	    ${CC:-cc} $flags -fPIC -shared -o "$tmp/pam_probe.so" \
	    "$here/probe.c"
}

# "crowd" has more members, and "busy" is in more groups, than a first
# guess at a buffer's size has room for.  "alias" is "apikey" by another
# name: who is in it is a member, and not on the other one's list.
make_accounts()
{
	cat > "$tmp/passwd" <<-'EOF'
	root:x:0:0:root:/root:/bin/sh
	alice:x:2001:2001::/:/bin/sh
	deploy:x:2002:2002::/:/bin/sh
	primary:x:2003:3000::/:/bin/sh
	busy:x:2004:2004::/:/bin/sh
	EOF
	awk 'BEGIN {
		print "root:x:0:"
		print "alice:x:2001:"
		print "apikey:x:3000:deploy"
		print "nobody:x:3002:"
		print "alias:x:3000:busy"
		for (i = 0; i < 200; i++)
			printf "g%d:x:%d:busy\n", i, 4000 + i
		printf "crowd:x:3001:"
		for (i = 0; i < 3000; i++)
			printf "member%d,", i
		print "deploy"
	}' > "$tmp/group"
}

# For scripts that ask what was counted, or begin to count anew; it runs in
# the case's folder.
make_ctl()
{
	cat > "$tmp/apikeyctl" <<-EOF
	#!/bin/sh
	LD_PRELOAD=${TEST_PRELOAD:+$TEST_PRELOAD:}$tmp/capture.so \\
	    exec $build/apikeyctl --config "\$PWD/apikey.conf" "\$@"
	EOF
	chmod 755 "$tmp/apikeyctl"
}

run_script()
{
	mkdir "$tmp/$1.case"
	LD_PRELOAD="${TEST_PRELOAD:+$TEST_PRELOAD:}libnss_wrapper.so" \
	    NSS_WRAPPER_PASSWD="$tmp/passwd" \
	    NSS_WRAPPER_GROUP="$tmp/group" \
	    MODULE="$tmp/pam_apikey.so" PROBE="$tmp/pam_probe.so" \
	    CTL="$tmp/apikeyctl" \
	    ${TEST_WRAPPER:-} "$tmp/driver" "$here/$1.case" "$tmp/$1.case"
	code=$?
	[ "$code" -le 1 ] || echo "not ok - $1: ended by $code"
}

good=apik_7k2m9q4t8w_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab4b3vAz
bad=apik_7k2m9q4t8w_56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg0A5yNt

make_store()
{
	mkdir -m 700 "$tmp/keys.d" "$tmp/state" "$tmp/pam.d" &&
	    printf '%s = "%s";\n' keystore "$tmp/keys.d" \
	    state "$tmp/state" > "$tmp/apikey.conf" &&
	    cat > "$tmp/keys.d/7k2m9q4t8w.conf" <<-'EOF'
	version = 1;
	id = "7k2m9q4t8w";
	user = "deploy";
	hash = "$blake2b$v=1$4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU";
	created = "2020-01-01T00:00:00Z";
	scopes = [ "deploy" ];
	EOF
}

# $1: an option or "-"; $2: what an earlier module left, or "-"
make_stack()
{
	[ "$2" = - ] || echo "auth optional $tmp/pam_probe.so set=$2"
	[ "$1" = - ] && set -- ""
	for phase in auth account session; do
		echo "$phase [success=done ignore=ignore default=die]" \
		    "$tmp/pam_apikey.so config=$tmp/apikey.conf nodelay $1"
		echo "$phase required pam_deny.so"
		set -- ""
	done
}

text_of()
{
	case $1 in
	good) echo "$good" ;;
	bad) echo "$bad" ;;
	password) echo hunter2 ;;
	*) echo "$1" ;;
	esac
}

reply()
{
	case $1 in
	missing) ;;
	empty) echo ;;
	*) text_of "$1" ;;
	esac
}

# What the log says of one login: "granted", the reason, or "next".
login()
{
	rm -rf "$tmp/state/usage" "$tmp/state/throttle"
	make_stack "$1" "$(text_of "$2")" > "$tmp/pam.d/wrapped"
	: > "$tmp/log"
	reply "$3" | LD_PRELOAD="${TEST_PRELOAD:+$TEST_PRELOAD:}$preload" \
	    APIKEY_TEST_LOG="$tmp/log" PAM_WRAPPER_USE_SYSLOG=1 \
	    PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$tmp/pam.d" \
	    NSS_WRAPPER_PASSWD="$tmp/passwd" \
	    NSS_WRAPPER_GROUP="$tmp/group" \
	    pamtester wrapped deploy authenticate \
	    'setcred(PAM_ESTABLISH_CRED)' acct_mgmt open_session \
	    close_session > "$tmp/out" 2>&1
	code=$?
	verdict=$(sed -n -e 's/.*event=auth.grant .*/granted/p' \
	    -e 's/.*event=auth.deny reason=\([^ ]*\) .*/\1/p' "$tmp/log")
	[ "$code" -eq 0 ] && [ "$verdict" != granted ] &&
	    verdict="in by $verdict"
	[ "$code" -ne 0 ] && [ "$verdict" = granted ] && verdict="not in"
	grep -q -e 0123456789ABC -e hunter2 "$tmp/log" "$tmp/out" &&
	    verdict="a secret in the log"
	echo "${verdict:-next}"
}

run_table()
{
	preload="$tmp/capture.so:libpam_wrapper.so:libnss_wrapper.so"
	grep -v '^#' "$here/pamtester.table" |
	while read -r option stacked reply outcome; do
		got=$(login "$option" "$stacked" "$reply")
		what="pamtester: $option, stacked $stacked, reply $reply"
		if [ "$got" = "$outcome" ]; then
			echo "ok - $what: $outcome"
		else
			echo "not ok - $what: expected $outcome, got $got"
		fi
	done
}

for tool in pamtester "${CC:-cc}"; do
	if ! command -v "$tool" > /dev/null; then
		echo "$tool: not installed" >&2
		exit 1
	fi
done
if ! build_tools || ! make_accounts || ! make_ctl ||
    ! make_store; then
	echo "the test tools cannot be built" >&2
	exit 1
fi
ln -s "$build/pam_apikey.so" "$tmp/pam_apikey.so"
LD_LIBRARY_PATH="$build${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export LD_LIBRARY_PATH

for script; do
	if [ "$script" != pamtester ]; then
		run_script "$script"
	elif [ -z "${TEST_WRAPPER:-}" ]; then
		run_table
	fi
done | tee "$tmp/results"

passed=$(grep -c '^ok ' "$tmp/results")
failed=$(grep -c '^not ok ' "$tmp/results")
echo "$passed passed, $failed failed"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
