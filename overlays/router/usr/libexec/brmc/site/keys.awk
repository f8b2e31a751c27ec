# Public keys as authorized_keys(5) has them, held against what they are made of (RFC 4253 §6.6): the same as brmc asks of a key in brmc.yaml.

BEGIN {
	# How many strings a key of each type has.
	parts_of["ssh-ed25519"] = 2
	parts_of["ssh-rsa"] = parts_of["sk-ssh-ed25519@openssh.com"] = 3
	parts_of["ecdsa-sha2-nistp256"] = parts_of["ecdsa-sha2-nistp384"] = parts_of["ecdsa-sha2-nistp521"] = 3
	parts_of["sk-ecdsa-sha2-nistp256@openssh.com"] = 4
	BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
}

# Why a line is no public key, never showing it; "" where it is one.
function key_problem(key,    count, word, first, options) {
	if (key ~ /PRIVATE KEY|PuTTY-User-Key-File|b3BlbnNzaC1rZXktdjE/) return "a private key, which must never leave the machine it was made on: write the line of the file that ends in .pub"
	if (key !~ /^[\041-\176][\040-\176]+$/) return "not one line of printable characters, as in id_ed25519.pub"
	count = split(key, word, " ")
	for (first = 1; first <= count && !(word[first] in parts_of); first++) options = options (first > 1 ? " " : "") word[first]
	if (first > count || first > 1 && options !~ /^[A-Za-z][A-Za-z-]*(="[^"]*")?(,[A-Za-z][A-Za-z-]*(="[^"]*")?)*$/) return "no public key: write the whole line of id_ed25519.pub"
	if (first == count) return "without the key itself behind " word[first]
	return blob_problem(word[first], word[first + 1])
}

function blob_problem(type, blob,    count, at_, size, strings, name, i) {
	count = decode(blob)
	if (!count) return "damaged: behind " type " is no base64; copy the line again, without line breaks"
	for (at_ = 1; at_ <= count; at_ += 4 + size) {
		if (at_ + 3 > count) return "cut off"
		size = ((bytes[at_] * 256 + bytes[at_ + 1]) * 256 + bytes[at_ + 2]) * 256 + bytes[at_ + 3]
		if (at_ + 3 + size > count) return "cut off or damaged: copy the line again, without line breaks"
		if (++strings == 1) for (i = 0; i < size && i < 64; i++) name = name sprintf("%c", bytes[at_ + 4 + i])
	}
	if (name != type) return "said to be " type ", and is of another type"
	return strings == parts_of[type] ? "" : "without the parts of a key of its type"
}

# decode(TEXT): bytes[1…]; how many, 0 where it is no base64.
function decode(blob,    i, length_, held, bits, count) {
	if (blob !~ /^[A-Za-z0-9+\/]+=?=?$/) return 0
	sub(/=+$/, "", blob)
	length_ = length(blob)
	if (length_ % 4 == 1) return 0
	held = bits = count = 0
	for (i = 1; i <= length_; i++) {
		held = held * 64 + index(BASE64, substr(blob, i, 1)) - 1
		bits += 6
		if (bits >= 8) {
			bits -= 8
			bytes[++count] = int(held / power_of_two(bits))
			held %= power_of_two(bits)
		}
	}
	return held ? 0 : count
}
