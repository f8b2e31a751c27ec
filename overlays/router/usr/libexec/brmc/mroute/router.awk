# What is wrong with the router whoever sends: daemon, interfaces, IPv6, addresses, vifs, rules.

function judge_router(    name) {
	judge_daemon()
	judge_beside()
	if (wanted_daemon == "mrouted") for (name in named) uses[name] = comes_in[name] = 1
	if (wanted_daemon == "igmpproxy") for (name in role) take_role(name)
	for (name in uses) judge_interface(name)
	judge_ipv6()
	judge_addresses()
	if (sound_daemon) judge_vifs()
	if (("rules-wanted" in present) && watching && !own_rules) add(48, "rules-not-loaded", "nft has no table brmc: no TTL is lifted and nothing is translated", "nft -f /etc/nftables.conf, which says what it does not like")
	if (closed_rules) add(7, "rules-not-loaded", "nft refused /etc/nftables.conf at boot, and the router is closed: only the inside gets in, and nothing is forwarded", "nft -f /etc/nftables.conf, which says what it does not like")
	if (setting["net/ipv4/ip_forward"] == "0") add(80, "unicast-off", "net.ipv4.ip_forward is 0: multicast is routed, but no answer that is unicast comes back", "echo 1 >/proc/sys/net/ipv4/ip_forward; for good: take what sets it out of system.sysctl in brmc.yaml")
	if (("reflector-wanted" in present) && !("reflector" in present)) add(82, "reflector-dead", "avahi-daemon is not running: nothing of mDNS is passed on" (reflector_said == "" ? "" : "; it said last: \"" trimmed(reflector_said) "\""), "look at /run/mdns-reflector.log; /etc/init.d/S60mdns-reflector starts it")
	judge_site_settings()
	if (!watching) add(85, "not-watched", "packets could not be watched, so nothing is known of them: " (nft_said == "" ? "nft does not say why" : "nft says \"" nft_said "\""), "a kernel with nf_tables (modprobe nf_tables), and the program nft")
	if ("restarting" in present) add(96, "restarting", "the daemon is being started again, for an interface came: look again in some seconds", "")
}

# What site-settings said at boot of the files on the FAT partition.
function judge_site_settings(    i) {
	for (i = 1; i <= site_problem_count; i++) add(84, "site-settings", "settings on the card are not in effect, and the router runs as it was built: " site_problem[i], "correct the file on the card's FAT partition, and start the router again")
	for (i = 1; i <= site_note_count; i++) add(97, "site-settings-left", "settings on the card: " site_note[i], "")
}

# With mrouted and igmpproxy nothing is routed that no receiver asked for.
function receivers_decide() {
	return wanted_daemon == "mrouted" || wanted_daemon == "igmpproxy"
}

function take_role(name) {
	if (role[name] == "disabled") return
	uses[name] = 1
	if (role[name] == "upstream") comes_in[name] = 1
}

function judge_daemon(    i, running, others, steady) {
	sound_daemon = 0
	if (wanted_daemon == "" || (wanted_daemon == "smcrouted" && route_count == 0)) {
		add(14, "no-routes", wanted_daemon == "" ? "there is no /etc/smcroute.conf, /etc/igmpproxy.conf or /etc/mrouted.conf: no daemon has anything to do" : "/etc/smcroute.conf has no mroute line: nothing is to be routed", "multicast: routes: in brmc.yaml")
		return
	}
	for (i = 1; i <= daemon_count; i++) {
		others = others (i > 1 ? ", " : "") daemon_name[i] " (process " daemon_pid[i] ")"
		if (daemon_name[i] != wanted_daemon) continue
		running++
		if (daemon_pid[i] in was_running) steady = 1
	}
	if (daemon_count > 1) {
		add(10, "two-daemons", "two daemons run, and the kernel has one multicast routing table with one owner: " others (log_in_use == "" ? "" : "; the log says \"" trimmed(log_in_use) "\""), "end what is not the deployment's " wanted_daemon " of /etc/" (receivers_decide() ? wanted_daemon : "smcroute") ".conf with kill, and take out what starts it; then killall " wanted_daemon ", and init starts the right one")
	} else if (!running) {
		add(12, "daemon-dead", wanted_daemon " is not running: nothing is routed without it" said_last(), daemon_change())
	} else if (!steady) {
		add(12, "daemon-dead", wanted_daemon " does not stay alive: it is another process than " seconds " s ago" said_last(), daemon_change())
	} else if (log_in_use != "") {
		add(10, "two-daemons", "another program holds the kernel's multicast routing table, and " wanted_daemon " runs without it: \"" trimmed(log_in_use) "\"", "find and end that program; then killall " wanted_daemon ", and init starts it again")
	} else sound_daemon = has_tables()
}

# smcrouted for IPv6, in a table of its own. /proc shows the main table alone: what is routed there, only packets tell.
function judge_beside() {
	if (!beside_wanted) return
	if (!beside_running) add(11, "daemon-dead", "smcrouted is not running: no IPv6 is routed without it", "look at /run/multicast-daemon-ipv6.log; /usr/libexec/brmc/multicast-daemon starts it beside " wanted_daemon)
	else if (!beside_rule) add(13, "no-table", "smcrouted routes IPv6 in table 5, and no rule makes the kernel look there", "ip -6 mrule add from all lookup 5 pref 100")
}

# Whether the daemon has what it works with: all.mc_forwarding counts the owners of a table.
function has_tables(    i, family, needs) {
	for (i = 1; i <= route_count; i++) needs[length(route_group[i]) == 8 ? 4 : 6] = 1
	if (receivers_decide()) needs[4] = 1
	if (!(4 in needs)) return 1
	if (!table_read[4]) {
		add(9, "no-table", "the kernel routes no multicast: there is no /proc/net/ip_mr_vif", "a kernel with CONFIG_IP_MROUTE")
		return 0
	}
	if (setting["net/ipv4/conf/all/mc_forwarding"] != "0") return 1
	add(13, "no-table", wanted_daemon " runs, and has not taken the kernel's multicast routing table: net.ipv4.conf.all.mc_forwarding is 0" said_last(), "killall " wanted_daemon ": init starts it again")
	return 0
}

function said_last(    line) {
	line = complaint["log"] == "" ? complaint["log-before"] : complaint["log"]
	return line == "" ? "" : "; it said last: \"" trimmed(line) "\""
}

function daemon_change() {
	return "look at /run/multicast-daemon.log; init starts it by the line \"::respawn:/usr/libexec/brmc/multicast-daemon\" of /etc/inittab"
}

# Names of smcroute.conf may end in + and mean all that begin so.
function is_wildcard(name) {
	return name ~ /\+$/
}

# Where packets come in nothing can pass; where they leave, what is seen of packets counts for more.
function judge_interface(name,    later) {
	if (is_wildcard(name)) return
	later = (name in comes_in) ? 0 : 36
	if (snooping[name] == 1 && querier[name] == 1) add(93, "snooping", "the bridge " name " snoops: it sends a group to those of its ports that asked for it", "")
	if (!(name in link)) add(20 + later, "interface-missing", name " is in a route and is not there", "is the card plugged in, and has it this name? ip link shows what there is; mac: in brmc.yaml binds a card to its name")
	else if (!link_up[name]) add(22 + later, "interface-down", name " is in a route and is down", "ip link set dev " name " up; what took it down may do so again")
	else if (link_carrier[name] == "0") add(24 + later, "no-link", name " is in a route and has no link: nothing is plugged in, or the other end is off", "look at the cable, or at hostapd for a radio")
	else if (name in bridge_of) add(26, "bridge-port", name " is a port of the bridge " bridge_of[name] ": packets arrive on " bridge_of[name] ", and no route from or to " name " ever sees one", "name " bridge_of[name] " instead of " name " in multicast.routes of brmc.yaml")
}

function judge_ipv6(    i, name, names, count, j) {
	for (i = 1; i <= route_count; i++) {
		if (length(route_group[i]) != 32) continue
		if (!ipv6 && setting["net/ipv6/conf/all/disable_ipv6"] == "") {
			add(8, "no-ipv6", "there are routes of IPv6 groups, and the kernel has no IPv6", "a kernel with CONFIG_IPV6 and CONFIG_IPV6_MROUTE; where it is a module: modprobe ipv6")
			return
		}
		if (!table_read[6]) {
			add(8, "no-ipv6", "there are routes of IPv6 groups, and the kernel routes no multicast of IPv6", "a kernel with CONFIG_IPV6_MROUTE")
			return
		}
		count = split(route_from[i] " " route_to[i], names, " ")
		for (j = 1; j <= count; j++) {
			name = names[j]
			if (setting["net/ipv6/conf/" name "/disable_ipv6"] != "1" || (name in without_ipv6)) continue
			without_ipv6[name] = 1
			add(30, "no-ipv6", name " speaks no IPv6, and " route_text[i] " is routed there: net.ipv6.conf." name ".disable_ipv6 is 1", "echo 0 >/proc/sys/net/ipv6/conf/" name "/disable_ipv6; for good: take what sets it out of system.sysctl in brmc.yaml or off the kernel's command line")
		}
	}
}

# smcroute's routes pass packets without any address; mrouted and igmpproxy take no interface that has none.
function judge_addresses(    i, name, rank) {
	for (i = 1; i <= wanted_count; i++) {
		name = wanted_name[i]
		if (!link_up[name] || has_address[name, wanted_address[i]]) continue
		if (length(wanted_address[i]) == 32 && setting["net/ipv6/conf/" name "/disable_ipv6"] == "1") continue
		rank = receivers_decide() && length(wanted_address[i]) == 8 ? 35 : (name, length(wanted_address[i])) in uses_family ? 64 : 75
		add(rank, "no-address", name " has not its address " wanted_text[i], "ip addr add " wanted_text[i] " dev " name "; what takes it away may do so again")
	}
	for (name in dhcp) {
		if (!link_up[name] || has_ipv4[name]) continue
		if (waits_for_address[name]) add(61, "no-address", name " has no address yet to translate to, and drops what it would have to translate: no DHCP server answers", "look at the server on the network of " name " and at the cable, or give " name " an address in brmc.yaml")
		else add(receivers_decide() ? 35 : 75, "no-address", name " has no IPv4 address: no DHCP server answers", "look at the server on the network of " name " and at the cable, or give " name " an address in brmc.yaml")
	}
}

function judge_vifs(    i, j, count, names, family) {
	if (receivers_decide()) {
		for (i in uses) if ((i in link) && has_ipv4[i] && !((4, i) in vif_of)) missing_vif(4, i)
		return
	}
	for (i = 1; i <= route_count; i++) {
		family = length(route_group[i]) == 8 ? 4 : 6
		if (!table_read[family]) continue
		count = split(route_from[i] " " route_to[i], names, " ")
		for (j = 1; j <= count; j++) if ((names[j] in link) && !((family, names[j]) in vif_of)) missing_vif(family, names[j])
	}
}

function missing_vif(family, name) {
	if ((family, name) in vif_missing) return
	vif_missing[family, name] = 1
	add(40, "no-vif", name " is not in " (family == 4 ? "ip_mr_vif" : "ip6_mr_vif") ": the daemon started before the interface was there, or does not know it" (log_refused == "" ? "" : "; it said: \"" trimmed(log_refused) "\""), "killall " wanted_daemon ": init starts it again, and it takes up what there is")
}
