import type {Machine} from '../topology.js'

/** What differs between the board and a machine of QEMU. */
const MACHINE_OPTIONS: Readonly<Record<Machine, {console: string, disk: string}>> = {
  virt: {console: 'ttyAMA0', disk: '/dev/vda'},
  // UART1, the mini UART on the GPIO header: QEMU's second -serial.
  raspi3b: {console: 'ttyS1,115200', disk: '/dev/mmcblk0p'},
}

/** Seconds until a panicked kernel restarts, which -no-reboot turns into QEMU's end: a broken image is known at once. */
const PANIC = 'panic=1'

/** On a card the console asks for a password; here it is what the guest is asked by. */
const CONSOLE_SHELL = 'brmc.console=shell'

export interface Adaptation {
  machine: Machine
  /** `brmc.ifname=…` */
  interfaceNames: string
  /** Keep kernel messages off the console: printing them costs emulated time. */
  quiet: boolean
}

/** The card's cmdline.txt made to fit: console and block device of the machine, names for its cards. UUID=, LABEL= and PARTUUID= resolve anywhere. */
export function adaptCommandLine(cmdline: string, {machine, interfaceNames, quiet}: Adaptation): string {
  const {console, disk} = MACHINE_OPTIONS[machine]
  const kept = cmdline.split(/\s+/).filter(option => option !== '' && !/^(console|earlycon|panic|brmc\.ifname|brmc\.console)(=|$)/.test(option))
  const adapted = kept.map(option => option.replace(/^root=\/dev\/(?:mmcblk0p|vda|sda)(\d+)$/, (_, partition: string) => `root=${disk}${partition}`))
  return [...adapted, `console=${console}`, PANIC, CONSOLE_SHELL, interfaceNames, ...quiet && !adapted.includes('quiet') ? ['quiet'] : []].join(' ')
}
