# What the settings say, held against what brmc asks of the same keys in brmc.yaml, and against the router that they are to change.
# want[KEY], want[NAME, KEY]: what is left to be done, with its place in want_at.

BEGIN {
	fixed = " name board base root debian buildroot kernel nat firewall multicast statusPage packages overlays extends board "
	fixed_interface = " role mac driver place bridge vlan "
	fixed_access_point = " security hidden isolateStations multicast "
}

function check_settings(    i, part, count) {
	for (i = 1; i <= set_count; i++) {
		at = i
		count = split(set_path[i], part, SUBSEP)
		value = set_value[i]
		if (part[1] == "version" && count == 1) {
			if (value != "1") refuse("version is 1")
		} else if (part[1] == "system" && count > 1) check_system(part, count)
		else if (part[1] == "interfaces" && count > 2) check_interface(part, count)
		else unknown_key(part[1], fixed, "system and interfaces", part[1] ~ /^(system|interfaces)$/)
	}
	if (problem_count) return
	for (name in touched) check_together(name)
	check_networks()
}

function refuse(what) {
	problem(set_file[at], set_line[at], what)
}

function unknown_key(key, decided, there_is, is_map) {
	if (is_map) refuse(shown_path(set_path[at]) " needs keys below it, not a value")
	else if (index(decided, " " key " ")) refuse(shown_path(set_path[at]) ": " key " was decided when the image was made; here can stand " there_is)
	else refuse(shown_path(set_path[at]) ": no key " quoted(key) " is known here; there are " there_is)
}

function check_system(part, count) {
	if (part[2] == "hostname" && count == 2) {
		if (is_text() && value !~ /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/ || length(value) > 63) refuse("system.hostname: a host name is 1 to 63 letters, digits and inner hyphens")
		wish("hostname")
	} else if (part[2] == "ssh" && part[3] == "authorizedKeys" && part[4] ~ /^\[/ && count == 4) {
		value = trimmed(value)
		what = key_problem(value)
		if (what != "") refuse("system.ssh.authorizedKeys: this is " what)
		wanted_key[++wanted_keys] = value
	} else if (part[2] == "ssh" && part[3] == "authorizedKeys") refuse("system.ssh.authorizedKeys is a list: each key on a line of its own, behind `- `")
	else if (part[2] == "ssh") unknown_key(part[3] == "" ? part[2] : part[3], " ", "authorizedKeys", part[3] == "")
	else unknown_key(part[2], " sysctl ", "hostname and ssh", 0)
}

function check_interface(part, count,    key) {
	name = part[2]
	key = part[3]
	if (!(name in known)) {
		refuse("interfaces." name ": this router has no interface of that name; it has " names_known())
		return
	}
	touched[name] = 1
	if (key == "address" && (count == 3 || count == 4 && part[4] == "[1]")) check_address()
	else if (key == "address") refuse("interfaces." name ".address: one IPv4 address, or dhcp; others were decided when the image was made")
	else if (key == "gateway" && (count == 3 || count == 4 && part[4] == "[1]")) {
		if (number_of(value) < 0) refuse("interfaces." name ".gateway: not an IPv4 address")
		wish_on("gateway")
	} else if (key == "gateway") refuse("interfaces." name ".gateway: one is enough")
	else if (key == "dhcpServer" && count > 3) check_dhcp_server(part, count)
	else if (key == "accessPoint" && count > 3) check_access_point(part[4], count)
	else unknown_key(key, fixed_interface, "address, gateway, dhcpServer and accessPoint", key ~ /^(dhcpServer|accessPoint)$/)
}

function names_known(    one, all) {
	for (one in known) all = all (all == "" ? "" : ", ") one
	return all
}

function check_address(    what) {
	if (addresses_of[name] > 1) refuse("interfaces." name ".address: it has several IPv4 addresses in this image, and none of them can be changed here")
	else if (!addresses_of[name] && !(name in built_dhcp)) refuse("interfaces." name ".address: it has no IPv4 address in this image, and gets none here")
	else if (value == "dhcp" && (name in dhcp_server)) refuse("interfaces." name ".address: it gives addresses out and cannot have its own by DHCP")
	else if (value == "dhcp" && (name in access_point)) refuse("interfaces." name ".address: an access point would wait for one of its own stations to give it an address")
	else if (value != "dhcp" && (what = prefix_problem(value)) != "") refuse("interfaces." name ".address: " quoted(value) " is " what)
	wish_on("address")
}

function check_dhcp_server(part, count) {
	if (!(name in dhcp_server)) refuse("interfaces." name ".dhcpServer: this image has no DHCP server on " name)
	else if ((part[4] == "from" || part[4] == "to") && count == 4) {
		if (number_of(value) < 0) refuse("interfaces." name ".dhcpServer." part[4] ": not an IPv4 address")
		wish_on(part[4])
	} else if (part[4] == "dns" && count == 5) {
		if (number_of(value) < 0) refuse("interfaces." name ".dhcpServer.dns: not an IPv4 address")
		want[name, "dns"] = want[name, "dns"] (part[5] == "[1]" ? "" : " ") value
	} else if (part[4] == "dns") refuse("interfaces." name ".dhcpServer.dns is a list: [9.9.9.9]")
	else if (part[4] == "leaseMinutes" && count == 4) {
		if (value !~ /^[1-9][0-9]*$/ || length(value) > 6 || value + 0 < 2 || value + 0 > 525600) refuse("interfaces." name ".dhcpServer.leaseMinutes: a number from 2 to 525600")
		wish_on("leaseMinutes")
	} else unknown_key(part[4], " ", "from, to, dns and leaseMinutes", 0)
}

function check_access_point(key, count) {
	if (!(name in access_point)) {
		refuse("interfaces." name ".accessPoint: this image has no access point on " name)
		return
	}
	if (count > 4) refuse(shown_path(set_path[at]) ": has no keys below it")
	else if (key == "ssid") {
		if (is_text() && (value == "" || length(value) > 32)) refuse("interfaces." name ".accessPoint.ssid: 1 to 32 bytes")
	} else if (key == "passphrase") {
		if (is_text() && (value !~ /^[ -~]+$/ || length(value) < 8 || length(value) > 63)) refuse("interfaces." name ".accessPoint.passphrase: 8 to 63 printable ASCII characters")
	} else if (key == "country") {
		if (value !~ /^[A-Z][A-Z]$/) refuse("interfaces." name ".accessPoint.country: two capital letters (ISO 3166-1)")
		else if (!((name, value) in allowed)) refuse("interfaces." name ".accessPoint.country: the kernel's table of radio rules has no country " value)
	} else if (key == "channel") {
		if (value !~ /^[1-9][0-9]?[0-9]?$/) refuse("interfaces." name ".accessPoint.channel: a number, 1 to 13 or 36 and up")
	} else unknown_key(key, fixed_access_point, "ssid, passphrase, country and channel", 0)
	wish_on(key)
}

# A word that YAML takes for something else is no text without quotes.
function is_text() {
	if (set_quote[at] || value !~ /^(~|null|Null|NULL|true|True|TRUE|false|False|FALSE)$/) return 1
	refuse(shown_path(set_path[at]) ": in YAML this is not a text: write it in quotes")
	return 0
}

function wish(key) {
	want[key] = value
}

function wish_on(key) {
	want[name, key] = value
	want_at[name, key] = at
}

# The first of these keys that stands in the file: where a problem of several is told.
function point_at(name, keys,    key, count, i) {
	count = split(keys, key, " ")
	for (i = 1; i <= count; i++) if ((name, key[i]) in want_at) {
		at = want_at[name, key[i]]
		return
	}
}

# What several keys come to together, and with what stays as it was built.
function check_together(name,    file, country, channel, address, gateway, from, to) {
	if (((name, "country") in want) || ((name, "channel") in want)) {
		file = access_point[name]
		country = ((name, "country") in want) ? want[name, "country"] : conf[file, "country_code"]
		channel = ((name, "channel") in want) ? want[name, "channel"] : conf[file, "channel"]
		point_at(name, "channel country")
		if (((name, country) in allowed) && !index(allowed[name, country], "," channel ",")) refuse("interfaces." name ".accessPoint: in " country " an access point of this router cannot be on channel " channel "; it can on " list_of(allowed[name, country]))
	}
	address = ((name, "address") in want) ? want[name, "address"] : (name in built_dhcp) ? "dhcp" : built_address[name]
	if (address == "" || address != "dhcp" && prefix_problem(address) != "") return
	final_address[name] = address
	gateway = ((name, "gateway") in want) ? want[name, "gateway"] : built_gateway[name]
	point_at(name, "gateway address")
	if (address == "dhcp") {
		if ((name, "gateway") in want) refuse("interfaces." name ".gateway: DHCP tells it")
	} else if (gateway != "" && !contains(address, number_of(gateway))) {
		refuse("interfaces." name ".gateway: " gateway (((name, "gateway") in want) ? "" : ", which is in the image,") " is not in the network " network_text(address) (((name, "gateway") in want) ? "" : ": write gateway too"))
	} else if (gateway != "" && gateway == host_of(address)) refuse("interfaces." name ".gateway: " gateway " is the address of " name " itself")
	if ((name in dhcp_server) && address != "dhcp") check_range(name, address)
}

function list_of(text) {
	text = substr(text, 2, length(text) - 2)
	gsub(",", ", ", text)
	return text
}

function check_range(name, address,    file, from, to, number, where) {
	file = dhcp_server[name]
	from = ((name, "from") in want) ? want[name, "from"] : conf[file, "start"]
	to = ((name, "to") in want) ? want[name, "to"] : conf[file, "end"]
	if (number_of(from) < 0 || number_of(to) < 0) return
	point_at(name, "from to address")
	where = "interfaces." name ".dhcpServer: "
	number = number_of(host_of(address))
	if (!contains(address, number_of(from)) || !contains(address, number_of(to))) {
		refuse(where from " to " to " is not in the network " network_text(address) (((name, "from") in want) ? "" : ": write dhcpServer with from and to as well"))
	} else if (number_of(from) > number_of(to)) refuse(where "the range ends before it begins")
	else if (number_of(from) <= number && number <= number_of(to)) refuse(where "the range holds the router's own address " host_of(address))
	else if (number_of(from) == network_of(address)) refuse(where from " is the address of the network itself")
	else if (number_of(to) == last_of(address)) refuse(where to " is the broadcast address")
}

# Each interface has a network of its own: those that change are held against one another, and against all that stay.
function check_networks(    one, other, i) {
	for (one in final_address) {
		if (!((one, "address") in want) || final_address[one] == "dhcp") continue
		point_at(one, "address")
		for (i = 1; i <= address_count; i++) if (!((address_on[i], "address") in want)) check_apart(one, address_on[i], address_text[i])
		for (other in final_address) if (((other, "address") in want) && one < other && final_address[other] != "dhcp") check_apart(one, other, final_address[other])
	}
}

function check_apart(one, other, theirs) {
	if (one != other && overlaps(final_address[one], theirs)) refuse("interfaces." one ".address: " final_address[one] " overlaps " theirs " of " other ": the router cannot tell on which side a host is")
}
