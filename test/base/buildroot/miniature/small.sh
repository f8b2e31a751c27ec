#!/bin/sh
# small.sh all | show-info | source <target> | patch <package>: what the makefile beside it does, with O and TREE in the environment.
set -eu

packages() {
  echo linux
  sed -n 's/^BR2_PACKAGE_\([A-Z0-9]*\)=y$/\1/p' "$O/.config" | tr '[:upper:]' '[:lower:]' | sort
}

folder() {
  if [ "$1" = linux ]; then echo "$O/build/linux-custom"; else echo "$O/build/$1-1.0"; fi
}

step() {
  printf '%s:%-5.5s:%-20.20s: %s\n' "$(date +%s.%N)" "$1" "$2" "$3" >> "$O/build/build-time.log"
}

patched() {
  mkdir -p "$(folder "$1")"
  touch "$(folder "$1")/.stamp_patched"
}

build() {
  at=$(folder "$1")
  if [ -e "$at/.stamp_installed" ] && [ -z "$(find "$TREE" -name "$1.fragment" -newer "$at/.stamp_installed")" ]; then return; fi
  patched "$1"
  echo ">>> $1 1.0 Building"
  step start build "$1"
  if [ "$1" = broken ]; then
    echo 'main.c:7:10: fatal error: nosuch.h: No such file or directory'
    echo "make[1]: *** [package/pkg-generic.mk:273: $at/.stamp_built] Error 1"
    echo 'make: *** [Makefile:23: _all] Error 2'
    exit 2
  fi
  # The first time only.
  if [ "$1" = slow ] && ! [ -e "$O.slow" ]; then : > "$O.slow"; sleep 30; fi
  if [ -e "$TREE/$1.fragment" ]; then cp "$TREE/$1.fragment" "$at/.config"; fi
  if [ "$1" = linux ]; then mkdir -p "$at/include/config"; echo '6.12.1-small' > "$at/include/config/kernel.release"; fi
  step end build "$1"
  touch "$at/.stamp_installed"
  echo "$1" >> "$O.built"
}

case $1 in
  patch) patched "$2" ;;
  source)
    echo '>>>  Downloading'
    if [ "$2" = source ] && packages | grep -qx far; then
      echo '>>> far 1.0 Downloading'
      echo "wget: unable to resolve host address 'downloads.example.org'"
      echo "make: *** [package/pkg-generic.mk:179: $(folder far)/.stamp_downloaded] Error 4"
      exit 2
    fi
    ;;
  show-info)
    printf '{"rootfs-tar":{"type":"rootfs","name":"rootfs-tar"}'
    for name in $(packages); do printf ',"%s":{"type":"target","name":"%s","version":"%s","stamp_dir":"build/%s","install_target":true,"dl_dir":"%s","downloads":[{"source":"%s-1.0.tar.xz"}]}' "$name" "$name" "$(basename "$(folder "$name")" | cut -d- -f2)" "$(basename "$(folder "$name")")" "$name" "$name"; done
    echo '}'
    ;;
  all)
    for name in $(packages); do build "$name"; done
    rm -rf "$O/target" "$O/images"
    mkdir -p "$O/target/etc" "$O/images/boot/overlays"
    packages > "$O/target/etc/packages"
    tar -C "$O/target" -cf "$O/images/rootfs.tar" .
    for name in Image start4.elf overlays/one.dtbo config.txt cmdline.txt; do echo "$name" > "$O/images/boot/$name"; done
    echo x > "$O/images/sdcard.img"
    ;;
esac
