import {expect} from 'chai'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {run} from '../../src/process/run.js'
import type {Deployment} from '../../src/spec/deployment.js'
import {labDeployment, networkInterface, route} from '../lab/deployment.js'
import {renderDeployment} from '../lab/render-deployment.js'
import {StartedAhead} from '../lab/started-ahead.js'

const MCAST_LAB = fileURLToPath(new URL('../lab/mcast-lab', import.meta.url))

interface LabCase {
  title: string
  deployment: Partial<Deployment>
  /** Deliveries that have to happen, in mcast-lab's words. */
  checks: string[]
  /** Without the rules of nftables.conf these must fail: the lab would see a difference. */
  failWithoutRules?: string[]
}

const translate: Partial<Deployment> = {nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}]}
const dhcpUplink = networkInterface('usb0', [], {role: 'upstream', dhcp: true})

const cases: LabCase[] = [
  {
    title: 'the default: one group, its TTL lifted, its source translated from the first packet on',
    deployment: {...translate, routes: [route('225.0.0.1', {liftTtl: true})]},
    checks: ['225.0.0.1,ttl=1,want_ttl=63,from=10.2.0.1', '225.0.0.1,ttl=9,from=10.2.0.1', '225.0.0.2,to=none', '225.0.0.2,ttl=1,to=none'],
    failWithoutRules: ['225.0.0.1,ttl=1,want_ttl=63', '225.0.0.1,ttl=9,from=10.2.0.1'],
  },
  {
    title: 'the same with IPv6',
    deployment: {...translate, routes: [route('ff05::4242', {liftTtl: true})]},
    checks: ['ff05::4242,ttl=1,want_ttl=63,from=fd02::1', 'ff05::4242,ttl=9,from=fd02::1', 'ff05::4243,to=none'],
    failWithoutRules: ['ff05::4242,ttl=1,want_ttl=63', 'ff05::4242,ttl=9,from=fd02::1'],
  },
  {
    title: 'two links, each with its own address as the source',
    deployment: {
      nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}, {from: 'wlan0', to: 'eth0', multicast: 'translate'}],
      routes: [route('225.0.0.1', {to: ['usb0', 'eth0'], liftTtl: true})],
    },
    checks: ['225.0.0.1,ttl=1,want_ttl=63,to=usb0+eth0,from_usb0=10.2.0.1,from_eth0=10.3.0.1'],
    failWithoutRules: ['225.0.0.1,to=usb0+eth0,from_usb0=10.2.0.1', '225.0.0.1,to=usb0+eth0,from_eth0=10.3.0.1'],
  },
  {
    title: 'two links, one of them translated',
    deployment: {...translate, routes: [route('225.0.0.1', {to: ['usb0', 'eth0']})]},
    checks: ['225.0.0.1,to=usb0+eth0,from_usb0=10.2.0.1,from_eth0=10.1.0.2'],
  },
  {
    title: 'unicast masquerade on both links, which multicast does not go through',
    deployment: {
      nat: [{from: 'wlan0', to: 'usb0', multicast: 'keep'}, {from: 'wlan0', to: 'eth0', multicast: 'keep'}],
      routes: [route('225.0.0.1', {to: ['usb0', 'eth0']})],
    },
    checks: ['225.0.0.1,to=usb0+eth0,from=10.1.0.2'],
  },
  {
    title: 'a range, one group of it to one more link, and a sender to a third set: every route counts',
    deployment: {
      routes: [route('225.0.1.0/24'), route('225.0.1.7', {to: ['eth0']}), route('239.1.1.1', {source: '10.1.0.2', to: ['eth0']}), route('239.1.1.2', {source: '10.1.0.3'})],
    },
    checks: ['225.0.1.1', '225.0.1.7,to=usb0+eth0', '225.0.2.1,to=none', '239.1.1.1,to=eth0', '239.1.1.2,to=none'],
  },
  {
    title: 'thresholds: only packets with a TTL above them',
    deployment: {routes: [route('225.0.0.1', {ttlThreshold: 10}), route('225.0.0.2', {to: ['eth0']}), route('ff05::4242', {ttlThreshold: 10}), route('ff05::4242', {to: ['eth0']})]},
    checks: ['225.0.0.1,ttl=10,to=none', '225.0.0.1,ttl=11', '225.0.0.2,ttl=2,to=eth0', 'ff05::4242,ttl=10,to=eth0', 'ff05::4242,ttl=11,to=usb0+eth0'],
    failWithoutRules: ['ff05::4242,ttl=10,to=eth0'],
  },
  {
    title: 'an uplink whose address DHCP has not told yet: dropped rather than shown untranslated',
    deployment: {...translate, interfaces: [...labDeployment().interfaces.filter(({name}) => name !== 'usb0'), dhcpUplink]},
    checks: ['225.0.0.1,to=none'],
    failWithoutRules: ['225.0.0.1,to=none'],
  },
]

describe('smcroute.conf and nftables.conf of a deployment, with the real daemon between namespaces', function () {
  this.timeout(120_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-lab-'))
  })
  after(async () => {
    await labs.ended()
    await rm(folder, {recursive: true})
  })

  async function lab(name: string, deployment: Deployment, checks: readonly string[], withRules: boolean): Promise<string[]> {
    const files = await renderDeployment(deployment)
    const [smcroute, nftables] = [join(folder, `${name}.conf`), join(folder, `${name}.nft`)]
    await writeFile(smcroute, files.get('etc/smcroute.conf') ?? '')
    await writeFile(nftables, withRules ? files.get('etc/nftables.conf') ?? '' : '')
    const {stdout} = await run(MCAST_LAB, ['-c', smcroute, '-n', nftables, ...checks], {accept: [0, 1]})
    return stdout.trim().split('\n')
  }

  const runs = cases.flatMap(({title, deployment, checks, failWithoutRules}) => [
    {title, deployment, checks, withRules: true},
    ...failWithoutRules ? [{title: `${title} — not so without the rules`, deployment, checks: failWithoutRules, withRules: false}] : [],
  ])
  // Each run has namespaces of its own.
  const labs = new StartedAhead(4, runs.map(({deployment, checks, withRules}, index) => () => lab(`${index}`, labDeployment(deployment), checks, withRules)))

  for (const [index, {title, checks, withRules}] of runs.entries()) {
    it(title, async () => {
      const lines = await labs.result(index)
      expect(lines.map(line => line.replace(/ ::.*/, ''))).to.deep.equal(checks.map(check => `${withRules ? 'ok' : 'not ok'} - ${check}`))
    })
  }

  it('loads its rules twice without a trace, and leaves the tables of others alone', async () => {
    const nftables = join(folder, 'rules.nft')
    await writeFile(nftables, (await renderDeployment(labDeployment({...translate, routes: [route('225.0.0.1', {liftTtl: true})]}))).get('etc/nftables.conf') ?? '')
    const {stdout} = await run('unshare', ['--net', 'sh', '-ec', 'nft add table inet other; nft -f "$1"; nft list ruleset >"$1.once"; nft -f "$1"; nft list ruleset | diff "$1.once" -; nft list tables', 'sh', nftables])
    expect(stdout).to.equal('table inet other\ntable inet brmc\n')
  })
})
