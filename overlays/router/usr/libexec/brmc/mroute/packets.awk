# What becomes of the packets that were seen: each flow (interface and group) has the route that it fits, and stops somewhere or leaves.

function judge_packets() {
	if (!watching) return
	sum_seen()
	gather("arrived4")
	gather("arrived6")
	for (flow_at = 1; flow_at <= flow_count; flow_at++) judge_flow(flow_at)
	judge_late_ttl()
	judge_silence()
}

# passed, entered, cleared and left by (interfaces, group).
function sum_seen(    family, i, part, set) {
	for (family = 4; family <= 6; family += 2) {
		set = "passed" family
		for (i = 1; i <= seen_count[set]; i++) {
			split(seen_key[set, i], part, " ")
			passed[part[1], hex_of(part[2])] += seen_packets[set, i]
			if (part[3] == 1) passed_ttl1[part[1], hex_of(part[2])] += seen_packets[set, i]
		}
		set = "entered" family
		for (i = 1; i <= seen_count[set]; i++) {
			split(seen_key[set, i], part, " ")
			entered[part[1], part[2], hex_of(part[3])] += seen_packets[set, i]
		}
		set = "cleared" family
		for (i = 1; i <= seen_count[set]; i++) {
			split(seen_key[set, i], part, " ")
			cleared[part[1], part[2], hex_of(part[3])] += seen_packets[set, i]
		}
		set = "left" family
		for (i = 1; i <= seen_count[set]; i++) {
			split(seen_key[set, i], part, " ")
			went[part[1], hex_of(part[2])] += seen_packets[set, i]
		}
	}
}

function gather(set,    i, part, source, group, name, route, key) {
	for (i = 1; i <= seen_count[set]; i++) {
		split(seen_key[set, i], part, " ")
		name = part[1]
		source = hex_of(part[2])
		group = hex_of(part[3])
		if (substr(group, 1, 2) == "ff" && length(group) == 32 && substr(group, 4, 1) ~ /[0-2]/) continue
		route = route_of(name, source, group)
		if (!route) {
			stray(name, source, group, seen_packets[set, i])
			continue
		}
		hits[route] += seen_packets[set, i]
		key = name SUBSEP group
		if (!(key in flow_number)) {
			flow_number[key] = ++flow_count
			flow_from[flow_count] = name
			flow_group[flow_count] = group
			flow_route[flow_count] = route
			flow_source[flow_count] = source
		}
		flow_arrived[flow_number[key]] += seen_packets[set, i]
		if (part[4] > flow_ttl[flow_number[key]]) flow_ttl[flow_number[key]] = part[4] + 0
	}
}

function fits_name(pattern, name) {
	if (is_wildcard(pattern)) return substr(name, 1, length(pattern) - 1) == substr(pattern, 1, length(pattern) - 1)
	return pattern == name
}

# The route of smcroute.conf that a packet fits, 0 for none; name "" asks whatever interface it is from. Where receivers decide every group has one.
function route_of(name, source, group,    list, count, i, route) {
	if (receivers_decide() && length(group) == 8) return (name == "" || (4, name) in vif_of && name in comes_in) ? -1 : 0
	count = split(by_group[group] ranges, list, " ")
	for (i = 1; i <= count; i++) {
		route = list[i]
		if (!within(group, route_group[route], route_bits[route])) continue
		if (route_source[route] != "" && !within(source, route_source[route], route_source_bits[route])) continue
		if (name == "" || fits_name(route_from[route], name)) return route
	}
	return 0
}

# A group that arrives where no route is from: where there is a route from elsewhere, that is the mistake.
function stray(name, source, group, packets,    route) {
	if (receivers_decide() && length(group) == 8) return
	route = route_of("", source, group)
	if (route) {
		stray_name[route] = name
		stray_group[route] = group
		stray_packets[route] += packets
	} else if (!route && !((name, group) in unrouted)) {
		unrouted[name, group] = 1
		add(92, "not-routed", text_of(group) " arrives on " name " and is in no route", "")
	}
}

function reverse_path_filter(name,    all, own) {
	all = setting["net/ipv4/conf/all/rp_filter"]
	own = setting["net/ipv4/conf/" name "/rp_filter"]
	if (all + 0 == 0 && own + 0 == 0) return ""
	return all + 0 >= own + 0 ? "all" : name
}

# The ways a flow has to go: those of its route, or where the daemon sends it that receivers told.
function ways_of(flow,    key, parts, count, i, names) {
	if (flow_route[flow] > 0) return route_to[flow_route[flow]]
	key = flow_source[flow] SUBSEP flow_group[flow]
	count = split(cache_ways[key], parts, " ")
	for (i = 1; i <= count; i++) names = names " " vif_name[4, parts[i] + 0]
	return names
}

function judge_flow(flow,    name, group, words, count, names, i, filter, stopped) {
	name = flow_from[flow]
	group = flow_group[flow]
	words = text_of(group)
	count = split(ways_of(flow), names, " ")
	for (i = 1; i <= count; i++) if (is_wildcard(names[i]) || names[i] == name) names[i] = ""
	stopped = 1
	for (i = 1; i <= count; i++) if (names[i] != "" && entered[name, names[i], group]) stopped = 0
	if (passed[name, group] + 0 == 0) {
		if (dropper["prerouting"] ~ /fib saddr \. iif oif/) add(60, "dropped-on-arrival", words " of " text_of(flow_source[flow]) " arrives on " name " and is dropped: no route leads to this sender by " name ", and the route of the group has reversePathCheck", "an address of the network of " name " for the sender, or a route to its network there; or leave reversePathCheck out")
		else add(60, "dropped-on-arrival", words " arrives on " name ", and rules drop it before it is routed: " (dropper["prerouting"] == "" ? "nft list ruleset shows which" : dropper["prerouting"]), "accept the group there")
		return
	}
	filter = length(group) == 8 ? reverse_path_filter(name) : ""
	if (stopped && filter != "" && reverse_path[1] > reverse_path[0]) {
		add(50, "rp-filter", words " of " text_of(flow_source[flow]) " arrives on " name " and is dropped: net.ipv4.conf." filter ".rp_filter is " setting["net/ipv4/conf/" filter "/rp_filter"] ", and the way back to this sender is not by " name " (IPReversePathFilter counted " (reverse_path[1] - reverse_path[0]) ")", "echo 0 >/proc/sys/net/ipv4/conf/" filter "/rp_filter; for good: take what sets it out of system.sysctl in brmc.yaml")
		return
	}
	if (passed_ttl1[name, group]) {
		add_ttl(name, group, passed_ttl1[name, group] " in " seconds " s")
		if (stopped) return
	}
	if (!sound_daemon || length(group) == 32 && beside_wanted && !beside_running) return
	for (i = 1; i <= count; i++) if (names[i] != "") judge_way(flow, names[i], words)
}

function add_ttl(name, group, words) {
	ttl_told[name, group] = 1
	if (length(group) == 8) add(55, "ttl-1", "packets of " text_of(group) " arrive on " name " with TTL 1 (" words "), and no router forwards those", "lift it with liftTtl: true on that route in brmc.yaml, or let the sender use a TTL above 1")
	else add(55, "ttl-1", "packets of " text_of(group) " arrive on " name " with a hop limit of 1 (" words "), and no router forwards those", "lift it with liftTtl: true on that route in brmc.yaml, or let the sender use a hop limit above 1")
}

function judge_way(flow, oif, words,    name, group, key, family, number) {
	name = flow_from[flow]
	group = flow_group[flow]
	family = length(group) == 8 ? 4 : 6
	if (entered[name, oif, group]) {
		if (own_firewall && !closed_rules && !cleared[name, oif, group]) {
			add(61, "forward-drop", words " from " name " is routed to " oif " and dropped there: chain firewall_forward of table inet brmc, the firewall towards the upstream, lets in the groups of multicast.routes in brmc.yaml, and this is in none of them", "a route of " words " from " name " to " oif " in brmc.yaml, instead of an mroute line of your own; or firewall: {upstream: allow}")
			return
		}
		if (went[oif, group] || waits_for_address[oif] || receivers_left[oif, group]) return
		if (threshold_rule != "" && dropper["forward"] == "") add(64, "ttl-threshold", words " from " name " does not leave by " oif ": its TTL is not above the threshold (\"" threshold_rule "\")", "a lower ttlThreshold on that route in brmc.yaml, or a higher TTL at the sender")
		else add(62, "forward-drop", words " from " name " is routed to " oif " and dropped there: " (dropper["forward"] != "" ? dropper["forward"] : dropper["postrouting"] != "" ? dropper["postrouting"] : "a rule of nft or iptables"), "accept it there, before the drop: " (family == 4 ? "ip" : "ip6") " daddr " words " accept")
		return
	}
	if (!(oif in link) || !link_up[oif] || (oif in bridge_of) || (family, oif) in vif_missing || (name in bridge_of)) return
	if (passed_ttl1[name, group] == passed[name, group]) return
	key = flow_source[flow] SUBSEP group
	if (family == 6 && beside_wanted) {
		add(47, "no-way-out", words " arrives on " name " and does not go to " oif, "look at /run/multicast-daemon-ipv6.log; killall smcrouted: it is started again, and reads its file")
		return
	}
	number = vif_of[family, oif]
	if (!(key in cache_iif) || cache_iif[key] < 0) add(45, "no-route", words " arrives on " name ", and the daemon has no route for it" (log_refused == "" ? "" : "; it said: \"" trimmed(log_refused) "\""), "killall " wanted_daemon ": init starts it again, and it reads its file")
	else if (vif_name[family, cache_iif[key]] != name) add(52, "wrong-interface", words " of " text_of(flow_source[flow]) " arrives on " name ", and the table has it from " vif_name[family, cache_iif[key]], "one interface for one sender of a group; killall " wanted_daemon " forgets what it learned")
	else if (!((key, number) in cache_oif)) add(46, "no-way-out", "the route of " words " from " name " in " (family == 4 ? "ip_mr_cache" : "ip6_mr_cache") " does not lead to " oif, "killall " wanted_daemon ": init starts it again, and it reads its file")
	else if (cache_oif[key, number] >= flow_ttl[flow]) add(64, "ttl-threshold", words " from " name " does not leave by " oif ": its TTL " flow_ttl[flow] " is not above the threshold " cache_oif[key, number], "a lower threshold of " oif ", or a higher TTL at the sender")
	else add(70, "not-forwarded", words " arrives on " name " and has a route to " oif ", and does not go there", "nft list ruleset and dmesg may tell")
}

# Senders that were quiet just now: the table brmc remembers for ten minutes.
function judge_late_ttl(    i, part, group) {
	for (i = 1; i <= seen_count["late"]; i++) {
		split(seen_key["late", i], part, " ")
		group = hex_of(part[2])
		if ((part[1], group) in ttl_told || flow_number[part[1], group] || !route_of(part[1], "", group)) continue
		add_ttl(part[1], group, "in the last ten minutes")
	}
}

function is_member(route, name,    i) {
	if (route_bits[route] == 4 * length(route_group[route])) return (name, route_group[route]) in member
	for (i = 1; i <= member_count; i++) if (member_on[i] == name && within(member_group[i], route_group[route], route_bits[route])) return 1
	return 0
}

# Routes of which no packet came.
function judge_silence(    i, name, words) {
	for (i = 1; i <= route_count; i++) {
		name = route_from[i]
		if (hits[i] || is_wildcard(name) || !(name in link) || !link_up[name] || (name in bridge_of)) continue
		words = route_text[i]
		if (stray_packets[i]) add(52, "wrong-interface", text_of(stray_group[i]) " arrives on " stray_name[i] ", and its route is from " name " alone", "from: " stray_name[i] " on that route in brmc.yaml (or one more route), or plug the sender in where the route says")
		else if (length(route_group[i]) == 32 && (name in without_ipv6)) continue
		else if (is_member(i, name)) add(94, "silent", "no packet of " words " came to " name " in " seconds " s, which the router has joined there: does anybody send?", "")
		else if (4 * length(route_group[i]) - route_bits[i] > 12) add(93, "silent", "no packet of " words " came to " name " in " seconds " s; so many groups cannot be joined, and a switch that snoops sends none of them", "name the groups that are used as routes of their own")
		else if (sound_daemon) add(65, "not-joined", "no packet of " words " comes to " name ", and the router has not joined the group there: a switch that snoops sends it only to who has", "join: true on that route in brmc.yaml (an mgroup line in smcroute.conf)")
	}
}

function flow_words(flow,    count, names, i, text) {
	count = split(ways_of(flow), names, " ")
	for (i = 1; i <= count; i++) text = text ", by " names[i] ": " went[names[i], flow_group[flow]] + 0
	return text_of(flow_group[flow]) " from " flow_from[flow] ": " flow_arrived[flow] " packets in " seconds " s" (text == "" ? ", no way out" : text)
}

function flow_left_json(flow,    count, names, i, text) {
	count = split(ways_of(flow), names, " ")
	for (i = 1; i <= count; i++) text = text (i > 1 ? ", " : "") json_text(names[i]) ": " went[names[i], flow_group[flow]] + 0
	return text
}
