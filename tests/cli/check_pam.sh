# shellcheck shell=bash disable=SC2154,SC2016
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
odd auth_late error 2 'comes after common-auth \(line 1\), which decides'
service unix_late 'auth required pam_unix.so' AUTH ACCOUNT SESSION
odd unix_late error 2 'comes after pam_unix.so, which decides'
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
odd no_auth warning 1 'the auth line is missing: no_auth asks nobody'
service broken AUTH ACCOUNT SESSION '@include nothing' 'auth required' \
    'frobnicate required pam_unix.so'
odd broken error 4 'includes nothing, which is not there' \
    error 5 'is no line of PAM: kind, control and module' \
    error 6 'begins with none of auth'
# What is broken, but not ours, is another's matter.
service others 'auth required' '@include nothing'
service copy.dpkg-old 'auth sufficient pam_apikey.so'
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

t 'check: options'
in_tree :
service options "$AUTH scope=a scope=b prompt=x mixed debug nodelay try_first_pass use_first_pass" ACCOUNT SESSION UNIX
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
odd group warning 1 "there is no group 'nobody-here'"
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
    /usr/lib/x86_64-linux-gnu/security 'is not here, where libpam looks'
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
