/** What brmc knows of a board. Sources: Buildroot configs/raspberrypi*_defconfig, the kernel's arch/arm64/boot/dts/broadcom, QEMU's hw/arm/raspi.c. */
export interface Board {
  name: BoardName
  title: string
  /** Buildroot's BR2_<cpu> symbol and QEMU's -cpu of the same core. */
  cpu: 'cortex_a53' | 'cortex_a72' | 'cortex_a76'
  /** Kernel defconfig of Raspberry Pi's kernel tree. */
  kernelDefconfig: string
  /** Device trees below broadcom/, without .dtb. */
  deviceTrees: readonly string[]
  /** GPU firmware files that the boot ROM needs on the FAT partition; none where an EEPROM holds them. */
  firmware: readonly string[]
  /** Kernel name of the serial console on the GPIO header. */
  console: string
  /** brcmfmac firmware stems of the board's radio. */
  radioFirmware: readonly string[]
  /** MiB of the smallest and of the largest of them: raspberrypi.com/documentation/computers/raspberry-pi.html; of virt, what the emulator gives it. */
  memory: {least: number, most: number}
  /** QEMU machine that emulates the board itself; every image also boots on `virt`. */
  qemuMachine?: 'raspi3b'
}

const GPU_FIRMWARE = ['bootcode.bin', 'start.elf', 'fixup.dat'] as const
const GPU_FIRMWARE_4 = ['start4.elf', 'fixup4.dat'] as const

export const BOARD_NAMES = ['raspberrypi3-64', 'raspberrypi4-64', 'raspberrypi5', 'raspberrypizero2w-64', 'virt'] as const
export type BoardName = typeof BOARD_NAMES[number]

export const boards: Readonly<Record<BoardName, Board>> = {
  'raspberrypi3-64': {
    name: 'raspberrypi3-64',
    title: 'Raspberry Pi 3 B, 3 B+, 3 A+ and Compute Module 3',
    cpu: 'cortex_a53',
    kernelDefconfig: 'bcm2711',
    deviceTrees: ['bcm2837-rpi-3-b', 'bcm2837-rpi-3-b-plus', 'bcm2837-rpi-3-a-plus', 'bcm2837-rpi-cm3-io3'],
    firmware: GPU_FIRMWARE,
    console: 'ttyS1,115200',
    radioFirmware: ['brcmfmac43430-sdio', 'brcmfmac43455-sdio'],
    memory: {least: 512, most: 1024},
    qemuMachine: 'raspi3b',
  },
  'raspberrypi4-64': {
    name: 'raspberrypi4-64',
    title: 'Raspberry Pi 4 B, 400 and Compute Module 4',
    cpu: 'cortex_a72',
    kernelDefconfig: 'bcm2711',
    deviceTrees: ['bcm2711-rpi-4-b', 'bcm2711-rpi-400', 'bcm2711-rpi-cm4-io'],
    firmware: GPU_FIRMWARE_4,
    console: 'ttyS1,115200',
    radioFirmware: ['brcmfmac43455-sdio'],
    memory: {least: 1024, most: 8192},
  },
  'raspberrypi5': {
    name: 'raspberrypi5',
    title: 'Raspberry Pi 5',
    cpu: 'cortex_a76',
    kernelDefconfig: 'bcm2712',
    deviceTrees: ['bcm2712-rpi-5-b'],
    firmware: [],
    console: 'ttyAMA10,115200',
    radioFirmware: ['brcmfmac43455-sdio'],
    memory: {least: 1024, most: 16384},
  },
  'raspberrypizero2w-64': {
    name: 'raspberrypizero2w-64',
    title: 'Raspberry Pi Zero 2 W',
    cpu: 'cortex_a53',
    kernelDefconfig: 'bcm2711',
    deviceTrees: ['bcm2837-rpi-zero-2-w'],
    firmware: GPU_FIRMWARE,
    console: 'ttyS1,115200',
    radioFirmware: ['brcmfmac43430-sdio', 'brcmfmac43436-sdio', 'brcmfmac43436s-sdio'],
    memory: {least: 512, most: 512},
  },
  'virt': {
    name: 'virt',
    title: "QEMU's virt machine, for the emulator alone",
    cpu: 'cortex_a53',
    kernelDefconfig: 'bcm2711',
    deviceTrees: [],
    firmware: [],
    console: 'ttyAMA0,115200',
    radioFirmware: [],
    memory: {least: 512, most: 512},
  },
}
