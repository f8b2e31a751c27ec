import {parentPort, workerData} from 'node:worker_threads'

import {asBrmcError} from '../format-error.js'
import {checkSites} from './check-sites.js'
import {makeSites} from './make-sites.js'
import type {WorkerOrder, WorkerWord} from './worker-words.js'

/** A thread that makes one part of a fleet: what it has to say goes to the thread that started it. */
const port = parentPort
const tell = (word: WorkerWord): void => { port?.postMessage(word) }
const {kind, request} = workerData as WorkerOrder
const abort = new AbortController()
port?.on('message', () => { abort.abort() })
try {
  if (kind === 'check') tell({kind: 'findings', findings: checkSites(request)})
  else await makeSites(request, {signal: abort.signal, onSites: sites => { tell({kind: 'sites', sites}) }})
} catch (error) {
  const {code, message, details, suggestions} = asBrmcError(error)
  tell({kind: 'error', code, message, details, suggestions})
}

port?.close()

