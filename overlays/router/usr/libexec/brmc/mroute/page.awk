# The main part of the status page: what is wrong, the picture, tables. What was read is data: html() is around everything that is not of ours.

BEGIN {
	MOST_ROWS = 100
}

function html(text) {
	gsub(/[\001-\037\177]/, " ", text)
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	gsub(/"/, "\\&quot;", text)
	gsub(/'/, "\\&#39;", text)
	return text
}

# 3, 20/s and 1,250/s; below ten with one digit more.
function rate_text(packets,    rate, whole, text) {
	rate = per_second(packets)
	if (rate == 0) return "0/s"
	if (rate < 9.95) return sprintf("%.1f/s", rate)
	whole = sprintf("%.0f", rate)
	text = ""
	while (length(whole) > 3) {
		text = "," substr(whole, length(whole) - 2) text
		whole = substr(whole, 1, length(whole) - 3)
	}
	return whole text "/s"
}

function time_text(number,    days, hours, minutes) {
	days = int(number / 86400)
	hours = int(number / 3600) % 24
	minutes = int(number / 60) % 60
	if (days) return days " d " hours " h"
	if (hours) return hours " h " minutes " min"
	return minutes ? minutes " min" : int(number) " s"
}

function print_page(    verdict) {
	verdict = wrong ? wrong (wrong == 1 ? " thing is" : " things are") " wrong" : "Nothing is wrong"
	printf "<title>%s %s: %s</title>\n</head>\n<body>\n", (wrong ? "✗" : "✓"), html(hostname), tolower(verdict) > page
	printf "<header>\n<h1>%s</h1>\n", html(hostname) > page
	printf "<p id=\"verdict\" class=\"%s\" role=\"status\"><span aria-hidden=\"true\">%s</span> %s</p>\n", (wrong ? "bad" : "good"), (wrong ? "✗" : "✓"), verdict > page
	printf "<p class=\"facts\">%s · on for %s</p>\n</header>\n<main>\n", html(daemon_words()), time_text(uptime[1]) > page
	print_findings(0, "What is wrong, the likeliest cause first")
	print "<section aria-labelledby=\"passes\">\n<h2 id=\"passes\">What passes</h2>" > page
	print_picture()
	printf "<p class=\"legend\">%s✗ packets are lost; dotted: nothing comes.</p>\n", (busiest ? "Arrows are as wide as their packets per second, the widest " rate_text(busiest) ". " : "") > page
	print_groups()
	print "</section>" > page
	print_interfaces()
	print_findings(1, "Notes")
	print "</main>" > page
	printf "<footer>\n<p>Counted for %.1f s. <span id=\"answer\" role=\"status\"></span></p>\n<p><a href=\"cgi-bin/status.json\">The same as JSON</a></p>\n</footer>\n", watched_seconds > page
	close(page)
}

function daemon_words() {
	return wanted_daemon == "" ? "no routing daemon" : wanted_daemon " " daemon_state()
}

# Where there is none the section is there all the same, hidden: a page whose parts keep their places changes without a flicker.
function print_findings(notes, title,    name, i, j, rows) {
	name = notes ? "notes" : "wrong"
	for (i = 1; i <= finding_count; i++) {
		j = order[i]
		if ((finding_rank[j] >= NOTES) != notes) continue
		rows = rows "<li>\n<p>" html(told(j)) "</p>\n"
		if (finding_change[j] != "") rows = rows "<p class=\"change\"><b>Change:</b> " html(finding_change[j]) "</p>\n"
		rows = rows "</li>\n"
	}
	printf "<section class=\"%s\" aria-labelledby=\"%s\"%s>\n<h2 id=\"%s\">%s</h2>\n<ol>\n%s</ol>\n</section>\n", name, name, (rows == "" ? " hidden" : ""), name, title, rows > page
}

function print_groups(    i, rows, flow) {
	print "<table>\n<caption>Groups</caption>\n<thead><tr><th scope=\"col\">Group</th><th scope=\"col\" class=\"number\">Comes</th><th scope=\"col\">Leaves</th></tr></thead>\n<tbody>" > page
	for (i = 1; i <= flow_count; i++) {
		if (++rows > MOST_ROWS) continue
		flow = flow_order[i]
		printf "<tr><th scope=\"row\">%s <small>from %s</small></th><td class=\"number\">%s</td><td>%s</td></tr>\n", html(text_of(flow_group[flow])), html(flow_from[flow]), rate_text(flow_arrived[flow]), flow_leaves(flow) > page
	}
	for (i = 1; i <= route_count; i++) {
		if (hits[i] || ++rows > MOST_ROWS) continue
		printf "<tr class=\"silent\"><th scope=\"row\">%s <small>from %s%s</small></th><td class=\"number\">silent</td><td>to %s</td></tr>\n", html(route_text[i]), html(route_from[i]), (route_source[i] == "" ? "" : ", sent by " html(source_text(i))), html(route_to[i]) > page
	}
	if (!rows) print "<tr><td colspan=\"3\">none</td></tr>" > page
	if (rows > MOST_ROWS) printf "<tr><td colspan=\"3\">and %d more: the JSON has all</td></tr>\n", rows - MOST_ROWS > page
	print "</tbody>\n</table>" > page
}

function flow_leaves(flow,    way, text) {
	for (way = first_way[flow]; way <= last_way[flow]; way++) text = text (text == "" ? "" : "<br>") html(way_to[way]) " <span class=\"rate " (way_loses(way) ? "bad\">✗ " : "good\">✓ ") rate_text(way_left(way)) "</span>"
	return text == "" ? "no way out" : text
}

function print_interfaces(    i, name, state) {
	print "<section aria-labelledby=\"interfaces\">\n<h2 id=\"interfaces\">Interfaces</h2>\n<table>\n<caption>Interfaces</caption>\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">State</th><th scope=\"col\" class=\"number\">In</th><th scope=\"col\" class=\"number\">Out</th></tr></thead>\n<tbody>" > page
	for (i = 1; i <= shown_count; i++) {
		name = shown[i]
		state = state_of(name)
		printf "<tr><th scope=\"row\">%s <small>%s%s</small></th><td class=\"%s\">%s</td><td class=\"number\">%s</td><td class=\"number\">%s</td></tr>\n", html(name), html(role_of[name]), address_lines(name), (state == "up" ? "good" : "bad"), (state == "up" ? "✓ up" : "✗ " html(state)), rate_text(comes[name]), rate_text(goes[name]) > page
	}
	print "</tbody>\n</table>\n</section>" > page
}

function address_lines(name,    parts, count, i, text) {
	count = split(addresses_of[name], parts, " ")
	for (i = 1; i <= count; i++) text = text "<br>" html(parts[i])
	return text
}
