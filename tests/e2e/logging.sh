# shellcheck shell=bash
# logging.sh - the machine's log as Debian has it: the journal takes the
# lines and hands them on to rsyslog, which has its own configuration and
# our snippet.  Sourced by themes that need it.

JOURNAL=/run/log/journal
RSYSLOG_PID='' JOURNALD_PID=''

# The log that the cases look into, as devlog.c would write it.
machine_log()
{
	cat <<-EOF
	template(name="machine" type="string"
	    string="%syslogfacility-text%.%syslogseverity-text% %syslogtag%%msg%\n")
	action(type="omfile" file="$MACHINE_LOG" template="machine")
	EOF
}

start_journal()
{
	mkdir -p /run/systemd/journal "$JOURNAL"
	[ -s /etc/machine-id ] ||
	    tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
	printf '%s\n' '[Journal]' Storage=volatile ForwardToSyslog=yes \
	    RateLimitBurst=0 >/etc/systemd/journald.conf
	kill "$(cat /run/machine/devlog.pid)"
	run_journal || return
	rm -f /dev/log
	ln -s /run/systemd/journal/dev-log /dev/log
}

run_journal()
{
	rm -f /run/systemd/journal/dev-log
	/lib/systemd/systemd-journald 2>"$WORK/journald.err" &
	JOURNALD_PID=$!
	wait_for /run/systemd/journal/dev-log
}

# An empty one.
restart_journal()
{
	kill "$JOURNALD_PID" && wait "$JOURNALD_PID"
	rm -rf "${JOURNAL:?}"/*
	run_journal
}

# wait_for SOCKET
wait_for()
{
	local i

	for ((i = 0; i < 300; i++)); do
		[ ! -S "$1" ] || return 0
		sleep 0.02
	done
	return 1
}

# What the host's kernel has to say is none of the machine's business.
start_rsyslog()
{
	install -m 644 "$EXAMPLES/rsyslog.d/apikey.conf" /etc/rsyslog.d
	machine_log >/etc/rsyslog.d/machine.conf
	sed -i -e '/imklog/d' -e '/^module(load="imuxsock")/c\
module(load="imuxsock" SysSock.Name="/run/systemd/journal/syslog")' \
	    /etc/rsyslog.conf
	mkdir -p /var/spool/rsyslog
	rsyslogd -N1 >"$WORK/rsyslog.check" 2>&1 || return
	rsyslogd -n -i /run/rsyslogd.pid 2>"$WORK/rsyslog.err" &
	RSYSLOG_PID=$!
	wait_for /run/systemd/journal/syslog
}

start_logging()
{
	EXAMPLES=/usr/share/doc/apikey/examples
	: >"$MACHINE_LOG"
	start_journal || bail 'no journal'
	start_rsyslog || bail "no rsyslog: $(cat "$WORK"/rsyslog.*)"
}
