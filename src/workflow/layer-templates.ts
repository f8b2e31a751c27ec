import {isUtf8} from 'node:buffer'

import {BrmcError} from '../errors.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Layer, LayerTemplate} from '../overlay/layer.js'
import {renderOverlayTemplate, TEMPLATE_ENDING, type TemplateValues} from '../overlay/overlay-template.js'
import {readContent} from '../overlay/read-content.js'
import {MAX_TEXT_BYTES} from '../spec/project-text.js'
import {templateValues, valuesWithoutEachSecret} from '../spec/template-values.js'
import type {ChosenDeployment} from './open-project.js'
import {secretMode} from './secret-layer.js'

const EXECUTABLE = 0o100

/** The same folder with its templates read, what is made of them under its own name. An archive is laid as it is. Throws BrmcError OVERLAY_INVALID. */
export async function withTemplatesRead(layer: Layer, name: string): Promise<Layer> {
  const found = layer.kind === 'folder' ? [...layer.entries.entries()].filter(([, {path, type}]) => type === 'file' && path.endsWith(TEMPLATE_ENDING)) : []
  if (found.length === 0) return layer
  const entries = [...layer.entries]
  const templates = new Map<number, LayerTemplate>()
  const problems: string[] = []
  for (const [index, entry] of found) {
    const file = `${name}/${entry.path}`
    const path = entry.path.slice(0, -TEMPLATE_ENDING.length)
    const text = entry.size > MAX_TEXT_BYTES ? undefined : await readContent(entry)
    if (text === undefined || !isUtf8(text) || text.includes(0)) problems.push(`${file}: a template is UTF-8 text of at most ${MAX_TEXT_BYTES / 1024} KiB; for a file that is to be called so on the router put .ejs behind the name once more`)
    else if (/(^|\/)$/.test(path)) problems.push(`${file}: nothing is left of its name without ${TEMPLATE_ENDING}`)
    else if (layer.entries.some(other => other.path === path)) problems.push(`${file}: it makes /${path}, and the overlay has a file of this name too; keep one of them`)
    else {
      entries[index] = {...entry, path}
      templates.set(index, {file, text: text.toString('utf8'), mode: entry.mode})
    }
  }

  if (problems.length > 0) throw new BrmcError('OVERLAY_INVALID', 'templates of an overlay are not right', {details: problems})
  return {...layer, entries, templates}
}

/** The same layers, what is a template in them rendered with the deployment's values. Throws BrmcError OVERLAY_INVALID, naming every line that is wrong. */
export function withTemplatesRendered(layers: readonly Layer[], {deployment: {name}, spec, secrets}: ChosenDeployment): Layer[] {
  if (layers.every(({templates}) => templates === undefined)) return [...layers]
  const values = templateValues(spec, name)
  const others = valuesWithoutEachSecret({spec, secrets}, name)
  const problems: string[] = []
  const rendered = layers.map((layer): Layer => {
    if (!layer.templates) return layer
    const entries = [...layer.entries]
    for (const [index, template] of layer.templates) {
      const [entry, text] = [entries[index], textOf(template, values)]
      if (!entry) throw new BrmcError('INTERNAL', `${template.file} has no place in its layer`)
      if (typeof text !== 'string') {
        problems.push(`${template.file}:${text.line}: ${text.problem}`)
        continue
      }

      const isSecret = others.some(other => textOf(template, other.values) !== text)
      entries[index] = renderedEntry(entry, text, isSecret ? {mode: secretMode((template.mode & EXECUTABLE) !== 0), secret: true} : {mode: template.mode})
    }

    return {...layer, entries}
  })
  if (problems.length === 0) return rendered
  throw new BrmcError('OVERLAY_INVALID', `templates cannot be rendered with the values of ${name}`, {
    details: problems, suggestions: [`see the values with: brmc config show ${name} --json`],
  })
}

/** Of overlays that are laid where no deployment gives values. Throws BrmcError OVERLAY_INVALID. */
export function withoutTemplates(layers: readonly Layer[]): Layer[] {
  const files = layers.flatMap(({templates}) => [...templates?.values() ?? []].map(({file}) => file))
  if (files.length === 0) return [...layers]
  throw new BrmcError('OVERLAY_INVALID', 'nothing here gives the values that templates are rendered with', {
    details: files, suggestions: ['name a deployment: --deployment NAME', 'or put .ejs behind the name once more, for files that are to be called so on the router'],
  })
}

type Rendering = string | {line: number, problem: string}

function textOf({text}: LayerTemplate, values: TemplateValues): Rendering {
  const outcome = renderOverlayTemplate(text, values)
  return 'problem' in outcome ? outcome : outcome.text
}

function renderedEntry({path, type, uid, gid, mtime}: RootEntry, text: string, kept: Pick<RootEntry, 'mode' | 'secret'>): RootEntry {
  const content = Buffer.from(text)
  return {path, type, uid, gid, mtime, ...kept, size: content.length, ...content.length > 0 && {content}}
}
