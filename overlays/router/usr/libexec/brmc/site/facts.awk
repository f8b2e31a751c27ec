# What the router is as it was built, from its own files: interfaces, access points, DHCP servers, chains of nft, channels by country.

# NAME channels 1,2,3 COUNTRY…: where an access point may be; a line for each choice of channels.
FILENAME == "/etc/brmc/site-settings" {
	if ($2 == "channels") for (i = 4; i <= NF; i++) allowed[$1, $i] = "," $3 ","
	next
}

FILENAME == "/etc/brmc/interfaces" {
	if ($1 ~ /^#/) next
	if ($2 == "role") role[$1] = $3
	else if ($2 == "address" && $3 !~ /:/) {
		address_count++
		address_on[address_count] = $1
		built_address[$1] = $3
		addresses_of[$1]++
		address_text[address_count] = $3
	} else if ($2 == "gateway" && $3 !~ /:/) {
		built_gateway[$1] = $3
		gateways_of[$1]++
		gateway_text[$1, gateways_of[$1]] = $3
	} else if ($2 == "dhcp") built_dhcp[$1] = 1
	else if ($2 == "translator") translator_of[$1] = $3
	else if ($2 == "access-point") access_point[$1] = $3
	else if ($2 == "dhcp-server") dhcp_server[$1] = $3
	known[$1] = 1
	next
}

# KEY=VALUE
FILENAME ~ /^\/etc\/hostapd\// {
	i = index($0, "=")
	if (i && $0 !~ /^#/) conf[FILENAME, substr($0, 1, i - 1)] = substr($0, i + 1)
	next
}

FILENAME ~ /^\/etc\/udhcpd\// {
	conf[FILENAME, $1 == "option" ? $1 " " $2 : $1] = $NF
	next
}

FILENAME == "/etc/nftables.conf" {
	if ($1 == "chain") chain[$2] = 1
	next
}
