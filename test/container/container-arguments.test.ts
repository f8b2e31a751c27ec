import {expect} from 'chai'

import {containerArguments, rootArguments, type ContainerRun} from '../../src/container/container-arguments.js'

const CONTAINER: ContainerRun = {
  engine: 'docker', image: 'brmc-builder:0123456789abcdef', name: 'brmc-l-1', label: 'l', user: {uid: 1500, gid: 1501}, mounts: [], standardInput: {kind: 'stream'}, argv: ['make'],
}
const bind = (folder: string): ContainerRun['mounts'] => [{source: {folder}, target: '/brmc/tree', readOnly: true}]

describe('the arguments of a container', () => {
  it('confine it', () => {
    expect(containerArguments(CONTAINER)).to.deep.equal([
      'run', '--rm', '--pull=never', '--name=brmc-l-1', '--label=brmc.output=l', '--hostname=brmc-builder', '--user=1500:1501', '--cap-drop=ALL',
      '--security-opt=no-new-privileges', '--read-only', '--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777', '--ulimit=nofile=1024:4096', '--log-driver=none',
      '--interactive', '--network=none', '--env=LANG=C.UTF-8', '--env=HOME=/tmp', '--workdir=/tmp', '--entrypoint=/usr/bin/tini', 'brmc-builder:0123456789abcdef', '-g', '--', 'make',
    ])
  })

  const CASES: readonly [string, Partial<ContainerRun>, readonly string[], readonly string[]][] = [
    ['podman keeps the caller’s number inside, and relabels nothing', {engine: 'podman'}, ['--userns=keep-id', '--security-opt=label=disable'], []],
    ['a network is named', {network: 'host'}, ['--network=host'], ['--network=none']],
    ['a terminal is asked for', {standardInput: {kind: 'terminal'}}, ['--interactive', '--tty'], []],
    ['environment is added, and never more than a value', {environment: {KEY: 'a b; $(c)'}}, ['--env=KEY=a b; $(c)', '--env=HOME=/tmp'], []],
    ['a folder is mounted to be read', {mounts: bind('/home/a b/tree')}, ['--mount=type=bind,source=/home/a b/tree,target=/brmc/tree,readonly'], []],
    ['a folder with a colon stays one', {mounts: bind('/x:y:rw')}, ['--mount=type=bind,source=/x:y:rw,target=/brmc/tree,readonly'], []],
    ['a folder with a comma cannot become an option', {mounts: bind('/x,readonly=false')}, ['--mount=type=bind,"source=/x,readonly=false",target=/brmc/tree,readonly'], []],
    ['a quote is doubled', {mounts: bind('/x"y')}, ['--mount=type=bind,"source=/x""y",target=/brmc/tree,readonly'], []],
    [
      'a volume is mounted to be written', {mounts: [{source: {volume: 'v'}, target: '/brmc/output', readOnly: false}]}, ['--mount=type=volume,source=v,target=/brmc/output'], [],
    ],
  ]
  for (const [title, changes, present, absent] of CASES) {
    it(title, () => {
      const args = containerArguments({...CONTAINER, ...changes})
      expect(args).to.include.members([...present])
      for (const one of absent) expect(args).not.to.include(one)
    })
  }

  it('hold a lifeline: standard input that ends with brmc ends the container', () => {
    const args = containerArguments({...CONTAINER, standardInput: {kind: 'lifeline'}, argv: ['make', 'a;b']})
    expect(args.slice(-8, -6)).to.deep.equal(['-g', '--'])
    expect(args.slice(-6, -4)).to.deep.equal(['/bin/sh', '-c'])
    expect(args.slice(-2)).to.deep.equal(['make', 'a;b'])
  })

  it('give root one capability, where a new volume must change hands', () => {
    const args = rootArguments({...CONTAINER, mounts: [{source: {volume: 'v'}, target: '/brmc/output', readOnly: false}]}, ['/bin/chown', '1:1', '/brmc/output'], 'CHOWN')
    expect(args).to.include.members(['--user=0:0', '--cap-drop=ALL', '--cap-add=CHOWN', '--network=none', '--entrypoint=/bin/chown'])
    expect(args.slice(-3)).to.deep.equal([CONTAINER.image, '1:1', '/brmc/output'])
  })
})
