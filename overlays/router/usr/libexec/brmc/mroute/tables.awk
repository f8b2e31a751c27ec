# The kernel's multicast tables, each read twice: FILENAME ends in 0 or 1. Formats: net/ipv4/ipmr.c, net/ipv6/ip6mr.c, net/ipv4/igmp.c, net/ipv6/mcast.c.

# vif_name[family, number], vif_of[family, name], vif_out[name, sample]
FILENAME ~ /^ip6?_mr_vif[01]$/ {
	family = FILENAME ~ /^ip6/ ? 6 : 4
	sample = substr(FILENAME, length(FILENAME))
	if (sample == 1) table_read[family] = 1
	if ($1 !~ /^[0-9]+$/) next
	if (sample == 1) {
		vif_name[family, $1 + 0] = $2
		vif_of[family, $2] = $1 + 0
		vif_count[family]++
		vif_line[family, vif_count[family]] = $2 "\t" $4 "\t" $6
	}
	next
}

# cache_iif[source, group], cache_packets[source, group, sample], cache_wrong[…], cache_oif[source, group, name] = threshold
FILENAME ~ /^ip6?_mr_cache[01]$/ {
	family = FILENAME ~ /^ip6/ ? 6 : 4
	sample = substr(FILENAME, length(FILENAME))
	if ($1 !~ /^[0-9A-Fa-f:]+$/ || NF < 3 || $1 !~ /^[0-9A-F]+$|:.*:/) next
	if (family == 4) {
		group = hex_swapped($1)
		source = hex_swapped($2)
	} else {
		group = hex_of($1)
		source = hex_of($2)
	}
	cache_packets[source, group, sample] = $4 + 0
	cache_wrong[source, group, sample] = $6 + 0
	if (sample == 1) {
		cache_count++
		cache_source[cache_count] = source
		cache_group[cache_count] = group
		cache_iif[source, group] = $3 + 0
		for (i = 7; i <= NF; i++) {
			split($i, oif, ":")
			cache_oif[source, group, oif[1] + 0] = oif[2] + 0
			cache_ways[source, group] = cache_ways[source, group] " " oif[1]
		}
	}
	next
}

# member[name, group]
FILENAME == "igmp" {
	if ($1 ~ /^[0-9]+$/ && $2 !~ /^[0-9]+$/) {
		member_name = $2
		sub(/:.*/, "", member_name)
	} else if ($1 ~ /^[0-9A-F]+$/ && length($1) == 8) remember(member_name, hex_swapped($1))
	next
}
FILENAME == "igmp6" {
	remember($2, tolower($3))
	next
}

function remember(name, group) {
	member[name, group] = 1
	member_count++
	member_on[member_count] = name
	member_group[member_count] = group
}
