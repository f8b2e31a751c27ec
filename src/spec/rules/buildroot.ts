import type {Rule} from './rule.js'

export const sharedCacheKeepsObjects: Rule = {
  id: 'N134',
  name: 'sharedCacheKeepsObjects',
  severity: 'error',
  check: ({deployment: {buildroot: {ccache, sharedCache}}}) => ccache !== false || sharedCache === undefined ? [] : [{
    path: ['buildroot', 'sharedCache'],
    message: 'nothing that is compiled is kept (buildroot.ccache: false), so nothing can be shared',
    fix: 'take buildroot.ccache: false out, or buildroot.sharedCache',
  }],
}
