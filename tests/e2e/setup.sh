# shellcheck shell=bash
# setup.sh - make the machine one that has the project, its users, its
# PAM lines and a running sshd.

PORT=2222
# shellcheck disable=SC2034
CONF=/etc/apikey/apikey.conf
# shellcheck disable=SC2034
STORE=/etc/apikey/keys.d
# The Unix passwords of those who have one.
ALICE_PASSWORD='alice has Unix 1'
OPS_PASSWORD='ops has Unix 2'
ROOT_PASSWORD='root has Unix 3'
SSHD_PID=''
AUTH_CONTROL='[success=done new_authtok_reqd=done ignore=ignore'
AUTH_CONTROL+=' module_unknown=ignore default=die]'
ACCOUNT_CONTROL='[success=ok ignore=ignore module_unknown=ignore default=bad]'

# The host may have the project already.
forget_host()
{
	local name

	for name in deploy ops alice; do
		userdel "$name"
		groupdel "$name"
	done >"$WORK/setup.log" 2>&1
	groupdel apikey >>"$WORK/setup.log" 2>&1
	rm -rf /etc/apikey /var/lib/apikey
	rm -f /usr/local/lib/libapikey.* /usr/local/sbin/apikeyctl
	sed -i '/pam_apikey/d' /etc/pam.d/*
}

make_install()
{
	make -C "$MACHINE_SRC" B="$MACHINE_BUILD" PREFIX=/usr install "$@"
}

add_user()
{
	local name=$1 password=$2

	shift 2
	useradd -m -s /bin/bash "$@" "$name" &&
	    if [ -n "$password" ]; then
		usermod -p "$(openssl passwd -6 "$password")" "$name"
	    fi
}

setup_users()
{
	groupadd --system apikey &&
	    useradd --system -m -s /bin/bash -G apikey deploy &&
	    add_user ops "$OPS_PASSWORD" -G apikey &&
	    add_user alice "$ALICE_PASSWORD" &&
	    usermod -p "$(openssl passwd -6 "$ROOT_PASSWORD")" root
}

# pam_lines SERVICE OPTIONS: the recommended lines, with these options
# for the auth line.
pam_lines()
{
	local file=/etc/pam.d/$1

	sed -i -e '/pam_apikey/d' \
	    -e "/^@include common-auth/i\\
auth $AUTH_CONTROL pam_apikey.so $2" \
	    -e "/^@include common-account/i\\
account $ACCOUNT_CONTROL pam_apikey.so" \
	    -e "/^@include common-session/i\\
session optional pam_apikey.so" "$file"
	[ "$(grep -c pam_apikey "$file")" = 3 ]
}

# setup_pam OPTIONS
setup_pam()
{
	local service

	# Every failure of a Unix password would cost two seconds.
	sed -i 's/pam_unix.so nullok/& nodelay/' /etc/pam.d/common-auth
	for service in sshd sudo sudo-i; do
		pam_lines "$service" "$1" || return
	done
}

# Give sudo these defaults.
set_sudoers()
{
	printf '%s\n' "Defaults !fqdn, !lecture, $1" \
	    'Defaults secure_path="/usr/sbin:/usr/bin:/sbin:/bin"' \
	    'root ALL=(ALL:ALL) ALL' 'deploy ALL=(ALL:ALL) ALL' \
	    'ops ALL=(ALL:ALL) ALL' 'alice ALL=(ALL:ALL) ALL' >/etc/sudoers
	chmod 440 /etc/sudoers
	rm -f /etc/sudoers.d/*
	visudo -cqf /etc/sudoers
}

setup_ssh_keys()
{
	local name

	ssh-keygen -q -t ed25519 -N '' -f "$WORK/hostkey" &&
	    ssh-keygen -q -t ed25519 -N '' -f "$WORK/userkey" || return
	for name in deploy ops alice; do
		install -d -m 700 -o "$name" -g "$name" "/home/$name/.ssh"
		install -m 600 -o "$name" -g "$name" "$WORK/userkey.pub" \
		    "/home/$name/.ssh/authorized_keys"
	done
}

listening()
{
	(exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
}

wait_for_sshd()
{
	local i

	for ((i = 0; i < 200; i++)); do
		listening && return 0
		sleep 0.02
	done
	return 1
}

# start_sshd [LINE...]: LINEs come first, so they win.  The default key
# exchange is half of what a login costs.
start_sshd()
{
	printf '%s\n' "$@" "Port $PORT" "HostKey $WORK/hostkey" \
	    'PidFile none' 'UsePAM yes' 'KbdInteractiveAuthentication yes' \
	    'PasswordAuthentication yes' 'PermitRootLogin no' \
	    'PrintMotd no' 'LogLevel INFO' 'MaxAuthTries 20' \
	    'MaxStartups 100' 'KexAlgorithms curve25519-sha256' >"$WORK/sshd_config"
	env -i "PATH=$PATH" /usr/sbin/sshd -D -f "$WORK/sshd_config" \
	    2>"$WORK/sshd.err" &
	SSHD_PID=$!
	wait_for_sshd && return 0
	cat "$WORK/sshd.err" >&2
	return 1
}

stop_sshd()
{
	kill "$SSHD_PID" && wait "$SSHD_PID" 2>/dev/null
	SSHD_PID=''
}

restart_sshd()
{
	stop_sshd
	start_sshd "$@" || bail "sshd does not start"
}

bail()
{
	printf 'FAIL %s: %s\n' "${THEME:-$0}" "$*"
	[ ! -s "$WORK/setup.log" ] || tail -n 20 "$WORK/setup.log" | indent '|'
	exit 1
}

# All of it but sshd.
setup()
{
	forget_host
	make_install -s >"$WORK/setup.log" 2>&1 || bail "make install failed"
	setup_users >>"$WORK/setup.log" 2>&1 || bail "no users"
	setup_pam "group=apikey nodelay" || bail "no PAM lines"
	set_sudoers timestamp_timeout=0 || bail "no sudoers"
	setup_ssh_keys || bail "no ssh keys"
	setup_clients
}
