# shellcheck shell=bash disable=SC2154
# check_lib.sh - trees for apikeyctl check: the recommended set-up of Debian
# and of Fedora, and what becomes of it.  Sourced by the themes check*.sh.

AUTH='auth [success=done new_authtok_reqd=done ignore=ignore module_unknown=ignore default=die] pam_apikey.so group=apikey'
ACCOUNT='account [success=ok ignore=ignore module_unknown=ignore default=bad] pam_apikey.so'
SESSION='session optional pam_apikey.so'
DONE=''
# The tree of the case, and the sound one that it is a copy of.
R=$W/tree
SOUND=$W/sound

# Three lines before those that match, in a file.
add_lines()
{
	sed -i -e "/$2/i $AUTH" -e "/$3/i $ACCOUNT" -e "/$4/i $SESSION" "$1"
	[ "$(grep -c pam_apikey "$1")" = 3 ] || problem "no lines in $1"
}

debian_pam()
{
	local service p=$SOUND/etc/pam.d
	printf '%s\n' 'auth [success=1 default=ignore] pam_unix.so nullok' \
	    'auth requisite pam_deny.so' 'auth required pam_permit.so' \
	    'auth optional pam_cap.so' >"$p/common-auth"
	printf '%s\n' \
	    'account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so' \
	    'account requisite pam_deny.so' \
	    'account required pam_permit.so' >"$p/common-account"
	printf '%s\n' 'session [default=1] pam_permit.so' \
	    'session requisite pam_deny.so' 'session required pam_permit.so' \
	    'session required pam_unix.so' >"$p/common-session"
	cp "$p/common-session" "$p/common-session-noninteractive"
	printf 'password required pam_unix.so\n' >"$p/common-password"
	printf '%s\n' '# PAM of sshd' '@include common-auth' \
	    'account required pam_nologin.so' '@include common-account' \
	    'session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so close' \
	    'session required pam_loginuid.so' '@include common-session' \
	    'session optional pam_mail.so standard noenv # [1]' \
	    '@include common-password' >"$p/sshd"
	printf '%s\n' '#%PAM-1.0' 'session required pam_limits.so' \
	    '@include common-auth' '@include common-account' \
	    '@include common-session-noninteractive' >"$p/sudo"
	sed s/-noninteractive// "$p/sudo" >"$p/sudo-i"
	for service in sshd sudo sudo-i; do
		add_lines "$p/$service" '^@include common-auth' \
		    '^@include common-account' '^@include common-session'
	done
	printf 'auth sufficient pam_rootok.so\n@include common-auth\n' \
	    >"$p/su"
	MODULES=$SOUND/usr/lib/x86_64-linux-gnu/security
}

# As authselect's sssd profile has it, with system-auth an absolute link.
fedora_pam()
{
	local p=$SOUND/etc/pam.d name
	mkdir -p "$SOUND/etc/authselect"
	printf '%s\n' 'auth required pam_env.so' \
	    'auth required pam_faildelay.so delay=2000000' \
	    'auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular' \
	    'auth [default=1 ignore=ignore success=ok] pam_localuser.so' \
	    'auth sufficient pam_unix.so nullok' \
	    'auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular' \
	    'auth sufficient pam_sss.so forward_pass' \
	    'auth required pam_deny.so' 'account required pam_unix.so' \
	    'account sufficient pam_localuser.so' \
	    'account sufficient pam_usertype.so issystem' \
	    'account [default=bad success=ok user_unknown=ignore] pam_sss.so' \
	    'account required pam_permit.so' \
	    'password sufficient pam_unix.so' \
	    'session optional pam_keyinit.so revoke' \
	    '-session optional pam_systemd.so' \
	    'session required pam_unix.so' >"$SOUND/etc/authselect/system-auth"
	cp "$SOUND/etc/authselect/system-auth" \
	    "$SOUND/etc/authselect/password-auth"
	for name in system-auth password-auth; do
		ln -s "/etc/authselect/$name" "$p/$name"
	done
	printf 'session optional pam_umask.so silent\n' >"$p/postlogin"
	printf '%s\n' '#%PAM-1.0' 'auth substack password-auth' \
	    'auth include postlogin' 'account required pam_sepermit.so' \
	    'account required pam_nologin.so' 'account include password-auth' \
	    'password include password-auth' \
	    'session required pam_selinux.so close' \
	    'session include password-auth' 'session include postlogin' \
	    >"$p/sshd"
	printf '%s\n' 'auth include system-auth' \
	    'account include system-auth' 'password include system-auth' \
	    'session include system-auth' >"$p/sudo"
	printf '%s\n' 'auth include sudo' 'account include sudo' \
	    'password include sudo' 'session optional pam_keyinit.so force' \
	    'session include sudo' >"$p/sudo-i"
	add_lines "$p/sshd" '^auth substack' '^account include' \
	    '^session include password-auth'
	add_lines "$p/sudo" '^auth include' '^account include' \
	    '^session include'
	MODULES=$SOUND/usr/lib64/security
}

# sound debian|fedora: the recommended set-up, with a key.
sound()
{
	local top=$PWD/../..
	rm -rf "$SOUND"
	mkdir -p "$SOUND"/etc/{pam.d,ssh/sshd_config.d,sudoers.d,apikey} \
	    "$SOUND/var/lib"
	mkdir -m 700 "$SOUND/etc/apikey/keys.d" "$SOUND/var/lib/apikey"
	"$1"_pam
	mkdir -p "$MODULES"
	touch "$MODULES"/pam_{apikey,deny,permit,unix,env,faildelay,faillock}.so \
	    "$MODULES"/pam_{usertype,localuser,sss,cap,nologin,loginuid}.so \
	    "$MODULES"/pam_{sepermit,selinux,keyinit,limits,rootok,exec}.so \
	    "$MODULES"/pam_{securetty,succeed_if,selinux_permit,wheel}.so \
	    "$MODULES"/pam_{stranger,listfile,access}.so
	cp "$top/etc/apikey.conf" "$SOUND/etc/apikey/"
	cp "$top/etc/sshd_config.d/apikey.conf" "$SOUND/etc/ssh/sshd_config.d/"
	cp "$top/etc/sudoers.d/apikey" "$SOUND/etc/sudoers.d/"
	printf '%s\n' '# sshd' 'Include /etc/ssh/sshd_config.d/*.conf' \
	    'UsePAM yes' 'KbdInteractiveAuthentication no' \
	    'X11Forwarding yes' >"$SOUND/etc/ssh/sshd_config"
	printf '%s\n' 'Defaults env_reset' 'root ALL=(ALL:ALL) ALL' \
	    '%sudo ALL=(ALL:ALL) NOPASSWD: ALL' '@includedir /etc/sudoers.d' \
	    >"$SOUND/etc/sudoers"
	echo 'deploy ALL=(root) /usr/bin/id' >"$SOUND/etc/sudoers.d/deploy"
	printf '%s\n' 'root:x:0:0::/root:/bin/sh' \
	    'deploy:x:998:998::/home/deploy:/bin/bash' \
	    'alice:x:1000:1000::/home/alice:/bin/bash' >"$SOUND/etc/passwd"
	printf '%s\n' 'root:x:0:' 'sudo:x:27:alice' 'apikey:x:997:deploy' \
	    'deploy:x:998:' 'alice:x:1000:' >"$SOUND/etc/group"
	printf '%s\n' 'root:*:19000:0:99999:7:::' \
	    'deploy:!:19000::::::' 'alice:!:0:0:1:7:::' >"$SOUND/etc/shadow"
	CONF=$W/tree.conf
	printf 'keystore = "%s";\nstate = "%s";\n' "$SOUND/etc/apikey/keys.d" \
	    "$SOUND/var/lib/apikey" >"$CONF"
	new --user deploy --max-uses 5
	KEY=$ID
	KEYS=etc/apikey/keys.d
	USAGE=var/lib/apikey/usage
}

# only PATH...: from here on, the cases change nothing else in their trees,
# which are made the faster; without a path, they may change anything.
only()
{
	rm -rf "$R"
	cp -a "$SOUND" "$R"
	PARTS=("$@")
}
PARTS=()

# In the tree of the case, a copy of the sound one, do something.
in_tree()
{
	if [ ${#PARTS[@]} -eq 0 ]; then
		rm -rf "$R"
		cp -a "$SOUND" "$R"
	else
		rm -rf "${PARTS[@]/#/$R/}"
		cd "$SOUND" || exit
		cp -a --parents "${PARTS[@]}" "$R"
		cd "$OLDPWD" || exit
	fi
	[ "$1" = : ] || (cd "$R" && eval "$1") || problem "not done: $1"
}

# look STATUS ARG...: check the tree.
look()
{
	local want=$1 status
	shift
	"$CTL" check --root "$R" "$@" </dev/null >"$W/out" 2>"$W/err"
	status=$?
	OUT=$(<"$W/out") ERR=$(<"$W/err")
	[ "$status" -eq "$want" ] || problem "exit $status instead of $want"
}

# want_finding SEVERITY WHERE WHAT: the second as seen in the tree, the third
# an expression.
want_finding()
{
	local line severity where what mend
	while IFS=$'\t' read -r severity where what mend; do
		[ "$severity" = "$1" ] && [ "${where#"$R/"}" = "$2" ] &&
		    [[ $what =~ $3 ]] && [ -n "$mend" ] && return
	done <<<"$OUT"
	problem "no $1 at $2: $3 (after: $DONE)"
}

# sick SCRIPT SEVERITY WHERE WHAT: after that in the tree, check finds that
# and nothing else.
sick()
{
	DONE=$1
	in_tree "$1"
	look 8
	want_finding "$2" "$3" "$4"
	[[ $OUT != *$'\n'* ]] ||
	    problem "not one finding after: $1: $OUT"
	want_quiet
}

# mend_is MEND: as it stands with the finding of the last case.
mend_is() { want "the mend after: $DONE" "$(cut -f 4 <<<"$OUT")" "$1"; }
# The same, and where the examples are is no matter.
mend_installs()
{
	want "the mend after: $DONE" "$(cut -f 4 <<<"$OUT" |
	    sed 's, /[^ ]*/examples/, ,')" "install $1"
}

# sound_after SCRIPT: it finds nothing.
sound_after()
{
	in_tree "$1"
	look 0
	[ -z "$OUT$ERR" ] || problem "after: $1: $OUT$ERR"
}
