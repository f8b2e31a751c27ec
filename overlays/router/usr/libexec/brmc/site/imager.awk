# Raspberry Pi Imager's customisation, in the three forms it has, as settings of this router. What has no place here is told of once.

function take_from_imager(    i, count, path, value, kept) {
	if (form == "toml") for (path in lines_of) read_toml(path)
	else if (form == "script") read_script("firstrun.sh")
	else {
		read_yaml("user-data")
		if ("network-config" in lines_of) read_yaml("network-config")
	}
	count = set_count
	set_count = kept = 0
	for (i = 1; i <= count; i++) {
		path = shown_path(set_path[i])
		value = set_value[i]
		at = set_line[i]
		reading = set_file[i]
		if (path ~ /^((user-data|system)\.)?hostname$/) set("system" SUBSEP "hostname", value, 1)
		else if (path ~ /(^|\.)(ssh_)?authorized_keys\.\[[0-9]+\]$|^key\.[0-9]+$/) set("system" SUBSEP "ssh" SUBSEP "authorizedKeys" SUBSEP "[" ++kept "]", value, 1)
		else if (path ~ /^(wlan\.)?country$|^network\.wifis\..*\.regulatory-domain$/) take_country(value)
		else if (path ~ /^(wlan\.)?ssid(_hex)?$|^network\.wifis\..*\.access-points\./) note("name and password of a Wi-Fi network are of one to join; this router makes a network of its own, and that stays as it was built (brmc-site.yaml can change it)")
		else if (path ~ /^users?\.|^password$|^ssh_pwauth$|^ssh\.password_authentication$/) note_users(path, value)
		else if (path ~ /^(timezone|keyboard\.|locale)/) note("time zone and keyboard are of no use here")
	}
}

# The country whose radio rules apply counts for the access point there is.
function take_country(country,    name) {
	for (name in access_point) set("interfaces" SUBSEP name SUBSEP "accessPoint" SUBSEP "country", country, 1)
}

function note_users(path, value) {
	if (path ~ /(pwauth|password_authentication)$/ && value != "true") return
	note("user names and passwords are of no use here: root alone logs in, by a key")
}
