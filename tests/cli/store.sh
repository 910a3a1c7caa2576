# shellcheck shell=bash disable=SC2154
# store.sh - files in the keystore that are not what they should be: list
# names each, shows the rest, and nothing hangs.

fresh
new --user deploy
good=$ID good_token=$TOKEN
new --user deploy
bad=$ID bad_token=$TOKEN
file=$W/keys/$bad.conf
mv "$file" "$W/record"

# bad_file NAME: with the file in place, and then without it.
bad_file()
{
	t "bad file: $1"
	timeout 10 "$CTL" --config "$CONF" list >"$W/out" 2>"$W/err"
	want 'the exit status' $? 7
	OUT=$(cat "$W/out") ERR=$(cat "$W/err")
	want 'the ids' "$(cut -f 1 <<<"$OUT")" "$good"
	want_err "$bad"
	want 'sentences' "$(wc -l <"$W/err")" 1
	ctl 7 list --json
	want_json keys.0.id "$good"
	for command in show disable enable revoke; do
		ctl 7 $command "$bad"
		want_err "$bad"
		want_no_out
	done
	want_verify 0 "$good_token"
	want_verify 7 "$bad_token"
	rm -rf "$file"
	want_verify 4 "$bad_token"
}

# from_sed NAME SCRIPT: the good record, edited.
from_sed()
{
	sed -E "$2" "$W/record" >"$file"
	chmod 600 "$file"
	cmp -s "$file" "$W/record" && problem "the edit of $1 does nothing"
	bad_file "$1"
}

ln -s "$W/record" "$file"
bad_file 'a symbolic link'
ln -s nowhere "$file"
bad_file 'a link to nowhere'
mkfifo -m 600 "$file"
bad_file 'a FIFO'
mkdir -m 700 "$file"
bad_file 'a folder'
if [ "$(id -u)" -eq 0 ] && mknod -m 600 "$file" c 1 5 2>/dev/null; then
	bad_file 'a device'
else
	skip 'bad file: a device' 'mknod is refused'
fi
if [ "$(id -u)" -eq 0 ]; then
	install -m 600 -o nobody "$W/record" "$file"
	bad_file 'of another owner'
else
	skip 'bad file: of another owner' 'it needs root'
fi
for mode in 620 602 666; do
	install -m $mode "$W/record" "$file"
	bad_file "mode $mode"
done
: >"$file"
bad_file 'empty'
{ cat "$W/record"; head -c 17000 /dev/zero | tr '\0' '#'; } >"$file"
bad_file 'too large'
printf 'user = "x";\0' | cat "$W/record" - >"$file"
bad_file 'with a NUL'
head -c 100 /dev/urandom >"$file"
bad_file 'garbage'
{ cat "$W/record"; printf '@include "/etc/passwd"\n'; } >"$file"
bad_file '@include'
{ cat "$W/record"; printf 'frobnicate = true;\n'; } >"$file"
bad_file 'an unknown setting'
{ cat "$W/record"; printf 'countries = [ "fr" ];\n'; } >"$file"
bad_file 'a restriction that this version does not know'
from_sed 'a wrong type' 's/^user = .*/user = 5;/'
from_sed 'a wrong version' 's/^version = .*/version = 2;/'
from_sed 'the id of another' "s/^id = .*/id = \"$good\";/"
from_sed 'an empty list' 's/^services = .*/services = [ ];/'
from_sed 'no user' '/^user = /d'
from_sed 'an unreadable time' 's/^expires = .*/expires = "soon";/'
from_sed 'a hash of an unknown kind' 's/blake2b/md5/'

t 'a file that is not named as a record'
cp -p "$W/record" "$W/keys/backup~"
ctl 7 list
want 'the ids' "$(cut -f 1 <<<"$OUT")" "$good"
want_err 'backup~'
rm "$W/keys/backup~"

t 'bad names are escaped on standard error'
: >"$W/keys/"$'\033[2J.conf'
ctl 7 list
want_err '\\x1b\[2J'
rm "$W/keys/"$'\033[2J.conf'

t 'several bad files: each is named'
: >"$W/keys/1111111111.conf"
: >"$W/keys/2222222222.conf"
ctl 7 list
want_err 1111111111
want_err 2222222222
rm "$W"/keys/1111111111.conf "$W"/keys/2222222222.conf

t 'a keystore that others can write to'
for mode in 777 770 702; do
	chmod $mode "$W/keys"
	for args in list "show $good" "revoke $good" \
	    'create --user deploy'; do
		# shellcheck disable=SC2086 # words
		ctl 7 $args
		want_err "$W/keys"
		want_no_out
	done
done
chmod 700 "$W/keys"

t 'a parent that others can write to'
mkdir -m 777 "$W/open"
mkdir -m 700 "$W/open/keys"
printf 'keystore = "%s";\nstate = "%s";\n' "$W/open/keys" \
    "$W/state" >"$W/open.conf"
"$CTL" --config "$W/open.conf" list >"$W/out" 2>"$W/err"
want 'the exit status' $? 7
ERR=$(cat "$W/err")
want_err "$W/open"
rm -rf "$W/open"

t 'a keystore that is a link, a file, or not there'
ln -s "$W/keys" "$W/link"
printf 'keystore = "%s";\nstate = "%s";\n' "$W/link" \
    "$W/state" >"$W/other.conf"
"$CTL" --config "$W/other.conf" list >"$W/out" 2>"$W/err"
status=$?
[ $status -eq 7 ] || [ $status -eq 1 ] || problem "link: exit $status"
want 'what it printed' "$(cat "$W/out")" ''
for path in "$W/record" "$W/none"; do
	printf 'keystore = "%s";\nstate = "%s";\n' "$path" "$W/state" \
	    >"$W/other.conf"
	"$CTL" --config "$W/other.conf" list >"$W/out" 2>"$W/err"
	status=$?
	[ $status -eq 7 ] || [ $status -eq 1 ] ||
	    problem "$path: exit $status"
done
