import type {ErrorCode} from '../../errors.js'
import type {Finding} from '../../spec/finding.js'
import type {MadeSite, SitesRequest} from './make-sites.js'

/** What a thread is told to do. */
export interface WorkerOrder {
  kind: 'check' | 'make'
  request: SitesRequest
}

/** What it says. */
export type WorkerWord = {kind: 'findings', findings: Finding[]} | {kind: 'sites', sites: MadeSite[]}
  | {kind: 'error', code: ErrorCode, message: string, details: readonly string[], suggestions: readonly string[]}
