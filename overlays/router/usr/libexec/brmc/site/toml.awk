# The part of TOML that Raspberry Pi Imager writes: [section], key = "text", key = true, and lists of texts over several lines.
# Of escapes it has \\ and \" alone. Sets section SUBSEP key, or section SUBSEP key SUBSEP [n].

function read_toml(file,    i, line, section, key, count) {
	reading = file
	section = key = ""
	for (i = 1; i <= lines_of[file]; i++) {
		at = i
		line = trimmed(text[file, i])
		if (line == "" || line ~ /^#/) continue
		if (key == "") {
			if (line ~ /^\[[A-Za-z0-9_.-]+\]/) {
				section = substr(line, 2, index(line, "]") - 2)
				continue
			}
			if (!match(line, /^[A-Za-z0-9_-]+[ \t]*=[ \t]*/)) continue
			key = trimmed(substr(line, 1, index(line, "=") - 1))
			line = substr(line, RLENGTH + 1)
			if (line !~ /^\[/) {
				left = line
				if (line !~ /^["']/) set(section SUBSEP key, line, 0)
				else if (read_quoted()) set(section SUBSEP key, scalar, 1)
				else problem(file, i, "a quote is not closed on the same line")
				key = ""
				continue
			}
			line = substr(line, 2)
			count = 0
		}
		for (left = line; match(left, /^[ \t,]*["']/);) {
			left = substr(left, RLENGTH)
			if (!read_quoted()) {
				problem(file, i, "a quote is not closed on the same line")
				break
			}
			set(section SUBSEP key SUBSEP "[" ++count "]", scalar, 1)
		}
		if (left ~ /^[ \t,]*\]/) key = ""
	}
}
