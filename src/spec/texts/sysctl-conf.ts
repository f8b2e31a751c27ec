import type {Place, SpecPath} from '../finding.js'
import type {OverlayText} from '../project-text.js'

/** One setting of sysctl.conf(5), its name with dots. */
export interface SysctlSetting {
  name: string
  value: string
  place?: Place
  path?: SpecPath
}

export const SYSCTL_CONF = 'etc/sysctl.conf'

export const isSysctlFile = (path: string): boolean => path === SYSCTL_CONF || /^etc\/sysctl\.d\/[^/]+\.conf$/.test(path)

/** Settings in the order of the file; a leading - (failure is no error) is dropped. */
export function parseSysctlConf({text, file}: OverlayText): SysctlSetting[] {
  return text.split(/\r?\n/).flatMap((source, index) => {
    const match = /^(\s*)-?([^#;=\s][^=\s]*)\s*=\s*(.*?)\s*$/.exec(source)
    if (!match) return []
    const [, indent = '', name = '', value = ''] = match
    return [{name: dotted(name), value, place: {file, line: index + 1, column: indent.length + 1}}]
  })
}

/** sysctl(8): where the first separator is a slash, dots belong to the names (net/ipv4/conf/eth0.100/rp_filter). */
function dotted(name: string): string {
  const [separator] = /[./]/.exec(name) ?? []
  return separator === '/' ? name.replaceAll('/', '.') : name
}
