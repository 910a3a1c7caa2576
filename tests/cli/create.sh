# shellcheck shell=bash disable=SC2154
# create.sh - the bounds of a new key.

fresh

t 'in a pipe the token is alone on standard output'
new --user deploy
want 'the number of lines' "$(wc -l <"$W/out")" 1
want_out '^apik_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{44}$'
want_verify 0 "$TOKEN"

t 'the record holds neither token nor secret, and is for its owner only'
new --user deploy
grep -rqF "${TOKEN:16:38}" "$W/keys" && problem 'the secret is on disk'
want 'mode' "$(stat -c %a "$W/keys/$ID.conf")" 600

t 'without options: the defaults of the configuration'
fresh 'issue = { ttl = "10d"; services = [ "cron", "sshd" ]; };'
new --user deploy
ctl 0 show --json "$ID"
want_json key.services '["cron","sshd"]'
want_json key.from '[]'
want_json key.label null
want_json key.not_before null
days=$((($(date -d "$(json key.expires)" +%s) - $(date +%s) + 3600) / 86400))
want 'days' "$days" 10

t 'every bound is in the record'
fresh
new --user deploy --label 'build farm' --expires 2d12h --not-before 1h \
    --service sshd --service sudo --from 10.0.0.0/8 --from 2001:db8::/32 \
    --from local --host 'web*' --host db1 --scope deploy --scope 'read' \
    --max-uses 100 --rate 30/1m:5
ctl 0 show --json "$ID"
want_json key.user deploy
want_json key.label 'build farm'
want_json key.status pending
want_json key.services '["sshd","sudo"]'
want_json key.from '["10.0.0.0/8","2001:db8::/32","local"]'
want_json key.hosts '["web*","db1"]'
want_json key.scopes '["deploy","read"]'
want_json key.max_uses 100
want_json key.rate 30/1m:5
seconds=$(($(date -d "$(json key.expires)" +%s) - \
    $(date -d "$(json key.created)" +%s)))
want 'seconds to the end' "$seconds" $((60 * 3600))
seconds=$(($(date -d "$(json key.not_before)" +%s) - \
    $(date -d "$(json key.created)" +%s)))
want 'seconds to the beginning' "$seconds" 3600

t '--once is --max-uses 1, and not both'
new --user deploy --once
ctl 0 show --json "$ID"
want_json key.max_uses 1
want_json key.uses 0
ctl 2 create --user deploy --once --max-uses 2
want_err 'it takes --once or --max-uses, not both'

t 'a time instead of a duration'
end=$(date -u -d '+30 days' +%Y-%m-%dT%H:%M:%SZ)
new --user deploy --expires "$end"
ctl 0 show --json "$ID"
want_json key.expires "$end"

t 'the token is beside the key in JSON'
ctl 0 create --user deploy --json
want_json version 1
want '? ' "$(json '?')" 'version key token'
want 'the id' "$(json key.id)" "$(json token | cut -c 6-15)"
want_verify 0 "$(json token)"

# ---- Refused ------------------------------------------------------------

fresh
t 'without --user; an empty value is no value'
ctl 2 create
want_err '--user is missing'
ctl 2 create --user ''
want_err '--user is empty'
for option in expires not-before service from host scope max-uses \
    rate output; do
	ctl 2 create --user deploy "--$option" ''
	want_err "--$option is empty"
done
want_keys 0
new --user deploy --label ''
ctl 0 show --json "$ID"
want_json key.label null

fresh
t 'bounds that mean nothing'
while read -r option value; do
	ctl 2 create --user deploy "--$option" "$value"
	want_err "--${option}[: ]"
	want_no_out
done <<'EOF'
expires tomorrow
expires 90
expires -5d
expires 2020-01-01T00:00:00Z
not-before never
not-before soon
from 10.0.0.0/33
from 300.1.2.3
from example.org
from 10.0.0.1/8/8
service sshd*
scope a,b
service a,b
service a b
host a,b
host a b
max-uses 0
max-uses -1
max-uses many
max-uses 99999999999999999999
rate 30
rate 0/1m
rate 30/0m
rate 30/soon
rate 30/1m:0
EOF
ctl 2 create --user $'\xff'
want_err '--user is not valid UTF-8'
ctl 2 create --user deploy --not-before 2d --expires 1d
want_keys 0

t 'longer than the configuration allows: by policy'
ctl 6 create --user deploy --expires 2y
want_err 'max_ttl'
ctl 6 create --user deploy --expires never
want_err 'max_ttl'
want_keys 0

t 'too long, and too many'
ctl 2 create --user deploy --label "$(printf '%0256d' 0)"
want_err '--label is too long'
args=()
for i in {1..65}; do args+=(--scope "s$i"); done
ctl 2 create --user deploy "${args[@]}"
want_err '--scope is too long, or given too often'
want_keys 0
new --user deploy --label "$(printf '%0255d' 0)" "${args[@]:0:128}"
ctl 0 show --json "$ID"
want_json key.scopes.63 s64

t 'never, where the configuration allows it'
fresh 'issue = { max_ttl = "never"; };'
new --user deploy --expires never
ctl 0 show --json "$ID"
want_json key.expires null
ctl 0 list
want 'the field' "$(cut -f 5 <<<"$OUT")" -

fresh
t 'a service that is nearly one: a warning, and the key is made'
while read -r service meant; do
	ctl 0 create --user root --service "$service"
	want_err "warning: there is no PAM service '$service' here: is \
'$meant' meant \\(--service $meant\\)\\?$"
done <<'EOT'
ssh sshd
sshdd sshd
SSHD sshd
shsd sshd
sudo_i sudo-i
suod sudo
EOT
for service in sshd sudo sudo-i a-bearer ss x; do
	ctl 0 create --user root --service "$service"
	grep -q 'PAM service' <<<"$ERR" && problem "a warning of $service"
done
new --user root
ctl 0 set "$ID" --service sshd --service ssh
want_err "is 'sshd' meant"

# ---- Names that somebody else chose -------------------------------------

fresh
nasty=$'say "hi"\\n\t\r\n\033[31m\x01\x7f = \u00e9\u4e2d\U1f600 \u202e\U000e0041 end'
t 'a label with quotes and control characters comes back as it was'
new --user deploy --label "$nasty"
ctl 0 show --json "$ID"
want_json key.label "$nasty"
want_out '\\udb40\\udc41 end'
ctl 0 list
want 'lines' "$(wc -l <"$W/out")" 1
want 'the field' "$(cut -f 10 "$W/out")" \
    'say "hi"\\n\t\x0d\n\x1b[31m\x01\x7f = é中😀 \xe2\x80\xae\xf3\xa0\x81\x81 end'
grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$W/out" && problem 'raw controls'
tty 0 list
want_out 'say "hi"\\n\\x09\\x0d\\x0a\\x1b\[31m\\x01\\x7f = é中😀 \\xe2'
tty 0 show "$ID"
want_out 'say "hi"\\n\\x09\\x0d\\x0a\\x1b\[31m\\x01\\x7f = é中😀 \\xe2'

for user in ../../x $'a b "c"\n=d' '-' 'a,b' '*' '/etc/passwd'; do
	t "user $(printf %q "$user")"
	fresh
	new --user "$user" --service 'a\b' --service sshd
	ctl 0 list --json --user "$user"
	want_json keys.0.user "$user"
	want_json keys.0.services '["a\\b","sshd"]'
	ctl 0 list
	want 'lines' "$(wc -l <"$W/out")" 1
	want 'fields' "$(tr -dc '\t' <"$W/out" | wc -c)" 14
	want 'services' "$(cut -f 6 <<<"$OUT")" 'a\\b,sshd'
	want_verify 0 "$TOKEN"
	want_keys 1
	want 'what is beside the keystore' \
	    "$(find "$W" -path "$W/keys" -prune -o \
	    \( -name 'x*' -o -name '*passwd*' \) -print)" ''
	ctl 0 revoke --user "$user"
	want_status "$ID" revoked
done

t 'a user named "-" is told from an absent field'
fresh
new --user -
ctl 0 list
want 'the field' "$(cut -f 2 <<<"$OUT")" '\x2d'
