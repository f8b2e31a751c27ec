# Addresses as hexadecimal digits without separators, 8 of IPv4 and 32 of IPv6, so that text order is number order and one function compares both.

function hex_number(number, width,    text) {
	text = sprintf("%x", number)
	while (length(text) < width) text = "0" text
	return text
}

# 10.1.0.2 or ff05::1 to its digits; "" for what is no address.
function hex_of(text,    parts, digits, halves, left) {
	if (text ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/) {
		split(text, parts, ".")
		return hex_number(parts[1], 2) hex_number(parts[2], 2) hex_number(parts[3], 2) hex_number(parts[4], 2)
	}
	if (text !~ /^[0-9a-fA-F:]+$/ || text !~ /:/) return ""
	halves = index(text, "::")
	left = halves ? substr(text, 1, halves - 1) : text
	digits = hex_groups(left)
	if (halves) {
		text = hex_groups(substr(text, halves + 2))
		while (length(digits) + length(text) < 32) digits = digits "0"
		digits = digits text
	}
	return length(digits) == 32 ? digits : ""
}

function hex_groups(text,    parts, count, i, digits) {
	count = split(tolower(text), parts, ":")
	digits = ""
	for (i = 1; i <= count; i++) digits = digits substr("0000" parts[i], length(parts[i]) + 1)
	return digits
}

# The kernel prints an IPv4 address of its tables as one number, which on every board there is begins with the last byte.
function hex_swapped(text) {
	text = tolower(text)
	return substr(text, 7, 2) substr(text, 5, 2) substr(text, 3, 2) substr(text, 1, 2)
}

function digit_value(digit) {
	return index("0123456789abcdef", digit) - 1
}

function byte_value(digits) {
	return digit_value(substr(digits, 1, 1)) * 16 + digit_value(substr(digits, 2, 1))
}

# Digits to what people write.
function text_of(digits,    i, group, text) {
	if (length(digits) == 8) return byte_value(substr(digits, 1, 2)) "." byte_value(substr(digits, 3, 2)) "." byte_value(substr(digits, 5, 2)) "." byte_value(substr(digits, 7, 2))
	text = ""
	for (i = 1; i <= 32; i += 4) {
		group = substr(digits, i, 4)
		sub(/^0+/, "", group)
		text = text ":" (group == "" ? "0" : group)
	}
	text = substr(text, 2)
	if (match(text, /(^|:)0(:0)+(:|$)/)) text = substr(text, 1, RSTART - 1) "::" substr(text, RSTART + RLENGTH)
	return text
}

# Whether an address is in a prefix of `bits` bits.
function within(address, prefix, bits,    whole, rest, shift) {
	if (length(address) != length(prefix)) return 0
	whole = int(bits / 4)
	if (substr(address, 1, whole) != substr(prefix, 1, whole)) return 0
	rest = bits % 4
	if (rest == 0) return 1
	shift = 2 ^ (4 - rest)
	return int(digit_value(substr(address, whole + 1, 1)) / shift) == int(digit_value(substr(prefix, whole + 1, 1)) / shift)
}
