# The picture of the status page: interfaces left and right, between them an arrow for each group, as wide as what passes. Its text has one size on
# every screen: only the x axis is stretched, by percentages; y is in pixels.

BEGIN {
	MOST_ARROWS = 12
	LANE = 44
	GAP = 12
	WIDEST = 18
	BOX = 28
	ARROW = 41
}

# The busiest ways in the order of their groups, then routes on which nothing comes: arrow_from[1…], arrow_to[…], arrow_kind[…], …
function choose_arrows(    count, way, best, chosen, i, flow, names, name) {
	for (count = 1; count <= MOST_ARROWS && count <= way_count; count++) {
		best = 0
		for (way = 1; way <= way_count; way++) if (!(way in chosen) && (!best || flow_arrived[way_flow[way]] > flow_arrived[way_flow[best]])) best = way
		chosen[best] = 1
	}
	for (i = 1; i <= flow_count; i++) {
		flow = flow_order[i]
		for (way = first_way[flow]; way <= last_way[flow]; way++) {
			if (!(way in chosen)) continue
			if (flow_arrived[flow] > busiest) busiest = flow_arrived[flow]
			add_arrow(flow_from[flow], way_to[way], text_of(flow_group[flow]), way_loses(way) ? "lost" : "passes", flow_arrived[flow], way_left(way))
		}
	}
	for (i = 1; i <= route_count && arrow_count < MOST_ARROWS; i++) {
		if (hits[i] || is_wildcard(route_from[i])) continue
		count = split(route_to[i], names, " ")
		for (way = 1; way <= count && arrow_count < MOST_ARROWS; way++) {
			name = names[way]
			if (!is_wildcard(name) && name != route_from[i]) add_arrow(route_from[i], name, route_text[i], "silent", 0, 0)
		}
	}
}

function add_arrow(from, to, group, kind, arrived, left) {
	arrow_count++
	arrow_from[arrow_count] = from
	arrow_to[arrow_count] = to
	arrow_group[arrow_count] = group
	arrow_kind[arrow_count] = kind
	arrow_arrived[arrow_count] = arrived
	arrow_left[arrow_count] = left
	place_name(from)
	place_name(to)
}

function place_name(name,    i) {
	if (name in place_of) return
	for (i = 1; i <= shown_count; i++) if (shown[i] == name) place_of[name] = i
	if (!(name in place_of)) place_of[name] = ++more_places + shown_count
}

# Lays the arrows of one side into lanes, those of one interface together: lane_y[side, arrow], box_name[side, 1…], box_y[…], box_height[…].
# Returns how high it is.
function lay_side(side,    i, j, sorted, arrow, name, before, y) {
	for (i = 1; i <= arrow_count; i++) {
		for (j = i - 1; j > 0 && side_place(side, sorted[j]) > side_place(side, i); j--) sorted[j + 1] = sorted[j]
		sorted[j + 1] = i
	}
	for (i = 1; i <= arrow_count; i++) {
		arrow = sorted[i]
		name = side == "left" ? arrow_from[arrow] : arrow_to[arrow]
		if (name != before) {
			if (i > 1) y += GAP
			box_count[side]++
			box_name[side, box_count[side]] = name
			box_y[side, box_count[side]] = y + 0
			before = name
		}
		lane_y[side, arrow] = y + LANE / 2 + 6
		y += LANE
		box_height[side, box_count[side]] = y - box_y[side, box_count[side]]
	}
	return y
}

function side_place(side, arrow) {
	return place_of[side == "left" ? arrow_from[arrow] : arrow_to[arrow]]
}

function print_picture(    height, left, right, shift, i) {
	choose_arrows()
	if (!arrow_count) {
		print "<p class=\"none\">No route, and no group that comes.</p>" > page
		return
	}
	left = lay_side("left")
	right = lay_side("right")
	height = left > right ? left : right
	shift["left"] = (height - left) / 2
	shift["right"] = (height - right) / 2
	printf "<svg class=\"picture\" width=\"100%%\" height=\"%d\" role=\"img\" aria-label=\"Groups as arrows from the interface on which they come to those by which they leave; the table below says the same.\">\n", height + 2 > page
	for (i = 1; i <= arrow_count; i++) print_arrow(i, lane_y["left", i] + shift["left"], lane_y["right", i] + shift["right"], height)
	print_boxes("left", 0, shift["left"])
	print_boxes("right", 100 - BOX, shift["right"])
	for (i = 1; i <= arrow_count; i++) if (arrow_kind[i] == "lost") print_cross((lane_y["left", i] + shift["left"] + lane_y["right", i] + shift["right"]) / 2)
	for (i = 1; i <= arrow_count; i++) print_label(i, lane_y["left", i] + shift["left"])
	print "</svg>" > page
}

# A curve that is as wide as what comes; where packets are lost it ends half way, and what leaves goes on.
function print_arrow(i, from, to, height,    wide, leaves, middle) {
	wide = arrow_width(arrow_arrived[i])
	leaves = arrow_width(arrow_left[i])
	middle = (from + to) / 2
	printf "<g class=\"arrow %s hue%d\"><title>%s</title><svg x=\"%d%%\" width=\"%d%%\" height=\"%d\" viewBox=\"0 0 100 %d\" preserveAspectRatio=\"none\">", arrow_kind[i], (i - 1) % 6, html(arrow_words(i)), BOX, ARROW, height, height > page
	if (arrow_kind[i] == "lost") {
		printf "<path class=\"way\" d=\"M50,%.1fC62.5,%.1f 75,%.1f 100,%.1f\" stroke-width=\"%.1f\"/>", middle, (middle + to) / 2, to, to, leaves > page
		printf "<path class=\"come\" d=\"M0,%.1fC25,%.1f 37.5,%.1f 50,%.1f\" stroke-width=\"%.1f\"/></svg>", from, from, (from + middle) / 2, middle, wide > page
	} else printf "<path class=\"come\" d=\"M0,%.1fC50,%.1f 50,%.1f 100,%.1f\" stroke-width=\"%.1f\"/></svg>", from, from, to, to, wide > page
	printf "<svg x=\"%d%%\" y=\"%.1f\" overflow=\"visible\"><path class=\"head\" d=\"M0,-%.1fL9,0L0,%.1fZ\"/></svg></g>\n", BOX + ARROW, to, leaves / 2 + 4, leaves / 2 + 4 > page
}

function print_cross(y) {
	printf "<svg x=\"%.1f%%\" y=\"%.1f\" overflow=\"visible\"><path class=\"cross\" d=\"M-7,-7L7,7M-7,7L7,-7\"/></svg>\n", BOX + ARROW / 2, y > page
}

function arrow_width(packets) {
	return busiest && packets > busiest / WIDEST * 2 ? packets / busiest * WIDEST : 2
}

function arrow_words(i) {
	return arrow_group[i] " from " arrow_from[i] " to " arrow_to[i] ": " (arrow_kind[i] == "silent" ? "nothing comes" : rate_text(arrow_arrived[i]) " come, " rate_text(arrow_left[i]) " leave")
}

function print_label(i, y,    group, rate, before) {
	group = arrow_group[i]
	if (length(group) > 19) group = substr(group, 1, 18) "…"
	rate = arrow_kind[i] == "silent" ? "silent" : rate_text(arrow_arrived[i])
	if (arrow_kind[i] == "lost") {
		before = rate_text(arrow_left[i])
		sub(/\/s$/, " of ", before)
		rate = before rate
	}
	printf "<text class=\"label %s\" x=\"%d%%\" y=\"%.1f\" aria-hidden=\"true\"><tspan class=\"group\">%s</tspan><tspan class=\"rate\" dx=\"6\">%s</tspan></text>\n", arrow_kind[i], BOX + 1, y - arrow_width(arrow_arrived[i]) / 2 - 4, html(group), html(rate) > page
}

function print_boxes(side, x, shift,    i, name, y, state) {
	for (i = 1; i <= box_count[side]; i++) {
		name = box_name[side, i]
		state = state_of(name)
		y = box_y[side, i] + shift + 1
		printf "<g class=\"box%s\"><rect x=\"%d%%\" y=\"%.1f\" width=\"%d%%\" height=\"%.1f\" rx=\"8\"/>", (state == "up" ? "" : " bad"), x, y, BOX, box_height[side, i] > page
		printf "<text x=\"%d%%\" y=\"%.1f\"%s>%s</text>", x + BOX / 2, y + box_height[side, i] / 2 - 2, (length(name) > 10 ? " class=\"long\"" : ""), html(name) > page
		printf "<text class=\"state\" x=\"%d%%\" y=\"%.1f\">%s</text></g>\n", x + BOX / 2, y + box_height[side, i] / 2 + 13, (state == "up" ? html(role_of[name]) : "✗ " html(state)) > page
	}
}
