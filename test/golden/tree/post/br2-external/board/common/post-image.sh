#!/bin/sh
# Buildroot runs this last: post-image.sh <images folder>. It gathers what the boot partition holds into images/boot.
set -eu

images=$1
boot=$images/boot

# Made anew each time: a file of an earlier configuration must not stay
rm -rf "$boot.partial"
mkdir -p "$boot.partial"
cp "$images/Image" "$boot.partial/"
for file in "$images"/*.dtb "$images"/rpi-firmware/*; do
	if [ -e "$file" ]; then cp -R "$file" "$boot.partial/"; fi
done
rm -rf "$boot"
mv "$boot.partial" "$boot"

if [ ! -e "$images/rootfs.tar" ]; then
	echo "post-image.sh: $images/rootfs.tar is missing: set BR2_TARGET_ROOTFS_TAR=y" >&2
	exit 1
fi

echo "The root file system is $images/rootfs.tar, the boot partition's files are in $boot."
echo "Next: brmc image lays them onto a card image (sdcard.img)."
