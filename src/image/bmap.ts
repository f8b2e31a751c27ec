import {BrmcError} from '../errors.js'
import {sha256 as sha256Of} from '../files/sha256.js'
import {MAP_BLOCK} from './mapped-ranges.js'
import type {HashedRange} from './write-image.js'

const NO_CHECKSUM = '0'.repeat(64)

/**
 * The block map of an image (bmap-tools, format 2.0): which 4 KiB blocks have to be written to a card and the sha256 of each run, so that
 * `bmaptool copy` skips the rest and notices damage. `ranges` come from writeImage. Throws BrmcError INTERNAL for ranges without sha256.
 */
export function encodeBmap(imageSize: number, ranges: readonly HashedRange[]): string {
  const mapped = ranges.reduce((sum, {size}) => sum + size / MAP_BLOCK, 0)
  const text = `<?xml version="1.0" ?>
<bmap version="2.0">
    <ImageSize> ${imageSize} </ImageSize>
    <BlockSize> ${MAP_BLOCK} </BlockSize>
    <BlocksCount> ${Math.ceil(imageSize / MAP_BLOCK)} </BlocksCount>
    <MappedBlocksCount> ${mapped} </MappedBlocksCount>
    <ChecksumType> sha256 </ChecksumType>
    <BmapFileChecksum> ${NO_CHECKSUM} </BmapFileChecksum>
    <BlockMap>
${ranges.map(rangeElement).join('\n')}
    </BlockMap>
</bmap>
`
  // The checksum covers the file itself, with zeros where it stands.
  return text.replace(NO_CHECKSUM, sha256Of(text))
}

function rangeElement({offset, size, sha256}: HashedRange): string {
  if (sha256 === undefined) throw new BrmcError('INTERNAL', 'a block map needs the sha256 of every range')
  const first = offset / MAP_BLOCK
  const last = (offset + size) / MAP_BLOCK - 1
  return `        <Range chksum="${sha256}"> ${first === last ? first : `${first}-${last}`} </Range>`
}
