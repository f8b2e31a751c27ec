import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'

import {pcapHeader, pcapRecord} from '../../../src/emulator/packet/pcap.js'
import {run} from '../../../src/process/run.js'

/** What tcpdump says of frames of ours, with all it can check; the time of each is printed in seconds since 1970. */
export async function judgedByTcpdump(...frames: readonly Buffer[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'brmc-pcap-'))
  try {
    const file = path.join(folder, 'frames.pcap')
    await writeFile(file, Buffer.concat([pcapHeader(), ...frames.map((frame, index) => pcapRecord(1_700_000_000_123.456 + index, frame))]))
    return (await run('tcpdump', ['-nn', '-e', '-tt', '-vvv', '-r', file])).stdout
  } finally {
    await rm(folder, {recursive: true})
  }
}
