# What is found. A rank is the order in which causes are told: what explains most stands first; from NOTES on nothing is wrong.

BEGIN {
	NOTES = 90
	SAME = 3
}

# add(RANK, ID, WHAT, CHANGE): of one kind three are told, the others counted.
function add(rank, id, what, change) {
	id_count[id]++
	if (rank < NOTES) wrong++
	if (id_count[id] > SAME) return
	finding_count++
	finding_rank[finding_count] = rank
	finding_id[finding_count] = id
	finding_what[finding_count] = what
	finding_change[finding_count] = change
}

function told(i,    what, more) {
	what = finding_what[i]
	if (last_of[finding_id[i]] == i && id_count[finding_id[i]] > SAME) what = what " (and " (id_count[finding_id[i]] - SAME) " more of the kind)"
	return what
}

# order[1…]: findings by rank, then as they were found.
function sort_findings(    i, j, held) {
	for (i = 1; i <= finding_count; i++) {
		last_of[finding_id[i]] = i
		for (j = i - 1; j > 0 && finding_rank[order[j]] > finding_rank[i]; j--) order[j + 1] = order[j]
		order[j + 1] = i
	}
}

function json_text(text,    i, letter, result) {
	result = ""
	for (i = 1; i <= length(text); i++) {
		letter = substr(text, i, 1)
		if (letter == "\"" || letter == "\\") letter = "\\" letter
		else if (letter < " ") letter = " "
		result = result letter
	}
	return "\"" result "\""
}

function print_text(    i, j) {
	for (i = 1; i <= finding_count; i++) {
		j = order[i]
		print (finding_rank[j] < NOTES ? "wrong: " : "note: ") told(j)
		if (finding_change[j] != "") print "  change: " finding_change[j]
	}
	for (i = 1; i <= flow_count; i++) print "route: " flow_words(i)
	print wrong ? "The first is the likeliest cause; look again when it is changed." : "Nothing is wrong here."
}

function print_json() {
	printf "{"
	print_members()
	print "}"
}

function print_members(    i, j) {
	printf "\"healthy\": %s, \"daemon\": %s, \"seconds\": %d, \"watched\": %s,\n \"findings\": [", (wrong ? "false" : "true"), json_text(wanted_daemon), seconds, (watching ? "true" : "false")
	for (i = 1; i <= finding_count; i++) {
		j = order[i]
		printf "%s\n  {\"id\": %s, \"severity\": \"%s\", \"what\": %s, \"change\": %s}", (i > 1 ? "," : ""), json_text(finding_id[j]), (finding_rank[j] < NOTES ? "wrong" : "note"), json_text(told(j)), json_text(finding_change[j])
	}
	printf "],\n \"flows\": ["
	for (i = 1; i <= flow_count; i++) printf "%s\n  {\"group\": %s, \"from\": %s, \"arrived\": %d, \"left\": {%s}}", (i > 1 ? "," : ""), json_text(text_of(flow_group[i])), json_text(flow_from[i]), flow_arrived[i], flow_left_json(i)
	printf "]"
}
