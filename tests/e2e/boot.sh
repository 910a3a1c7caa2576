#!/bin/bash
# boot.sh - run a command as a service of a real systemd.
#
#   boot.sh COMMAND [ARG...]
#
# For the machine of machine.sh: systemd is process 1 of a further process
# namespace with a control group of its own; journald, logind and D-Bus run,
# and nothing that would look for hardware.  It ends with the command.
#
# Exit: that of the command; 77 where systemd does not boot, with the
# reason on stderr.

set -u

SELF=$(readlink -f "$0")
AT=/run/boot
# The kernel's settings, clock and modules are the host's.
DROPPED=-sys_module,-sys_time,-sys_boot,-sys_rawio,-syslog
MASKED='systemd-udevd.service systemd-udevd-kernel.socket
    systemd-udevd-control.socket systemd-udev-trigger.service
    systemd-modules-load.service systemd-sysctl.service
    systemd-remount-fs.service dev-hugepages.mount dev-mqueue.mount
    sys-kernel-debug.mount sys-kernel-tracing.mount
    sys-fs-fuse-connections.mount modprobe@.service'

cannot()
{
	printf 'systemd does not boot: %s\n' "$*" >&2
	exit 77
}

write_units()
{
	local dir=/etc/systemd/system unit

	mkdir -p "$dir"
	for unit in $MASKED; do
		ln -sf /dev/null "$dir/$unit"
	done
	cat >"$dir/boot.service" <<-EOF
	[Unit]
	DefaultDependencies=no
	Wants=systemd-user-sessions.service systemd-logind.service
	Wants=systemd-journald.service dbus.socket
	After=systemd-user-sessions.service systemd-logind.service
	After=systemd-journald.service dbus.socket
	SuccessAction=exit-force
	FailureAction=exit-force
	[Service]
	Type=oneshot
	ExecStart=/bin/bash $AT/command
	StandardOutput=append:$AT/out
	StandardError=append:$AT/out
	EOF
}

# All that a machine has of its own, and the command.
prepare()
{
	mkdir "$AT" || cannot "there is $AT already"
	: >"$AT/out"
	{
		export -p
		printf 'touch %s/started\n' "$AT"
		printf '%q ' "$@"
		printf '</dev/null\necho $? >%s/rc\n' "$AT"
	} >"$AT/command"
	write_units
	hostname >/etc/hostname
	: >/etc/fstab
	[ -s /etc/machine-id ] ||
	    tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
	# The journal listens there now.
	kill "$(cat /run/machine/devlog.pid)"
	rm -f /dev/log
}

# Below the group that we are in; what an earlier machine left is empty.
make_group()
{
	local mine old

	mine=$(sed -n 's/^0:://p' /proc/self/cgroup)
	mkdir "$AT/cgroup"
	mount -t cgroup2 cgroup2 "$AT/cgroup" ||
	    cannot 'no control groups of version 2'
	for old in "$AT/cgroup$mine"/apikey-e2e.*; do
		remove_group "$old"
	done
	GROUP=$(mktemp -d "$AT/cgroup$mine/apikey-e2e.XXXXXX") ||
	    cannot 'no control group of its own'
}

remove_group()
{
	! grep -qsx 'populated 0' "$1/cgroup.events" ||
	    find "$1" -depth -type d -exec rmdir {} \; 2>/dev/null
}

# Process 1 of the new namespaces.
inside()
{
	umount "$AT/cgroup"
	mount -t sysfs -o ro sysfs /sys &&
	    mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
	    mount --bind /proc/sys /proc/sys &&
	    mount -o remount,bind,ro /proc/sys || exit
	exec env -i "PATH=$PATH" container=e2e setpriv \
	    --bounding-set="$DROPPED" /lib/systemd/systemd --system \
	    --unit=boot.service --log-target=journal --show-status=0
}

main()
{
	local systemd i

	if [ "${1-}" = --inside ]; then
		echo $$ >"$2/cgroup.procs" && exec unshare --cgroup --mount \
		    --pid --fork --kill-child --mount-proc \
		    --propagation private /bin/bash "$SELF" --init
		exit
	fi
	[ "${1-}" != --init ] || inside
	[ -x /lib/systemd/systemd ] || cannot 'there is none'
	command -v dbus-daemon >/dev/null || cannot 'there is no D-Bus'
	grep -q pam_systemd /etc/pam.d/common-session ||
	    cannot 'PAM does not know of it'
	prepare "$@"
	make_group
	/bin/bash "$SELF" --inside "$GROUP" >"$AT/boot.out" 2>&1 &
	systemd=$!
	for ((i = 0; i < 600; i++)); do
		[ ! -e "$AT/started" ] || break
		kill -0 "$systemd" || break
		sleep 0.1
	done 2>/dev/null
	if [ -e "$AT/started" ]; then
		tail --pid="$systemd" -n +1 -f "$AT/out"
	else
		kill "$systemd"
	fi
	wait "$systemd"
	for ((i = 0; i < 100; i++)); do
		remove_group "$GROUP"
		[ -d "$GROUP" ] || break
		sleep 0.1
	done
	[ -e "$AT/started" ] || cannot "$(tail -n 3 "$AT/boot.out")"
	exit "$(cat "$AT/rc" 2>/dev/null || echo 1)"
}

main "$@"
