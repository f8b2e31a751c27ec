/** What brmc keeps in the output folder beside Buildroot's own files, so that it goes wherever the output goes. */
export const OWN_FOLDER = '.brmc'
/** OutputState as JSON. */
export const STATE_FILE = `${OWN_FOLDER}/state.json`
/** There while make runs: still there at the next run, make was killed. */
export const RUNNING_FILE = `${OWN_FOLDER}/running`

/**
 * Shell text that puts an output right in which make was killed at any moment (`kill -9`, a stopped daemon, a power cut), and prints the packages that start again:
 * a step that had begun and not ended may have left half a file that make would take for whole. build-time.log has `<seconds>:<start|end>:<step>:<package>`, blanks
 * around words (package/pkg-generic.mk, step_time); a folder is of the longest name that it starts with: linux-headers-6.12 is none of linux.
 */
export const RECOVER_SCRIPT = `
set -eu
cd "$1"
[ -e ${RUNNING_FILE} ] || exit 0
mkdir -p build
touch build/build-time.log
for folder in build/*/; do
  printf '%s\\n' "$folder"
done | awk -F: '
  FNR == NR {
    gsub(/ /, "")
    if (NF < 4) next
    known[$4]
    if ($2 == "start") open[$4 ":" $3] = $4
    if ($2 == "end") delete open[$4 ":" $3]
    next
  }
  FNR == 1 {for (step in open) again[open[step]]}
  {
    folder = substr($0, 7, length($0) - 7)
    owner = ""
    for (name in known) if (length(name) > length(owner) && (folder == name || index(folder, name "-") == 1)) owner = name
    if (owner in again) print "folder " folder
  }
  END {for (name in again) print "package " name}' build/build-time.log - | sort | while read -r kind name; do
  case $kind in
    folder) rm -rf "build/$name" ;;
    package) rm -rf "per-package/$name"; echo "$name" ;;
  esac
done
# A package that was being unpacked or patched has no step open yet, and no stamp of it either.
for folder in build/*/; do
  [ -e "$folder" ] || continue
  case $folder in build/buildroot-config/ | build/buildroot-fs/ | build/locales.nopurge/) continue ;; esac
  [ -e "$folder.stamp_patched" ] || [ -e "$folder.stamp_rsynced" ] || rm -rf "$folder"
done
# What is made of all packages at the end; what a package itself put into images/ stays, for its stamp says that it is there.
rm -rf build/buildroot-fs target images/rootfs.tar images/boot images/boot.partial
rm -f ${RUNNING_FILE}
`

/** Shell text that runs the command in its arguments after the first, a file that is there meanwhile. Asked to end, it waits for the command, which is asked too. */
export const MARKED_SCRIPT = `
mark=$1
shift
mkdir -p "\${mark%/*}"
: > "$mark"
trap : TERM INT HUP
"$@"
status=$?
rm -f "$mark"
exit "$status"
`

/** Shell text that takes away all that was built in the output folder $1; the configuration stays. */
export const EMPTY_SCRIPT = `
set -eu
cd "$1"
find . -mindepth 1 -maxdepth 1 ! -name .config ! -name .config.old ! -name Makefile ! -name '.br2-external*' ! -name ${OWN_FOLDER} -exec rm -rf {} +
rm -f ${STATE_FILE} ${RUNNING_FILE}
`
