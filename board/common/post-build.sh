#!/bin/sh
# Buildroot runs this after the overlays are in place: post-build.sh <target folder>
set -eu

target=$1
tree=$(cd "$(dirname "$0")/../.." && pwd)

# Buildroot's packages bring boot scripts of their own. Those of overlays/router do the same work, by events and in brmc's order;
# two for one job would race, and of two multicast daemons only one gets the kernel's routing table. A script of the same name
# that an overlay brought stays. S41mrouted, were it kept, would let no packet through for 30 s.
[ -d "$tree/overlays/router" ] || exit 0
for script in S02sysctl S10mdev S11modules S35nftables S40network S41mrouted S41smcroute S50dropbear; do
	ours=no
	for overlay in "$tree"/overlays/router "$tree"/overlays/deployments/*; do
		if cmp -s "$overlay/etc/init.d/$script" "$target/etc/init.d/$script"; then ours=yes; fi
	done
	[ "$ours" = yes ] || rm -f "$target/etc/init.d/$script"
done

# What is left must have one owner of the IPv4 multicast routing table: the second daemon stays up and routes nothing.
owners=
for script in "$target"/etc/init.d/S[0-9][0-9]*; do
	case ${script##*/S[0-9][0-9]} in
	smcroute|smcrouted|mrouted|pimd|igmpproxy) owners="$owners ${script##*/}" ;;
	esac
done
# shellcheck disable=SC2086 # split into names on purpose
set -- $owners
if [ $# -gt 1 ]; then
	echo "post-build.sh: $* would all start, but only one of them can own the kernel's multicast routing table:" >&2
	echo "post-build.sh: remove all but one from the overlays, or their packages from user.defconfig" >&2
	exit 1
fi
