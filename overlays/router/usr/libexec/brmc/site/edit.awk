# Prints the file `target` as the plan, which comes first, has it. A line of the plan is VERB TAB FILE TAB KEY TAB LINE:
#   line    LINE in place of the one line that is KEY, or begins with it where it ends in = or a blank; several LINEs of one KEY follow one another
#   drop    nothing in its place
#   whole   LINE is the whole file
#   append  LINE at the end
# A line that is not there exactly once is an error: the file is not what it is taken for.

NR == FNR {
	if (split($0, field, "\t") < 3 || field[2] != target) next
	text = substr($0, length(field[1] field[2] field[3]) + 4)
	if (field[1] == "whole") {
		whole = text
		is_whole = 1
	} else if (field[1] == "append") appended[++append_count] = text
	else {
		if (!(field[3] in hits)) {
			keys[++key_count] = field[3]
			hits[field[3]] = 0
		}
		if (field[1] == "line") replacement[field[3]] = replacement[field[3]] text "\n"
	}
	next
}

is_whole { next }

{
	for (i = 1; i <= key_count; i++) {
		key = keys[i]
		if (key ~ /[= ]$/ ? index($0, key) == 1 : $0 == key) {
			hits[key]++
			printf "%s", replacement[key]
			next
		}
	}
	print
}

END {
	if (is_whole) print whole
	for (i = 1; i <= append_count; i++) print appended[i]
	for (i = 1; i <= key_count; i++) if (hits[keys[i]] != 1 && !is_whole) {
		print "it has " hits[keys[i]] " lines \"" keys[i] "\"" >"/dev/stderr"
		exit 1
	}
}
