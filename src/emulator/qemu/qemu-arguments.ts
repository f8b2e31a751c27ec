import type {VirtualHost} from '../host/host.js'
import type {Machine} from '../topology.js'

/** The two ends of a wire: UDP ports on 127.0.0.1. */
export interface WirePorts {
  qemu: number
  host: number
}

export interface Card {
  host: VirtualHost
  ports: WirePorts
  /** A USB card, which can be pulled and plugged in while the router runs. */
  pluggable: boolean
}

/** A card as -device and the monitor's device_add have it. */
export type CardDevice = Readonly<Record<string, string>> & {driver: string, id: string}

export interface Emulation {
  machine: Machine
  kernel: string
  initrd?: string
  /** Device tree, for machines that do not make their own. */
  deviceTree?: string
  image: string
  commandLine: string
  cards: readonly Card[]
  /** Path of the socket on which QEMU takes commands; absent: it takes none. */
  monitor?: string
  /** proof: the console is a plain stream; terminal: Ctrl-A X leaves, Ctrl-C goes to the guest. */
  console: 'proof' | 'terminal'
}

/** In QEMU's option syntax a comma ends a value, and two are one. */
const value = (text: string): string => text.replaceAll(',', ',,')

/** QEMU 7.2 and later. snapshot=on: the image is never written. */
export function qemuArguments(emulation: Emulation): string[] {
  const {machine, kernel, initrd, deviceTree, image, commandLine, cards, monitor} = emulation
  return [
    ...machine === 'virt'
      // Measured: one cortex-a53 boots fastest; more cores only wait for one another under software emulation.
      ? ['-M', 'virt', '-cpu', 'cortex-a53', '-accel', 'tcg', '-smp', '1', '-m', '512']
      : ['-M', 'raspi3b', '-accel', 'tcg'],
    '-nodefaults', '-no-reboot', '-display', 'none',
    ...consoleArguments(emulation),
    '-kernel', kernel,
    ...initrd === undefined ? [] : ['-initrd', initrd],
    ...deviceTree === undefined ? [] : ['-dtb', deviceTree],
    '-drive', `file=${value(image)},if=${machine === 'virt' ? 'virtio' : 'sd'},format=raw,snapshot=on`,
    '-append', commandLine,
    ...monitor === undefined ? [] : ['-qmp', `unix:${value(monitor)},server=on,wait=off`],
    ...machine === 'virt' && cards.some(({pluggable}) => pluggable) ? ['-device', 'qemu-xhci'] : [],
    ...cards.flatMap((card, index) => [
      '-netdev', `dgram,id=wire${index},local.type=inet,local.host=127.0.0.1,local.port=${card.ports.qemu},remote.type=inet,remote.host=127.0.0.1,remote.port=${card.ports.host}`,
      '-device', deviceText(machine === 'virt' && !card.pluggable ? pciCard(card, index) : usbCard(card, index)),
    ]),
  ]
}

const deviceText = ({driver, ...properties}: CardDevice): string => [driver, ...Object.entries(properties).map(([name, text]) => `${name}=${value(text)}`)].join(',')

const pciCard = ({host}: Card, index: number): CardDevice => ({driver: 'virtio-net-pci', id: `card${index}`, netdev: `wire${index}`, mac: host.routerMac, romfile: '', ...placeOf(index)})

export const usbCard = ({host}: Pick<Card, 'host'>, index: number): CardDevice => ({driver: 'usb-net', id: `card${index}`, netdev: `wire${index}`, mac: host.routerMac})

/** The bus has 32 places for devices, the card's disk and the bridge among them, and each holds 8 functions: a router may have 32 interfaces. */
const FIRST_PLACE = 16
const placeOf = (index: number): {multifunction: string, addr: string} => ({multifunction: 'on', addr: `${(FIRST_PLACE + Math.floor(index / 8)).toString(16)}.${index % 8}`})

/** On raspi3b the console of the GPIO header is the second serial line. */
function consoleArguments({machine, console}: Emulation): string[] {
  const line = console === 'terminal' ? ['-serial', 'mon:stdio'] : ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console', '-monitor', 'none']
  return machine === 'raspi3b' ? ['-serial', 'null', ...line] : line
}
