#!/bin/bash
# machine.sh - run a command on a throw-away copy of this machine.
#
#   machine.sh [-b BUILD_DIR] COMMAND [ARG...]
#
# The copy has this machine's /usr, /etc, /var, /home and /root, and what
# is written to them is gone with it.  Users, PAM stacks, sudoers and a
# real sshd can so be set up as on a real machine, while the host is not
# touched.  It has its own network (loopback only), its own /dev with its
# own /dev/log, its own processes, and it ends with the command.
#
# The command finds the checkout, the build folder and the file of all
# syslog lines by MACHINE_SRC, MACHINE_BUILD and MACHINE_LOG.  The first
# two can be written to; that is gone afterwards, too.
#
# Exit: that of the command; 77 where such a machine cannot be made, with
# the reason on stderr.

set -u

SELF=$(readlink -f "$0")
FLAGS=(--mount --net --uts --ipc --pid --fork --kill-child --mount-proc
    --propagation private)
TOP=/run/machine

cannot()
{
	printf 'no throw-away machine: %s\n' "$*" >&2
	exit 77
}

need()
{
	"$@" || cannot "this failed: $*"
}

# A folder may be hidden by what is mounted next: it is reached by its
# descriptor, which mount(8) must not translate back into a path.
bind_fd()
{
	need mkdir -p "$2"
	need mount -c --bind "/proc/self/fd/$1" "$2"
}

# overlay LOWER AT: what is written at AT is kept apart from LOWER.
overlay()
{
	local store=$TOP/upper$2

	need mkdir -p "$store/upper" "$store/work" "$2"
	# The merged folder takes owner and mode from the upper one.
	need chmod --reference="$1" "$store/upper"
	need chown --reference="$1" "$store/upper"
	need mount -t overlay overlay \
	    -o "lowerdir=$1,upperdir=$store/upper,workdir=$store/work" "$2"
}

make_dev()
{
	local dev=$TOP/dev node

	need mkdir "$dev"
	need mount -t tmpfs -o mode=755 dev "$dev"
	for node in null zero full random urandom tty; do
		: >"$dev/$node"
		need mount --bind "/dev/$node" "$dev/$node"
	done
	need mkdir "$dev/pts" "$dev/shm"
	need mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 \
	    devpts "$dev/pts"
	need mount -t tmpfs -o mode=1777 shm "$dev/shm"
	ln -s pts/ptmx "$dev/ptmx"
	ln -s /proc/self/fd "$dev/fd"
	ln -s /proc/self/fd/0 "$dev/stdin"
	ln -s /proc/self/fd/1 "$dev/stdout"
	ln -s /proc/self/fd/2 "$dev/stderr"
	need mount --move "$dev" /dev
}

make_machine()
{
	local dir

	exec 8<"$1" 9<"$2" || cannot "cannot open $1 or $2"
	need mount -t tmpfs -o mode=755 run /run
	need mkdir -p "$TOP" /run/sshd /run/lock
	: >/run/utmp
	bind_fd 8 "$TOP/lower/src"
	bind_fd 9 "$TOP/lower/build"
	exec 8<&- 9<&-
	for dir in /usr /etc /var /home /root; do
		overlay "$dir" "$dir"
	done
	overlay "$TOP/lower/src" "$TOP/src"
	overlay "$TOP/lower/build" "$TOP/build"
	need mount -t tmpfs -o mode=1777 tmp /tmp
	make_dev
	need ip link set lo up
	need hostname machine.example.com
	printf '127.0.0.1 localhost\n::1 localhost\n%s\n' \
	    '127.0.1.1 machine.example.com machine' >/etc/hosts
	# It must be there before the first line is written.
	need cc -std=c17 -O1 -o "$TOP/devlog" "$TOP/src/tests/e2e/devlog.c"
	need "$TOP/devlog" /dev/log "$TOP/log" "$TOP/devlog.pid"
}

main()
{
	local src build

	if [ "${1-}" = --inside ]; then
		make_machine "$2" "$3"
		shift 3
		cd / || cannot "cannot enter /"
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		    SHELL=/bin/bash LANG=C.UTF-8 TERM="${TERM-dumb}" \
		    MACHINE_SRC="$TOP/src" MACHINE_BUILD="$TOP/build" \
		    MACHINE_LOG="$TOP/log" "$@"
		exit
	fi

	src=$(cd "$(dirname "$SELF")/../.." && pwd -P) || exit
	build=$src/build
	if [ "${1-}" = -b ]; then
		build=$(cd "$2" && pwd -P) || exit
		shift 2
	fi
	[ $# -gt 0 ] || { sed -n '2,4s/^# \{0,1\}//p' "$SELF" >&2; exit 2; }
	[ "$(id -u)" = 0 ] || cannot "only root can make it"
	[ -d "$build" ] || cannot "there is no build folder $build"
	why=$(unshare "${FLAGS[@]}" true 2>&1) ||
	    cannot "this system refuses namespaces: $why"
	# It may be an ordinary user's checkout on a noexec file system.
	exec unshare "${FLAGS[@]}" /bin/bash "$SELF" --inside \
	    "$src" "$build" "$@"
}

main "$@"
