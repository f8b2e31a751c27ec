import {appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {run} from '../../src/process/run.js'
import type {Deployment} from '../../src/spec/deployment.js'
import {makeGuestRoot} from './guest-root.js'

export interface HostKeyBoot {
  /** What the console was told, without the mark that every line has. */
  said: string[]
  /** The public keys that the SSH server shows, as ssh-keyscan prints them without the address. */
  shown: string[]
  /** How the partition was mounted, in turn. */
  mounted: string[]
  /** Mode of the key in the root; empty where it has none. */
  mode: string
  /** What is still mounted of the card. */
  left: string
}

interface Circumstances {
  /** In place of a card that takes what is written: one that refuses it, has no room, or loses it. */
  card?: 'read-only' | 'full' | 'forgetful'
  commandLine?: string
  /** Whether the root is in memory; else on a disk, and stays. */
  inMemory?: boolean
  /** Whether /etc/dropbear is what Buildroot's package makes of it: a link to a folder in /run. */
  linked?: boolean
}

/** A root in which the router's own scripts start its SSH server beside a card, in namespaces of its own. */
export interface HostKeyLab {
  /** Starts the SSH server as a boot does, with these files on the card. */
  boot: (card: string, circumstances?: Circumstances) => Promise<HostKeyBoot>
  /** A card, as a folder. */
  newCard: () => Promise<string>
  remove: () => Promise<void>
}

const VOLUME_ID = 67
export const COMMAND_LINE = 'console=ttyAMA0 brmc.boot=8badf00d'

/** The kernel here may have no vfat: a folder is bound in its place, with the same modes. All else is as on a router. BusyBox's shell looks for no other mount than its own. */
const MOUNT = `
mount() {
	mode=\${4%%,*}
	echo $mode >>/mounted
	read -r circumstances </circumstances
	[ "$circumstances" != read-only ] || mode=ro
	if [ "$circumstances$mode" = forgetfulrw ]; then
		busybox mount -t tmpfs forgetful "$6"
	else
		busybox mount --bind /card "$6" && busybox mount -o "remount,bind,$mode" "$6"
	fi
}
`

/** A root in memory is new at each boot. The console is a FIFO, which keeps each line, as a terminal does. */
const BOOT = `
  root=$0 card=$1 circumstances=$2 in_memory=$3 linked=$4 command_line=$5
  mount --make-rprivate /
  ip link set lo up
  if [ "$in_memory" = true ]; then
    mount -t tmpfs -o mode=755 root /mnt
    cp -a "$root/." /mnt
  else
    mount --bind "$root" /mnt
  fi
  cd /mnt
  rm -rf run dev/console mounted
  if [ "$linked" = true ]; then
    rm -rf etc/dropbear
    ln -s /var/run/dropbear etc/dropbear
  fi
  mkdir -p card run/brmc
  : >mounted
  echo "$circumstances" >circumstances
  echo "$command_line" >command-line
  for node in null urandom; do : >dev/$node; mount --bind /dev/$node dev/$node; done
  mount -t proc proc proc
  mount --bind command-line proc/cmdline
  mount --bind "$card" card
  if [ "$circumstances" = full ]; then
    mount -t tmpfs -o size=4k card card
    echo x >card/kernel
  fi
  mkfifo dev/console
  cat <>dev/console >said &
  chroot . /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /etc/init.d/S50dropbear start
  tries=0
  until [ -s run/dropbear.pid ] || [ $tries = 300 ]; do sleep 0.1; tries=$((tries + 1)); done
  shown=$(ssh-keyscan -T 10 127.0.0.1 2>/dev/null) || :
  cat said
  echo "$shown" | sed 's/^127.0.0.1 /shown /'
  sed 's/^/mounted /' mounted
  stat -c 'mode %a' etc/dropbear/dropbear_ed25519_host_key 2>/dev/null || :
  sed -n 's,^[^ ]* /mnt/run/brmc/,left ,p' /proc/mounts
`

export async function hostKeyLab(deployment: Deployment): Promise<HostKeyLab> {
  const root = await makeGuestRoot(deployment)
  // In memory: the disk here may have much else to write when it is told to sync.
  const cards = await mkdtemp('/dev/shm/brmc-cards-')
  await copyDropbear(root)
  await appendFile(join(root, 'usr/libexec/brmc/boot-partition'), MOUNT)
  await mkdir(join(root, 'sys/class/block/vda1'), {recursive: true})
  await writeFile(join(root, 'sys/class/block/vda1/partition'), '1\n')
  const sector = Buffer.alloc(512)
  sector.writeUInt32LE(0x8badf00d, VOLUME_ID)
  await writeFile(join(root, 'dev/vda1'), sector)

  const boot: HostKeyLab['boot'] = async (card, {card: circumstances = '', commandLine = COMMAND_LINE, inMemory = true, linked = false} = {}) => {
    const {stdout} = await run('unshare', ['--mount', '--net', '--uts', '--pid', '--fork', '--kill-child', 'sh', '-ec', BOOT, root, card, circumstances, String(inMemory), String(linked), commandLine])
    const lines = stdout.split('\n').filter(Boolean)
    const of = (mark: string): string[] => lines.filter(line => line.startsWith(mark)).map(line => line.slice(mark.length))
    return {said: of('brmc: '), shown: of('shown '), mounted: of('mounted '), mode: of('mode ').join(), left: of('left ').join()}
  }

  let count = 0
  const newCard = async (): Promise<string> => {
    count += 1
    const card = join(cards, String(count))
    await mkdir(card)
    return card
  }

  return {boot, newCard, remove: async () => {
    await rm(root, {recursive: true})
    await rm(cards, {recursive: true})
  }}
}

async function copyDropbear(root: string): Promise<void> {
  for (const program of ['/usr/sbin/dropbear', '/usr/bin/dropbearkey']) {
    await cp(program, join(root, program))
    for (const [library] of (await run('ldd', [program])).stdout.matchAll(/\/\S+/g)) {
      await mkdir(join(root, library, '..'), {recursive: true})
      await cp(library, join(root, library), {dereference: true})
    }
  }
}

/** All files of a card, with their bytes in hexadecimal. */
export async function filesOn(card: string): Promise<Record<string, string>> {
  const entries = await readdir(card, {recursive: true, withFileTypes: true})
  const files = entries.filter(entry => entry.isFile()).map(async entry => {
    const path = join(entry.parentPath, entry.name)
    return [path.slice(card.length + 1), (await readFile(path)).toString('hex')] as const
  })
  return Object.fromEntries(await Promise.all(files))
}
