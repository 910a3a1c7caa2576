# shellcheck shell=bash
# audit_lib.sh - audit lines taken apart again, field by field, in both
# formats.  FORMAT is the one that is expected.

FORMAT=logfmt
declare -A FIELD FIELDS
NAMES='' PRIORITY='' IDENT='' PREFIX=''

# The names behind "event", in their order; apikey-audit(5) has the same.
decision='user service rhost tty ruser'
FIELDS[auth.grant]="key $decision scopes"
FIELDS[auth.deny]="reason key $decision"
FIELDS[auth.alarm]="reason key $decision"
FIELDS[auth.check]="verdict key $decision scopes"
FIELDS[session.open]='key user ruser service pid ses'
FIELDS[session.close]=${FIELDS[session.open]}
for name in create disable enable delete reset; do
	FIELDS[key.$name]='key user by'
done
FIELDS[key.revoke]='key user by reason'
FIELDS[key.renew]='key user by expires'
FIELDS[key.set]='key user by changed'
FIELDS[key.rotate]='key user by successor until until_first_use'
FIELDS[key.expiring]='key user ends'
FIELDS[pepper.init]='pepper by'

cc -D_GNU_SOURCE -o "$WORK/json" "$E2E/../cli/json.c" -ljansson ||
    bail 'no parser of JSON'

# parse_logfmt BODY: exactly what the page says, or a failure.
parse_logfmt()
{
	local value='([]!#-<>-[^-~]|\\x[0-9A-F]{2})*' pair text

	LC_ALL=C grep -Eqx "[a-z_]+=$value( [a-z_]+=$value)*" <<<"$1" ||
	    return 1
	while IFS= read -r pair; do
		NAMES+=" ${pair%%=*}"
		# What is left of printf's own escapes is none.
		printf -v text '%b.' "${pair#*=}"
		FIELD[${pair%%=*}]=${text%.}
	done <<<"${1// /$'\n'}"
}

parse_json()
{
	local name text

	NAMES=" $("$WORK/json" '?' <<<"$1")" || return 1
	for name in $NAMES; do
		text=$("$WORK/json" "$name" <<<"$1"; printf .) || return 1
		FIELD[$name]=${text%.}
		# Absent; there is no such text in these tests.
		[ "${FIELD[$name]}" != null ] || FIELD[$name]=-
	done
}

# parse LINE: a line of the machine's log.
parse()
{
	local re='^([a-z0-9]+\.[a-z]+) ([^ :[]+)(\[[0-9]+\])?: ' body

	FIELD=() NAMES='' PREFIX=''
	[[ $1 =~ $re ]] || return 1
	PRIORITY=${BASH_REMATCH[1]} IDENT=${BASH_REMATCH[2]}
	body=${1#"${BASH_REMATCH[0]}"}
	if [[ $body =~ ^(pam_apikey\([^:\)]+:[a-z]+\)):\  ]]; then
		PREFIX=${BASH_REMATCH[1]}
		body=${body#"${BASH_REMATCH[0]}"}
	fi
	[ ${#1} -le 1020 ] || problem "longer than 1 KiB: ${#1}"
	case $FORMAT in
	logfmt) parse_logfmt "$body" ;;
	json) parse_json "$body" ;;
	esac
}

# The lines of an event since the case began.
lines_of()
{
	local name=${1//./\\.}

	log_since | grep -E "(: |\\): )(event=$name |\\{\"event\":\"$name\",)"
}

# want_event EVENT PRIORITY [MORE] -- NAME=VALUE...: there is one line of
# this event, with its fields in their order, MORE behind them, and these
# values.
want_event()
{
	local event=$1 priority=$2 more='' line i pair

	shift 2
	[ "$1" = -- ] || { more=" $1"; shift; }
	shift
	for ((i = 0; i < 100; i++)); do
		line=$(lines_of "$event") && break
		sleep 0.02
	done
	case $line in
	'') problem "no $event"; return ;;
	*$'\n'*) problem "more than one $event"; return ;;
	esac
	parse "$line" || { problem "not well-formed: $line"; return; }
	[ "$NAMES" = " event ${FIELDS[$event]}$more" ] ||
	    problem "$event has the fields$NAMES"
	[ "$PRIORITY" = "authpriv.$priority" ] ||
	    problem "$event has the priority $PRIORITY"
	for pair; do
		[ "${FIELD[${pair%%=*}]-none}" = "${pair#*=}" ] ||
		    problem "${pair%%=*} is '${FIELD[${pair%%=*}]-none}'," \
			"not '${pair#*=}'"
	done
}

# want_from IDENT PREFIX: who wrote the last line.
want_from()
{
	[ "$IDENT $PREFIX" = "$1 $2" ] || problem "it is from $IDENT $PREFIX"
}

# want_events COUNT: so many lines of the trail, whatever is in them.
want_events()
{
	local count

	log_settle
	count=$(log_since | grep -Ec '^[^ ]+ [^ ]+: (pam_apikey\([^ ]*\): )?(event=|\{"event":)')
	[ "$count" = "$1" ] || problem "$count audit lines, not $1"
}
