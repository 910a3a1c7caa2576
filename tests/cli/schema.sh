# shellcheck shell=bash disable=SC2154
# schema.sh - the program that holds JSON to the schema: it accepts what is
# right, and refuses each thing that can be wrong.

fresh
new --user deploy --label x --from local
ctl 0 rotate "$ID"
ctl 0 revoke "$ID"
ctl 0 show "$ID" --json
cp "$W/out" "$W/good"

# schema WANT FORM: what is in $W/doc.
schema()
{
	"$W/schema" schema.json "$2" <"$W/doc" >"$W/out" 2>"$W/err"
	want "$3: the exit status" $? "$1"
}

t 'schema: a key that was rotated and revoked fits'
cp "$W/good" "$W/doc"
schema 0 one 'the key'
schema 1 keys 'as another form'
schema 1 issued 'without a token'
schema 2 frobnicate 'a form that there is not'

t 'schema: no JSON, two documents, a member twice'
for doc in '' '{' '{} {}' '{"version":1,"version":1,"granted":false}'; do
	printf '%s' "$doc" >"$W/doc"
	schema 1 verify "'$doc'"
done

t 'schema: each change that makes a key wrong is found'
changes=0
while read -r change; do
	sed -E "$change" "$W/good" >"$W/doc"
	cmp -s "$W/doc" "$W/good" && problem "$change does nothing"
	"$W/json" <"$W/doc" >"$W/out" || problem "$change: no JSON"
	schema 1 one "$change"
	changes=$((changes + 1))
done <<'EOT'
s/"version":1/"version":2/
s/"version":1/"version":"1"/
s/"version":1/"version":1,"more":1/
s/"key":/"yek":/
s/"rate":null,//
s/"rate":null/"rate":"30"/
s/"rate":null/"rate":null,"more":null/
s/"id":"./"id":"I/
s/"id":"/"id":"0/
s/"user":"deploy"/"user":null/
s/"user":"deploy"/"user":""/
s/"label":"x"/"label":""/
s/"status":"[a-z]*"/"status":"fine"/
s/"created":"[^"]*"/"created":"yesterday"/
s/"created":"[^"]*"/"created":1/
s/"expires":"([^T]*)T/"expires":"\1 /
s/"services":\[[^]]*\]/"services":null/
s/"services":\[[^]]*\]/"services":[""]/
s/"services":\[[^]]*\]/"services":[1]/
s/"from":\[[^]]*\]/"from":"local"/
s/"max_uses":null/"max_uses":0/
s/"max_uses":null/"max_uses":"1"/
s/"max_uses":null/"max_uses":1.5/
s/"uses":0/"uses":-1/
s/"uses":0/"uses":true/
s/"last_from":null/"last_from":""/
s/"rotated_from":null/"rotated_from":""/
s/"superseded":\{[^}]*\}/"superseded":true/
s/"by":"[0-9a-z]*"/"by":null/
s/"at":"[^"]*"/"at":null/
s/"until_first_use":false/"until_first_use":null/
s/"until_first_use":false/"until_first_use":false,"more":1/
s/,"until_first_use":false//
s/"reason":"other"/"reason":"bored"/
s/"note":null/"note":""/
s/,"note":null//
EOT
want 'changes' "$changes" 36

t 'schema: a verdict and its reason belong together'
check='{"version":1,"id":"7k2m9q4t8w","granted":true,"complete":true,"checks":[
{"check":"user","verdict":"ok","reason":null,"detail":"x"},
{"check":"rate","verdict":"refused","reason":"rate","detail":null}]}'
printf '%s' "$check" >"$W/doc"
schema 0 explain 'the document'
for change in 's/"ok","reason":null/"ok","reason":"user"/' \
    's/"reason":"rate"/"reason":null/' 's/"ok"/"perhaps"/' \
    's/"granted":true,//' 's/"complete":true,//' 's/,"detail":"x"//'; do
	sed "$change" <<<"$check" >"$W/doc"
	schema 1 explain "$change"
done
printf '{"version":1,"id":"7k2m9q4t8w","granted":true,"complete":true,"checks":[]}' \
    >"$W/doc"
schema 1 explain 'no check at all'

t 'schema: a keyword that the program does not know'
printf '{"definitions":{"x":{"maximum":1}}}' >"$W/bad.json"
echo '{}' | "$W/schema" "$W/bad.json" x 2>"$W/err"
want 'the exit status' $? 2
