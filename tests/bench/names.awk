# names.awk - what the short names stand for, and numbers for people.

# The names of the columns are no figures.
$1 == "part" {
	next
}

function name_of(who)
{
	if (who == "permit")
		return "pam_permit"
	if (who == "userdb")
		return "pam_userdb (plain text)"
	if (who == "google")
		return "pam_google_authenticator"
	if (who == "oath")
		return "pam_oath"
	if (who == "unix")
		return "pam_unix (yescrypt)"
	if (who == "apikey")
		return "pam_apikey"
	if (who == "first")
		return "pam_apikey, first uses"
	return who
}

function time_text(us)
{
	if (us >= 10000000)
		return sprintf("%.1f s", us / 1000000)
	if (us >= 1000000)
		return sprintf("%.2f s", us / 1000000)
	if (us >= 100000)
		return sprintf("%.0f ms", us / 1000)
	if (us >= 10000)
		return sprintf("%.1f ms", us / 1000)
	if (us >= 1000)
		return sprintf("%.2f ms", us / 1000)
	return sprintf("%.0f us", us)
}

function count_text(n)
{
	if (n !~ /^[0-9]+$/)
		return n
	while (n ~ /[0-9][0-9][0-9][0-9]($|,)/)
		n = gensub_thousand(n)
	return n
}

function gensub_thousand(n,    at)
{
	at = match(n, /[0-9][0-9][0-9]($|,)/)
	return substr(n, 1, at - 1) "," substr(n, at)
}
