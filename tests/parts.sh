# shellcheck shell=sh
# parts.sh - a run.sh that is asked for what is not there says so at once:
# it would pass without a test otherwise.

refuse()
{
	echo "$*" >&2
	exit 2
}

# need_built HOW FILE...: of the build folder; HOW makes them.
need_built()
{
	how=$1
	shift
	for file; do
		[ -e "$file" ] || refuse "$file is missing: run $how"
	done
}

# need_known WHAT NAMES ASKED...: NAMES are all that there are.
need_known()
{
	what=$1 names=$(printf %s "$2" | tr '\n' ' ')
	shift 2
	for asked; do
		case " $names " in
		*" $asked "*) ;;
		*) refuse "there is no $what $asked; there are: $names" ;;
		esac
	done
}

# need_at_most N USAGE ARG...
need_at_most()
{
	most=$1 usage=$2
	shift 2
	[ $# -le "$most" ] || refuse "usage: $usage"
}
