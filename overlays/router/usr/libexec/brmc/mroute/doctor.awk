BEGIN {
	for (i = 1; i < ARGC; i++) present[ARGV[i]] = 1
}

END {
	judge_router()
	judge_packets()
	sort_findings()
	if (form == "json") print_json()
	else print_text()
	# Awk itself ends with 1 where it fails.
	exit wrong ? 10 : 0
}
