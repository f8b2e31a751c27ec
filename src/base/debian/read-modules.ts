import {readModuleInfo, withoutSignature} from '../../archive/module-info.js'
import {xzUnpackedSize} from '../../archive/xz.js'
import {BrmcError} from '../../errors.js'
import type {Run} from '../../process/run.js'
import {modulesToRead, type Kernel, type KernelModule} from './kernel.js'
import {contentOf, type PackageTree} from './package-tree.js'

/** Unpacks the wanted modules and all that they ask for, and reads what they say of themselves. Throws BrmcError PACKAGE_CORRUPT. */
export async function readModules(
  tree: PackageTree, kernel: Kernel, wanted: readonly string[], {run, signal}: {run: Run, signal?: AbortSignal | undefined},
): Promise<Map<string, KernelModule>> {
  const modules = new Map<string, KernelModule>()
  // Each round brings what the one before asks for: a module has to be unpacked to learn that.
  for (let names = modulesToRead(kernel, modules, wanted); names.length > 0; names = modulesToRead(kernel, modules, wanted)) {
    const paths = names.map(name => kernel.files.get(name) ?? '')
    const unpacked = await unpack(paths.map(path => contentOf(tree, path)), run, signal)
    for (const [index, name] of names.entries()) {
      const [path, plain] = [(paths[index] ?? '').replace(/\.xz$/, ''), withoutSignature(unpacked[index] ?? Buffer.alloc(0))]
      const info = readModuleInfo(plain)
      if (!info) throw new BrmcError('PACKAGE_CORRUPT', `${path} is no kernel module`)
      modules.set(name, {path, info, plain})
    }
  }

  return modules
}

const XZ_START = Buffer.from('fd377a585a00', 'hex')

/** One xz for all: it unpacks streams that follow one another, and the index of each tells where its part of the output ends. */
async function unpack(files: readonly Buffer[], run: Run, signal: AbortSignal | undefined): Promise<Buffer[]> {
  const isPacked = (file: Buffer) => file.subarray(0, XZ_START.length).equals(XZ_START)
  const packed = files.filter(isPacked)
  const chunks: Uint8Array[] = []
  if (packed.length > 0) {
    await run('xz', ['-dc'], {
      input: Buffer.concat(packed),
      consume: async output => {
        for await (const chunk of output) chunks.push(chunk)
      },
      ...signal && {signal},
    })
  }

  const output = Buffer.concat(chunks)
  let offset = 0
  const plain = files.map(file => isPacked(file) ? output.subarray(offset, offset += xzUnpackedSize(file)) : file)
  if (offset !== output.length) throw new BrmcError('PACKAGE_CORRUPT', `${packed.length} kernel modules unpack to ${output.length} bytes where ${offset} were announced`)
  return plain
}
