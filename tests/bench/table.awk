# table.awk - lines of figures as tables for people, and what is to be
# reached.  Reads names.awk first.

BEGIN {
	FS = "\t"
	wide = "  %-26s %9s %9s"
}

/^#/ {
	print
	next
}

{
	n++
	part[n] = $1; who[n] = $2; keys[n] = $3; at_once[n] = $4
	logins[n] = $5; median[n] = $6; p99[n] = $7; per_s[n] = $9
	kib[n] = $10; faults[n] = $11
	line[$1, $2, $3, $4] = n
	if ($1 == "peers")
		peer[$2] = n
	if ($1 == "one_process")
		alone[$2] = n
	if ($1 == "keystore" && $2 == "apikey") {
		if (!(fewest in median))
			fewest = n
		most = n
	}
}

function times(a, b)
{
	return b > 0 ? sprintf("%.3g x", a / b) : "-"
}

function head(text)
{
	printf "\n%s\n", text
}

function peers(p, text,    i, base, userdb)
{
	head(text)
	printf wide "  %13s %13s %9s %7s\n", "", "median", "99 %", \
	    "to pam_permit", "to pam_userdb", "KiB", "faults"
	base = 0
	for (i = 1; i <= n; i++)
		if (part[i] == p && who[i] == "permit")
			base = i
		else if (part[i] == p && who[i] == "userdb")
			userdb = i
	for (i = 1; i <= n; i++)
		if (part[i] == p)
			printf wide "  %13s %13s %9s %7s\n", name_of(who[i]), \
			    time_text(median[i]), time_text(p99[i]), \
			    times(median[i], median[base]), \
			    times(median[i], median[userdb]), \
			    count_text(kib[i]), count_text(faults[i])
}

function calls_of(    i, call, order, count, row, cell)
{
	head("Where the median login goes, call by call")
	printf "  %-26s %13s %13s %13s\n", "", "pam_permit", "pam_userdb", \
	    "pam_apikey"
	for (i = 1; i <= n; i++) {
		if (part[i] !~ /^calls:/)
			continue
		call = substr(part[i], 7)
		if (!(call in row)) {
			row[call] = ++count
			order[count] = call
		}
		cell[call, who[i]] = time_text(median[i])
	}
	for (i = 1; i <= count; i++)
		printf "  %-26s %13s %13s %13s\n", order[i], \
		    cell[order[i], "permit"], cell[order[i], "userdb"], \
		    cell[order[i], "apikey"]
}

function stores(    i)
{
	head("By the number of keys or users")
	printf "  %-26s %9s %9s %9s  %s\n", "", "keys", "median", "99 %", \
	    "to pam_apikey with " count_text(keys[fewest])
	for (i = 1; i <= n; i++)
		if (part[i] == "keystore")
			printf "  %-26s %9s %9s %9s  %9s\n", name_of(who[i]), \
			    count_text(keys[i]), time_text(median[i]), \
			    time_text(p99[i]), \
			    times(median[i], median[fewest])
}

function together(    i)
{
	head("Logins at once")
	printf "  %-26s %9s %7s %10s %9s %9s %9s %12s\n", "", "keys", \
	    "at once", "a second", "median", "99 %", "KiB each", "KiB at most"
	for (i = 1; i <= n; i++)
		if (part[i] == "at_once")
			printf "  %-26s %9s %7s %10s %9s %9s %9s %12s\n", \
			    name_of(who[i]), count_text(keys[i]), at_once[i], \
			    count_text(per_s[i]), time_text(median[i]), \
			    time_text(p99[i]), count_text(kib[i]), \
			    count_text(kib[i] * at_once[i])
}

function others(p, text, of,    i, name)
{
	head(text)
	printf "  %-26s %9s %9s %9s  %s\n", "", of, "median", "99 %", "times"
	for (i = 1; i <= n; i++) {
		if (part[i] != p)
			continue
		name = name_of(who[i])
		if (who[i] == "publickey")
			name = "public key"
		printf "  %-26s %9s %9s %9s  %s\n", name, \
		    count_text(keys[i]), time_text(median[i]), \
		    time_text(p99[i]), count_text(logins[i])
	}
}

# What a few logins took says little.
function verdict(have, want)
{
	if (logins[peer["apikey"]] < 1000)
		return "too few logins"
	return have <= want ? "reached" : "MISSED"
}

function floor(text, have, want, unit, kept)
{
	printf "  %-40s %9.3g%-4s %s%s\n", text, have, unit, \
	    verdict(have, want), kept
}

# By so much over the peer, each in a process of its own; and in one.
function against(text, who, want,    kept)
{
	kept = median[alone["apikey"]] / median[alone[who]]
	floor(text, median[peer["apikey"]] / median[peer[who]], want, " x", \
	    sprintf("; %.3g x in one process", kept))
}

function floors(    i)
{
	head("Limits, judged from 1,000 logins on")
	against("at most 0.9 x pam_userdb", "userdb", 0.9)
	against("at most 1/80 (0.0125) x pam_unix", "unix", 1 / 80)
	against("at most 5 x pam_permit", "permit", 5)
	floor("at most 1.1 x from " count_text(keys[fewest]) " to " \
	    count_text(keys[most]) " keys", \
	    median[most] / median[fewest], 1.1, " x")
	floor("at most 1024 KiB over pam_permit", \
	    kib[peer["apikey"]] - kib[peer["permit"]], 1024, " KiB")
	for (i = 1; i <= n; i++)
		if (part[i] == "apikeyctl" && who[i] == "list")
			floor("list of " count_text(keys[i]) \
			    " keys in at most 3 s", median[i] / 1000000, 3, \
			    " s")
	printf "  pam_permit, of which nothing can be taken away, is %.3g x " \
	    "pam_unix.\n", median[peer["permit"]] / median[peer["unix"]]
}

END {
	if (n == 0)
		exit 1
	peers("peers", "One login, in a process of its own: pam_start_" \
	    "confdir to pam_end")
	peers("one_process", "The same, one after the other in one process")
	calls_of()
	stores()
	together()
	others("ssh", "A whole ssh login, the client's time included", "keys")
	others("apikeyctl", "The command", "keys")
	floors()
}
