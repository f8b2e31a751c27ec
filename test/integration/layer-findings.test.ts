import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import type {BrmcError} from '../../src/errors.js'
import {run} from '../../src/process/run.js'
import type {Finding} from '../../src/spec/finding.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {composeImage, type ComposedImage} from '../../src/workflow/compose-image.js'
import {asBrmcError} from '../../src/workflow/format-error.js'
import {chooseDeployments, openProject} from '../../src/workflow/open-project.js'
import {writeSmallBase} from '../base/transport/small-base.js'
import {brmc, jsonOf} from '../e2e/command.js'

const projectText = (root: string, overlays: readonly string[]): string => `version: 1
name: layers
board: virt
root: ${root}
system: {hostname: layers}
interfaces: {eth0: {role: downstream, address: 10.1.0.1/24}}
overlays: ${JSON.stringify(overlays)}
`

const ALL = ['overlays/site', 'overlays/pack.tar', 'overlays/pack.tar.zst', 'overlays/pack.tar.xz']

describe('what is said of layers', function () {
  this.timeout(120_000)
  let project: string
  const put = (path: string, text: string): void => {
    mkdirSync(join(project, path, '..'), {recursive: true})
    writeFileSync(join(project, path), text)
  }

  beforeEach(async () => {
    project = mkdtempSync(join(tmpdir(), 'brmc-layer-findings-'))
    put('brmc.yaml', projectText('ext4', ALL))
    put('deployments/porto.yaml', 'overlays: [overlays/porto]\n')
    put('overlays/site/etc/hostname', 'layers\n') // as brmc makes it
    put('overlays/site/etc/hosts.ejs', 'site of <%= system.hostname %>\n')
    put('overlays/site/etc/motd', 'site\n')
    put('overlays/site/srv/App/a', '')
    put('overlays/site/srv/app/a', '')
    put('overlays/porto/etc/motd/text', 'porto\n')
    for (const [ending, flag] of [['tar', '--no-auto-compress'], ['tar.zst', '--zstd'], ['tar.xz', '--xz']] as const) {
      put(`pack/etc/${ending}`, 'pack\n')
      put(`overlays/site/etc/${ending}`, 'site\n')
      await run('tar', ['--create', flag, `--file=${join(project, `overlays/pack.${ending}`)}`, `--directory=${join(project, 'pack')}`, `etc/${ending}`])
    }
  })

  afterEach(() => { rmSync(project, {recursive: true, force: true}) })

  async function check(): Promise<string[]> {
    const ended = await brmc(['check', '--json'], {cwd: project})
    expect(ended.status, ended.stdout + ended.stderr).to.equal(0)
    return (jsonOf(ended) as {findings: Finding[]}).findings.map(({rule, file, message, deployment = ''}) => `${rule} ${file}: ${message}${deployment}`)
  }

  async function compose(): Promise<ComposedImage | Error> {
    const base = await writeSmallBase(join(project, 'bases'))
    const generated = await brmc(['generate'], {cwd: project})
    expect(generated.status, generated.stderr).to.equal(0)
    // The tree's own is made for a whole base.
    put('br2-external/board/common/device_table.txt', '')
    const opened = await openProject(project)
    const [chosen] = chooseDeployments(opened, ['default'])
    if (!chosen) throw new Error('there is a deployment')
    return composeImage({
      ...chosen, project: opened, base, templates: await readTemplates(), run, hash: false, signal: new AbortController().signal,
      target: join(project, 'build/images/default/sdcard.img'),
    }).catch((error: unknown) => asBrmcError(error))
  }

  const collisions = [
    ...['tar', 'tar.xz', 'tar.zst'].map(ending => `N123 overlays/pack.${ending}: /etc/${ending} of overlays/pack.${ending} takes the place of what overlays/site has there`),
    'N123 overlays/porto/etc/motd: the directory /etc/motd of overlays/porto takes the place of the file that overlays/site has thereporto',
    'N123 overlays/site/etc/hosts: /etc/hosts of overlays/site takes the place of what brmc makes there (br2-external/overlays/deployments)',
  ]

  it('brmc check reads the texts of archives as it reads those of folders, and renders none of them', async () => {
    put('pack/etc/init.d/S50site', '#!/bin/sh\r\n')
    put('pack/etc/smcroute.conf', 'mroute from eth0 group 224.0.0.5 to eth0\n')
    put('pack/etc/odd.ejs', '<%= nothing.of.that %>\n')
    await run('tar', ['--create', '--zstd', `--file=${join(project, 'overlays/pack.tar.zst')}`, `--directory=${join(project, 'pack')}`, 'etc'])
    const {status, stdout} = await brmc(['check', '--json'], {cwd: project})
    const {findings} = JSON.parse(stdout) as {findings: Finding[]}
    expect(status).to.equal(10)
    const found = findings.filter(({rule}) => !/^N12/.test(rule)).map(({rule, file, line, fix}) => [rule, `${file}:${line}`, /where overlays\/pack.tar.zst is made$/.test(fix)])
    expect(found).to.deep.include.members([
      ['N110', 'overlays/pack.tar.zst/etc/init.d/S50site:1', true],
      ['N112', 'overlays/pack.tar.zst/etc/init.d/S50site:1', true],
      ['M01', 'overlays/pack.tar.zst/etc/smcroute.conf:1', false],
    ])
    expect(found.map(([rule]) => rule)).to.not.include('N115')

    const composed = await compose()
    expect(composed).to.include({code: 'SPEC_INVALID'}).and.have.property('message').that.includes('errors in the archives of overlays')
    expect((composed as BrmcError).details.join('\n')).to.include('overlays/pack.tar.zst/etc/smcroute.conf:1').and.include('M01')
    expect(existsSync(join(project, 'build/images/default/sdcard.img'))).to.equal(false)
  })

  it('brmc check tells what takes the place of what, of folders and archives alike, before anything is generated', async () => {
    expect(await check()).to.deep.equal([...collisions, 'N125 overlays/site/srv/app: /srv/App of overlays/site and /srv/app of overlays/site differ only in case'])
    expect(readdirSync(project).sort()).to.deep.equal(['brmc.yaml', 'deployments', 'overlays', 'pack'])
    expect(await brmc(['check', '--strict'], {cwd: project})).to.include({status: 10})
  })

  it('what is declared to be meant is not told, and what replaces nothing in any deployment is', async () => {
    rmSync(join(project, 'overlays/site/srv'), {recursive: true})
    put('overlays/site.meta.yaml', 'replaces: [etc/hosts]\n')
    put('overlays/porto.meta.yaml', 'replaces: ["etc/**"]\n')
    for (const ending of ['tar', 'tar.zst', 'tar.xz']) put(`overlays/pack.${ending}.meta.yaml`, `replaces: [etc/${ending}]\n`)
    expect(await check()).to.deep.equal([])
    put('overlays/porto.meta.yaml', 'replaces:\n  - etc/**\n  - etc/mtod\n')
    expect(await check()).to.deep.equal(['N124 overlays/porto.meta.yaml: overlays/porto has nothing at /etc/mtodporto'])
  })

  it('an archive that cannot be read is a finding with its place', async () => {
    writeFileSync(join(project, 'overlays/pack.tar'), 'no archive')
    const ended = await brmc(['check', '--json'], {cwd: project})
    expect(ended.status).to.equal(10)
    const {findings} = jsonOf(ended) as {findings: Finding[]}
    expect(findings.filter(({severity}) => severity === 'error').map(({rule, file}) => `${rule} ${file}`)).to.deep.equal(['overlay overlays/pack.tar'])
    expect(findings.map(({file}) => file)).to.include('overlays/pack.tar.xz')
  })

  it('brmc check names the largest files of a root that needs a larger card, and reads none of them', async () => {
    put('overlays/site/srv/film', '')
    truncateSync(join(project, 'overlays/site/srv/film'), 4e9)
    const found = (await check()).filter(line => line.startsWith('N126'))
    expect(found).to.have.length(1)
    expect(found[0]).to.match(/^N126 brmc.yaml: the root partition becomes 4\.\d GiB, .*: \/srv\/film of overlays\/site has 3\.7 GiB$/)
  })

  it('composing tells the same', async () => {
    const composed = await compose()
    if (composed instanceof Error) throw composed
    expect(composed.warnings.map(warning => warning.replace(/^(\S+): (.*) \((N\d+)\); .*$/, '$3 $1: $2')).sort()).to.deep.equal(collisions.filter(line => !line.includes('porto')).sort())
  })

  it('composing makes no card of a root in memory that no board can unpack', async () => {
    put('brmc.yaml', projectText('ram', ['overlays/site']))
    put('overlays/site/srv/film', '')
    truncateSync(join(project, 'overlays/site/srv/film'), 160 * 1024 * 1024)
    const ended = await brmc(['check'], {cwd: project})
    expect(ended).to.include({status: 10})
    expect(ended.stdout).to.match(/brmc\.yaml:7:11 error N127/).and.include('/srv/film of')
    const composed = await compose()
    expect(composed).to.include({code: 'IMAGE_TOO_SMALL'})
    expect(existsSync(join(project, 'build/images/default/sdcard.img'))).to.equal(false)
  })
})
