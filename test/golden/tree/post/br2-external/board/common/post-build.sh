#!/bin/sh
# Buildroot runs this after the overlays are in place: post-build.sh <target folder>
set -eu

target=$1
tree=$(cd "$(dirname "$0")/../.." && pwd)

# Buildroot's packages bring boot scripts of their own. Those of overlays/router do the same work, by events and in brmc's order;
# two for one job would race, and of two multicast daemons only one gets the kernel's routing table. A script of the same name
# that an overlay brought stays. S41mrouted, were it kept, would let no packet through for 30 s.
is_ours() {
	for overlay in "$tree"/overlays/router "$tree"/overlays/deployments/*; do
		if cmp -s "$overlay/$1" "$target/$1"; then return 0; fi
	done
	return 1
}

for script in S02sysctl S05avahi-setup.sh S10mdev S11modules S35nftables S40network S41mrouted S41smcroute S50avahi-daemon S50dropbear; do
	is_ours "etc/init.d/$script" || rm -f "$target/etc/init.d/$script"
done

# One owner of the IPv4 multicast routing table: which daemon runs is decided by which of the files is there, and the second daemon
# to ask for the table would stay up and route nothing. smcroute may stand beside another for IPv6, which has a table of its own. A root without a deployment has none: igmpproxy's package brings an example,
# which is known by its blanks.
if [ -e "$target/etc/igmpproxy.conf" ] && grep -q '^phyint eth0 upstream  ratelimit 0  threshold 1$' "$target/etc/igmpproxy.conf"; then
	rm -f "$target/etc/igmpproxy.conf"
fi
confs=
for conf in igmpproxy.conf mrouted.conf; do
	if [ -e "$target/etc/$conf" ]; then confs="$confs /etc/$conf"; fi
done
if [ -e "$target/etc/smcroute.conf" ] && { [ -z "$confs" ] || grep -Eq '^m.* group +[0-9.]+(/| |$)' "$target/etc/smcroute.conf"; }; then
	confs="$confs /etc/smcroute.conf"
fi
case $confs in
*' '*' '*)
	echo "post-build.sh:$confs are there at once, but only one daemon can own the kernel's" >&2
	echo "post-build.sh: multicast routing table: take all but one out of the overlays" >&2
	exit 1
	;;
esac
