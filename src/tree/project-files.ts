import {renderTemplate} from './render.js'

/** What `brmc init` asks, or takes from its flags. */
export interface NewProject {
  name: string
  board: string
  ssid: string
  /** Of the access point; made anew for each project. */
  passphrase: string
  /** ISO 3166-1, two capital letters. */
  country: string
  /** JSON Schemas that editors use. */
  jsonSchemas: {project: object, deployment: object, overlayMeta: object}
}

/** A file of board/project/ (path without that folder) with its text. */
export interface ProjectTemplate {
  path: string
  text: string
}

/**
 * The files of a new project, by path: templates rendered (`.ejs` off), the rest as it is, and the schemas below .brmc/.
 * `gitignore` becomes `.gitignore`: npm leaves a file of that name out of packages.
 */
export function projectFiles({jsonSchemas, ...values}: NewProject, templates: readonly ProjectTemplate[]): {path: string, content: string}[] {
  const model = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, quoted(value)]))
  return [
    ...templates.map(({path, text}) => path.endsWith('.ejs')
      ? {path: path.slice(0, -4), content: renderTemplate(text, {...model, plainName: oneLine(values.name)}, path)}
      : {path: path === 'gitignore' ? '.gitignore' : path, content: text}),
    {path: '.brmc/brmc.schema.json', content: json(jsonSchemas.project)},
    {path: '.brmc/deployment.schema.json', content: json(jsonSchemas.deployment)},
    {path: '.brmc/overlay-meta.schema.json', content: json(jsonSchemas.overlayMeta)},
  ].sort((one, other) => one.path < other.path ? -1 : 1)
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

/** As YAML: a word that is safe stays as it is, all else becomes a double-quoted scalar, whose escapes are those of JSON. */
function quoted(text: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text)
  // U+0085, U+2028 and U+2029 end a line for older YAML readers; JSON leaves them as they are.
  return plain ? text : JSON.stringify(text).replace(/[\u007F-\u009F\u2028\u2029\uFEFF]/g, match => `\\u${match.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')
