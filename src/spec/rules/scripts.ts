import type {Place} from '../finding.js'
import type {OverlayText} from '../project-text.js'
import {shellCommands, type Word} from '../texts/words.js'
import type {RuleContext} from './rule.js'

/** A command of a script in an overlay. */
export interface ScriptCommand {
  path: string
  place: Place
  /** The words with one space between them, quotes taken off. */
  sentence: string
  words: readonly Word[]
}

/** Folders whose files are started, or read by what is started. */
const SCRIPTS = /^(etc\/(init\.d|default|network|cron[^/]*|iptables[^/]*|profile\.d)\/|etc\/(inittab|rc\.local|profile|crontab|nftables\.conf)$|usr\/)/

const isScript = ({path}: OverlayText): boolean => SCRIPTS.test(path)

/** Every command of every script in the deployment's overlays. */
export function scriptsOf({texts}: Pick<RuleContext, 'texts'>): ScriptCommand[] {
  return texts.filter(text => isScript(text)).flatMap(text => shellCommands(text.text).map(({line, words}) => ({
    path: text.path,
    place: {file: text.file, line, column: words[0]?.column ?? 1},
    sentence: words.map(word => word.text).join(' '),
    words,
  })))
}
