import {spawn} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Readable, Writable} from 'node:stream'

/** A tab of a Chromium without a screen, spoken to over two pipes (--remote-debugging-pipe: JSON, each message ended by a zero byte). */
export interface Browser {
  /** Opens a page in a window of this width, and waits until it is loaded. */
  open: (url: string, options?: {width?: number, dark?: boolean, script?: boolean}) => Promise<void>
  /** The value of an expression on the page. */
  evaluate: <T>(expression: string) => Promise<T>
  /** What assistive technology is told: role and name of everything that has both. */
  accessibleTree: () => Promise<{role: string, name: string}[]>
  /** The whole page as a PNG. */
  screenshot: (scale?: number) => Promise<Buffer>
  /** What the console and the page's policy complained of since the page was opened. */
  complaints: () => string[]
  stop: () => Promise<void>
}

type Message = {id?: number, method?: string, params?: Record<string, unknown>, result?: Record<string, unknown>, error?: {message: string}}

const DEFAULT_WIDTH = 1000

/** Starts the browser in a network namespace. */
export async function startBrowser(netns: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'brmc-browser-'))
  // Without the sandbox, for root may not use it; there is nothing but the router's own page to see.
  const child = spawn('ip', ['netns', 'exec', netns, 'chromium-headless-shell', '--remote-debugging-pipe', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
    '--no-first-run', `--user-data-dir=${profile}`, 'about:blank'], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']})
  const ended = new Promise<void>(resolve => {
    child.on('error', () => { resolve() })
    child.on('exit', () => { resolve() })
  })
  const {send, on} = speak(child.stdio[3] as Writable, child.stdio[4] as Readable, ended)
  const session = await openTab(send)
  const page = (method: string, params: object = {}) => send(method, params, session)
  const complained: string[] = []
  on('Log.entryAdded', ({entry}) => complained.push((entry as {text: string}).text))
  on('Runtime.exceptionThrown', ({exceptionDetails}) => complained.push(JSON.stringify(exceptionDetails)))
  on('Runtime.consoleAPICalled', ({args}) => complained.push(JSON.stringify(args)))
  for (const domain of ['Page', 'Runtime', 'Log', 'Accessibility']) await page(`${domain}.enable`)

  return {
    async open(url, {width = DEFAULT_WIDTH, dark = false, script = true} = {}) {
      await page('Emulation.setDeviceMetricsOverride', {width, height: 800, deviceScaleFactor: 1, mobile: width < DEFAULT_WIDTH})
      await page('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'}]})
      await page('Emulation.setScriptExecutionDisabled', {value: !script})
      complained.length = 0
      const loaded = new Promise<void>(resolve => { on('Page.loadEventFired', () => { resolve() }) })
      const {errorText} = await page('Page.navigate', {url})
      if (errorText !== undefined) throw new Error(`${url}: ${JSON.stringify(errorText)}`)
      await loaded
    },
    async evaluate<T>(expression: string) {
      const {result, exceptionDetails} = await page('Runtime.evaluate', {expression, returnByValue: true, awaitPromise: true})
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return (result as {value: T}).value
    },
    async accessibleTree() {
      const {nodes} = await page('Accessibility.getFullAXTree')
      return (nodes as {ignored: boolean, role?: {value: string}, name?: {value: string}}[])
        .filter(node => !node.ignored).map(({role, name}) => ({role: role?.value ?? '', name: name?.value ?? ''})).filter(({name}) => name !== '')
    },
    async screenshot(scale = 1) {
      const {cssContentSize} = await page('Page.getLayoutMetrics')
      const {data} = await page('Page.captureScreenshot', {captureBeyondViewport: true, clip: {...cssContentSize as object, scale}})
      return Buffer.from(data as string, 'base64')
    },
    complaints: () => [...complained],
    async stop() {
      child.kill('SIGKILL')
      await ended
      await rm(profile, {recursive: true, force: true, maxRetries: 5})
    },
  }
}

async function openTab(send: (method: string, params: object) => Promise<Record<string, unknown>>): Promise<string> {
  const {targetId} = await send('Target.createTarget', {url: 'about:blank'})
  const {sessionId} = await send('Target.attachToTarget', {targetId, flatten: true})
  return sessionId as string
}

function speak(to: Writable, from: Readable, ended: Promise<void>) {
  const waiting = new Map<number, {resolve: (result: Record<string, unknown>) => void, reject: (error: Error) => void}>()
  const listeners = new Map<string, ((params: Record<string, unknown>) => void)[]>()
  let count = 0
  let rest = Buffer.alloc(0)
  from.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      receive(JSON.parse(rest.subarray(0, end).toString()) as Message)
      rest = rest.subarray(end + 1)
    }
  })
  to.on('error', () => undefined)
  void ended.then(() => {
    for (const {reject} of waiting.values()) reject(new Error('the browser has ended (is chromium-headless-shell installed? bin/setup test)'))
  })

  function receive({id, method, params = {}, result = {}, error}: Message): void {
    if (method !== undefined) for (const listener of listeners.get(method) ?? []) listener(params)
    const asked = id === undefined ? undefined : waiting.get(id)
    if (id === undefined || !asked) return
    waiting.delete(id)
    if (error) asked.reject(new Error(error.message))
    else asked.resolve(result)
  }

  return {
    on: (method: string, listener: (params: Record<string, unknown>) => void) => listeners.set(method, [...listeners.get(method) ?? [], listener]),
    send: (method: string, params: object, sessionId?: string) => new Promise<Record<string, unknown>>((resolve, reject) => {
      const id = ++count
      waiting.set(id, {resolve, reject})
      to.write(`${JSON.stringify({id, method, params, ...sessionId !== undefined && {sessionId}})}\0`)
    }),
  }
}
