#!/bin/bash
# safety.sh - whatever is wrong with us, root and non-members get in, and
# members do not get in without a key.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

THEME=safety
setup
start_sshd 'PermitRootLogin yes' || bail "sshd does not start"
create KEY --user deploy
ID=$(id_of "$KEY")
MODULE=$(find /usr/lib /lib64 -name pam_apikey.so 2>/dev/null | head -n 1)
[ -n "$MODULE" ] || bail "no module was installed"

# Everyone who has nothing to do with keys.
everyone()
{
	for METHOD in "${METHODS[@]}"; do
		t "$1: a non-member logs in, $METHOD"
		ssh_key "$METHOD" alice "$ALICE_PASSWORD"
		want_login alice
		t "$1: root logs in, $METHOD"
		ssh_key "$METHOD" root "$ROOT_PASSWORD"
		want_login root
	done
	t "$1: a non-member's sudo works"
	sudo_key -S alice "$ALICE_PASSWORD" id -un
	want_rc 0
	want_out root
	sudo_key -S alice "$ALICE_PASSWORD" -i id -un
	want_rc 0
	want_out root
	t "$1: root's own sudo works"
	run sudo -n id -un
	want_rc 0
	want_out root
	t "$1: su works"
	run su alice -c 'id -un'
	want_out alice
	answers "$ROOT_PASSWORD"
	run as_user alice expect -f "$E2E/tty.exp" "$WORK/answers" \
	    su root -c 'id -un'
	want_rc 0
	want_out_like '^root'
	t "$1: public keys work"
	ssh_pub alice
	want_login alice
	ssh_pub deploy
	want_login deploy
}

a_non_member()
{
	t "$1: a non-member logs in"
	ssh_key password alice "$ALICE_PASSWORD"
	want_login alice
	t "$1: a non-member's sudo works"
	sudo_key -S alice "$ALICE_PASSWORD" id -un
	want_out root
}

# member_refused WHAT LOG...: with a good key, and why is on record.
member_refused()
{
	local what=$1 line

	shift
	for METHOD in "${METHODS[@]}"; do
		t "$what: a member's key is refused, $METHOD"
		ssh_key "$METHOD" deploy "$KEY"
		want_no_login
		for line; do
			want_log "$line"
		done
		want_no_log 'event=auth\.grant'
	done
	t "$what: a member's sudo is refused"
	sudo_key -S deploy "$KEY" id -un
	want_rc 1
	want_out_unlike root
	for line; do
		want_log "$line"
	done
}

member_granted()
{
	t "$1: a member's key works"
	ssh_key password deploy "$KEY"
	want_login deploy
	sudo_key -S deploy "$KEY" id -un
	want_rc 0
	want_out root
}

without_module()
{
	local library away=/usr/share/away

	mkdir "$away"
	mv "$MODULE" "$away"
	everyone 'no module file'
	member_refused 'no module file' 'unable to dlopen\(pam_apikey\.so\)'
	t 'no module file: it is no way in for a member with a password'
	ssh_key password ops "$OPS_PASSWORD"
	want_login ops
	mv "$away/pam_apikey.so" "$MODULE"

	library=$(find /usr/lib -name 'libapikey.so.0' | head -n 1)
	mv "$library" "$away"
	ldconfig
	everyone 'no library'
	member_refused 'no library' 'unable to dlopen\(pam_apikey\.so\)'
	mv "$away/libapikey.so.0" "$library"
	ldconfig
	member_granted 'module and library again there'
}

without_group()
{
	setup_pam 'group=apikye nodelay'
	everyone 'a typing error in the name of the group'
	member_refused 'a typing error in the name of the group' \
	    'pam_apikey\((sshd|sudo):auth\): .*apikye'
	setup_pam 'group=apikey nodelay'
	groupdel apikey
	everyone 'no group'
	member_refused 'no group' 'pam_apikey\((sshd|sudo):auth\): .*apikey'
	groupadd --system apikey
	usermod -aG apikey deploy
	usermod -aG apikey ops
	member_granted 'the group again there'
}

wrong_options()
{
	local options word

	# The second word is the mistake, and what the log must name.
	for options in 'group=apikey nodelya nodelay' \
	    'group=apikey nodelay=1' 'group=apikey scope=' \
	    'group=apikey config=relative'; do
		word=${options#* }
		word=${word%% *}
		setup_pam "$options"
		a_non_member "options $options"
		member_refused "options $options" \
		    "pam_apikey\\((sshd|sudo):auth\\): .*${word#config=}"
	done
	setup_pam 'group=apikey nodelay'
}

# damage WHAT LOG COMMAND...: to the installed files, then mend them.
damage()
{
	local what=$1 line=$2

	shift 2
	cp -a /etc/apikey "$WORK/saved"
	"$@" || bail "$*"
	a_non_member "$what"
	member_refused "$what" "$line" 'event=auth\.deny reason='
	rm -rf /etc/apikey
	mv "$WORK/saved" /etc/apikey
}

# shellcheck disable=SC2317 # called by damage
set_record()
{
	printf '%s\n' "$1" >>"$STORE/$ID.conf"
}

damaged()
{
	damage 'no configuration' 'apikey\.conf' rm "$CONF"
	damage 'a typing error in the configuration' 'apikey\.conf' \
	    tee -a "$CONF" <<<'keystor = "/nowhere";' >/dev/null
	damage 'a configuration that others may write' 'apikey\.conf' \
	    chmod 666 "$CONF"
	damage 'no keystore' 'keys\.d' rm -r "$STORE"
	damage 'a keystore that others may write' 'keys\.d' \
	    chmod 777 "$STORE"
	damage 'a record that others may write' "insecure-store" \
	    chmod 666 "$STORE/$ID.conf"
	damage "another user's record" "insecure-store" \
	    chown alice "$STORE/$ID.conf"
	damage 'a record with an unknown setting' 'corrupt-record' \
	    set_record 'only_on_sundays = true;'
	member_granted 'all mended'
}

# The delay that setup's nodelay leaves out.
delay()
{
	local start

	setup_pam 'group=apikey'
	for METHOD in "${METHODS[@]}"; do
		t "a refusal takes its time without nodelay, $METHOD"
		start=$EPOCHREALTIME
		ssh_key "$METHOD" deploy "$(wrong_secret "$KEY")"
		want_no_login
		[ $((${EPOCHREALTIME/./} - ${start/./})) -gt 900000 ] ||
		    problem "it took less than 0.9 s"
		setup_pam 'group=apikey'
	done
	setup_pam 'group=apikey nodelay'
}

everyone 'all is well'
member_granted 'all is well'
without_module
without_group
wrong_options
damaged
delay
end_theme
