#!/bin/sh
# Buildroot runs this after the overlays are in place: post-build.sh <target folder>
set -eu

target=$1
tree=$(cd "$(dirname "$0")/../.." && pwd)

# Buildroot's packages bring boot scripts of their own. Those of overlays/router do the same work, by events and in brmc's order;
# two for one job would race, and of two multicast daemons only one gets the kernel's routing table. A script of the same name
# that an overlay brought stays. S41mrouted, were it kept, would let no packet through for 30 s.
for script in S02sysctl S10mdev S11modules S35nftables S40network S41mrouted S41smcroute S50dropbear; do
	ours=no
	for overlay in "$tree"/overlays/router "$tree"/overlays/deployments/*; do
		if cmp -s "$overlay/etc/init.d/$script" "$target/etc/init.d/$script"; then ours=yes; fi
	done
	[ "$ours" = yes ] || rm -f "$target/etc/init.d/$script"
done

# One owner of the IPv4 multicast routing table: which daemon runs is decided by which of the two files is there, and the second
# daemon to ask for the table would stay up and route nothing. A root without a deployment has neither.
if [ -e "$target/etc/smcroute.conf" ] && [ -e "$target/etc/mrouted.conf" ]; then
	echo "post-build.sh: /etc/smcroute.conf and /etc/mrouted.conf are both there, but only one daemon can own the kernel's" >&2
	echo "post-build.sh: multicast routing table: take one of them out of the overlays" >&2
	exit 1
fi
