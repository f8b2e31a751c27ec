import {holdsPrivateKey} from '../secrets.js'
import {AS_RENDERED, type OverlayText} from '../project-text.js'
import type {Problem, Rule} from './rule.js'

// What arrives in the root as it is in the overlay, and does nothing there, or harm: found on a router without screen and keyboard it costs an evening.

const BYTE_ORDER_MARK = '\uFEFF'
const BOOT_SCRIPTS = 'etc/init.d/'

const at = ({file}: OverlayText, line = 1, column = 1): Pick<Problem & {path?: never}, 'place'> => ({place: {file, line, column}})
/** A command for what is to be edited. */
function repaired({file, path, overlay, isMember}: OverlayText, command: string): string {
  if (isMember) return `${command} ${path}, where ${overlay} is made`
  return `${command} ${file.endsWith(AS_RENDERED) ? file.slice(0, -AS_RENDERED.length) : file}`
}

const isProgram = ({text}: OverlayText): boolean => text.replace(BYTE_ORDER_MARK, '').startsWith('#!')
const bootScriptName = ({path}: OverlayText): string | undefined => path.startsWith(BOOT_SCRIPTS) ? path.slice(BOOT_SCRIPTS.length) : undefined

export const bootScriptIsExecutable: Rule = {
  id: 'N110',
  name: 'bootScriptIsExecutable',
  // Not an error: to lay one that does not run over one that does is a way to be rid of it.
  severity: 'warning',
  check: ({texts}) => texts.filter(text => /^S..[^/]*$/.test(bootScriptName(text) ?? '') && !text.executable).map(text => ({
    ...at(text),
    message: `/${text.path} is not executable, and the boot leaves it out`,
    seen: 'no message at all: rcS runs what it may run',
    fix: `${repaired(text, 'chmod +x')}${text.isMember ? '' : ' (git keeps that: git update-index --chmod=+x)'}`,
  })),
}

export const bootScriptHasNumber: Rule = {
  id: 'N111',
  name: 'bootScriptHasNumber',
  severity: 'warning',
  check: ({texts}) => texts.filter(text => {
    const name = bootScriptName(text)
    return name !== undefined && isProgram(text) && text.executable && !/^(S..[^/]*|rc[SK])$/.test(name)
  }).map(text => ({
    ...at(text),
    message: `nothing starts /${text.path}: the boot runs what is called S and two digits, in that order`,
    fix: `call it S90${(bootScriptName(text) ?? '').replace(/^[SK]?\d*/, '')}, or put it where what starts it looks`,
  })),
}

export const textHasUnixLines: Rule = {
  id: 'N112',
  name: 'textHasUnixLines',
  severity: 'error',
  check: ({texts}) => texts.flatMap((text): Problem[] => {
    const lines = text.text.split('\n')
    const line = lines.findIndex(one => one.endsWith('\r'))
    return line < 0 ? [] : [{
      ...at(text, line + 1, (lines[line] ?? '').length),
      message: `lines of /${text.path} end as Windows ends them (CR LF)`,
      ...isProgram(text) ? {seen: '"not found": the kernel looks for a program whose name ends in a carriage return'} : {seen: 'programs took the carriage return as the last letter of a value'},
      severity: isProgram(text) ? 'error' : 'warning',
      fix: `${repaired(text, String.raw`sed -i 's/\r$//'`)}${text.isMember ? '' : ', and in .gitattributes: overlays/** text eol=lf'}`,
    }]
  }),
}

export const textHasNoByteOrderMark: Rule = {
  id: 'N113',
  name: 'textHasNoByteOrderMark',
  severity: 'error',
  check: ({texts}) => texts.filter(({text}) => text.startsWith(BYTE_ORDER_MARK)).map(text => ({
    ...at(text),
    message: `/${text.path} begins with a byte order mark, which an editor put there unseen`,
    seen: isProgram(text) ? 'the kernel does not see the #! behind it: "Exec format error"' : 'the first line was not understood',
    severity: isProgram(text) ? 'error' as const : 'warning' as const,
    fix: repaired(text, String.raw`sed -i '1s/^\xef\xbb\xbf//'`),
  })),
}

export const overlayHoldsNoPrivateKey: Rule = {
  id: 'N114',
  name: 'overlayHoldsNoPrivateKey',
  severity: 'warning',
  check: ({texts}) => texts.flatMap((text): Problem[] => {
    const line = text.text.split('\n').findIndex(one => holdsPrivateKey(one))
    return line < 0 ? [] : [{
      ...at(text, line + 1),
      message: `a private key goes into the image with /${text.path}: who has the card, or a copy of this project, has it too`,
      fix: 'leave it out: the router makes its own host keys at first boot',
    }]
  }),
}

export const templateRenders: Rule = {
  id: 'N115',
  name: 'templateRenders',
  severity: 'error',
  check: ({unrendered}) => unrendered.map(({template, line, problem}) => ({
    ...at(template, line),
    message: problem,
    seen: 'no image: what ends in .ejs is rendered with the values of the deployment',
    fix: 'see the values with brmc config show --json; what templates can do is in docs/overlays.md; a file that is to be called so on the router ends in .ejs.ejs',
  })),
}
