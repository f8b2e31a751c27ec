import {ARCHIVE_ENDINGS, packingOf} from '../../overlay/archive-name.js'
import type {SpecPath} from '../finding.js'
import {SMCROUTE_CONF} from '../texts/smcroute-conf.js'
import type {Problem, Rule, RuleContext} from './rule.js'

export const listsHaveNoDuplicates: Rule = {
  id: 'N19',
  name: 'listsHaveNoDuplicates',
  severity: 'warning',
  check: ({deployment}) => {
    const lists: [SpecPath, readonly string[]][] = [
      [['packages'], deployment.packages],
      [['overlays'], deployment.overlays],
      [['statusPage', 'interfaces'], deployment.statusPage?.interfaces ?? []],
      [['system', 'ssh', 'authorizedKeys'], deployment.authorizedKeys],
    ]
    return lists.flatMap(([path, list]) => list.flatMap((entry, index): Problem[] => list.indexOf(entry) < index ? [{
      path: [...path, index],
      message: path[0] === 'system' ? 'this key stands twice' : `${entry} stands twice`,
      fix: 'remove one',
    }] : []))
  },
}

export const overlaysStayInside: Rule = {
  id: 'N20',
  name: 'overlaysStayInside',
  severity: 'error',
  check: context => eachOverlay(context, (overlay, path): Problem[] => {
    const why = overlayRefusal(overlay) ?? (context.overlays[overlay] === 'outside' ? 'a symbolic link leads out of the project' : undefined)
    return why === undefined ? [] : [{
      path,
      message: `the overlay ${JSON.stringify(overlay)} has to be inside the project: ${why}`,
      fix: 'copy it below overlays/ and write overlays/<name>',
    }]
  }),
}

/** Why a path cannot be an overlay, by its text alone; undefined where it can. */
export function overlayRefusal(overlay: string): string | undefined {
  if (overlay.startsWith('/') || /^[A-Za-z]:/.test(overlay)) return 'it is an absolute path'
  if (overlay.includes('\\')) return 'it has a backslash; folders are separated by /'
  if (/\p{Cc}/u.test(overlay)) return 'it has a control character'
  const parts = overlay.split('/')
  if (parts.includes('..')) return 'it goes up with ..'
  if (overlay === '.' || parts[0] === '') return 'it is the project itself'
  return ['build', '.git', '.brmc', 'br2-external'].includes(parts[0] ?? '') ? `${parts[0] ?? ''}/ is not for overlays: brmc or git writes it` : undefined
}

export const overlaysExist: Rule = {
  id: 'N21',
  name: 'overlaysExist',
  severity: 'error',
  check: context => eachOverlay(context, (overlay, path): Problem[] => {
    const kind = context.overlays[overlay]
    if (overlayRefusal(overlay) !== undefined || kind === 'directory' || kind === 'outside') return []
    if (kind === 'file') {
      return packingOf(overlay) !== undefined ? [] : [{path, message: `${overlay} is a file, and an overlay is a folder or an archive`, fix: `write the folder it is in, or pack it as ${ARCHIVE_ENDINGS}`}]
    }

    return [{path, message: kind === 'other' ? `${overlay} is neither a folder nor a file` : `${overlay} does not exist`, fix: 'create the folder, or correct the path (it is relative to brmc.yaml)'}]
  }),
}

export const overlayKeepsRoutes: Rule = {
  id: 'N35',
  name: 'overlayKeepsRoutes',
  severity: 'warning',
  check: ({deployment, texts}) => {
    const conf = texts.find(({path}) => path === SMCROUTE_CONF)
    return conf && deployment.daemon === 'smcroute' && deployment.routes.length > 0 ? [{
      place: {file: conf.file, line: 1, column: 1},
      message: 'this takes the place of the smcroute.conf made from multicast.routes: those routes are not in the image',
      fix: 'write the routes in brmc.yaml and remove this file, or empty multicast.routes',
    }] : []
  },
}

function eachOverlay({deployment}: RuleContext, check: (overlay: string, path: SpecPath) => Problem[]): Problem[] {
  return deployment.overlays.flatMap((overlay, index) => check(overlay, ['overlays', index]))
}
