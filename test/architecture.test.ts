import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {expect} from 'chai'
import ts from 'typescript'

interface Import {
  from: string
  to: string
  /** Names as the other file exports them; `*` for all. */
  names: readonly string[]
  typeOnly: boolean
}

interface Part {
  values: readonly string[]
  types: readonly string[]
}

const sources = ['src', 'test'].flatMap(folder => readdirSync(folder, {recursive: true, encoding: 'utf8'}).map(path => join(folder, path)))
  .filter(path => path.endsWith('.ts'))
  .map(path => ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest))
const imports = sources.flatMap(source => [...importsOf(source), ...startedBy(source)])
/** What bin/run.js starts. */
const starters = [...readFileSync('bin/run.js', 'utf8').matchAll(/\{(\w+)\} = await import\('\.\.\/dist\/(\S+)\.js'\)/g)].map(([, name = '', path = '']) => ({name, to: `src/${path}.ts`}))
const inSource = imports.filter(({from}) => from.startsWith('src/'))
const parts = partsOf(readFileSync('docs/architecture.md', 'utf8'))

/** A file that a thread is started with: `new URL('worker.ts', import.meta.url)`. */
function startedBy({fileName, text}: ts.SourceFile): Import[] {
  if (!fileName.startsWith('src/')) return []
  return [...text.matchAll(/new URL\('([\w-]+\.ts)', import\.meta\.url\)/g)].map(([, file = '']) => ({from: fileName, to: join(dirname(fileName), file), names: [], typeOnly: false}))
}

function importsOf(source: ts.SourceFile): Import[] {
  return source.statements.flatMap(statement => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return []
    const {moduleSpecifier} = statement
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.startsWith('.')) return []
    const clause = ts.isImportDeclaration(statement) ? statement.importClause : undefined
    const bindings = ts.isImportDeclaration(statement) ? clause?.namedBindings : statement.exportClause
    const elements = bindings && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings)) ? [...bindings.elements] : undefined
    const whole = ts.isImportDeclaration(statement) ? clause?.phaseModifier === ts.SyntaxKind.TypeKeyword : statement.isTypeOnly
    return [{
      from: source.fileName,
      to: join(dirname(source.fileName), moduleSpecifier.text.replace(/\.js$/, '.ts')),
      names: [...clause?.name ? ['default'] : [], ...elements?.map(({propertyName, name}) => (propertyName ?? name).text) ?? (bindings ? ['*'] : [])],
      typeOnly: whole || (elements !== undefined && elements.length > 0 && !clause?.name && elements.every(({isTypeOnly}) => isTypeOnly)),
    }]
  })
}

/** Functions, classes and constants that a file exports; types are left out, for they may be there to be read in a signature. */
function exportedValues({statements}: ts.SourceFile): string[] {
  return statements.flatMap(statement => {
    const exported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({kind}) => kind === ts.SyntaxKind.ExportKeyword)
    if (!exported) return []
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({name}) => ts.isIdentifier(name) ? name.text : '')
    return ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) ? [statement.name?.text ?? 'default'] : []
  })
}

/** The table of docs/architecture.md: part → what it may import. */
function partsOf(text: string): Map<string, Part> {
  const [table = ''] = text.slice(text.indexOf('| part of src/ |')).split('\n\n')
  const rows = table.split('\n').slice(2).map(line => line.split('|').slice(1, -1).map(cell => cell.trim()))
  const words = (cell = ''): string[] => cell.split(' ').filter(word => word !== '')
  return new Map(rows.map(([part = '', , values, types]) => [part, {values: words(values), types: words(types)}]))
}

/** `src/spec/rules/nat.ts` → `spec`; `src/errors.ts` → `errors.ts`. */
const partOf = (path: string): string => path.split('/')[1] ?? ''

function circleFrom(start: string, next: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const came = new Map<string, string>()
  const waiting = [start]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const to of next.get(at) ?? []) {
      if (to === start) {
        const path = [at]
        for (let back = at; back !== start; path.unshift(back)) back = came.get(back) ?? start
        return [...path, start]
      }

      if (came.has(to)) continue
      came.set(to, at)
      waiting.push(to)
    }
  }

  return undefined
}

function targets(): Map<string, string[]> {
  const next = new Map<string, string[]>()
  for (const {from, to} of inSource) next.set(from, [...next.get(from) ?? [], to])
  return next
}

describe('architecture', () => {
  it('is told of every part of src/, and of no other', () => {
    expect([...parts.keys()].sort()).to.deep.equal(readdirSync('src').sort())
  })

  it('lets each part import only what the table says', () => {
    const strangers = inSource.filter(({from, to, typeOnly}) => {
      const {values, types} = parts.get(partOf(from)) ?? {values: [], types: []}
      return partOf(from) !== partOf(to) && !values.includes(partOf(to)) && !(typeOnly && types.includes(partOf(to)))
    })
    expect(strangers.map(({from, to, typeOnly}) => `${from} imports ${typeOnly ? 'types of ' : ''}${to}`)).to.deep.equal([])
  })

  it('allows nothing that nobody needs', () => {
    const used = (part: string, other: string, typeOnly: boolean): boolean =>
      inSource.some(one => partOf(one.from) === part && partOf(one.to) === other && one.typeOnly === typeOnly)
    const idle = [...parts].flatMap(([part, {values, types}]) => [
      ...values.filter(other => !used(part, other, false)).map(other => `${part} imports no value of ${other}`),
      ...types.filter(other => !used(part, other, true)).map(other => `${part} imports no type of ${other}`),
    ])
    expect(idle).to.deep.equal([])
  })

  it('has no circle of imports, not even of types', () => {
    const next = targets()
    const circles = new Set([...next.keys()].flatMap(file => {
      const circle = circleFrom(file, next)
      return circle ? [circle.join(' → ')] : []
    }))
    expect([...circles]).to.deep.equal([])
  })

  it('has no file that no command leads to', () => {
    const next = targets()
    const reached = new Set<string>()
    const waiting = [...sources.map(({fileName}) => fileName).filter(path => path.startsWith('src/commands/')), ...starters.map(({to}) => to)]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (!reached.has(at)) waiting.push(...next.get(at) ?? [])
      reached.add(at)
    }

    expect(sources.map(({fileName}) => fileName).filter(path => path.startsWith('src/') && !reached.has(path))).to.deep.equal([])
  })

  it('has no export that nobody imports', () => {
    const wanted = new Set([...imports.flatMap(({to, names}) => names.map(name => `${to} ${name}`)), ...starters.map(({to, name}) => `${to} ${name}`)])
    const idle = sources.filter(({fileName}) => fileName.startsWith('src/') && !fileName.startsWith('src/commands/') && !wanted.has(`${fileName} *`))
      .flatMap(source => exportedValues(source).filter(name => !wanted.has(`${source.fileName} ${name}`)).map(name => `${source.fileName}: ${name}`))
    expect(idle).to.deep.equal([])
  })
})
