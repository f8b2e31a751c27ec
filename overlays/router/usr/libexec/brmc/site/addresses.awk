# IPv4 addresses as numbers, and what an interface can have.

# BusyBox's awk may be without mathematics: no ^.
function power_of_two(exponent,    power) {
	for (power = 1; exponent > 0; exponent--) power *= 2
	return power
}

# -1 where it is none.
function number_of(address,    part, i) {
	if (address !~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/) return -1
	split(address, part, ".")
	for (i = 1; i <= 4; i++) if (length(part[i]) > 3 || part[i] > 255 || part[i] ~ /^0./) return -1
	return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]
}

function address_of(number) {
	return int(number / 16777216) "." int(number / 65536) % 256 "." int(number / 256) % 256 "." number % 256
}

# ADDRESS/LENGTH: its two halves.
function host_of(prefix) {
	sub(/\/.*/, "", prefix)
	return prefix
}

function length_of(prefix) {
	sub(/.*\//, "", prefix)
	return prefix + 0
}

function network_of(prefix,    size) {
	size = power_of_two(32 - length_of(prefix))
	return int(number_of(host_of(prefix)) / size) * size
}

function last_of(prefix) {
	return network_of(prefix) + power_of_two(32 - length_of(prefix)) - 1
}

function contains(prefix, number) {
	return number >= network_of(prefix) && number <= last_of(prefix)
}

function overlaps(one, other) {
	return network_of(one) <= last_of(other) && network_of(other) <= last_of(one)
}

function network_text(prefix) {
	return address_of(network_of(prefix)) "/" length_of(prefix)
}

# Why an interface cannot have it; "" where it can.
function prefix_problem(prefix,    number) {
	if (prefix !~ /^[0-9.]+\/(0|[1-9][0-9]?)$/ || length_of(prefix) > 32 || (number = number_of(host_of(prefix))) < 0) return "no IPv4 address with its prefix length, as in 192.168.2.1/24 (nor dhcp)"
	if (number >= 3758096384) return "a multicast group or beyond, not an address that an interface can have"
	if (number == 0) return "no address at all"
	if (int(number / 16777216) == 127) return "the loopback address"
	# RFC 3021: in a /31 both are hosts.
	if (length_of(prefix) >= 31) return ""
	if (number == network_of(prefix)) return "the address of the network itself"
	if (number == last_of(prefix)) return "the broadcast address of its network"
	return ""
}
