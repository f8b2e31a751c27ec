# The lines of the files that a stranger wrote, by file, and what is wrong with them: text(FILE, N), lines_of[FILE].
# A problem tells its place and never a secret; notes are what was left alone.

BEGIN {
	MOST = 20
	LONGEST = 8192
	for (i = 1; i < 256; i++) code_of[sprintf("%c", i)] = i
}

function problem(file, line, what) {
	problem_count++
	problem_line[problem_count] = line
	problem_text[problem_count] = file (line ? " line " line : "") ": " what
}

# In the order of the file, whatever they were found by, and not endless.
function tell_problems(    i, j, order) {
	for (i = 1; i <= problem_count && i <= MOST; i++) {
		for (j = i - 1; j > 0 && problem_line[order[j]] > problem_line[i]; j--) order[j + 1] = order[j]
		order[j + 1] = i
	}
	for (j = 1; j < i; j++) print problem_text[order[j]] >(work "/problems")
	if (problem_count > MOST) print "and " problem_count - MOST " more problems" >(work "/problems")
}

function note(what) {
	if (what in noted) return
	noted[what] = 1
	print what >(work "/notes")
}

# For a message: not endless.
function quoted(text) {
	return "\"" (length(text) > 60 ? substr(text, 1, 57) "..." : text) "\""
}

function trimmed(text) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	return text
}

FILENAME ~ /\/source\/[^\/]+$/ {
	file = FILENAME
	sub(/^.*\//, "", file)
	line = ++lines_of[file]
	if (line == 1) sub(/^\357\273\277/, "")
	sub(/\r$/, "")
	if (length($0) > LONGEST) problem(file, line, "longer than " LONGEST " bytes, which no setting is")
	else if ($0 ~ /[\001-\010\013-\037\177]/) problem(file, line, "has a control character")
	else if (!is_utf8($0)) problem(file, line, "has bytes that are not UTF-8: save the file as UTF-8")
	text[file, line] = $0
	next
}

# RFC 3629 §4, and no control characters beyond ASCII (C2 80 to C2 9F).
function is_utf8(line,    i, length_, byte, more, second) {
	if (line !~ /[\200-\377]/) return 1
	length_ = length(line)
	for (i = 1; i <= length_; i++) {
		byte = code_of[substr(line, i, 1)]
		if (byte < 128) continue
		more = byte >= 194 && byte <= 223 ? 1 : byte >= 224 && byte <= 239 ? 2 : byte >= 240 && byte <= 244 ? 3 : 0
		if (!more || i + more > length_) return 0
		second = code_of[substr(line, i + 1, 1)]
		if (byte == 194 && second < 160 || byte == 224 && second < 160 || byte == 237 && second > 159 || byte == 240 && second < 144 || byte == 244 && second > 143) return 0
		for (; more; more--) {
			byte = code_of[substr(line, ++i, 1)]
			if (byte < 128 || byte > 191) return 0
		}
	}
	return 1
}

# set(PATH, VALUE): one setting, in the order of the file; keys of a path are joined by SUBSEP, which no line has.
function set(path, value, quote) {
	set_count++
	set_path[set_count] = path
	set_value[set_count] = value
	set_line[set_count] = at
	set_file[set_count] = reading
	set_quote[set_count] = quote
}

function shown_path(path) {
	gsub(SUBSEP, ".", path)
	return path
}
