# shellcheck shell=bash disable=SC2154
# usage.sh - options, help, and arguments that make no sense.

fresh

t 'without a command: usage'
"$CTL" >"$W/out" 2>"$W/err"
want 'the exit status' $? 2
OUT=$(cat "$W/out") ERR=$(cat "$W/err")
want_no_out
want_err 'a command is missing'

t '--help names every command and the exit statuses'
ctl 0 --help
commands='create list show verify explain rotate renew set disable enable
revoke delete gc usage metrics pepper check help'
for word in $commands 'Exit status'; do
	want_out "^ *$word"
done
want_quiet

for command in $commands; do
	t "$command --help, -h, and --json --help"
	ctl 0 "$command" --help
	want_out "^usage: apikeyctl $command"
	want_quiet
	ctl 0 "$command" -h
	want_out "^usage: apikeyctl $command"
	ctl 0 "$command" --json --help
	want_out "^usage: apikeyctl $command"

	t "$command with an unknown option, and with a value too many"
	ctl 2 "$command" --no-such-option
	want_err "$command: unknown or ambiguous option '--no-such-option'"
	want_no_out
	ctl 2 "$command" --json=yes
	want_err "option '--json' takes no value"
	ctl 2 "$command" -x
	want_err "unknown option '-x'"
	ctl 2 "$command" --config
	want_err "option '--config' needs a value"
done

t 'help, and help COMMAND: as --help'
ctl 0 --help
want=$OUT
ctl 0 help
want 'help' "$OUT" "$want"
want_quiet
for command in $commands; do
	ctl 0 "$command" --help
	want=$OUT
	ctl 0 help "$command"
	want "help $command" "$OUT" "$want"
	want_quiet
done
ctl 2 help frobnicate
want_err "unknown command 'frobnicate' .see 'apikeyctl --help'"
ctl 0 help pepper init
want_out '^usage: apikeyctl pepper init'

t '--help opens no keystore and makes no key'
"$CTL" --config /nonexistent create --user deploy --help >"$W/out" 2>&1
want 'the exit status' $? 0
want_keys 0

t '--version'
ctl 0 --version
want_out '^apikeyctl [0-9]+\.[0-9]+\.[0-9]+$'

t 'an unknown command'
for command in frobnicate ''; do
	ctl 2 "$command"
	want_err "unknown command '$command'"
done

t 'an unknown option before the command'
ctl 2 --frobnicate list
want_err "unknown or ambiguous option '--frobnicate'"

t 'options before and behind the command, and behind operands'
new --user deploy
ctl 0 --json show "$ID"
want_json key.id "$ID"
ctl 0 show "$ID" --json
want_json key.id "$ID"
"$CTL" show "$ID" --json --config "$CONF" >"$W/out" 2>"$W/err"
want_json key.id "$ID"
"$CTL" show --config="$CONF" --json -- "$ID" >"$W/out" 2>"$W/err"
want_json key.id "$ID"

t '--config: a relative path, and an empty one'
for path in apikey.conf ./apikey.conf; do
	(cd "$W" && exec "$CTL" --config "$path" show --json "$ID") \
	    >"$W/out" 2>"$W/err"
	want_json key.id "$ID"
done
for path in '' files/../apikey.conf; do
	(cd "$W" && exec "$CTL" --config "$path" list) >"$W/out" 2>"$W/err"
	want "'$path': the exit status" $? 7
done

t 'commands that take an id: none, two, none of that name, no id'
for command in show disable enable explain rotate delete \
    'renew --expires 1d' 'set --label x' 'usage --reset'; do
	# shellcheck disable=SC2086 # words
	set -- $command
	ctl 2 "$@"
	want_err 'it takes one id'
	ctl 2 "$@" "$ID" "$ID"
	want_err 'it takes one id'
	ctl 3 "$@" 0000000000
	want_err 'there is no key 0000000000'
	want_no_out
	for id in '' x ../../../passwd "$ID/" "$ID.conf" IIIIIIIIII; do
		ctl 2 "$@" -- "$id"
		want_err "\"$id\" is not the id of a key, which is 10 \
characters of 0123456789abcdefghjkmnpqrstvwxyz\$"
	done
	# What may be a secret, or a part of one, is not said.
	for id in "${TOKEN:0:59}" "${TOKEN:20:37}" 0000000000000000 \
	    ../../../../etc/passwd $'x\ny'; do
		ctl 2 "$@" -- "$id"
		want_err 'apikeyctl: what was given is not the id of a key, '
	done
done

t 'an operand where none belongs'
for command in create list verify gc; do
	ctl 2 "$command" stray
	want_err "'stray' belongs to no option"
done

t 'an option that takes one value and is given twice'
while read -r command option; do
	ctl 2 "$command" "--$option" x "--$option=y"
	want_err "option '--$option' is given twice"
	want_no_out
done <<'EOF'
create user
create label
create expires
create not-before
create max-uses
create rate
create output
create owner
list user
verify user
verify service
verify rhost
verify token-file
explain user
explain service
explain rhost
explain at
rotate overlap
rotate expires
rotate output
rotate owner
renew expires
set user
set label
set expires
set not-before
set max-uses
set rate
revoke user
revoke reason
revoke note
gc older-than
EOF
ctl 2 list --status active --status active
want_err "option '--status' is given twice"
ctl 2 list --unused 1d --unused 1d
want_err "option '--unused' is given twice"
ctl 2 list --expiring 1d --expi 2d
want_err "option '--expiring' is given twice"
ctl 2 list --config "$CONF"
want_err "option '--config' is given twice"
want_keys 1

t 'lists, and options without a value, may be given twice'
ctl 0 list --json --json
new --user deploy --service a --service b --from local --from 10.0.0.0/8 \
    --host a --host b --scope a --scope b
want_keys 2

t 'control characters in arguments do not reach the terminal'
ctl 2 $'\033[2Jcommand'
want_err '\\x1b\[2Jcommand'

t 'a configuration that is not there, bad, or open to others'
printf 'keystore = 1;\n' >"$W/bad.conf"
"$CTL" --config "$W/bad.conf" list >"$W/out" 2>"$W/err"
want 'bad: the exit status' $? 7
printf 'frobnicate = true;\n' >"$W/bad.conf"
"$CTL" --config "$W/bad.conf" list >"$W/out" 2>"$W/err"
want 'unknown setting: the exit status' $? 7
: >"$W/bad.conf"
chmod 666 "$W/bad.conf"
"$CTL" --config "$W/bad.conf" list >"$W/out" 2>"$W/err"
want 'writable: the exit status' $? 7
"$CTL" --config "$W/none.conf" list >"$W/out" 2>"$W/err"
want 'missing: the exit status' $? 7
ERR=$(cat "$W/err")
want_err 'none.conf'

# ---- A key among the arguments ------------------------------------------

t 'a key as an argument is refused before anything else'
new --user deploy
token=$TOKEN id=$ID
for args in "$token" "create --user $token" "create --label=x$token" \
    "revoke $token" "list --user=,$token,$token" "--config=$token list"; do
	# shellcheck disable=SC2086 # words
	ctl 2 $args
	want_err "apik_$id was given as an argument.*apikeyctl revoke $id"
	want_no_out
	[[ $ERR != *"$token"* ]] || problem 'the key is on standard error'
done
want 'sentences for two keys' "$("$CTL" "$token$token" 2>&1 | wc -l)" 2
want_status "$id" active

t 'a key with a wrong checksum as an argument is refused, too'
ctl 2 verify "${token:0:59}-"
ctl 2 verify "${token:0:54}000000"
want_err 'was given as an argument'
