# The part of YAML 1.2 that people write into settings: maps by indentation, lists, scalars plain or quoted, {…} and […] on one line. What
# is more (anchors, tags, text over several lines) is a problem where `strict`, and skipped in files of other programs.

function read_yaml(file,    i, line, indent) {
	reading = file
	depth = 0
	open_path = ""
	skip_below = -1
	for (i = 1; i <= lines_of[file]; i++) {
		at = i
		line = text[file, i]
		match(line, /^ */)
		indent = RLENGTH
		line = substr(line, indent + 1)
		if (line == "" || line ~ /^#/ || line ~ /^[ \t]+$/) continue
		if (skip_below >= 0 && indent > skip_below) continue
		skip_below = -1
		if (line ~ /^\t/) wrong("has a tab in front: use blanks")
		else if (indent == 0 && line ~ /^---[ \t]*(#.*)?$/ && !depth) continue
		else if (indent == 0 && line ~ /^(---|\.\.\.|%)/) wrong("only one document can be here")
		else read_block(indent, line)
	}
}

function wrong(what) {
	if (strict) problem(reading, at, what)
}

# level_path[1…depth]: what the keys of each level belong to; level_list: the list whose items stand there, if any.
function read_block(indent, line,    item) {
	while (depth && indent < level_indent[depth]) {
		depth--
		open_path = ""
	}
	if (!depth || indent > level_indent[depth]) {
		if (depth && open_path == "") {
			wrong("stands further in than the line above it, which has its value already, or is indented as no line above")
			return
		}
		enter(indent, open_path)
		if (line ~ /^-([ \t]|$)/) level_list[depth] = level_path[depth]
	}
	if (line ~ /^-([ \t]|$)/) {
		# Items may stand below their key, or right under it.
		if (open_path != "") level_list[depth] = open_path
		if (level_list[depth] == "") {
			wrong("an item of a list (-) where a key should be")
			return
		}
		item = level_list[depth] SUBSEP "[" ++items[level_list[depth]] "]"
		open_path = ""
		match(line, /^-[ \t]*/)
		line = substr(line, RLENGTH + 1)
		if (line == "" || line ~ /^#/) open_path = item
		else if (line ~ /^[A-Za-z0-9_.-]+ *:([ \t]|$)/) {
			enter(indent + RLENGTH, item)
			read_pair(line)
		} else read_value(item, line)
		return
	}
	level_list[depth] = ""
	read_pair(line)
}

function enter(indent, path) {
	depth++
	level_indent[depth] = indent
	level_path[depth] = path
	level_list[depth] = ""
	open_path = ""
}

function read_pair(line,    key, path) {
	left = line
	open_path = ""
	if (!read_key()) {
		wrong("is neither `key: value` nor an item `- value` of a list")
		return
	}
	path = joined(level_path[depth], key_read)
	if (!is_new(path)) return
	left = trimmed(left)
	if (left == "" || left ~ /^#/) open_path = path
	else if (left ~ /^[|>]/) {
		wrong("text over several lines (| or >) is not read here: write it on one line")
		skip_below = level_indent[depth]
	} else read_value(path, left)
}

function joined(path, key) {
	return path == "" ? key : path SUBSEP key
}

function is_new(path) {
	if (path in first_line) {
		wrong(shown_path(path) " is here a second time (first: line " first_line[path] ")")
		return 0
	}
	first_line[path] = at
	return 1
}

# read_key(): takes `key:` off `left`, and sets key_read.
function read_key() {
	if (left ~ /^["']/) {
		if (!read_quoted()) return 0
		key_read = scalar
	} else {
		if (!match(left, /^[A-Za-z0-9_.-]+/)) return 0
		key_read = substr(left, 1, RLENGTH)
		left = substr(left, RLENGTH + 1)
	}
	if (!match(left, /^[ \t]*:/) || substr(left, RLENGTH + 1, 1) !~ /^[ \t]?$/) return 0
	left = substr(left, RLENGTH + 1)
	return 1
}

function read_value(path, line) {
	left = line
	if (!read_node(path, 0)) return
	if (left !~ /^[ \t]*$/ && left !~ /^[ \t]+#/) wrong("has more behind its value than there can be")
}

# read_node(PATH, NESTING): takes a value off `left`; false where the rest of the line cannot be read.
function read_node(path, nesting) {
	if (nesting > 8) {
		wrong("has too many brackets in one another")
		return 0
	}
	if (left ~ /^[{]/) return read_map(path, nesting + 1)
	if (left ~ /^\[/) return read_list(path, nesting + 1)
	if (left ~ /^["']/) {
		if (!read_quoted()) return 0
		set(path, scalar, 1)
		return 1
	}
	return read_plain(path, nesting)
}

function read_plain(path, nesting,    value) {
	if (nesting) match(left, /^[^][{},]*/)
	else if (match(left, /[ \t]#/)) RLENGTH = RSTART - 1
	else RLENGTH = length(left)
	value = trimmed(substr(left, 1, RLENGTH))
	left = substr(left, RLENGTH + 1)
	if (value == "") wrong(shown_path(path) " has no value")
	else if (value ~ /^[&*!|>%@`?]|^[-:]([ \t]|$)|:([ \t]|$)|[ \t]#/) wrong(shown_path(path) ": in YAML this is more than a text: write it in quotes")
	else set(path, value, 0)
	return 1
}

function read_map(path, nesting) {
	for (left = trimmed(substr(left, 2)); left !~ /^[}]/; left = trimmed(left)) {
		if (!read_key()) {
			wrong("after { or a comma there has to be `key: value`, and } on the same line")
			return 0
		}
		nested_path[nesting] = path SUBSEP key_read
		left = trimmed(left)
		if (!is_new(nested_path[nesting]) || !read_node(nested_path[nesting], nesting)) return 0
		left = trimmed(left)
		if (!sub(/^,/, "", left) && left !~ /^[}]/) {
			wrong("{ is not closed on the same line, or a comma is missing")
			return 0
		}
	}
	left = substr(left, 2)
	return 1
}

function read_list(path, nesting,    count) {
	for (left = trimmed(substr(left, 2)); left !~ /^\]/; left = trimmed(left)) {
		if (!read_node(path SUBSEP "[" ++count "]", nesting)) return 0
		left = trimmed(left)
		if (!sub(/^,/, "", left) && left !~ /^\]/) {
			wrong("[ is not closed on the same line, or a comma is missing")
			return 0
		}
	}
	left = substr(left, 2)
	return 1
}

# read_quoted(): takes "…" or '…' off `left`, and sets scalar.
function read_quoted(    quote, i, length_, letter, next_) {
	quote = substr(left, 1, 1)
	scalar = ""
	length_ = length(left)
	for (i = 2; i <= length_; i++) {
		letter = substr(left, i, 1)
		next_ = substr(left, i + 1, 1)
		if (letter == quote) {
			if (quote == "'" && next_ == "'") i++
			else {
				left = substr(left, i + 1)
				return 1
			}
		} else if (quote == "\"" && letter == "\\") {
			if (next_ !~ /["\\\/]/) {
				wrong("the escape \\" next_ " is not read here: write the letter itself")
				letter = letter next_
			} else letter = next_
			i++
		}
		scalar = scalar letter
	}
	wrong("the quote " quote " is not closed on the same line")
	return 0
}
