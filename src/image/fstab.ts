/** What an fstab(5) line can know a partition by. */
export interface PartitionNames {
  number: number
  partUuid?: string
  partLabel?: string
  uuid?: string
  label?: string
}

/** Names of a card's or disk's partition in /dev: mmcblk0p1, nvme0n1p1, sda1, vda1. */
const DEVICE = /^\/dev\/(?:(?:mmcblk|nvme\d+n|loop)\d+p|[shv]d[a-z]+|xvd[a-z]+)(\d+)$/

/**
 * Where a running system mounts these partitions, by what its /etc/fstab says: partition's number -> path relative to the root. A line that names none
 * of them is passed over, and so is the root itself. Of two lines for one partition the first counts.
 */
export function mountPointsOf(fstab: string, partitions: readonly PartitionNames[]): Map<number, string> {
  const places = new Map<number, string>()
  for (const line of fstab.split('\n')) {
    const [device = '', place = ''] = line.trim().split(/[ \t]+/)
    if (device.startsWith('#') || !place.startsWith('/')) continue
    const path = unescape(place).split('/').filter(part => part !== '' && part !== '.').join('/')
    const partition = partitions.find(names => isNamed(unescape(device), names))
    if (partition && path !== '' && !path.split('/').includes('..') && !places.has(partition.number)) places.set(partition.number, path)
  }

  return places
}

function isNamed(device: string, names: PartitionNames): boolean {
  const {partUuid, partLabel, uuid, label} = names
  const [tag = '', ...rest] = device.split('=')
  const value = rest.join('=').replace(/^"(.*)"$/, '$1')
  switch (tag) {
    case 'PARTUUID': return partUuid?.toLowerCase() === value.toLowerCase()
    case 'PARTLABEL': return partLabel === value
    case 'UUID': return uuid?.toLowerCase() === value.toLowerCase()
    case 'LABEL': return label === value
    default: return isDevice(device, names)
  }
}

function isDevice(device: string, names: PartitionNames): boolean {
  const [, by, value = ''] = /^\/dev\/disk\/by-(partuuid|partlabel|uuid|label)\/(.+)$/.exec(device) ?? []
  if (by !== undefined) return isNamed(`${by.toUpperCase()}=${value}`, names)
  return Number(DEVICE.exec(device)?.[1] ?? Number.NaN) === names.number
}

/** Spaces and the like stand as three octal digits (getmntent(3)). */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
