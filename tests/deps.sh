#!/bin/sh
# Installs the Debian packages that are missing.  usage:
# deps.sh build|test|lint|bench|valgrind...
set -eu

build='gcc make pkg-config libc6-dev libpam0g-dev libsodium-dev
libconfig-dev'
# The peers that the tests run against, and what drives them.
test='libcmocka-dev libjansson-dev libpam-wrapper libpamtest0-dev libnss-wrapper
libuid-wrapper pamtester openssh-server openssh-client sudo sshpass expect
iproute2 util-linux openssl strace mandoc shellcheck universal-ctags clang
libclang-rt-14-dev passwd procps systemd dbus libpam-systemd fail2ban
python3-systemd rsyslog logrotate'
# Static analysis.
lint='clang-tidy cppcheck'
# The peers that it is measured beside, what makes their files, and a
# profiler.
bench='libpam-oath oathtool libpam-google-authenticator db-util perl-base
valgrind'

packages=
for kind; do
	case $kind in
	build)	packages="$packages $build" ;;
	test)	packages="$packages $test" ;;
	lint)	packages="$packages $lint" ;;
	bench)	packages="$packages $bench" ;;
	valgrind) packages="$packages valgrind" ;;
	*)	echo "usage: deps.sh build|test|lint|bench|valgrind..." >&2; exit 2 ;;
	esac
done

if ! command -v dpkg-query >/dev/null; then
	echo "Not Debian: these packages are needed, by their Debian names:"
	echo "$packages"
	exit 0
fi

missing=
for package in $packages; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" \
	    2>/dev/null) || state=
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "These packages are missing; as root:" >&2
	echo "  apt-get install$missing" >&2
	exit 1
fi
echo "Installing these packages, which stay:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=300 update
# Debian starts a daemon that it installs, unless this says no (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f $policy' EXIT
	trap 'exit 1' HUP INT PIPE TERM
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
fi
# shellcheck disable=SC2086 # a list of names
apt-get -q -y -o DPkg::Lock::Timeout=300 install \
    --no-install-recommends $missing
