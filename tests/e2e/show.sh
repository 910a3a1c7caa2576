# shellcheck shell=bash
# show.sh - tell and do: what the demo's two halves share.  LOG is the file
# of audit lines; COLOR is yes or no.

BOLD='' DIM='' GREEN='' RED='' PLAIN=''
if [ "${COLOR:-no}" = yes ]; then
	BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m'
	PLAIN=$'\e[0m'
fi

# Only the part behind the program's name is of interest here.
LINES_OF_OURS='s/^\([a-z]*\.[a-z]*\) .*\(event=.*\)/\1 \2/p'

heading()
{
	printf '\n%s== %s%s\n' "$BOLD" "$1" "$PLAIN"
}

say()
{
	printf '\n'
	printf '%s\n' "$@"
}

# What the log has got since the last time, as people want to see it.
audit_lines()
{
	local line color

	while read -r line; do
		case $line in
		*event=auth.deny* | *event=auth.alarm*)
					color=$RED ;;
		*event=auth.grant*)	color=$GREEN ;;
		*)			color=$DIM ;;
		esac
		printf '  %slog: %s%s\n' "$color" "$line" "$PLAIN"
	done < <(tail -c "+$((SEEN + 1))" "$LOG" | sed -n "$LINES_OF_OURS")
	SEEN=$(wc -c <"$LOG")
}

# show WANTED COMMAND: echo it, run it, and show what the log says of it.
# The demo ends at once when it does not go as it should.
show()
{
	local rc=0

	printf '%s$ %s%s\n' "$BOLD" "$2" "$PLAIN"
	SEEN=$(wc -c <"$LOG")
	eval "$2" 2>&1 || rc=$?
	# The last lines of a session come a little after its client's end.
	sleep "${LATE:-0}"
	audit_lines
	case $1:$rc in
	ok:0 | refused:[1-9]*)
		return 0
		;;
	esac
	printf '%sThis should have been %s, and it ended with %s.%s\n' \
	    "$RED" "$1" "$rc" "$PLAIN"
	exit 1
}
