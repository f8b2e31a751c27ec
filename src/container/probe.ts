import type {BuildPlaces} from './workshop.js'

/** What the programs of the build find at a place they read. */
export interface ReadPlace {
  place: string
  /** sha256 of the sorted names in it; undefined where it cannot be read. */
  names?: string
}

/** What they find at a place they write. */
export interface WrittenPlace {
  place: string
  /** uid the place belongs to. */
  owner: number
  writable: boolean
  executable: boolean
  caseSensitive: boolean
  empty: boolean
  freeBytes: number
}

export interface ProbeResult {
  /** What stands in the folder made for this question; undefined where it is not seen. */
  nonce?: string
  read: readonly ReadPlace[]
  written: readonly WrittenPlace[]
}

/** Asks, from where the build will run, what the build will meet. Tab separated lines; a place that is written is left as it was. */
const SCRIPT = String.raw`
kind=read
for place; do
  case $place in --nonce|--read|--write) kind=$place; continue ;; esac
  case $kind in
  --nonce) if nonce=$(cat "$place/nonce" 2>/dev/null); then printf 'nonce\t%s\n' "$nonce"; fi ;;
  --read)
    if ls -A "$place/" >/dev/null 2>&1; then printf 'read\t%s\t%s\n' "$place" "$(ls -A "$place/" | LC_ALL=C sort | sha256sum | cut -c1-64)"
    else printf 'read\t%s\t-\n' "$place"; fi ;;
  --write)
    writable=0 executable=0 sensitive=0 empty=0
    [ -n "$(ls -A "$place/" 2>/dev/null)" ] || empty=1
    name=$place/.brmc-Probe-$$
    if (printf '#!/bin/sh\n' >"$name" && chmod 755 "$name") 2>/dev/null; then
      writable=1
      ! "$name" 2>/dev/null || executable=1
      [ -e "$place/.brmc-probe-$$" ] || sensitive=1
    fi
    rm -f "$name"
    printf 'write\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$place" "$(stat -c %u "$place")" "$writable" "$executable" "$sensitive" "$empty" \
      "$(df -Pk "$place" | tail -n 1 | awk '{print $4}')" ;;
  esac
done`

/** The command that asks. `nonce`: folder with a file `nonce` in it. */
export function probeCommand(places: BuildPlaces, nonce: string): string[] {
  const {buildroot, tree, settings, toolchain, kernel, overrides, output, downloads, ccache} = places
  const sources = Object.keys(overrides).sort().map(name => overrides[name])
  const read = [buildroot, tree, settings, toolchain, kernel, ...sources].filter(place => place !== undefined)
  return ['/bin/sh', '-c', SCRIPT, 'brmc', '--nonce', nonce, '--read', ...read, '--write', output, downloads, ccache]
}

const BYTES_PER_KIB = 1024

/** Reads the answer. */
export function parseProbe(stdout: string): ProbeResult {
  const lines = stdout.split('\n').map(line => line.split('\t'))
  const nonce = lines.find(([kind]) => kind === 'nonce')?.[1]
  return {
    ...nonce !== undefined && {nonce},
    read: lines.filter(([kind]) => kind === 'read').map(([, place = '', names]) => ({place, ...names !== '-' && names !== undefined && {names}})),
    written: lines.filter(([kind]) => kind === 'write').map(([, place = '', owner, writable, executable, sensitive, empty, free]) => ({
      place,
      owner: Number(owner),
      writable: writable === '1',
      executable: executable === '1',
      caseSensitive: sensitive === '1',
      empty: empty === '1',
      freeBytes: Number(free) * BYTES_PER_KIB,
    })),
  }
}
