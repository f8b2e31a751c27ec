# What there is, as tables for people.
function link_local(group) {
	return group ~ /^e00000/ || group ~ /^ff[0-9a-f][0-2]/
}

function ways(key, family,    parts, count, i, text) {
	count = split(cache_ways[key], parts, " ")
	text = ""
	for (i = 1; i <= count; i++) text = text " " vif_name[family, parts[i] + 0]
	return text == "" ? "nowhere" : substr(text, 2)
}

END {
	print "interfaces that routing knows (vifs)"
	for (family = 4; family <= 6; family += 2) {
		if (!vif_count[family]) print "  IPv" family ": none" (table_read[family] ? "" : ": the kernel has no multicast routing of it")
		for (i = 1; i <= vif_count[family]; i++) {
			split(vif_line[family, i], part, "\t")
			printf "  IPv%d %-15s %12d packets in %12d out\n", family, part[1], part[2], part[3]
		}
	}
	print "routes in use"
	if (!cache_count) print "  none: no packet has come that a route fits"
	for (i = 1; i <= cache_count; i++) {
		source = cache_source[i]
		group = cache_group[i]
		key = source SUBSEP group
		family = length(group) == 8 ? 4 : 6
		from = cache_iif[key] < 0 ? "no route" : vif_name[family, cache_iif[key]]
		rate = cache_packets[key, 1] - cache_packets[key, 0]
		printf "  %-15s of %-15s from %s to %s: %d packets/s\n", text_of(group), source ~ /^0+$/ ? "anybody" : text_of(source), from, ways(key, family), rate < 0 ? 0 : rate
	}
	print "groups the router has joined"
	joined = 0
	for (i = 1; i <= member_count; i++) {
		if (link_local(member_group[i])) continue
		joined++
		printf "  %-15s %s\n", member_on[i], text_of(member_group[i])
	}
	if (!joined) print "  none"
}
