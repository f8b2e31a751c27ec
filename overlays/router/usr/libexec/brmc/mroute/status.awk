# Everything as one object, and as the main part of the status page where --page names a file for it.

BEGIN {
	for (i = 1; i < ARGC; i++) present[ARGV[i]] = 1
}

END {
	judge_router()
	judge_packets()
	sort_findings()
	watched_seconds = uptime[1] - uptime[0]
	if (watched_seconds <= 0) watched_seconds = seconds
	sort_flows()
	gather_ways()
	printf "{"
	print_members()
	print_status_members()
	print "}"
	if (page != "") print_page()
	exit wrong ? 10 : 0
}

# flow_order[1…]: nft lists a set in no order, and rows that change places cannot be read. Shell's sort, for there may be thousands.
function sort_flows(    step, i, j, flow) {
	for (i = 1; i <= flow_count; i++) flow_order[i] = i
	for (step = int(flow_count / 2); step > 0; step = int(step / 2)) {
		for (i = step + 1; i <= flow_count; i++) {
			flow = flow_order[i]
			for (j = i - step; j > 0 && flow_key(flow_order[j]) > flow_key(flow); j -= step) flow_order[j + step] = flow_order[j]
			flow_order[j + step] = flow
		}
	}
}

# IPv4 before IPv6.
function flow_key(flow) {
	return length(flow_group[flow]) + 10 flow_group[flow] " " flow_from[flow]
}

# way_flow[1…], way_to[…]: each flow with each interface it has to leave by. first_way[flow] … last_way[flow] are those of one flow.
function gather_ways(    flow, count, names, i, name) {
	for (flow = 1; flow <= flow_count; flow++) {
		first_way[flow] = way_count + 1
		count = split(ways_of(flow), names, " ")
		for (i = 1; i <= count; i++) {
			if (!is_wildcard(names[i])) add_way(flow, names[i])
			else for (name in link) if (fits_name(names[i], name)) add_way(flow, name)
		}
		last_way[flow] = way_count
		comes[flow_from[flow]] += flow_arrived[flow]
	}
}

function add_way(flow, name) {
	if (name == flow_from[flow]) return
	way_count++
	way_flow[way_count] = flow
	way_to[way_count] = name
	if ((name, flow_group[flow]) in goes_counted) return
	goes_counted[name, flow_group[flow]] = 1
	goes[name] += went[name, flow_group[flow]]
}

function per_second(packets) {
	return packets / watched_seconds
}

function way_left(way) {
	return went[way_to[way], flow_group[way_flow[way]]] + 0
}

# The counters of one flow are not read at one moment: some packets are on their way.
function way_loses(way) {
	return way_left(way) + 2 < 0.9 * flow_arrived[way_flow[way]]
}

function state_of(name) {
	if (!(name in link)) return "not there"
	if (!link_up[name]) return "down"
	if (link_carrier[name] == "0") return "no link"
	if (name in bridge_of) return "port of " bridge_of[name]
	return "up"
}

function daemon_state(    i) {
	if (wanted_daemon == "") return "none"
	for (i = 1; i <= daemon_count; i++) if (daemon_name[i] == wanted_daemon) return "runs"
	return "does not run"
}

function source_text(route) {
	return text_of(route_source[route]) (route_source_bits[route] == 4 * length(route_source[route]) ? "" : "/" route_source_bits[route])
}

function names_json(text,    names, count, i, list) {
	count = split(text, names, " ")
	for (i = 1; i <= count; i++) list = list (i > 1 ? ", " : "") json_text(names[i])
	return "[" list "]"
}

function print_status_members(    i, j, name, flow, silent) {
	printf ",\n \"hostname\": %s, \"uptime\": %d, \"daemonState\": %s,\n \"interfaces\": [", json_text(hostname), uptime[1], json_text(daemon_state())
	for (i = 1; i <= shown_count; i++) {
		name = shown[i]
		printf "%s\n  {\"name\": %s, \"role\": %s, \"state\": %s, \"addresses\": %s, \"inPerSecond\": %.1f, \"outPerSecond\": %.1f}", (i > 1 ? "," : ""), json_text(name), json_text(role_of[name]), json_text(state_of(name)), names_json(addresses_of[name]), per_second(comes[name]), per_second(goes[name])
	}
	printf "],\n \"rates\": ["
	for (i = 1; i <= flow_count; i++) {
		flow = flow_order[i]
		printf "%s\n  {\"group\": %s, \"from\": %s, \"arrivePerSecond\": %.1f, \"leavePerSecond\": {", (i > 1 ? "," : ""), json_text(text_of(flow_group[flow])), json_text(flow_from[flow]), per_second(flow_arrived[flow])
		for (j = first_way[flow]; j <= last_way[flow]; j++) printf "%s%s: %.1f", (j > first_way[flow] ? ", " : ""), json_text(way_to[j]), per_second(way_left(j))
		printf "}}"
	}
	printf "],\n \"silent\": ["
	for (i = 1; i <= route_count; i++) {
		if (hits[i]) continue
		printf "%s\n  {\"group\": %s, \"source\": %s, \"from\": %s, \"to\": %s}", (silent++ ? "," : ""), json_text(route_text[i]), (route_source[i] == "" ? "null" : json_text(source_text(i))), json_text(route_from[i]), names_json(route_to[i])
	}
	printf "]"
}
