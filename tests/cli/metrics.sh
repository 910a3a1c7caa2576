# shellcheck shell=bash disable=SC2154
# metrics.sh - what Prometheus is told, and keys about to end in the trail.

# want_metric SERIES VALUE: in what the last command printed.
want_metric()
{
	want "$1" "$("$W/prom" "$1" <"$W/out" 2>&1)" "$2"
}

want_no_metric()
{
	! grep -q "$1" "$W/out" || problem "there is a metric $1"
}

# want_metrics STATUS: they are well-formed.
want_metrics()
{
	ctl "$1" metrics
	"$W/prom" <"$W/out" 2>"$W/complaint" ||
	    problem "not well-formed: $(cat "$W/complaint")"
}

reasons=$(sed -n 's/^\tX([0-9]*, [A-Z_]*, "\([a-z-]*\)",.*/\1/p' \
    ../../libapikey/apikey.h | sed -n '2,/^unavailable$/p')

t 'prom: holds what it reads to the format'
head='# HELP a_total x
# TYPE a_total counter
'
"$W/prom" <<<"${head}a_total{r=\"x\"} 1" || problem 'it refuses what is right'
for text in '' 'a_total 1' "$head" "${head}a_total" "${head}a_total x" \
    "${head}a_total NaN" "${head}a_total -1" "${head}a_total 1 2" \
    "${head}b_total 1" "${head}a_total{r=x} 1" "${head}a_total{r=\"x} 1" \
    "${head}a_total{r=\"x\",r=\"y\"} 1" "${head}a_total{} 1" \
    "${head}a_total 1"$'\n'"a_total 2" "${head}a_total 1"$'\n'"$head" \
    "${head/counter/gauge}a_total 1" "${head//_total}a 1" \
    "${head}a_total 1"$'\n'; do
	! "$W/prom" <<<"$text" 2>/dev/null || problem "it takes: $text"
done
! printf %s "${head}a_total 1" | "$W/prom" 2>/dev/null ||
    problem 'it takes a line without an end'

t 'metrics of nothing: each series is there'
fresh
want_metrics 0
want_quiet
for name in active pending disabled expired revoked superseded exhausted; do
	want_metric "apikey_keys{status=\"$name\"}" 0
done
want 'reasons' "$(wc -w <<<"$reasons")" 21
for name in $reasons; do
	want_metric "apikey_refusals_total{reason=\"$name\"}" 0
done
want 'series of refusals' "$(grep -c '^apikey_refusals_total{' "$W/out")" 21
want_metric apikey_grants_total 0
want_metric apikey_keys_unused_90d 0
want_metric apikey_keys_usage_unknown 0
want_metric apikey_bad_records 0
want_metric apikey_next_expiry_seconds NaN
version=$("$CTL" --version)
want_metric "apikey_build_info{version=\"${version#apikeyctl }\"}" 1

t 'keys by status, and the next expiry of one that can be used'
fresh
new --user deploy --expires 30d
active=$ID token=$TOKEN
new --user deploy --not-before 1d --expires 20d
new --user deploy --expires 10d
ctl 0 disable "$ID"
new --user deploy --expires 5d
ctl 0 revoke "$ID"
new --user deploy --once
use "$TOKEN"
new --user deploy
ctl 0 rotate "$ID" --overlap 0s
new --user deploy
edit "$ID" 's/^expires = .*/expires = "2020-01-01T00:00:00Z";/'
want_metrics 0
for pair in active:2 pending:1 disabled:1 expired:1 revoked:1 superseded:1 \
    exhausted:1; do
	want_metric "apikey_keys{status=\"${pair%:*}\"}" "${pair#*:}"
done
left=$("$W/prom" apikey_next_expiry_seconds <"$W/out")
if [ "$left" -le $((20 * 86400 - 60)) ] || [ "$left" -gt $((20 * 86400)) ]
then
	problem "the next expiry is in $left seconds"
fi

t 'grants and refusals by reason'
want_verify 4 "$token" --user other --consume
want_verify 4 nonsense --consume
want_verify 4 nonsense --consume
want_verify 4 nonsense
use "$token"
want_metrics 0
want_metric apikey_grants_total 2
want_metric 'apikey_refusals_total{reason="wrong-user"}' 1
want_metric 'apikey_refusals_total{reason="malformed"}' 2
want_metric 'apikey_refusals_total{reason="expired"}' 0

t 'keys that nobody has used for 90 days, as list --unused tells them'
fresh
new --user deploy --expires 300d
new --user deploy --expires 300d
edit "$ID" 's/^created = .*/created = "2020-01-01T00:00:00Z";/'
want_metrics 0
want_metric apikey_keys_unused_90d 1
ctl 0 list --unused 90d
want 'list --unused' "$(wc -l <"$W/out")" 1
use "$TOKEN"
want_metrics 0
want_metric apikey_keys_unused_90d 0
printf garbage >"$W/state/usage/$ID"
want_metrics 0
want_metric apikey_keys_unused_90d 0
want_metric apikey_keys_usage_unknown 1

t 'a bad file: the rest is told, and the exit status is 7'
printf garbage >"$W/keys/0000000000.conf"
want_metrics 7
want_err 0000000000.conf
want_metric apikey_bad_records 1
want_metric 'apikey_keys{status="active"}' 2
want_metric apikey_grants_total 1
rm "$W/keys/0000000000.conf"

t 'counters that cannot be read are left out, not 0'
printf garbage >"$W/state/counters"
want_metrics 7
want_err counters
want_no_metric _total
want_metric 'apikey_keys{status="active"}' 2
rm -rf "$W/state"
want_metrics 1
want_no_metric _total

t 'a keystore that is gone: no keys, not 0 of them'
fresh
mv "$W/keys" "$W/away"
"$CTL" --config "$CONF" metrics >"$W/out" 2>&1 && problem 'exit 0'
want_no_metric apikey_keys
mv "$W/away" "$W/keys"

t 'a state that cannot be written to is read'
if [ "$(id -u)" -eq 0 ]; then
	fresh
	new --user deploy
	use "$TOKEN"
	# shellcheck disable=SC2016 # for the other shell
	CTL=$CTL CONF=$CONF W=$W unshare --mount --propagation private \
	    bash -euc 'mount --bind "$W" "$W"
	    mount -o remount,ro,bind "$W"
	    exec "$CTL" --config "$CONF" metrics' >"$W/seen" 2>&1 ||
	    problem "it fails: $(cat "$W/seen")"
	cp "$W/seen" "$W/out"
	want_metric apikey_grants_total 1
	want_metric apikey_keys_usage_unknown 0
fi

t '--output: a whole file for all to read, nothing else'
fresh
new --user deploy
(umask 077 && "$CTL" --config "$CONF" metrics --output "$W/files/a.prom") ||
    problem 'it fails'
cp "$W/files/a.prom" "$W/out"
want_metric 'apikey_keys{status="active"}' 1
want 'its mode' "$(stat -c %a "$W/files/a.prom")" 644
want 'files' "$(ls -A "$W/files")" a.prom
before=$(stat -c %i "$W/files/a.prom")
new --user deploy
ctl 0 metrics --output "$W/files/a.prom"
want_no_out
cp "$W/files/a.prom" "$W/out"
want_metric 'apikey_keys{status="active"}' 2
[ "$(stat -c %i "$W/files/a.prom")" != "$before" ] ||
    problem 'it was written in place'
(cd "$W/files" && "$CTL" --config "$CONF" metrics --output b.prom) ||
    problem 'a name alone is not taken'
want 'files' "$(cd "$W/files" && echo *)" 'a.prom b.prom'

t '--output: links, folders, pipes and what cannot be written are refused'
printf mine >"$W/files/mine"
ln -s mine "$W/files/link"
ln -s nothing "$W/files/dangling"
mkfifo "$W/files/fifo"
mkdir "$W/files/folder"
for name in link dangling fifo folder folder/ no/such/folder; do
	ctl 1 metrics --output "$W/files/$name"
	want_err "cannot write the file '$W/files/$name': "
done
want 'the file' "$(cat "$W/files/mine")" mine
want 'the link' "$(readlink "$W/files/link")" mine
[ ! -e "$W/files/nothing" ] || problem 'a dangling link was followed'

t '--output: what a process that died has left is no obstacle'
rm -rf "$W/files"
mkdir "$W/files"
# The shell's number is that of what it becomes.
bash -c 'printf x >"$1/.a.prom.$$"; ln -s mine "$1/.b.prom.$$"
    exec "$2" --config "$3" metrics --output "$1/a.prom"' - \
    "$W/files" "$CTL" "$CONF" || problem 'it fails'
rm -f "$W"/files/.b.prom.*
bash -c 'ln -s mine "$1/.a.prom.$$"
    exec "$2" --config "$3" metrics --output "$1/a.prom"' - \
    "$W/files" "$CTL" "$CONF" || problem 'it fails'
want 'files' "$(ls -A "$W/files")" a.prom

t '--output: a full disk leaves the old file and no other'
if [ "$(id -u)" -eq 0 ]; then
	# shellcheck disable=SC2016 # for the other shell
	CTL=$CTL CONF=$CONF W=$W unshare --mount --propagation private \
	    bash -uc 'mount -t tmpfs -o size=8k full "$W/files" || exit 9
	    "$CTL" --config "$CONF" metrics | head -c 100 >"$W/files/a.prom"
	    head -c 8k /dev/zero >"$W/files/zero" 2>/dev/null
	    "$CTL" --config "$CONF" metrics --output "$W/files/a.prom"
	    printf "%s %s\n" "$?" "$(wc -c <"$W/files/a.prom")"
	    ls -A "$W/files"' >"$W/seen" 2>"$W/err"
	want 'exit, size, files' "$(tr '\n' ' ' <"$W/seen")" '1 100 a.prom zero '
fi

t 'metrics: no JSON, no operands, one output'
ctl 2 metrics --json
want_err 'no JSON'
ctl 2 metrics stray
ctl 2 metrics --output a --output b

# ---- Keys about to end, for a timer -------------------------------------

t 'list --syslog: with --expiring alone, and nothing on standard output'
fresh
new --user deploy --expires 5d
for args in '--syslog' '--syslog --user deploy' '--syslog --unused 1d' \
    '--syslog --expiring 14d --json'; do
	# shellcheck disable=SC2086 # words
	ctl 2 list $args
	want_err -- '--syslog goes with --expiring'
done
ctl 0 list --syslog --expiring 14d
want_no_out
want_quiet
