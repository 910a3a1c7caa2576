#!/bin/bash
# install.sh - make install and make uninstall.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=install
forget_host
setup_clients
STATE=/var/lib/apikey
DOCS=/usr/share/doc/apikey
EXAMPLES=$DOCS/examples
MULTIARCH=$(cc -print-multiarch)
PAMDIR=/usr/lib/$MULTIARCH/security

# shellcheck disable=SC2317 # called by run
uninstall()
{
	make -s -C "$MACHINE_SRC" B="$MACHINE_BUILD" PREFIX=/usr uninstall \
	    "$@"
}

mode_of()
{
	stat -c '%U %a %F' "$1" 2>&1
}

want_mode()
{
	[ "$(mode_of "$1")" = "$2" ] ||
	    problem "$1: $(mode_of "$1"), wanted $2"
}

# want_links FILE: what it refers to is where it says.
want_links()
{
	local at

	while read -r at; do
		[ -e "$(dirname "$1")/${at%%#*}" ] || problem "$1: no $at"
	done < <(grep -oE '\]\([^)]+\)' "$1" | grep -v :// | tr -d '])(')
}

# unit_is_hard UNIT EXPOSURE: systemd finds no more to complain of.
unit_is_hard()
{
	systemd-analyze security --offline=true --no-pager \
	    --threshold="${2/./}" "$EXAMPLES/systemd/$1.service" \
	    >"$WORK/out" 2>&1 || problem "$1: $(tail -n 1 "$WORK/out")"
}

want_file()
{
	[ -e "$1" ] || problem "there is no $1"
}

want_gone()
{
	if [ -e "$1" ] || [ -L "$1" ]; then
		problem "there is still $1"
	fi
}

into_a_folder()
{
	local root=$WORK/root before

	before=$(find /etc /usr /var/lib -newer "$WORK/answers" -type f)
	t 'DESTDIR: everything goes below it and nothing beside it'
	run make_install -s "DESTDIR=$root"
	want_rc 0
	want_file "$root/usr/lib/libapikey.so.0"
	want_file "$root$PAMDIR/pam_apikey.so"
	want_file "$root/usr/sbin/apikeyctl"
	want_file "$root/usr/share/man/man8/pam_apikey.8"
	want_file "$root/usr/share/man/man8/apikeyctl.8"
	want_file "$root/usr/share/man/man5/apikey.conf.5"
	want_file "$root/usr/share/man/man3/libapikey.3"
	want_mode "$root$STORE" 'root 700 directory'
	want_mode "$root$STATE" 'root 700 directory'
	[ "$before" = "$(find /etc /usr /var/lib -newer "$WORK/answers" \
	    -type f)" ] || problem 'something went beside it'

	t 'DESTDIR: only apikey.conf and the keystore go into /etc'
	OUT=$(cd "$root/etc" && find . | sort)
	want_out $'.\n./apikey\n./apikey/apikey.conf\n./apikey/keys.d'

	t 'DESTDIR: make uninstall leaves the configuration and the keys'
	run uninstall "DESTDIR=$root"
	want_rc 0
	want_gone "$root/usr/sbin/apikeyctl"
	want_gone "$root$PAMDIR/pam_apikey.so"
	want_gone "$root/usr/lib/libapikey.so.0"
	want_file "$root$CONF"
	want_file "$root$STORE"
	OUT=$(cd "$root" && find . -type f | sort)
	want_out './etc/apikey/apikey.conf'

	t 'SYSCONFDIR and PAMDIR are taken'
	rm -rf "$root"
	run make_install -s "DESTDIR=$root" PAMDIR=/opt/pam
	want_rc 0
	want_file "$root/opt/pam/pam_apikey.so"
}

first_time()
{
	t 'install: a new machine'
	run make_install -s
	want_rc 0
	want_mode /etc/apikey 'root 755 directory'
	want_mode "$STORE" 'root 700 directory'
	want_mode "$STATE" 'root 700 directory'
	want_mode "$PAMDIR/pam_apikey.so" 'root 644 regular file'
	want_mode /usr/sbin/apikeyctl 'root 755 regular file'
	ldconfig -p | grep -q 'libapikey\.so\.0 ' ||
	    problem 'ldconfig does not know libapikey.so.0'

	t 'install: the command works at once'
	run apikeyctl list
	want_rc 0
	want_out ''
	run apikeyctl create --user deploy
	want_rc 0
	want_out_like '^apik_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{44}$'
	TOKENS+=("$OUT")

	t 'install: a program finds the library by pkg-config'
	printf '#include <apikey.h>\nint main(void){%s}\n' \
	    'return apikey_error_name(0) == 0;' >"$WORK/program.c"
	run sh -c "cc -o $WORK/program $WORK/program.c \
	    \$(pkg-config --cflags --libs libapikey) && $WORK/program"
	want_rc 0
	run pkg-config --variable=prefix libapikey
	want_out /usr

	t 'install: man finds the pages'
	for page in '8 pam_apikey' '8 apikeyctl' '5 apikey.conf' \
	    '5 apikey-audit' '3 libapikey'; do
		want_file "/usr/share/man/man${page% *}/${page#* }.${page% *}"
	done

	t 'install: what the README and the documents link to is there'
	for file in README.md SECURITY.md docs/performance.md docs/timing.md \
	    docs/coverage.md; do
		want_file "$DOCS/$file"
		want_mode "$DOCS/$file" 'root 644 regular file'
		want_links "$DOCS/$file"
	done
	run grep -c '](docs/' "$DOCS/README.md"
	want_out_like '^[1-9]'

	t 'install: the examples lie beside the documentation'
	for file in pam.d sshd_config.d sudoers.d fail2ban/filter.d/apikey.conf \
	    fail2ban/jail.d/apikey.conf rsyslog.d/apikey.conf \
	    logrotate.d/apikey; do
		want_file "$EXAMPLES/$file"
	done
	run find /etc/pam.d /etc/sudoers.d /etc/ssh -newer "$WORK/answers" \
	    -exec grep -l apikey {} +
	want_out ''

	t 'install: systemd takes the units, which name the installed command'
	for unit in metrics expiring; do
		want grep -q '^ExecStart=/usr/sbin/apikeyctl ' \
		    "$EXAMPLES/systemd/apikey-$unit.service"
	done
	# Which manual pages are on this machine is no matter of ours.
	run systemd-analyze verify --man=no "$EXAMPLES"/systemd/*
	want_rc 0
	[ -z "$OUT$ERR" ] || problem "systemd-analyze: $OUT $ERR"
	unit_is_hard apikey-metrics 2.0
	unit_is_hard apikey-expiring 2.0

	t 'install: tmpfiles.d keeps the state folder'
	grep -Eqx 'd[!]? +/var/lib/apikey +0?700 +root +root( +-)*' \
	    /usr/lib/tmpfiles.d/apikey.conf ||
	    problem "$(cat /usr/lib/tmpfiles.d/apikey.conf 2>&1)"
}

again()
{
	local lib=/usr/lib/libapikey.so.0 inode

	t 'install again: a changed apikey.conf stays as it is'
	printf 'issue = { ttl = "7d"; };\n' >"$CONF"
	cp -p "$CONF" "$WORK/conf"
	inode=$(stat -Lc %i "$lib" "$PAMDIR/pam_apikey.so")
	run make_install -s
	want_rc 0
	want cmp -s "$CONF" "$WORK/conf"
	want [ ! "$CONF" -nt "$WORK/conf" ]
	[ "$(find "$STORE" -name '*.conf' | wc -l)" = 1 ] ||
	    problem 'the key is gone'

	t 'install again: files are replaced, not written over'
	[ "$inode" != "$(stat -Lc %i "$lib" "$PAMDIR/pam_apikey.so")" ] ||
	    problem 'same inodes'
	run find /usr/sbin /usr/lib "$PAMDIR" -maxdepth 1 -name '*apikey*'
	want_out_unlike '(tmp|new|old|~|\.[A-Za-z0-9]{6})$'
	run apikeyctl list
	want_rc 0

	t 'install: a module that does not load is reported'
	cp -a "$MACHINE_BUILD/pam_apikey.so" "$WORK/good.so"
	printf 'not an object\n' >"$MACHINE_BUILD/pam_apikey.so"
	run make_install -s
	want_failure
	want_err_like 'pam_apikey'
	cp -a "$WORK/good.so" "$MACHINE_BUILD/pam_apikey.so"
	run make_install -s
	want_rc 0
}

gone()
{
	local line

	setup_users || bail "no users"
	setup_pam 'group=apikey' || bail "no PAM lines"
	t 'uninstall: refused while PAM needs the module, with the lines'
	run uninstall
	want_failure
	for file in sshd sudo sudo-i; do
		line=$(grep -n '^auth.*pam_apikey' "/etc/pam.d/$file")
		want grep -Eq "/etc/pam\\.d/$file:${line%%:*}\\b" \
		    <<<"$OUT$ERR"
	done
	want_file "$PAMDIR/pam_apikey.so"
	want_file /usr/sbin/apikeyctl
	want_file /usr/lib/libapikey.so.0

	t 'uninstall: a comment is no need'
	sed -i '/pam_apikey/d' /etc/pam.d/sshd /etc/pam.d/sudo*
	echo '# pam_apikey.so was here' >>/etc/pam.d/sshd
	run uninstall
	want_rc 0
	for file in "$PAMDIR/pam_apikey.so" /usr/sbin/apikeyctl \
	    /usr/lib/libapikey.so.0 /usr/lib/libapikey.so \
	    /usr/include/apikey.h /usr/share/man/man8/pam_apikey.8 \
	    /usr/lib/tmpfiles.d/apikey.conf \
	    /usr/share/doc/apikey "$(pkg-config \
	    --variable pc_path pkg-config | cut -d: -f1)/libapikey.pc"; do
		want_gone "$file"
	done

	t 'uninstall: the configuration, the keys and the state stay'
	want cmp -s "$CONF" "$WORK/conf"
	[ "$(find "$STORE" -name '*.conf' | wc -l)" = 1 ] ||
	    problem 'the key is gone'
	want_file "$STATE"

	t 'uninstall: once more is no error'
	run uninstall
	want_rc 0
}

into_a_folder
first_time
again
gone
end_theme
