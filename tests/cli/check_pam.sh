# shellcheck shell=bash disable=SC2154,SC2016,SC1003
# check_pam.sh - apikeyctl check: PAM stacks.  Many services stand in one
# tree; each has the findings that it should, and the tree no others.
. ./check_lib.sh

sound debian
DONE=''

# service NAME LINE...: a file of its own, in which AUTH, ACCOUNT and
# SESSION stand for our lines, and UNIX for the usual rest.
service()
{
	local line file=$R/etc/pam.d/$1
	shift
	for line; do
		case $line in
		AUTH) echo "$AUTH" ;;
		ACCOUNT) echo "$ACCOUNT" ;;
		SESSION) echo "$SESSION" ;;
		UNIX) printf '%s\n' '@include common-auth' \
		    '@include common-account' '@include common-session' ;;
		*) printf '%s\n' "$line" ;;
		esac
	done >"$file"
}

EXPECTED=0

# odd SEVERITY LINE WHAT...: of the service made last, with more of the
# same three for more findings.
odd()
{
	local name=$1
	shift
	while [ $# -gt 0 ]; do
		EXPECTED=$((EXPECTED + 1))
		CASES+=("$1"$'\t'"etc/pam.d/$name:$2"$'\t'"$3")
		shift 3
	done
}

# All that were said to be odd are found, and nothing else.
run_odd()
{
	local case severity where what
	look 8
	for case in "${CASES[@]}"; do
		IFS=$'\t' read -r severity where what <<<"$case"
		DONE=$where
		want_finding "$severity" "$where" "$what"
	done
	[ "$(wc -l <"$W/out")" -eq "$EXPECTED" ] || {
		problem "not $EXPECTED findings"
		PROBLEMS+=("$OUT")
	}
	want_quiet
	CASES=() EXPECTED=0
}
CASES=()

t 'check: controls of the auth line'
in_tree :
service required "auth required pam_apikey.so group=apikey" ACCOUNT SESSION UNIX
odd required warning 1 "'required': a key alone is not enough.*without the module everybody"
service requisite "auth requisite pam_apikey.so group=apikey" ACCOUNT SESSION UNIX
odd requisite warning 1 "'requisite': a key alone is not enough"
service sufficient "auth sufficient pam_apikey.so group=apikey" ACCOUNT SESSION UNIX
odd sufficient warning 1 "'sufficient': a refused key goes on to later modules"
service optional "auth optional pam_apikey.so group=apikey" ACCOUNT SESSION UNIX
odd optional warning 1 "'optional': the answer of the module decides nothing"
service default_bad "${AUTH/die/bad}" ACCOUNT SESSION UNIX
odd default_bad warning 1 'a refused key goes on to later modules.*default must be die'
service default_ignore "${AUTH/=die/=ignore}" ACCOUNT SESSION UNIX
odd default_ignore warning 1 'a refused key goes on to later modules'
service unavailable "${AUTH/ignore=ignore/& authinfo_unavail=ignore}" ACCOUNT SESSION UNIX
odd unavailable warning 1 'when the keystore cannot be read, the key goes on'
service success_ok "${AUTH/success=done/success=ok}" ACCOUNT SESSION UNIX
odd success_ok warning 1 'success must be done'
service short "${AUTH/success=done/success=1}" ACCOUNT SESSION UNIX
odd short warning 1 '^a key alone is not enough: later modules ask'
service ignore_die "${AUTH/ ignore=ignore/}" ACCOUNT SESSION UNIX
odd ignore_die error 1 'who is not in the group is refused'
service unknown_die "${AUTH/module_unknown=ignore /}" ACCOUNT SESSION UNIX
odd unknown_die warning 1 'auth line.*without the module everybody is refused'
service unknown_ok "${AUTH/unknown=ignore/unknown=done}" ACCOUNT SESSION UNIX
odd unknown_ok warning 1 'a missing module counts as a yes'
service nonsense "${AUTH/die/perhaps}" ACCOUNT SESSION UNIX
odd nonsense error 1 'has a control that libpam does not know'
# As in Debian's own files: a jump to what says yes is as good as done.
service jump "${AUTH/success=done/success=3}" '@include common-auth' \
    ACCOUNT SESSION 'auth required pam_permit.so' '@include common-account'
# In capitals, joined, with a comment, in brackets.
service form "AUTH [success=done new_authtok_reqd=done ignore=ignore \\" \
    '  module_unknown=ignore default=die] pam_apikey.so [group=apikey] # x' \
    ACCOUNT SESSION UNIX
run_odd

t 'check: controls of the account and session lines'
in_tree :
service a_required AUTH "account required pam_apikey.so" SESSION UNIX
odd a_required warning 2 "account line.*'required': without the module"
service a_requisite AUTH "account requisite pam_apikey.so" SESSION UNIX
odd a_requisite warning 2 "account line.*'requisite': without the module"
service a_sufficient AUTH "account sufficient pam_apikey.so" SESSION UNIX
odd a_sufficient warning 2 'the account itself is not judged'
service a_optional AUTH "account optional pam_apikey.so" SESSION UNIX
odd a_optional warning 2 'a key that was revoked meanwhile is let in'
service a_default AUTH "${ACCOUNT/=bad/=ignore}" SESSION UNIX
odd a_default warning 2 'a key that was revoked meanwhile is let in'
service a_done AUTH "${ACCOUNT/=ok/=done}" SESSION UNIX
odd a_done warning 2 'account itself is not judged.*success must be ok'
service a_ignore AUTH "${ACCOUNT/ ignore=ignore/}" SESSION UNIX
odd a_ignore error 2 'whoever logs in without a key is refused'
service a_die AUTH "${ACCOUNT/=bad/=die}" SESSION UNIX
for word in required requisite sufficient; do
	service s_$word AUTH ACCOUNT "session $word pam_apikey.so" UNIX
	[ $word = sufficient ] && what='are left out' ||
	    what='without the module everybody is refused'
	odd s_$word warning 3 "session line.*$what"
done
service s_ignore AUTH ACCOUNT 'session [success=ok module_unknown=ignore default=bad] pam_apikey.so' UNIX
odd s_ignore error 3 'whoever logs in without a key is refused'
run_odd

t 'check: the order of lines, and lines that are missing'
in_tree :
service auth_late '@include common-auth' AUTH ACCOUNT SESSION \
    '@include common-account' '@include common-session'
odd auth_late error 2 'comes after common-auth \(line 1\), so the password decides'
service unix_late 'auth required pam_unix.so' AUTH ACCOUNT SESSION
odd unix_late error 2 'comes after pam_unix.so, so the password decides, and the key is never asked'
service account_late AUTH '@include common-account' ACCOUNT SESSION \
    '@include common-auth' '@include common-session'
odd account_late warning 3 'account line comes after common-account \(line 2\)'
service session_late AUTH ACCOUNT UNIX SESSION
odd session_late note 6 'session line comes after common-session \(line 5\)'
service substack 'auth substack common-auth' AUTH ACCOUNT SESSION
odd substack error 2 'comes after common-auth \(line 1\)'
service early 'auth required pam_env.so' 'auth requisite pam_nologin.so' \
    'auth sufficient pam_rootok.so' AUTH ACCOUNT SESSION UNIX
service no_account AUTH SESSION UNIX
odd no_account warning 1 'the account line of no_account is missing'
service no_session AUTH ACCOUNT UNIX
odd no_session warning 1 'the session line of no_session is missing'
service no_auth ACCOUNT SESSION UNIX
odd no_auth error 1 'the auth line is missing: no_auth asks nobody'
service broken AUTH ACCOUNT SESSION '@include nothing' 'auth required' \
    'frobnicate required pam_unix.so'
odd broken error 4 'includes nothing, which is not there' \
    error 5 'is no line of PAM: kind, control and module' \
    error 6 'begins with none of auth'
# What is broken, but not ours, is another's matter.
service others 'auth required' '@include nothing'
service copy.dpkg-old 'auth sufficient pam_apikey.so'
run_odd

t 'check: modules that are not there'
in_tree :
service typo "${AUTH/key.so/keys.so}" ACCOUNT SESSION UNIX
odd typo warning 1 'names pam_apikeys.so, which is not in .*/tree/usr/lib/' \
    error 2 'the auth line is missing'
service gone AUTH ACCOUNT SESSION 'auth required pam_gone.so' UNIX
odd gone warning 4 'names pam_gone.so, which is not in'
service meant AUTH ACCOUNT SESSION '-auth required pam_gone.so' \
    'session optional pam_gone.so' 'session required /x/pam_gone.so' UNIX
service others 'auth required pam_gone.so'
run_odd

t 'check: stacks that fail open'
in_tree :
service mixed "$AUTH mixed" ACCOUNT SESSION 'auth required pam_permit.so'
odd mixed error 1 'mixed leaves what is no key to pam_permit.so \([^)]*/mixed:4\)'
service permit AUTH ACCOUNT SESSION 'auth sufficient pam_permit.so'
odd permit error 1 'fails open: who shows no key is let in by pam_permit.so'
service open 'auth sufficient pam_apikey.so group=apikey' ACCOUNT SESSION \
    'auth [success=ok default=ignore] pam_unix.so' 'auth required pam_permit.so'
odd open warning 1 "'sufficient'" \
    error 1 'fails open: a refused key is let in by pam_permit.so' \
    error 1 'fails open: who shows no key'
service reset "${AUTH/die/reset}" ACCOUNT SESSION \
    'auth required pam_permit.so'
odd reset warning 1 'a refused key goes on' error 1 'a refused key is let in' \
    error 1 'who shows no key'
# An answer that counts is no yes, whatever it is taken for.
service default_ok "${AUTH/die/done}" ACCOUNT SESSION UNIX
odd default_ok warning 1 'a refused key goes on'
# A substack that says no is a no, and one that says yes ends itself alone.
service substacks "$AUTH mixed" 'auth substack yes' 'auth requisite pam_deny.so' \
    'auth required pam_permit.so' ACCOUNT SESSION
service yes 'auth sufficient pam_permit.so'
service jumps "$AUTH mixed" 'auth [success=1 default=2] pam_unix.so' \
    'auth requisite pam_deny.so' 'auth optional pam_env.so' \
    'auth required pam_deny.so' 'auth optional pam_permit.so' ACCOUNT SESSION
run_odd

t 'check: lines before ours that lead past it'
in_tree :
service jump 'auth [success=1 default=ignore] pam_succeed_if.so user != root' \
    AUTH ACCOUNT SESSION UNIX
odd jump warning 2 'a line before it can lead past it'
service inside 'auth [success=2 default=ignore] pam_succeed_if.so uid < 1000' \
    'auth required pam_env.so' AUTH ACCOUNT SESSION UNIX
odd inside warning 3 'a line before it can lead past it'
# No further than to ours, or to a refusal.
service short 'auth [success=1 default=ignore] pam_succeed_if.so uid < 1000' \
    'auth optional pam_faildelay.so' AUTH ACCOUNT SESSION UNIX
service deny 'auth [success=1 default=ignore] pam_succeed_if.so uid < 1000' \
    AUTH ACCOUNT SESSION 'auth required pam_deny.so'
service enough 'auth sufficient pam_succeed_if.so uid >= 1000' AUTH ACCOUNT \
    SESSION UNIX
odd enough error 2 'who shows no key is let in by pam_succeed_if.so' \
    error 2 'a refused key is let in by pam_succeed_if.so'
# What is not known here may ask for a password.
service stranger AUTH ACCOUNT SESSION 'auth sufficient pam_stranger.so' UNIX
odd stranger warning 1 'let in by pam_stranger.so .*, unless that asks'
service trust AUTH ACCOUNT SESSION 'auth sufficient pam_wheel.so trust' UNIX
odd trust error 1 'let in by pam_wheel.so .*, which asks for no password'
run_odd

# As Debian and Fedora have them, with our lines.
t 'check: nothing is found in sound stacks'
in_tree :
service su 'auth sufficient pam_rootok.so' AUTH ACCOUNT SESSION \
    'session required pam_env.so readenv=1' \
    'session optional pam_mail.so nopen' 'session required pam_limits.so' UNIX
service login 'auth optional pam_faildelay.so delay=3000000' \
    'auth [success=ok new_authtok_reqd=ok ignore=ignore user_unknown=bad default=die] pam_securetty.so' \
    'auth requisite pam_nologin.so' AUTH 'auth optional pam_group.so' \
    'session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so close' \
    'session required pam_env.so readenv=1' 'session optional pam_motd.so' \
    ACCOUNT SESSION UNIX
service sudo 'auth required pam_env.so readenv=1 user_readenv=0' \
    'session required pam_limits.so' AUTH ACCOUNT SESSION UNIX
service faillock AUTH ACCOUNT SESSION \
    'auth required pam_faillock.so preauth' \
    'auth [success=1 default=ignore] pam_unix.so nullok' \
    'auth [default=die] pam_faillock.so authfail' \
    'auth sufficient pam_faillock.so authsucc' \
    'auth requisite pam_deny.so' 'auth required pam_permit.so' \
    'account required pam_faillock.so'
service faillock_before 'auth required pam_faillock.so preauth silent' AUTH \
    ACCOUNT SESSION UNIX 'auth optional pam_gnome_keyring.so'
FAILLOCK=('auth required pam_env.so'
    'auth required pam_faildelay.so delay=2000000'
    'auth required pam_faillock.so preauth silent'
    'auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular'
    'auth [default=1 ignore=ignore success=ok] pam_localuser.so'
    'auth sufficient pam_unix.so nullok'
    'auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular'
    'auth sufficient pam_sss.so forward_pass'
    'auth required pam_faillock.so authfail' 'auth required pam_deny.so'
    'account required pam_faillock.so' 'account required pam_unix.so')
service system-auth "${FAILLOCK[@]}"
service fedora 'auth required pam_sepermit.so' AUTH \
    'auth substack system-auth' 'auth include postlogin' \
    'account required pam_sepermit.so' 'account required pam_nologin.so' \
    ACCOUNT 'account include system-auth' SESSION
service postlogin \
    'session [success=1 default=ignore] pam_succeed_if.so service !~ gdm*'
service fedora_su 'auth required pam_env.so' 'auth sufficient pam_rootok.so' \
    AUTH 'auth substack system-auth' 'auth include postlogin' \
    'account sufficient pam_succeed_if.so uid = 0 use_uid quiet' ACCOUNT \
    'account include system-auth' SESSION 'session optional pam_xauth.so'
service gdm AUTH ACCOUNT SESSION \
    'auth [success=done ignore=ignore default=bad] pam_selinux_permit.so' \
    'auth substack system-auth' 'auth optional pam_gnome_keyring.so'
service redhat AUTH ACCOUNT SESSION 'auth required pam_env.so' \
    'auth required pam_faillock.so preauth silent deny=3' \
    'auth sufficient pam_unix.so nullok try_first_pass' \
    'auth [default=die] pam_faillock.so authfail deny=3' \
    'auth requisite pam_succeed_if.so uid >= 1000 quiet_success' \
    'auth required pam_deny.so'
service wheel 'auth sufficient pam_rootok.so' \
    'auth required pam_wheel.so use_uid' AUTH ACCOUNT SESSION UNIX
look 0
want_no_out
want_quiet

t 'check: the form of PAM files'
in_tree :
service crlf
printf '%s\r\n' "${AUTH/ group=apikey/}" "$ACCOUNT" "$SESSION" \
    '@include common-auth' >"$R/etc/pam.d/crlf"
odd crlf error 1 'holds a carriage return' \
    warning 1 'without group= everybody' \
    error 4 'includes common-auth.x0d, which is not there'
service crlf_ours UNIX
printf '%s\r\n' "$AUTH" "$ACCOUNT" "$SESSION" |
    cat - "$R/etc/pam.d/crlf_ours" >"$W/crlf"
mv "$W/crlf" "$R/etc/pam.d/crlf_ours"
odd crlf_ours error 1 'holds a carriage return' \
    error 1 "there is no group 'apikey.x0d'"
service crlf_include "@include common-account"$'\r' AUTH ACCOUNT SESSION UNIX
odd crlf_include error 1 'holds a carriage return' \
    error 1 'includes common-account.x0d, which is not there'
service crlf_comment AUTH ACCOUNT SESSION UNIX $'# x\r' $'auth optional pam_env.so # x\r'
service unfinished AUTH ACCOUNT SESSION UNIX 'auth optional pam_env.so \'
EXPECTED=$((EXPECTED + 1))
CASES+=($'error\tetc/pam.d/unfinished\tends with a line that goes on')
service long AUTH ACCOUNT SESSION UNIX "# $(printf '%01021d ' 0)"
odd long error 7 'is longer than 1023 bytes'
service midst AUTH ACCOUNT SESSION UNIX 'auth optional \' '# x' 'pam_env.so'
odd midst error 8 'is empty or a comment in the midst'
printf '# \0\n%s\n' "$AUTH" >"$R/etc/pam.d/nul"
printf '%s\n' "$ACCOUNT" "$SESSION" '@include common-auth' \
    >>"$R/etc/pam.d/nul"
odd nul error 1 'holds a NUL byte'
# As many options as there is room for.
service options "$AUTH$(printf ' scope=%d' {1..80}) mxied" ACCOUNT SESSION UNIX
odd options error 1 "option 'mxied' is unknown"
run_odd

t 'check: PAM files that cannot be read, or not wholly'
no_file()
{
	sick "rm etc/pam.d/sshd; $1" error etc/pam.d/sshd "$2"
}
no_file 'mkfifo etc/pam.d/sshd' 'it is no regular file'
no_file 'ln -s sshd etc/pam.d/sshd' 'a link that leads nowhere'
no_file 'yes "# x" | head -c 2000000 >etc/pam.d/sshd' 'it is too large'
sound_after 'mkdir etc/pam.d/kept; mkfifo etc/pam.d/kept/fifo'
sick 'mkfifo etc/inc; sed -i "1i @include /etc/inc" etc/pam.d/sshd' error \
    etc/pam.d/sshd:1 'includes /etc/inc, which is no regular file'
# unread SCRIPT WHAT: nothing is found, but not all was looked at.
unread()
{
	in_tree "$1"
	look 1
	want_no_out
	want_err "$2"
}
unread 'sed "s/^auth.*/auth include lots/;/pam_apikey/d" -i etc/pam.d/sshd
    yes "auth optional pam_env.so" | head -2000 >etc/pam.d/lots
    cat '"$SOUND"'/etc/pam.d/sshd >>etc/pam.d/lots' 'lots:1025: there are too many lines'
unread 'sed -i "1i auth include a" etc/pam.d/sshd; cd etc/pam.d
    for i in a b c d e f g h; do
	printf "auth include %s\n" $(echo $i | tr a-h b-i){,} >$i
    done; touch i' 'too many files are included'
if [ "$(id -u)" -ne 0 ]; then
	unread 'chmod 0 etc/pam.d/common-auth' 'common-auth: Permission denied'
fi

t 'check: sshd_config and sudoers that hold a NUL'
sick 'printf "\\0\\n" >>etc/ssh/sshd_config' error etc/ssh/sshd_config \
    'holds a NUL byte'
sick 'printf "\\0\\n" >>etc/sudoers' error etc/sudoers 'holds a NUL byte'

t 'check: lines for sudo-i alone have sudoers looked at'
sick 'sed -i /pam_apikey/d etc/pam.d/sudo
    sed -i s/\"sudo\",// etc/apikey/keys.d/*.conf
    echo "deploy ALL=(root) NOPASSWD: ALL" >>etc/sudoers' warning \
    etc/sudoers:5 'asks deploy for no key here'

t 'check: options'
in_tree :
service options "$AUTH scope=a scope=b prompt=x mixed debug nodelay try_first_pass" ACCOUNT SESSION UNIX
service asked 'auth optional pam_exec.so expose_authtok /bin/x' "$AUTH use_first_pass" ACCOUNT SESSION UNIX
service asked_by_us "$AUTH mixed" "$AUTH use_first_pass" ACCOUNT SESSION UNIX
service not_asked 'auth required pam_env.so' "$AUTH use_first_pass" ACCOUNT SESSION UNIX
odd not_asked error 2 'none asks: every key is refused'
service unknown "$AUTH mxied" "$ACCOUNT debug" SESSION UNIX
odd unknown error 1 "option 'mxied' is unknown"
service novalue "$AUTH scope= prompt" ACCOUNT SESSION UNIX
odd novalue error 1 "option 'scope=' needs a value" \
    error 1 "option 'prompt' needs a value"
service value "$AUTH mixed=yes" ACCOUNT SESSION UNIX
odd value error 1 "option 'mixed=yes' takes no value"
service twice "$AUTH group=apikey" ACCOUNT SESSION UNIX
odd twice error 1 "option 'group=apikey' is given twice"
service group "${AUTH/group=apikey/group=nobody-here}" ACCOUNT SESSION UNIX
odd group error 1 "there is no group 'nobody-here'"
service nogroup "${AUTH/ group=apikey/}" ACCOUNT SESSION UNIX
odd nogroup warning 1 'without group= everybody is asked for a key'
service anybody "${AUTH/group=apikey/mixed}" ACCOUNT SESSION UNIX
service config "$AUTH config=apikey.conf" ACCOUNT SESSION UNIX
odd config error 1 "'config=apikey.conf' is no absolute path"
service path "${AUTH/pam_/\/lib\/pam_}" ACCOUNT SESSION UNIX
odd path error 1 'there is no /lib/pam_apikey.so'
run_odd

t 'check: another configuration that a line names'
in_tree :
service other "$AUTH config=/etc/other.conf" ACCOUNT SESSION UNIX
look 8
want_finding error etc/other.conf 'there is no configuration'
want 'findings' "$(wc -l <"$W/out")" 1

t 'check: the module is where libpam looks'
sick 'rm usr/lib/*/security/pam_apikey.so' error \
    usr/lib/x86_64-linux-gnu/security 'is not here, where libpam looks'
# Where there is no libpam, nobody can tell.
sound_after 'rm -r usr/lib'

t 'check: services of keys without lines of ours'
for service in sshd sudo sudo-i; do
	sick "sed -i /pam_apikey/d etc/pam.d/$service" warning $service \
	    "there are keys for $service, but"
done
sound_after 'sed -i s/\"sudo\",// etc/apikey/keys.d/*.conf
    sed -i /pam_apikey/d etc/pam.d/sudo'
sick 'sed -i "/services/s/.*/services = [ \"git\", \"sshd\" ];/" etc/apikey/keys.d/*.conf' \
    note git 'keys for git, which asks for none by PAM'
sick 'sed -i /services/d etc/apikey/keys.d/*.conf; sed -i /pam_apikey/d etc/pam.d/sudo' \
    warning sudo 'there are keys for sudo'

t 'check: files in /usr/lib/pam.d, and /etc/pam.conf'
sound_after 'mkdir usr/lib/pam.d; mv etc/pam.d/sshd usr/lib/pam.d'
sick 'mkdir usr/lib/pam.d; mv etc/pam.d/sshd usr/lib/pam.d
    sed -i s/=die/=bad/ usr/lib/pam.d/sshd' warning usr/lib/pam.d/sshd:2 \
    'a refused key goes on'
sound_after 'mkdir usr/lib/pam.d; sed s/=die/=bad/ etc/pam.d/sshd >usr/lib/pam.d/sshd'
sick "sed 's/^[^#]/sshd &/' etc/pam.d/sshd >etc/pam.conf; sed -i '2s/=die/=bad/
    /@include/d' etc/pam.conf; rm -r etc/pam.d" warning etc/pam.conf:2 \
    'a refused key goes on'
# What pam.conf includes has no services in it.
sick "sed 's/^[^#]/sshd &/' etc/pam.d/sshd >etc/pam.conf; sed -i '/@include/d
    s/^sshd account.*pam_apikey.*/sshd account include \/etc\/inc/' etc/pam.conf
    rm -r etc/pam.d; echo account optional pam_apikey.so >etc/inc" warning \
    etc/inc:1 'revoked meanwhile is let in'

t 'check: our lines in the common files'
sound_after 'sed -i /pam_apikey/d etc/pam.d/*
    for f in auth account session; do
	grep "^$f.*pam_apikey" '"$SOUND"'/etc/pam.d/sshd |
	    cat - etc/pam.d/common-$f >x && mv x etc/pam.d/common-$f
    done; cp etc/pam.d/common-session etc/pam.d/common-session-noninteractive
    sed -i "/common-auth/a @include common-account\n@include common-session" etc/pam.d/su'
