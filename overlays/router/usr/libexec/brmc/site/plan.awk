# Reads what was found, checks it, and plans what becomes of the router's files: lines `VERB TAB FILE TAB KEY TAB LINE` for edit.awk. No value
# has a tab or a line end.

END {
	strict = form == "site"
	if (!problem_count && strict) read_yaml("brmc-site.yaml")
	else if (!problem_count) take_from_imager()
	if (!problem_count) check_settings()
	if (!problem_count) plan()
	tell_problems()
}

function line_(file, key, text_) {
	print "line\t" file "\t" key "\t" text_ >(work "/plan")
}

function drop(file, key) {
	print "drop\t" file "\t" key "\t" >(work "/plan")
}

function append(file, text_) {
	print "append\t" file "\t\t" text_ >(work "/plan")
}

function plan(    i, name) {
	if ("hostname" in want) {
		print "whole\t/etc/hostname\t\t" want["hostname"] >(work "/plan")
		line_("/etc/hosts", "127.0.1.1 ", "127.0.1.1 " want["hostname"])
	}
	for (i = 1; i <= wanted_keys; i++) append("/root/.ssh/authorized_keys", wanted_key[i])
	for (name in touched) {
		if (name in access_point) plan_access_point(name, access_point[name])
		plan_address(name)
		if (name in dhcp_server) plan_dhcp_server(name, dhcp_server[name])
	}
}

function plan_access_point(name, file) {
	if ((name, "ssid") in want) line_(file, "ssid2=", "ssid2=" ssid_text(want[name, "ssid"]))
	if ((name, "passphrase") in want) line_(file, "wpa_passphrase=", "wpa_passphrase=" want[name, "passphrase"])
	if ((name, "country") in want) line_(file, "country_code=", "country_code=" want[name, "country"])
	if ((name, "channel") in want) {
		line_(file, "channel=", "channel=" want[name, "channel"])
		line_(file, "hw_mode=", "hw_mode=" (want[name, "channel"] + 0 > 14 ? "a" : "g"))
	}
}

# As hostapd reads it behind ssid2=: in quotes where that is plain, else in hexadecimal (wpa_config_parse_string).
function ssid_text(ssid,    i, result) {
	if (ssid ~ /^[ -~]+$/ && ssid !~ /["\\]/) return "\"" ssid "\""
	for (i = 1; i <= length(ssid); i++) result = result sprintf("%02x", code_of[substr(ssid, i, 1)])
	return result
}

function plan_address(name,    file, i, address, is_dhcp) {
	if (!((name, "address") in want) && !((name, "gateway") in want)) return
	file = "/etc/brmc/interfaces"
	address = final_address[name]
	is_dhcp = address == "dhcp"
	if (is_dhcp && (name in built_dhcp) || !is_dhcp && address == built_address[name] && !((name, "gateway") in want)) return
	if (built_address[name] != "") drop(file, name " address " built_address[name])
	for (i = 1; i <= gateways_of[name]; i++) if (is_dhcp || ((name, "gateway") in want)) drop(file, name " gateway " gateway_text[name, i])
	if (name in built_dhcp) drop(file, name " dhcp client")
	if (name in translator_of) drop(file, name " translator " translator_of[name])
	if (!is_dhcp) line_(file, name " up now", name " address " address)
	line_(file, name " up now", name " up now")
	if (!is_dhcp && ((name, "gateway") in want)) line_(file, name " up now", name " gateway " want[name, "gateway"])
	plan_translation(name, is_dhcp, host_of(address))
	if (is_dhcp) line_(file, name " up now", name " dhcp client")
}

# At the end of nftables.conf, in the same transaction: dhcp-event does the same when a lease comes.
function plan_translation(name, is_dhcp, address,    translator) {
	translator = "translate_" name "_ipv4"
	if (translator in chain) {
		append("/etc/nftables.conf", "flush chain inet brmc " translator)
		append("/etc/nftables.conf", "add rule inet brmc " translator " counter " (is_dhcp ? "drop" : "ip saddr set " address))
		if (is_dhcp) line_("/etc/brmc/interfaces", name " up now", name " translator " translator)
	}
	if (is_dhcp && role[name] == "upstream" && ("firewall_input" in chain)) append("/etc/nftables.conf", "insert rule inet brmc firewall_input iifname \"" name "\" meta nfproto ipv4 udp sport 67 udp dport 68 accept")
}

function plan_dhcp_server(name, file,    address, from, to) {
	if (((name, "from") in want) || ((name, "to") in want)) {
		from = ((name, "from") in want) ? want[name, "from"] : conf[file, "start"]
		to = ((name, "to") in want) ? want[name, "to"] : conf[file, "end"]
		line_(file, "start ", "start " from)
		line_(file, "end ", "end " to)
		line_(file, "max_leases ", "max_leases " number_of(to) - number_of(from) + 1)
	}
	if ((name, "address") in want) {
		address = final_address[name]
		line_(file, "option subnet ", "option subnet " address_of(4294967296 - power_of_two(32 - length_of(address))))
		line_(file, "option router ", "option router " host_of(address))
	}
	if ((name, "leaseMinutes") in want) line_(file, "option lease ", "option lease " want[name, "leaseMinutes"] * 60)
	if (!((name, "dns") in want)) return
	if ((file, "option dns") in conf) line_(file, "option dns ", "option dns " want[name, "dns"])
	else append(file, "option dns " want[name, "dns"])
}
