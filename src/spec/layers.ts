import {BOARD_NAMES} from '../boards/boards.js'
import type {Finding, SpecPath} from './finding.js'
import {parseDocument, type ParsedDocument} from './parse-document.js'
import {BOARDS_FOLDER, GROUPS_FOLDER, type ProjectText} from './project-text.js'
import {hint} from './suggest.js'

/** The documents of one deployment, the first at the bottom. */
export interface Layering {
  documents: readonly [ParsedDocument, ...ParsedDocument[]]
  findings: readonly Finding[]
}

const GROUP_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** The files that deployments share: brmc.yaml, boards/<board>.yaml, groups/<name>.yaml. */
export class ProjectLayers {
  readonly main: ParsedDocument
  readonly #boards: ReadonlyMap<string, ParsedDocument>
  readonly #groups: ReadonlyMap<string, ParsedDocument>

  constructor({project, shared = []}: Pick<ProjectText, 'project' | 'shared'>) {
    this.main = parseDocument(project.text, project.file)
    const below = (folder: string): Map<string, ParsedDocument> => new Map(shared.filter(({file}) => file.startsWith(`${folder}/`))
      .map(({file, text}) => [file.slice(folder.length + 1).replace(/\.ya?ml$/, ''), parseDocument(text, file)]))
    this.#boards = below(BOARDS_FOLDER)
    this.#groups = below(GROUPS_FOLDER)
  }

  get documents(): readonly ParsedDocument[] {
    return [this.main, ...this.shared]
  }

  /** Files of boards and groups. */
  get shared(): readonly ParsedDocument[] {
    return [...this.#boards.values(), ...this.#groups.values()]
  }

  /** What is wrong with these files as layers, whoever uses them. */
  get findings(): readonly Finding[] {
    return [
      ...refused(this.main, ['extends'], 'brmc.yaml lies below all groups: write extends in a deployment or a group'),
      ...[...this.#boards].flatMap(([name, document]) => [
        ...boardNameFindings(name, document), ...refused(document, ['board', 'extends'], 'this file is for one board, and for whoever uses it: write it in a deployment or a group'),
      ]),
      ...[...this.#groups].flatMap(([name, document]) => [...groupNameFindings(name, document), ...this.under([document]).findings]),
    ]
  }

  /**
   * `tops` (a deployment's file, and what lies over it) with all that lies under them: the project's file, the board's, then the groups they extend,
   * each once and after what it extends itself.
   */
  under(tops: readonly ParsedDocument[]): Layering {
    const findings: Finding[] = []
    const groups = new Set<ParsedDocument>()
    const climb = (document: ParsedDocument, path: readonly ParsedDocument[]): void => {
      for (const {name, at} of extendedBy(document, findings)) {
        const group = this.#groups.get(name)
        if (group === undefined) findings.push(missingGroup(name, document, at, [...this.#groups.keys()]))
        else if (path.includes(group)) findings.push(circle(document, at, [...path.slice(path.indexOf(group)), group]))
        else if (!groups.has(group)) climb(group, [...path, group])
      }

      if (!tops.includes(document)) groups.add(document)
    }

    for (const top of tops) climb(top, [top])
    const board = [this.main, ...groups, ...tops].findLast(({value = {}}) => Object.hasOwn(value, 'board'))?.value?.['board']
    const ofBoard = typeof board === 'string' ? this.#boards.get(board) : undefined
    return {documents: [withoutExtends(this.main), ...[...ofBoard ? [ofBoard] : [], ...groups, ...tops].map(withoutExtends)], findings}
  }
}

/** It says which layers there are, and is no value of any. */
function withoutExtends(document: ParsedDocument): ParsedDocument {
  if (document.value === undefined || !Object.hasOwn(document.value, 'extends')) return document
  return {...document, value: Object.fromEntries(Object.entries(document.value).filter(([key]) => key !== 'extends'))}
}

function extendedBy(document: ParsedDocument, findings: Finding[]): {name: string, at: SpecPath}[] {
  const written = document.value?.['extends']
  if (written === undefined || written === null) return []
  if (typeof written === 'string') return [{name: written, at: ['extends']}]
  if (Array.isArray(written) && written.every(name => typeof name === 'string')) return written.map((name, index) => ({name, at: ['extends', index]}))
  findings.push({rule: 'bad-value', severity: 'error', ...document.placeOf(['extends']), path: ['extends'], message: 'extends is the name of a group, or a list of names', fix: 'write extends: rural, or extends: [rural, lab]'})
  return []
}

function missingGroup(name: string, document: ParsedDocument, path: SpecPath, known: readonly string[]): Finding {
  return {
    rule: 'N140', severity: 'error', ...document.placeOf(path), path,
    message: `there is no ${GROUPS_FOLDER}/${name}.yaml`,
    fix: known.length === 0 ? `write what its members share into ${GROUPS_FOLDER}/${name}.yaml` : hint(name, known),
  }
}

function circle(document: ParsedDocument, path: SpecPath, groups: readonly ParsedDocument[]): Finding {
  return {
    rule: 'N141', severity: 'error', ...document.placeOf(path), path,
    message: `groups extend one another in a circle: ${groups.map(({file}) => file).join(' → ')}`,
    fix: 'take this name out of extends, or move what both need into a group of its own',
  }
}

function refused(document: ParsedDocument, keys: readonly string[], fix: string): Finding[] {
  return keys.filter(key => Object.hasOwn(document.value ?? {}, key)).map(key => ({
    rule: 'N142', severity: 'error', ...document.placeOf([key], 'key'), path: [key], message: `${key} cannot stand in ${document.file}`, fix,
  }))
}

function boardNameFindings(name: string, {file}: ParsedDocument): Finding[] {
  const finding = {rule: 'N143', severity: 'error' as const, file, line: 1, column: 1, path: []}
  if (!(BOARD_NAMES as readonly string[]).includes(name)) return [{...finding, message: `there is no board ${name}, so nobody reads this file`, fix: hint(name, BOARD_NAMES)}]
  return wrongEnding(finding, name)
}

function groupNameFindings(name: string, {file}: ParsedDocument): Finding[] {
  const finding = {rule: 'N143', severity: 'error' as const, file, line: 1, column: 1, path: []}
  if (!GROUP_NAME.test(name)) return [{...finding, message: `${name} cannot be the name of a group`, fix: 'rename the file: 1 to 63 of a-z 0-9 and inner hyphens, then .yaml'}]
  return wrongEnding(finding, name)
}

function wrongEnding(finding: Omit<Finding, 'message' | 'fix'>, name: string): Finding[] {
  return finding.file.endsWith('.yml') ? [{...finding, message: 'files of boards and groups end in .yaml', fix: `rename it to ${name}.yaml`}] : []
}
