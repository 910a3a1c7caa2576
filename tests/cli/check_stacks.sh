# shellcheck shell=bash disable=SC2154,SC1003,SC2059
# check_stacks.sh - apikeyctl check says of a stack that it fails open where
# the real libpam lets in, and nowhere else (stacks.c).
. ./check_lib.sh

M=$W/pam
mkdir "$M" "$M/d" "$M/m"
if "${CC:-cc}" -D_GNU_SOURCE -rdynamic -o "$M/stacks" stacks.c -lpam &&
    "${CC:-cc}" -D_GNU_SOURCE -fPIC -shared -o "$M/m/pam_apikey.so" answer.c
then
	for module in unix env faillock; do
		cp "$M/m/pam_apikey.so" "$M/m/pam_$module.so"
	done
else
	problem 'the real libpam cannot be asked'
fi
rm -rf "$R"
mkdir -p "$R/etc/pam.d" "$R/etc/apikey"
NAMES=()
declare -A WANT SAID

# part NAME: a file that is there to be included, from standard input.
part()
{
	local text
	IFS= read -r -d '' text
	printf %s "$text" >"$R/etc/pam.d/$1"
}

# stack NAME WANT [LINE...]: a service.  WANT is libpam's word on somebody
# who shows no key, and on one whose key is refused, or "" if that is not
# stated.  A line is of auth; KEY is ours.
stack()
{
	local name=$1 line
	NAMES+=("$name")
	WANT[$name]=$2
	shift 2
	for line; do
		case $line in
		KEY) printf '%s\n' "$AUTH" ;;
		[#@\\]* | auth\ * | foo*) printf "$line\n" ;;
		*) printf "auth $line\n" ;;
		esac
	done >"$R/etc/pam.d/$name"
}

# What check says of each service.
ask_check()
{
	local severity where what mend name
	for name in "${NAMES[@]}"; do SAID[$name]='out out'; done
	while IFS=$'\t' read -r severity where what mend; do
		name=${where#"$R/etc/pam.d/"} name=${name%:*}
		case $what in
		*'who shows no key is let in'*)
			SAID[$name]="in ${SAID[$name]#* }" ;;
		*'a refused key is let in'*)
			SAID[$name]="${SAID[$name]% *} in" ;;
		esac
	done <<<"$OUT"
}

# All services: what libpam says, what was stated, what check says.  In
# libpam's copy, the modules are ours, and includes have a path, since that
# of Debian looks for them in /etc/pam.d alone.
compare()
{
	local name real
	cp "$R"/etc/pam.d/* "$M/d/"
	sed -E -i "s,pam_(apikey|unix|env|faillock)\.so,$M/m/&,
	    s,\bpart_,$M/d/&," "$M"/d/*
	"$CTL" check --root "$R" >"$W/out" 2>"$W/err"
	OUT=$(<"$W/out") ERR=$(<"$W/err")
	want_quiet
	ask_check
	"$M/stacks" "$M/d" "${NAMES[@]}" >"$M/out" || problem 'libpam: no word'
	while read -r name real; do
		[ "${WANT[$name]:-$real}" = "$real" ] ||
		    problem "$name: libpam says $real"
		[ "${SAID[$name]}" = "$real" ] || [ "$real" = '?' ] ||
		    problem "$name: check says ${SAID[$name]}, libpam $real"
	done <"$M/out"
	want 'stacks that libpam judged' "$(wc -l <"$M/out")" ${#NAMES[@]}
	: >"$W/out"
	NAMES=()
}

t 'check: whom libpam lets in: lines'
part part_empty </dev/null
part part_yes <<<'auth sufficient pam_permit.so'
part part_no <<<'auth required pam_deny.so'
part part_cut <<<'auth required pam_deny.so \'
stack comment 'in in' '# foo \\' 'sufficient pam_permit.so' KEY
stack comment_behind 'in in' 'optional pam_warn.so # foo \\' \
    'sufficient pam_permit.so' KEY
stack joined 'out out' KEY 'optional pam_warn.so \\' 'sufficient pam_permit.so'
stack joined_blanks 'out out' KEY 'optional pam_warn.so \\ \t' \
    'sufficient pam_permit.so'
stack joined_over 'out out' KEY 'optional pam_warn.so \\' '# x\n\n' \
    'sufficient pam_permit.so'
stack cr_module 'out out' KEY 'sufficient pam_permit.so\r'
stack cr_blank 'out out' KEY 'sufficient pam_unix.so' '\\' '\r' \
    'optional pam_permit.so'
stack cr_include 'out out' KEY '@include part_yes\r' 'optional pam_permit.so'
stack nul 'in out' KEY '# \0 \\' 'sufficient pam_permit.so \0 \\' 'foo'
long=$(printf '%01000d' 0)
# Of a line that is too long, comment or not, the rest is one of its own.
stack long 'in out' KEY "# $long 01234567890123456789 auth sufficient pam_permit.so"
stack long_end 'out out' KEY "optional pam_permit.so $long auth required pam_deny.so"
stack unfinished 'out out' KEY 'sufficient pam_permit.so' 'optional pam_env.so \\'
stack include 'in out' KEY 'include part_yes'
stack include_capitals 'in out' KEY 'INCLUDE part_yes'
stack include_gone 'in out' KEY 'sufficient pam_permit.so' 'include nope'
stack include_gone_first 'out out' KEY 'include nope' 'sufficient pam_permit.so'
stack include_cut 'out out' KEY 'include part_cut' 'optional pam_permit.so'
stack at_include 'in out' KEY '@INCLUDE part_yes'
stack at_include_gone 'out out' KEY 'sufficient pam_permit.so' '@include nope'
stack at_include_cut 'out out' KEY 'sufficient pam_permit.so' '@include part_cut'
stack bogus_type 'in out' KEY 'sufficient pam_permit.so' 'foo required pam_env.so'
stack bogus_first 'out out' KEY 'foo required pam_env.so' 'sufficient pam_permit.so'
stack bogus_sufficient 'in out' KEY 'foo sufficient pam_env.so' \
    'sufficient pam_permit.so'
stack no_control 'out out' KEY 'auth ' 'sufficient pam_permit.so'
stack no_module 'in out' KEY 'optional' 'sufficient pam_permit.so'
compare

t 'check: whom libpam lets in: controls'
stack blanks 'in out' KEY '[ success = done \t default=die ] pam_permit.so'
stack no_blanks 'in out' KEY '[success=okdefault=die] pam_permit.so'
stack misspelt 'out out' KEY '[sucess=1 default=ignore] pam_unix.so' \
    'optional pam_permit.so'
stack jump_nowhere 'out out' KEY '[success=0] pam_unix.so' \
    'optional pam_permit.so'
stack first_default 'in out' KEY '[default=ignore default=die] pam_unix.so' \
    'optional pam_permit.so'
stack named_first 'out out' KEY '[auth_err=die default=ignore] pam_deny.so' \
    'optional pam_permit.so'
stack nothing 'out out' KEY '[] pam_permit.so'
stack capitals 'in out' KEY 'SUFFICIENT pam_permit.so'
stack reset 'out out' 'required pam_deny.so' \
    'substack part_reset' 'required pam_permit.so' KEY
part part_reset <<<'auth [default=reset] pam_env.so'
stack reset_top 'in out' 'required pam_unix.so' '[default=reset] pam_env.so' \
    KEY 'required pam_permit.so'
stack reset_yes 'in in' 'required pam_permit.so' \
    'substack part_no_reset' "${AUTH/die/ignore}"
part part_no_reset <<'END'
auth required pam_deny.so
auth [default=reset] pam_env.so
END
stack too_far 'out out' KEY 'required pam_permit.so' '[default=2] pam_env.so' \
    'optional pam_env.so'
stack to_the_end 'in out' KEY 'required pam_permit.so' \
    '[default=2] pam_env.so' 'required pam_deny.so' 'required pam_deny.so'
stack too_far_inside 'out out' KEY 'required pam_permit.so' \
    'substack part_far' 'optional pam_env.so'
part part_far <<<'auth [default=1] pam_env.so'
stack over_substack 'in out' KEY '[default=1] pam_env.so' \
    'substack part_no' 'required pam_permit.so'
stack over_empty 'in out' KEY '[default=1] pam_env.so' \
    'substack part_empty' 'required pam_permit.so'
stack two_substacks 'out out' KEY 'substack part_yes' 'substack part_no'
stack done_inside 'in out' KEY 'substack part_yes' 'optional pam_deny.so'
compare

t 'check: whom libpam lets in: modules'
stack succeed_if 'in in' 'sufficient pam_succeed_if.so uid >= 1000' KEY \
    'required pam_deny.so'
echo nobody >"$M/list"
stack listfile 'in in' "sufficient pam_listfile.so onerr=succeed item=user sense=allow file=$M/list" KEY 'required pam_deny.so'
stack over_the_rest 'in out' KEY \
    '[success=2 default=ignore] pam_succeed_if.so uid >= 1000' \
    '[success=1 default=ignore] pam_unix.so' 'requisite pam_deny.so' \
    'required pam_permit.so'
stack fedora 'in out' KEY 'required pam_env.so' \
    'required pam_faildelay.so delay=1' \
    '[default=1 ignore=ignore success=ok] pam_usertype.so issystem' \
    '[default=1 ignore=ignore success=ok] pam_localuser.so' \
    'sufficient pam_unix.so nullok' \
    '[default=1 ignore=ignore success=ok] pam_usertype.so isregular' \
    'sufficient pam_unix.so forward_pass'
stack fedora_deny 'out out' KEY 'required pam_env.so' \
    'required pam_faildelay.so delay=1' \
    '[default=1 ignore=ignore success=ok] pam_usertype.so isregular' \
    '[default=1 ignore=ignore success=ok] pam_localuser.so' \
    'sufficient pam_unix.so nullok' 'required pam_deny.so'
stack localuser 'in out' KEY 'required pam_localuser.so' \
    'sufficient pam_unix.so'
stack faillock 'in out' KEY 'required pam_faillock.so preauth' \
    'sufficient pam_unix.so'
stack faillock_deny 'out out' KEY 'required pam_faillock.so preauth' \
    'sufficient pam_unix.so' '[default=die] pam_faillock.so authfail'
stack faillock_debian 'out out' KEY 'requisite pam_faillock.so preauth' \
    '[success=1 default=ignore] pam_unix.so' \
    '[default=die] pam_faillock.so authfail' \
    'sufficient pam_faillock.so authsucc' 'requisite pam_deny.so' \
    'required pam_permit.so'
stack access 'in out' KEY 'required pam_access.so accessfile=/dev/null' \
    'sufficient pam_unix.so'
stack shells 'in out' KEY "required pam_listfile.so onerr=fail item=user sense=allow file=$M/list" 'sufficient pam_unix.so'
stack exec 'in out' KEY 'sufficient pam_exec.so /bin/true'
stack nologin 'in out' KEY 'required pam_nologin.so successok file=/none' \
    'sufficient pam_unix.so'
stack unix 'out out' KEY 'required pam_env.so' 'sufficient pam_unix.so'
# What is told of an unknown user is told of others, too.
stack unavailable 'in out' KEY \
    '[authinfo_unavail=ignore default=die] pam_unix.so' \
    'required pam_permit.so'
# None of those that are said never to say yes does, on this machine.
while read -r module; do
	[ "$module" = pam_env ] || stack "silent_$module" 'out out' KEY \
	    "optional $module.so" 'sufficient pam_unix.so'
done < <(sed -n 's/.*"\(pam_[a-z]*\)\.so", SILENT.*/\1/p' \
    ../../apikeyctl/pamrun.c)
want 'silent modules' $((${#NAMES[@]} > 25)) 1
compare

# Files random_SEED to random_SEED+COUNT, each with a line of ours, and
# parts 1 to 3, in a folder.
random_stacks()
{
	awk -v seed="$1" -v count="$2" -v folder="$3" '
	function pick(list, n, a) {
		n = split(list, a, " ")
		return a[int(rand() * n) + 1]
	}
	function control(s, k) {
		if (rand() < 0.5)
			return pick("required requisite sufficient optional")
		for (k = int(rand() * 4) + 1; k > 0; k--)
			s = s " " pick("success ignore auth_err " \
			    "authinfo_unavail default") "=" \
			    pick("ok done bad die ignore reset 1 2 3")
		return "[" s "]"
	}
	function stack(file, lines, parts, ours, i) {
		printf "" >file
		for (i = 0; i < lines; i++)
			if (i == ours)
				print "auth", control(), "pam_apikey.so" >file
			else if (parts != "" && rand() < 0.3)
				print "auth", pick("include substack"),
				    pick(parts) >file
			else
				print "auth", control(), pick("pam_unix.so " \
				    "pam_env.so pam_faillock.so " \
				    "pam_permit.so pam_permit.so " \
				    "pam_deny.so") >file
		close(file)
	}
	BEGIN {
		srand(seed)
		stack(folder "/part_1", 2, "", -1)
		stack(folder "/part_2", 2, "part_1", -1)
		stack(folder "/part_3", 3, "part_1 part_2", -1)
		for (n = 0; n < count; n++) {
			lines = int(rand() * 5) + 1
			stack(folder "/random_" seed + n, lines, "part_yes " \
			    "part_reset part_1 part_2 part_3",
			    int(rand() * lines))
		}
	}'
}

t 'check: whom libpam lets in: stacks drawn at random'
seed=${RANDOM_STACKS:-1}
random_stacks "$seed" 100 "$R/etc/pam.d"
for ((n = seed; n < seed + 100; n++)); do
	NAMES+=("random_$n")
done
compare
end_case
rm -rf "$R"
