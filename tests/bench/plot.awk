# plot.awk - lines of figures as one picture in SVG.  Reads names.awk first.

BEGIN {
	FS = "\t"
	left = 230
	right = 700
	color["apikey"] = "#0b6e4f"
	color["userdb"] = "#c8553d"
	color["oath"] = "#7a6c9d"
	color["permit"] = "#8a8f98"
	color["unix"] = color["google"] = "#8a8f98"
}

/^#/ {
	note[++notes] = substr($0, 3)
	next
}

{
	n++
	part[n] = $1; who[n] = $2; keys[n] = $3; at_once[n] = $4
	median[n] = $6; p99[n] = $7; per_s[n] = $9
}

function log10(x)
{
	return log(x) / log(10)
}

function text(x, y, anchor, size, what)
{
	gsub(/&/, "\\&amp;", what)
	gsub(/</, "\\&lt;", what)
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" " \
	    "font-size=\"%d\">%s</text>\n", x, y, anchor, size, what
}

function rule(x1, y1, x2, y2, stroke)
{
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" " \
	    "stroke=\"%s\"/>\n", x1, y1, x2, y2, stroke
}

# The powers of ten around what is shown.
function span(min, max)
{
	low = int(log10(min))
	if (low > log10(min))
		low--
	high = int(log10(max))
	if (high < log10(max))
		high++
	if (high == low)
		high++
}

function across(us)
{
	return left + (log10(us) - low) / (high - low) * (right - left)
}

# Bars: the median, and a line to the 99th percentile.
function bars(p, top, title,    i, y, min, max, e)
{
	for (i = 1; i <= n; i++) {
		if (part[i] != p)
			continue
		if (min == 0 || median[i] < min)
			min = median[i]
		if (p99[i] > max)
			max = p99[i]
	}
	span(min / 2, max)
	text(20, top, "start", 15, title)
	y = top + 14
	for (i = 1; i <= n; i++) {
		if (part[i] != p)
			continue
		printf "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" " \
		    "height=\"16\" fill=\"%s\"/>\n", left, y, \
		    across(median[i]) - left, color[who[i]]
		rule(across(median[i]), y + 8, across(p99[i]), y + 8, \
		    color[who[i]])
		rule(across(p99[i]), y + 3, across(p99[i]), y + 13, \
		    color[who[i]])
		text(left - 8, y + 13, "end", 13, name_of(who[i]))
		text(across(p99[i]) + 6, y + 13, "start", 12, \
		    time_text(median[i]))
		y += 24
	}
	for (e = low; e <= high; e++) {
		rule(across(10 ^ e), top + 8, across(10 ^ e), y, "#d8dade")
		text(across(10 ^ e), y + 14, "middle", 11, time_text(10 ^ e))
	}
	return y + 50
}

# One line of a chart: x and y of what belongs to it, both by powers.
function curve(p, name, many, x0, x1, top, bottom, label,    i, px, py, path)
{
	for (i = 1; i <= n; i++) {
		if (part[i] != p || who[i] != name ||
		    (p == "at_once" && keys[i] != many))
			continue
		px = p == "at_once" ? at_once[i] : keys[i]
		py = p == "at_once" ? per_s[i] : median[i]
		px = left + (log10(px) - x0) / (x1 - x0) * (right - left)
		py = bottom - (log10(py) - low) / (high - low) * (bottom - top)
		path = path sprintf("%s%.1f,%.1f ", path == "" ? "M" : "L", \
		    px, py)
		printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" " \
		    "fill=\"%s\"/>\n", px, py, color[name]
	}
	if (path == "")
		return
	printf "<path d=\"%s\" fill=\"none\" stroke=\"%s\" " \
	    "stroke-width=\"2\"/>\n", path, color[name]
	tag[++tags] = label
	tag_x[tags] = px + 8
	tag_y[tags] = py + 4
}

# The names of the lines, from the top, none upon another.
function tell(    i, low_y, next_one, done)
{
	low_y = -100
	while (tags > 0) {
		next_one = 0
		for (i = 1; i <= tags; i++)
			if (!(i in done) && (next_one == 0 || \
			    tag_y[i] < tag_y[next_one]))
				next_one = i
		if (next_one == 0)
			break
		done[next_one] = 1
		if (tag_y[next_one] < low_y + 14)
			tag_y[next_one] = low_y + 14
		low_y = tag_y[next_one]
		text(tag_x[next_one], low_y, "start", 12, tag[next_one])
	}
	tags = 0
}

function frame(p, top, title, is_rate,    i, v, min, max, e, y, bottom)
{
	for (i = 1; i <= n; i++) {
		if (part[i] != p)
			continue
		v = is_rate ? per_s[i] : median[i]
		if (min == 0 || v < min)
			min = v
		if (v > max)
			max = v
	}
	span(min, max)
	bottom = top + 210
	text(20, top, "start", 15, title)
	for (e = low; e <= high; e++) {
		y = bottom - (e - low) / (high - low) * (bottom - top - 20)
		rule(left, y, right, y, "#d8dade")
		text(left - 8, y + 4, "end", 11, \
		    is_rate ? count_text(10 ^ e "") : time_text(10 ^ e))
	}
	return bottom
}

function stores(top,    bottom, i, x0, x1, k)
{
	bottom = frame("keystore", top, "The median login, by the number " \
	    "of keys or users", 0)
	x0 = 20
	for (i = 1; i <= n; i++) {
		if (part[i] != "keystore")
			continue
		k = log10(keys[i])
		if (k < x0)
			x0 = k
		if (k > x1)
			x1 = k
	}
	for (i = 1; i <= n; i++)
		if (part[i] == "keystore" && who[i] == "apikey")
			text(left + (log10(keys[i]) - x0) / (x1 - x0) * \
			    (right - left), bottom + 16, "middle", 11, \
			    count_text(keys[i]))
	curve("keystore", "apikey", 0, x0, x1, top + 20, bottom, "pam_apikey")
	curve("keystore", "userdb", 0, x0, x1, top + 20, bottom, "pam_userdb")
	curve("keystore", "oath", 0, x0, x1, top + 20, bottom, "pam_oath")
	tell()
	return bottom + 60
}

function together(top,    bottom, i, x1, seen, many)
{
	bottom = frame("at_once", top, "Logins a second, by how many are " \
	    "at it at once", 1)
	for (i = 1; i <= n; i++) {
		if (part[i] != "at_once")
			continue
		if (log10(at_once[i]) > x1)
			x1 = log10(at_once[i])
		if (who[i] == "apikey" && many == "")
			many = keys[i]
	}
	for (i = 1; i <= n; i++)
		if (part[i] == "at_once" && !seen[at_once[i]]++)
			text(left + log10(at_once[i]) / x1 * (right - left), \
			    bottom + 16, "middle", 11, at_once[i])
	curve("at_once", "permit", "-", 0, x1, top + 20, bottom, "pam_permit")
	curve("at_once", "userdb", 1, 0, x1, top + 20, bottom, "pam_userdb")
	curve("at_once", "apikey", many, 0, x1, top + 20, bottom, \
	    "pam_apikey")
	tell()
	return bottom + 60
}

END {
	if (n == 0)
		exit 1
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" " \
	    "viewBox=\"0 0 800 860\" width=\"800\" height=\"860\" " \
	    "font-family=\"sans-serif\" fill=\"#1f2328\">"
	print "<rect width=\"800\" height=\"860\" fill=\"#ffffff\"/>"
	y = bars("peers", 34, "One login through libpam: the median, and " \
	    "a line to the 99th percentile")
	y = stores(y)
	y = together(y)
	for (i = 1; i <= notes; i++)
		text(20, y + 15 * (i - 1), "start", 11, note[i])
	print "</svg>"
}
