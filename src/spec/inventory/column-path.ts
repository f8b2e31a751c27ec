import type {SpecPath} from '../finding.js'

const PART = /"([^"]+)"|([^\s."]+)/y

/** `interfaces.wlan0.address`, or `interfaces."eth0.10".address` where a part has a dot, as in TOML. Undefined for what is no path. */
export function pathOfColumn(name: string): SpecPath | undefined {
  const path: string[] = []
  let at = 0
  while (at < name.length) {
    PART.lastIndex = at
    const found = PART.exec(name)
    const part = found?.[1] ?? found?.[2]
    if (!found || part === undefined) return undefined
    path.push(part)
    at += found[0].length
    if (at === name.length) return path
    if (name[at] !== '.') return undefined
    at++
  }

  return undefined
}
