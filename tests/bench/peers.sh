# shellcheck shell=bash
# peers.sh - a PAM stack for each peer, each in the configuration that its
# own page shows; what a peer has no phase for is left to pam_permit.
#
# Whatever they read and write is in $PLACE, on the same file system; ours is
# as deep in it as /etc/apikey/keys.d and /var/lib/apikey are.

PLACE=/srv
STACKS=$PLACE/pam.d
TOOLS=$MACHINE_BUILD/tests/bench
BENCH_USER=deploy
UNIX_PASSWORD='deploy has Unix 1'
# The secret of RFC 4226's test values, in hex and in base32.
SECRET=3132333435363738393031323334353637383930
SECRET_BASE32=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
SERVICE=sshd
RHOST=192.0.2.7
AUTH_CONTROL='[success=done new_authtok_reqd=done ignore=ignore'
AUTH_CONTROL+=' module_unknown=ignore default=die]'
ACCOUNT_CONTROL='[success=ok ignore=ignore module_unknown=ignore default=bad]'

fail()
{
	printf 'bench: %s\n' "$*" >&2
	exit 1
}

# stack NAME AUTH ACCOUNT SESSION: "-" stands for pam_permit.  All of them
# are for one service, which the keys are for.
stack()
{
	local dir=$STACKS/$1 phase

	shift
	mkdir -p "$dir" || fail "no $dir"
	printf '%s required pam_deny.so\n' auth account session >"$dir/other"
	for phase in auth account session; do
		[ "$1" != - ] || set -- 'required pam_permit.so' "${@:2}"
		printf '%s %s\n' "$phase" "$1"
		shift
	done >"$dir/$SERVICE"
}

# What a pam_userdb file of so many users is made from.
userdb_lines()
{
	seq -f 'user%06.0f' 2 "$1" | sed p
	printf '%s\n%s\n' "$BENCH_USER" "$UNIX_PASSWORD"
}

# userdb COUNT
setup_userdb()
{
	userdb_lines "$1" | db_load -T -t hash "$PLACE/userdb.$1.db" ||
	    fail 'no file for pam_userdb'
	chmod 600 "$PLACE/userdb.$1.db"
	printf '%s\n' "$UNIX_PASSWORD" >"$PLACE/userdb.$1.replies"
	stack "userdb.$1" "required pam_userdb.so db=$PLACE/userdb.$1" \
	    "required pam_userdb.so db=$PLACE/userdb.$1" -
}

# oath COUNT CODES: one-time codes by counter; ours is in the middle.
setup_oath()
{
	local file=$PLACE/oath.$1 half=$(($1 / 2))

	{
		seq -f "HOTP user%06.0f - $SECRET" 1 "$half"
		printf 'HOTP %s - %s\n' "$BENCH_USER" "$SECRET"
		seq -f "HOTP user%06.0f - $SECRET" $((half + 2)) "$1"
	} >"$file"
	chmod 600 "$file"
	oathtool -w "$2" -d 6 "$SECRET" >"$file.replies" ||
	    fail 'no codes for pam_oath'
	stack "oath.$1" \
	    "required pam_oath.so usersfile=$file window=20 digits=6" - -
}

# google CODES: its file is read and written at each login, as it is with
# codes by time that may not be used twice.
setup_google()
{
	local file=$PLACE/google

	printf '%s\n" HOTP_COUNTER 1\n' "$SECRET_BASE32" >"$file"
	chmod 600 "$file"
	oathtool -c 1 -w "$1" -d 6 "$SECRET" >"$file.replies" ||
	    fail 'no codes for pam_google_authenticator'
	stack google "required pam_google_authenticator.so secret=$file \
user=root" - -
}

setup_unix()
{
	local hash

	# shellcheck disable=SC2016 # the dollars are crypt's
	hash=$(perl -e 'print crypt($ARGV[0], q($y$j9T$) . $ARGV[1] . q($))' \
	    "$UNIX_PASSWORD" 0123456789ABCDEFGHIJK.)
	case $hash in
	"\$y\$"*) ;;
	*) fail "not yescrypt: $hash" ;;
	esac
	usermod -p "$hash" "$BENCH_USER" || fail 'no password for pam_unix'
	printf '%s\n' "$UNIX_PASSWORD" >"$PLACE/unix.replies"
	stack unix 'required pam_unix.so' 'required pam_unix.so' \
	    'required pam_unix.so'
}

setup_permit()
{
	echo none >"$PLACE/permit.replies"
	stack permit - - -
}

# apikey NAME COUNT SAMPLE [OLD]: the lines and the settings that are shipped,
# with a key's rate that lets so many logins a minute pass; it is counted
# all the same.
setup_apikey()
{
	local dir=$PLACE/$1

	mkdir -m 700 "$dir" "$dir/keys.d" "$dir/state" ||
	    fail "no place for $1"
	printf '%s\n' "keystore = \"$dir/keys.d\";" \
	    "state = \"$dir/state\";" \
	    'limits = { key = "100000000/1m"; failures = "10/1m"; };' \
	    >"$dir/apikey.conf"
	"$TOOLS/keys" ${4+-o "$4"} "$dir/keys.d" "$2" "$3" "$BENCH_USER" \
	    >"$PLACE/$1.replies" || fail "no keystore of $2 keys"
	stack "$1" \
	    "$AUTH_CONTROL pam_apikey.so group=apikey config=$dir/apikey.conf" \
	    "$ACCOUNT_CONTROL pam_apikey.so config=$dir/apikey.conf" \
	    "optional pam_apikey.so config=$dir/apikey.conf"
}
