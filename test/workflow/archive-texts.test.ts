import {expect} from 'chai'

import type {RootEntry} from '../../src/overlay/entry.js'
import {archiveTexts} from '../../src/workflow/archive-texts.js'

const file = (path: string, text = '', mode = 0o644): RootEntry => ({path, type: 'file', mode, uid: 0, gid: 0, mtime: 0, size: text.length, ...text !== '' && {content: Buffer.from(text)}})

describe('what rules read of an archive', () => {
  const entries = [
    file('etc/smcroute.conf', 'mgroup'), file('usr/local/bin/tool', '#!/bin/sh', 0o755), file('etc/binary', 'a\0b'), file('etc/large', 'x'.repeat(256 * 1024 + 1)),
    file('motd', 'x'), file('usr/share/doc', 'x'), file('.wh.etc'), file('.wh..wh..opq'), file('usr/.wh.local'), file('usr/local/.wh.sbin'), file('usr/share/.wh.doc'), file('srv/.wh.x'),
  ]

  it('is its texts, and the whiteouts that take such away', async () => {
    const texts = await archiveTexts('site.tar', {name: '/project/site.tar', kind: 'archive', entries})
    expect(texts.map(({path, text, executable}) => [path, text, executable])).to.deep.equal([
      ['etc/smcroute.conf', 'mgroup', false], ['usr/local/bin/tool', '#!/bin/sh', true], ['.wh.etc', '', false], ['.wh..wh..opq', '', false], ['usr/.wh.local', '', false], ['usr/local/.wh.sbin', '', false],
    ])
    expect(texts[0]).to.include({overlay: 'site.tar', file: 'site.tar/etc/smcroute.conf', isMember: true})
  })

  it('is nothing of a folder, whose texts were read with the project', async () => {
    expect(await archiveTexts('site', {name: '/project/site', kind: 'folder', entries})).to.deep.equal([])
  })
})
