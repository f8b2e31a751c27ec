import {once} from 'node:events'
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises'
import {createServer, type IncomingMessage, type RequestListener, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import type {Bundle} from '../../../src/base/bundle.js'
import {layoutOf} from '../../../src/base/transport/oci.js'
import {readHashedFiles} from '../../../src/base/transport/read-files.js'
import {exportBundle, type Exported} from '../../../src/base/transport/write-export.js'
import {importBundle} from '../../../src/base/transport/write-import.js'
import {BrmcError} from '../../../src/errors.js'
import {run} from '../../../src/process/run.js'
import {filesOf, KEY, writeSmallBase} from './small-base.js'

/** Real servers on this machine: fetch is the one of Node.js. */
describe('a base from the network', () => {
  let folder: string
  let bases: string
  let base: string
  let bundle: Bundle
  let exported: Exported
  /** Path of a registry → bytes. */
  const blobs = new Map<string, Buffer>()
  let digest: string
  const servers: Server[] = []

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-fetch-'))
    bases = join(folder, 'there')
    ;({folder: base, bundle} = await writeSmallBase(join(folder, 'bases')))
    exported = await exportBundle(base, bundle, {target: join(folder, 'base.tar'), oci: false, run, signal: new AbortController().signal})
    const layout = layoutOf(await readHashedFiles(base, bundle), 0)
    digest = layout.digest
    for (const {path, body} of layout.archive) {
      const kind = path === `blobs/${digest.replace(':', '/')}` ? 'manifests' : 'blobs'
      blobs.set(`/v2/a/b/${kind}/${path.slice('blobs/'.length).replace('/', ':')}`, Buffer.isBuffer(body) ? body : await readFile(body.file))
    }
  })

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }

    await rm(bases, {recursive: true, force: true})
  })
  after(() => rm(folder, {recursive: true, force: true}))

  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer)
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  const imported = (source: string, sha256?: string, signal = new AbortController().signal, onProgress?: () => void): Promise<Bundle> =>
    importBundle({source, sha256}, {folder: bases, run, fetch: globalThis.fetch, signal, onProgress})

  async function failed(act: Promise<unknown>): Promise<BrmcError> {
    const error: unknown = await act.catch((thrown: unknown) => thrown)
    if (!(error instanceof BrmcError)) throw error instanceof Error ? error : new Error('it went well')
    expect(await readdir(bases).catch(() => [])).to.deep.equal([])
    return error
  }

  async function expectBase(act: Promise<Bundle>): Promise<void> {
    expect(await act).to.deep.equal(bundle)
    expect(await readdir(bases)).to.deep.equal([KEY])
    expect(await filesOf(join(bases, KEY))).to.deep.equal(await filesOf(base))
  }

  const fromMap: RequestListener = ({url = ''}, response) => {
    const bytes = blobs.get(url)
    response.writeHead(bytes ? 200 : 404)
    response.end(bytes)
  }

  it('comes by its address and sha256, redirected', async () => {
    const bytes = await readFile(exported.target)
    const host = await serve(({url}, response) => {
      if (url === '/latest') response.writeHead(302, {location: '/base-1.tar?signed=1'}).end()
      else response.end(bytes)
    })
    await expectBase(imported(`http://${host}/latest`, exported.sha256))
  })

  it('with a name and a password in the address, which is told nobody else', async () => {
    const bytes = await readFile(exported.target)
    const seen: (string | undefined)[] = []
    const store = await serve(({headers}, response) => {
      seen.push(headers.authorization)
      response.end(bytes)
    })
    const host = await serve(({headers}, response) => {
      seen.push(headers.authorization)
      response.writeHead(302, {location: `http://${store}/x`}).end()
    })
    await expectBase(imported(`http://user:pass%20word@${host}/base.tar`, exported.sha256))
    expect(seen).to.deep.equal([`Basic ${Buffer.from('user:pass word').toString('base64')}`, undefined])
    await rm(bases, {recursive: true})
    expect((await failed(imported(`http://user:secret@${host}/base.tar?key=secret`, '0'.repeat(64)))).message).to.not.contain('secret')
  })

  const answers: readonly (readonly [string, RequestListener, string, RegExp])[] = [
    ['another file', (_, response) => response.end('x'), 'PACKAGE_CORRUPT', /its sha256 is 2d71.*, not/],
    ['nothing', (_, response) => response.writeHead(404).end(), 'PACKAGE_UNAVAILABLE', /the server says 404 Not Found/],
    ['half of it', (_, response) => {
      response.writeHead(200, {'content-length': 100})
      response.write('x', () => { response.destroy() })
    }, 'PACKAGE_UNAVAILABLE', /cannot be had/],
    ['itself, for ever', (_, response) => response.writeHead(302, {location: '/'}).end(), 'PACKAGE_UNAVAILABLE', /redirect/],
  ]
  for (const [name, answer, code, words] of answers) {
    it(`is refused where the server gives ${name}`, async () => {
      const error = await failed(imported(`http://${await serve(answer)}/base.tar`, exported.sha256))
      expect(error.code).to.equal(code)
      expect(error.message).to.match(words)
    })
  }

  it('is refused in words where no server is', async () => {
    const host = await serve(fromMap)
    servers.splice(0).forEach(server => server.close())
    const error = await failed(imported(`oci://${host}/a/b@${digest}`))
    expect(error.code).to.equal('PACKAGE_UNAVAILABLE')
    expect(error.message).to.contain('ECONNREFUSED')
    expect(error.suggestions.join()).to.contain('proxy')
  })

  it('leaves nothing where it is interrupted', async () => {
    const host = await serve((_, response) => {
      response.writeHead(200, {'content-length': 10_000_000})
      response.write(Buffer.alloc(100_000))
    })
    const abort = new AbortController()
    expect((await failed(imported(`http://${host}/base.tar`, exported.sha256, abort.signal, () => { abort.abort() }))).code).to.equal('INTERRUPTED')
  })

  it('comes from a registry that gives it to anybody', async () => {
    await expectBase(imported(`oci://${await serve(fromMap)}/a/b@${digest}`))
  })

  it('comes from a registry with a token that anybody gets, and blobs elsewhere, which do not see it', async () => {
    const seen: IncomingMessage[] = []
    const store = await serve((request, response) => {
      seen.push(request)
      fromMap(request, response)
    })
    const registry = await serve((request, response) => {
      const {url = '', headers} = request
      if (url.startsWith('/token')) {
        expect(url).to.equal('/token?service=reg&scope=repository%3Aa%2Fb%3Apull')
        response.end(JSON.stringify({access_token: 'sesame'}))
      } else if (headers.authorization !== 'Bearer sesame') {
        response.writeHead(401, {'www-authenticate': `Bearer realm="http://${headers.host ?? ''}/token",service="reg",scope="repository:a/b:pull"`}).end('{}')
      } else if (url.includes('/blobs/')) response.writeHead(307, {location: `http://${store}${url}`}).end()
      else fromMap(request, response)
    })
    await expectBase(imported(`oci://${registry}/a/b@${digest}`))
    expect(seen).to.have.length.above(3)
    expect(seen.map(({headers}) => headers.authorization)).to.deep.equal(seen.map(() => undefined))
  })

  const registries: readonly (readonly [string, RequestListener, string, RegExp])[] = [
    ['wants a login', (_, response) => response.writeHead(401, {'www-authenticate': 'Basic realm="x"'}).end(), 'PACKAGE_UNAVAILABLE', /wants a login/],
    ['sends for a token to somebody else, in the clear', (_, response) => response.writeHead(401, {'www-authenticate': 'Bearer realm="http://example.org/"'}).end(), 'PACKAGE_UNAVAILABLE', /wants a login/],
    ['is not content with its own token', ({url = ''}, response) => url.startsWith('/token')
      ? response.end('{"token":"t"}')
      : response.writeHead(401, {'www-authenticate': `Bearer realm="http://${response.req.headers.host ?? ''}/token"`}).end(), 'PACKAGE_UNAVAILABLE', /401/],
    ['has a token that breaks a header', ({url = ''}, response) => url.startsWith('/token')
      ? response.end('{"token":"a\\r\\nb: c"}')
      : response.writeHead(401, {'www-authenticate': `Bearer realm="http://${response.req.headers.host ?? ''}/token"`}).end(), 'PACKAGE_UNAVAILABLE', /no token/],
    ['gives another manifest', (_, response) => response.end('{}'), 'PACKAGE_CORRUPT', /another manifest/],
    ['gives a manifest without end', (_, response) => response.end(Buffer.alloc(5 * 2 ** 20)), 'PACKAGE_CORRUPT', /believable/],
    ['gives other blobs', (request, response) => {
      if (request.url?.includes('/manifests/')) fromMap(request, response)
      else response.end(Buffer.alloc(blobs.get(request.url ?? '')?.length ?? 0, 'x'))
    }, 'PACKAGE_CORRUPT', /bundle\.json is not what was promised/],
    ['gives longer blobs', (request, response) => {
      if (request.url?.includes('/manifests/')) fromMap(request, response)
      else response.end(Buffer.concat([blobs.get(request.url ?? '') ?? Buffer.alloc(0), Buffer.from('x')]))
    }, 'PACKAGE_CORRUPT', /longer than|sha256|promised/],
    ['lost a blob', (request, response) => {
      if (request.url?.includes('/manifests/')) fromMap(request, response)
      else response.writeHead(404).end()
    }, 'PACKAGE_UNAVAILABLE', /404/],
  ]
  for (const [name, answer, code, words] of registries) {
    it(`is refused where the registry ${name}`, async () => {
      const error = await failed(imported(`oci://${await serve(answer)}/a/b@${digest}`))
      expect(error.code, error.message).to.equal(code)
      expect(error.message).to.match(words)
    })
  }
})
