import {setFlagsFromString} from 'node:v8'
import {Worker} from 'node:worker_threads'

import {BrmcError} from '../../errors.js'
import type {Finding} from '../../spec/finding.js'
import {asBrmcError} from '../format-error.js'
import {checkSites} from './check-sites.js'
import {makeSites, type MadeSite, type SitesRequest} from './make-sites.js'
import {subshards} from './shard.js'
import type {WorkerOrder, WorkerWord} from './worker-words.js'

/** What is wrong with the sites of the request's shard, found by `jobs` threads. */
export async function checkInThreads(request: SitesRequest, jobs: number, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = []
  await inThreads(request, {kind: 'check', jobs, signal, work: own => Promise.resolve(void findings.push(...checkSites(own))), onWord: word => {
    if (word.kind === 'findings') findings.push(...word.findings)
  }})
  return findings
}

/** Makes the sites of the request's shard in `jobs` threads; each site is told when it is done. */
export async function makeInThreads(request: SitesRequest, jobs: number, {onSites, signal}: Telling): Promise<void> {
  await inThreads(request, {kind: 'make', jobs, signal, work: async (own, stop) => makeSites(own, {onSites, signal: stop}), onWord: word => {
    if (word.kind === 'sites') onSites(word.sites)
  }})
}

interface Telling {
  onSites: (sites: MadeSite[]) => void
  signal: AbortSignal
}

interface Threads {
  kind: WorkerOrder['kind']
  jobs: number
  signal: AbortSignal
  /** The part of this thread. */
  work: (request: SitesRequest, stop: AbortSignal) => Promise<void>
  onWord: (word: WorkerWord) => void
}

/** The first part is done here. Where one part fails, the others are stopped and its error is thrown. */
async function inThreads(request: SitesRequest, {kind, jobs, signal, work, onWord}: Threads): Promise<void> {
  // Each site is garbage when it is made, and V8 would let hundreds of megabytes of it lie in each thread; collecting it sooner takes no longer.
  setFlagsFromString('--optimize-for-size')
  const [own, ...others] = subshards(request.shard, jobs).map(shard => ({...request, shard}))
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const parts = [
    ...others.map(async part => inThread({kind, request: part}, onWord, both)),
    ...own ? [work(own, both)] : [],
  ].map(async part => part.catch((error: unknown) => {
    stop.abort()
    throw error
  }))
  const results = await Promise.allSettled(parts)
  // What the stop itself broke off is no news.
  const failures = results.flatMap(result => result.status === 'rejected' ? [asBrmcError(result.reason)] : [])
  const first = failures.find(({code}) => code !== 'INTERRUPTED') ?? failures[0]
  if (first) throw first
}

async function inThread(order: WorkerOrder, onWord: (word: WorkerWord) => void, signal: AbortSignal): Promise<void> {
  const worker = new Worker(workerFile(), {workerData: order})
  const stop = (): void => { worker.postMessage('stop') }
  signal.addEventListener('abort', stop)
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (word: WorkerWord) => {
        if (word.kind === 'error') reject(new BrmcError(word.code, word.message, {details: word.details, suggestions: word.suggestions}))
        else onWord(word)
      })
      worker.on('error', reject)
      worker.on('exit', () => { resolve() })
    })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Bundled, this file is part of a chunk somewhere, and the worker lies where esbuild.config.js puts it. */
function workerFile(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('sites-worker.ts', import.meta.url)
    : new URL('dist/workflow/fleet/sites-worker.js', import.meta.resolve('#package.json'))
}
