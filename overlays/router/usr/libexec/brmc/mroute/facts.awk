# What the router is, and is told to be: interfaces, settings, daemons, routes of smcroute.conf, rules, and what was seen to pass.

FILENAME == "links" {
	link[$1] = 1
	link_up[$1] = digit_value(substr($2, length($2))) % 2
	link_carrier[$1] = $3
	if ($4 != "-") bridge_of[$1] = $4
	next
}
FILENAME == "bridges" {
	snooping[$1] = $2
	querier[$1] = $3
	next
}
FILENAME == "addresses" {
	if ($3 != "inet" && $3 != "inet6") next
	address = $4
	sub(/\/.*/, "", address)
	has_address[$2, hex_of(address)] = 1
	if ($3 == "inet") has_ipv4[$2] = 1
	next
}
FILENAME == "settings" {
	split($0, part, ":")
	sub(/^\/proc\/sys\//, "", part[1])
	setting[part[1]] = part[2]
	next
}
FILENAME == "if_inet6" {
	ipv6 = 1
	next
}
FILENAME == "netstat0" || FILENAME == "netstat1" {
	if ($1 != "TcpExt:") next
	if ($2 !~ /^[0-9]+$/) for (i = 2; i <= NF; i++) column[i] = $i
	else for (i = 2; i <= NF; i++) if (column[i] == "IPReversePathFilter") reverse_path[substr(FILENAME, 8)] = $i
	next
}
FILENAME == "daemons0" {
	was_running[$1] = 1
	next
}
# A table of its own (-t) is no other daemon's: smcroute's for IPv6, beside the owner of the IPv4 table.
FILENAME == "daemons1" {
	if ($0 ~ / (-t|--table-id)/) {
		if ($2 == "smcrouted") beside_running = 1
		next
	}
	daemon_count++
	daemon_pid[daemon_count] = $1
	daemon_name[daemon_count] = $2
	next
}
# Of the run before only what it complained of last counts, and only where this one says nothing.
FILENAME == "log" || FILENAME == "log-before" {
	line = tolower($0)
	if (line ~ /error|fail|cannot|can't|unable|already in use|not found|no such|already running|must be/) complaint[FILENAME] = $0
	if (FILENAME == "log-before") next
	if (line ~ /already in use|already running/) log_in_use = $0
	else if (line ~ /parse error|not a known phyint|not enough available|not a valid/) log_refused = $0
	next
}
FILENAME == "nft-said" {
	if (nft_said == "") nft_said = trimmed($0)
	next
}
# 100: from all lookup 5
FILENAME == "mrules6" {
	if ($NF == 5) beside_rule = 1
	next
}
FILENAME == "reflector-log" {
	reflector_said = $0
	next
}
FILENAME == "site-problems" {
	site_problem[++site_problem_count] = $0
	next
}
FILENAME == "site-notes" {
	site_note[++site_note_count] = $0
	next
}
FILENAME == "restarting" || FILENAME == "rules-wanted" || FILENAME ~ /^reflector/ { next }

FILENAME == "interfaces" {
	if ($1 ~ /^#/) next
	if ($2 == "role") named[$1] = 1
	if ($2 == "address") {
		address = $3
		sub(/\/.*/, "", address)
		wanted_count++
		wanted_name[wanted_count] = $1
		wanted_text[wanted_count] = $3
		wanted_address[wanted_count] = hex_of(address)
	}
	if ($2 == "dhcp") dhcp[$1] = 1
	next
}

FILENAME == "mrouted.conf" {
	wanted_daemon = "mrouted"
	next
}
# phyint NAME ROLE …
FILENAME == "igmpproxy.conf" {
	wanted_daemon = "igmpproxy"
	if ($1 == "phyint") role[$2] = $3
	next
}
FILENAME == "smcroute.conf" {
	if (wanted_daemon == "") wanted_daemon = "smcrouted"
	else if (wanted_daemon != "smcrouted") beside_wanted = 1
	if ($1 != "mroute") next
	read_route()
	next
}

# mroute from NAME [source ADDRESS[/LEN]] group ADDRESS[/LEN] to NAME…
function read_route(    i, names, part) {
	route_count++
	names = ""
	for (i = 2; i < NF; i++) {
		if ($i == "from") route_from[route_count] = $(i + 1)
		if ($i == "source") {
			split($(i + 1), part, "/")
			route_source[route_count] = hex_of(part[1])
			route_source_bits[route_count] = part[2] == "" ? 128 : part[2]
		}
		if ($i == "group") {
			split($(i + 1), part, "/")
			route_group[route_count] = hex_of(part[1])
			route_bits[route_count] = part[2] == "" ? 4 * length(route_group[route_count]) : part[2] + 0
			route_text[route_count] = $(i + 1)
		}
		if ($i == "to") {
			for (i++; i <= NF; i++) names = names " " $i
		}
	}
	if (route_source[route_count] != "" && route_source_bits[route_count] == 128) route_source_bits[route_count] = 4 * length(route_source[route_count])
	route_to[route_count] = substr(names, 2)
	if (route_bits[route_count] == 4 * length(route_group[route_count])) {
		by_group[route_group[route_count]] = by_group[route_group[route_count]] " " route_count
	} else ranges = ranges " " route_count
	comes_in[route_from[route_count]] = 1
	for (i = split(route_from[route_count] names, part, " "); i > 0; i--) uses[part[i]] = uses_family[part[i], length(route_group[route_count])] = 1
}

# nft list ruleset: who drops what is forwarded, what waits for an address, what came with TTL 1 and was not lifted.
FILENAME == "rules" {
	if ($1 == "table") {
		rule_table = $2 " " $3
		rule_set = ""
		if (rule_table == "inet brmc") own_rules = 1
	} else if ($1 == "chain") {
		rule_chain = $2
		rule_hook = rule_set = ""
	} else if ($1 == "set") rule_set = $2
	else if ($0 ~ /type [a-z]+ hook/) {
		rule_hook = $4
		if (rule_table == "inet brmc" && rule_chain == "closed_forward") closed_rules = 1
		if (rule_table == "inet brmc" && rule_chain == "firewall_forward") own_firewall = 1
		# What the firewall of brmc lets through is counted behind it: it is no suspect for being there.
		if (rule_table != "inet brmc" && $0 ~ /policy drop/) add_dropper(rule_hook, "chain " rule_chain " of table " rule_table " drops by default (policy drop)")
	} else if (rule_chain ~ /^translate_/ && $NF == "drop") {
		name = rule_chain
		sub(/^translate_/, "", name)
		sub(/_ipv[46]$/, "", name)
		waits_for_address[name] = 1
	} else if ($0 ~ /(ttl|hoplimit) < [0-9]+ .*drop/ && $0 ~ /counter packets [1-9]/) threshold_rule = trimmed($0)
	else if ($0 ~ /(^|[ \t])(drop|reject)( |$)/ && rule_chain != "multicast_leave" && $0 !~ /(ttl|hoplimit) < /) add_dropper(rule_hook == "" ? "forward" : rule_hook, "rule \"" trimmed($0) "\" in chain " rule_chain " of table " rule_table)
	if (rule_set ~ /^ttl_1_ipv[46]$/ && rule_table == "inet brmc") read_elements("late", $0)
	else if (rule_set == "multicast_left" && rule_table == "inet brmc") read_left($0)
	next
}

# `elements = { "wlan0" . 0xef010101 expires 28s, …`: what receivers behind an interface have left, and nothing sends on there.
function read_left(line,    part, digits) {
	while (match(line, /"[^"]+" \. 0x[0-9a-f]+/)) {
		split(substr(line, RSTART + 1, RLENGTH - 1), part, "\" . 0x")
		digits = part[2]
		while (length(digits) < 8) digits = "0" digits
		receivers_left[part[1], digits] = 1
		line = substr(line, RSTART + RLENGTH)
	}
}

function add_dropper(hook, words) {
	# A rule that has counted something, or a policy, is likelier than one that has not.
	if (words ~ /counter packets 0 /) return
	if (dropper[hook] == "" || words ~ /policy drop/) dropper[hook] = words
}

function trimmed(text) {
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

# The sets of watch.nft: seen[SET, key] = packets, keys in the order in which they stand.
FILENAME == "watched" {
	watching = 1
	if ($1 == "set") watched_set = $2
	else if ($1 == "chain") watched_set = ""
	if (watched_set != "") read_elements(watched_set, $0)
	next
}

# One line of `elements = { "wlan0" . 10.1.0.2 … counter packets 3 bytes 90, … }`
function read_elements(set, line,    parts, count, i, words, fields, j, key) {
	if (line !~ /packets/) return
	sub(/^.*elements = [{]/, "", line)
	count = split(line, parts, ",")
	for (i = 1; i <= count; i++) {
		if (parts[i] !~ /packets [0-9]+/) continue
		split(parts[i], words, " (counter|timeout|expires) ")
		fields = words[1]
		sub(/^[ \t{]+/, "", fields)
		gsub(/"/, "", fields)
		gsub(/ \. /, " ", fields)
		match(parts[i], /packets [0-9]+/)
		seen_count[set]++
		seen_key[set, seen_count[set]] = trimmed(fields)
		seen_packets[set, seen_count[set]] = substr(parts[i], RSTART + 8, RLENGTH - 8) + 0
	}
}
