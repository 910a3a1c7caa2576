# shellcheck shell=bash
# measure.sh - from logins to lines of figures.
#
# A line: part, who, keys, at once, logins, median, 99th percentile and
# least (microseconds), logins a second, KiB resident at most, page faults.
COLUMNS_OF_LINE=(part who keys at_once logins median_us p99_us least_us
    per_second kib_at_most faults)

RAW=$PLACE/raw
# How many rounds the logins are spread over, so that what the machine does
# meanwhile falls on all alike.
ROUNDS=20
WARM=3
CALLS=(pam_start pam_authenticate pam_acct_mgmt pam_setcred
    pam_open_session pam_close_session pam_end)
declare -A USED

say()
{
	printf 'bench: %s\n' "$*" >&2
}

head_line()
{
	local IFS=$'\t'

	printf '%s\n' "${COLUMNS_OF_LINE[*]}"
}

# login_round WHO COUNT OUT [OPTION...]: a reply is never used twice, unless
# there are no more.
login_round()
{
	local who=$1 count=$2 out=$3

	shift 3
	"$TOOLS/login" "$@" -w "$WARM" -s "${USED[$who]-0}" "$count" \
	    "$STACKS/$who" "$SERVICE" "$BENCH_USER" "$RHOST" \
	    <"$PLACE/$who.replies" >>"$out" || fail "$who: not logged in"
	USED[$who]=$((${USED[$who]-0} + WARM + count))
}

# first_logins WHO KEYS: one with each reply, of which each key's first makes
# the file of its uses; the later ones do not.
first_logins()
{
	local count

	count=$(wc -l <"$PLACE/$1.replies")
	say "first logins: $1"
	rm -f "$RAW"/*
	"$TOOLS/login" -w 0 "$count" "$STACKS/$1" "$SERVICE" "$BENCH_USER" \
	    "$RHOST" <"$PLACE/$1.replies" >"$RAW/$1" || fail "$1: not logged in"
	figures keystore first "$2" 1 "$RAW/$1"
}

# column N FILE: sorted.
column()
{
	grep -v '^wall' "$2" | cut -f "$1" | sort -n
}

# figures PART WHO KEYS AT_ONCE FILE: its line.
figures()
{
	local wall kib faults

	wall=$(awk '$1 == "wall" { ns += $2 } END { print ns }' "$5")
	kib=$(column 9 "$5" | tail -n 1)
	faults=$(column 10 "$5" | awk '{ v[NR] = $1 }
	    END { print v[int((NR + 1) / 2)] }')
	column 1 "$5" | summary "$1" "$2" "$3" "$4" "$wall" "$kib" "$faults"
}

# summary PART WHO KEYS AT_ONCE [WALL [KIB [FAULTS]]]: of sorted nanoseconds.
summary()
{
	awk -v OFS='\t' -v head="$1	$2	$3	$4" -v wall="${5-}" \
	    -v tail="${6--}	${7--}" '{ v[NR] = $1; sum += $1 }
	END {
		if (wall == "")
			wall = sum
		median = v[int((NR + 1) / 2)]
		p99 = v[int((NR * 99 + 99) / 100)]
		printf "%s\t%d\t%.1f\t%.1f\t%.1f\t%.0f\t%s\n", head, NR,
		    median / 1000, p99 / 1000, v[1] / 1000,
		    NR / wall * 1e9, tail
	}'
}

# by_turns PART OPTION... -- WHO:KEYS:COUNT...: some logins of each, and again
by_turns()
{
	local part=$1 options=() round one who keys count

	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	rm -f "$RAW"/*
	for ((round = 1; round <= ROUNDS; round++)); do
		say "$part: round $round of $ROUNDS"
		for one; do
			IFS=: read -r who keys count <<<"$one"
			login_round "$who" $(((count + ROUNDS - 1) / ROUNDS)) \
			    "$RAW/$who" "${options[@]}"
		done
	done
	for one; do
		IFS=: read -r who keys count <<<"$one"
		figures "$part" "${who%%.*}" "$keys" 1 "$RAW/$who"
	done
}

# calls_of WHO: where the time of a login went, from what by_turns left.
calls_of()
{
	local i

	for i in "${!CALLS[@]}"; do
		column $((i + 2)) "$RAW/$1" |
		    summary "calls:${CALLS[i]}" "${1%%.*}" "${1#*.}" 1
	done
}

# at_once WHO KEYS COUNT N...
at_once()
{
	local who=$1 keys=$2 count=$3 n

	shift 3
	for n; do
		say "at once: $who, $n"
		rm -f "$RAW"/*
		login_round "$who" "$count" "$RAW/$who" -c "$n"
		figures at_once "${who%%.*}" "$keys" "$n" "$RAW/$who"
	done
}

# timed PART WHO KEYS RUNS COMMAND...: the wall time of a command that must
# end with 0.
timed()
{
	local part=$1 who=$2 keys=$3 runs=$4 begin i

	shift 4
	say "$part: $who"
	for ((i = 0; i < runs; i++)); do
		begin=${EPOCHREALTIME/[.,]/}
		"$@" >"$PLACE/out" 2>"$PLACE/err" </dev/null || fail \
		    "$*: exit $?: $(tail -n 3 "$PLACE/out" "$PLACE/err")"
		printf '%s000\n' $((${EPOCHREALTIME/[.,]/} - begin))
	done | sort -n | summary "$part" "$who" "$keys" 1
	[ "${PIPESTATUS[0]}" = 0 ] || exit 1
}
