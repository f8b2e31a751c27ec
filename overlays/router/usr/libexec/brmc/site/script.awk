# What Raspberry Pi Imager's firstrun.sh would do, as far as its lines `… imager_custom COMMAND ARGUMENT…` tell. Nothing of it is run: words
# are taken where they are plain or in single quotes, as Imager writes them, and whatever else stands there is not looked at.

function read_script(file,    i, line, command, j) {
	reading = file
	for (i = 1; i <= lines_of[file]; i++) {
		at = i
		line = text[file, i]
		if (!match(line, /^[ \t]*\/usr\/lib\/raspberrypi-sys-mods\/imager_custom[ \t]+/)) continue
		left = substr(line, RLENGTH + 1)
		if (!read_words()) {
			problem(file, i, "this is more than Imager writes: it is not taken over")
			continue
		}
		command = words[1]
		if (command == "set_hostname") set("hostname", words[2], 1)
		else if (command == "enable_ssh" && words[2] == "-k") for (j = 3; j <= word_count; j++) set("key" SUBSEP j, words[j], 1)
		else if (command == "enable_ssh") set("password", "", 1)
		else if (command == "set_wlan") {
			set("ssid", "", 1)
			if (words[word_count] != "") set("country", words[word_count], 1)
		}
	}
}

# read_words(): words[1…word_count] of `left`, as a shell splits them where all is plain, in single quotes, or the "'" by which Imager writes
# a single quote inside them.
function read_words(    word, part, any) {
	word_count = 0
	while ((left = trimmed(left)) != "") {
		word = ""
		for (any = 0; left !~ /^([ \t]|$)/; any = 1) {
			if (match(left, /^'[^']*'/)) part = substr(left, 2, RLENGTH - 2)
			else if (match(left, /^"'"/)) part = "'"
			else if (match(left, /^[A-Za-z0-9_.:,@%+\/=-]+/)) part = substr(left, 1, RLENGTH)
			else return 0
			word = word part
			left = substr(left, RLENGTH + 1)
		}
		words[++word_count] = word
	}
	return word_count > 0
}
