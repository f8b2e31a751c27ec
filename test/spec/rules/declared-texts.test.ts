import {expect} from 'chai'

import {parseOverlayMeta} from '../../../src/spec/overlay-meta/parse.js'
import type {OverlayText} from '../../../src/spec/project-text.js'
import {declaredTexts} from '../../../src/spec/rules/declared-texts.js'

const OVERLAYS = ['below', 'site', 'above']
const SCRIPT = 'etc/init.d/S50site'
const text = (overlay: string, executable: boolean): OverlayText => ({overlay, path: SCRIPT, file: `${overlay}/${SCRIPT}`, text: '', executable})

/** [title, may it be run in its folder?, what is declared beside which overlay, what becomes of it]. */
const cases: readonly [string, boolean, Record<string, string>, 'may run' | 'may not run' | 'is gone'][] = [
  ['nothing is declared', true, {}, 'may run'],
  ['its mode is declared', false, {site: `paths: {${SCRIPT}: {mode: "0755"}}`}, 'may run'],
  ['a mode without a right to run', true, {site: `paths: {${SCRIPT}: {mode: "0644"}}`}, 'may not run'],
  ['an owner alone', true, {site: `paths: {${SCRIPT}: {owner: 7}}`}, 'may run'],
  ['a pattern means it', false, {site: 'paths: {"etc/init.d/*": {mode: "0755"}}'}, 'may run'],
  ['of a pattern and a path the later counts', false, {site: `paths: {"**": {mode: "0755"}, ${SCRIPT}: {mode: "0600"}}`}, 'may not run'],
  ['an overlay above names it', false, {above: `paths: {${SCRIPT}: {mode: "0755"}}`}, 'may run'],
  ['a pattern of an overlay above does not mean it', false, {above: 'paths: {"**": {mode: "0755"}}'}, 'may not run'],
  ['an overlay below named it before it was there', false, {below: `paths: {${SCRIPT}: {mode: "0755"}}`}, 'may not run'],
  ['an overlay above takes it away', true, {above: `remove: [${SCRIPT}]`}, 'is gone'],
  ['one above takes its folder away', true, {above: 'remove: [/etc/init.d]'}, 'is gone'],
  ['one above empties its folder', true, {above: 'empty: [etc/init.d]'}, 'is gone'],
  ['one above empties another', true, {above: 'empty: [etc/init]'}, 'may run'],
  ['its own overlay removes what was there', true, {site: `remove: [${SCRIPT}]`}, 'may run'],
]

describe('a text of an overlay, when what is declared is done', () => {
  for (const [title, executable, metas, wanted] of cases) {
    it(`${wanted}: ${title}`, () => {
      const declared = new Map(Object.entries(metas).map(([overlay, meta]) => {
        const {declarations, problems} = parseOverlayMeta(meta, `${overlay}.meta.yaml`)
        if (!declarations) throw new Error(problems.map(({message}) => message).join())
        return [overlay, declarations]
      }))
      const [laid] = declaredTexts([text('site', executable)], OVERLAYS, declared)
      expect(laid ? laid.executable ? 'may run' : 'may not run' : 'is gone').to.equal(wanted)
    })
  }

  /** [whiteout, of which overlay, is the text gone]. */
  for (const [path, overlay, isGone] of [
    ['etc/init.d/.wh.S50site', 'above', true],
    ['etc/init.d/.wh.S50', 'above', false],
    ['etc/.wh.init.d', 'above', true],
    ['etc/init.d/.wh..wh..opq', 'above', true],
    ['etc/init/.wh..wh..opq', 'above', false],
    ['.wh.etc', 'above', true],
    ['.wh..wh..opq', 'above', true],
    ['.wh.usr', 'above', false],
    ['usr/.wh..wh..opq', 'above', false],
    ['.wh..wh..opq', 'site', false],
    ['etc/init.d/.wh.S50site', 'site', false],
    ['etc/init.d/.wh.S50site', 'below', false],
  ] as const) {
    it(`${isGone ? 'is gone' : 'stays'}: ${path} of the overlay ${overlay === 'site' ? 'itself' : overlay}`, () => {
      const laid = declaredTexts([text('site', true), {...text(overlay, false), path}], OVERLAYS, new Map())
      expect(laid).to.deep.equal(isGone ? [] : [text('site', true)])
    })
  }
})
