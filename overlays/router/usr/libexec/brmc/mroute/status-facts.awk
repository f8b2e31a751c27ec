# What only mroute status tells: the router's name, how long was watched, roles and addresses. Read before facts.awk, which goes on to the next line.

FILENAME == "hostname" {
	hostname = $1
	next
}
FILENAME == "uptime0" || FILENAME == "uptime1" {
	uptime[substr(FILENAME, 7)] = $1
	next
}
FILENAME == "interfaces" && $2 == "role" {
	shown_count++
	shown[shown_count] = $1
	role_of[$1] = $3
}
FILENAME == "addresses" && ($3 == "inet" || $3 == "inet6") && $4 !~ /^fe80:/ {
	addresses_of[$2] = addresses_of[$2] (($2 in addresses_of) ? " " : "") $4
}
